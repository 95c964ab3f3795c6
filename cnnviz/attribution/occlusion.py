"""Attribution by covering: what the score loses when a patch of the picture is hidden."""

import math
from collections.abc import Iterator, Sequence
from itertools import product

import torch
from torch import Tensor

from cnnviz.attribution.gradients import Scores, Step


def occlusion(
    scores: Scores, image: Tensor, labels: Sequence[int], *, fill: Tensor, size: int, stride: int, batch: int = 32
) -> Iterator[Step]:
    """The loss of each class's score under a square patch, averaged over all patches that cover a pixel.

    image, fill: (C,H,W); the patch shows what `fill` has there. size, stride: pixels; the last patch of a row or column may stand
    over the border. Yields after each batch; values (labels,H,W), positive where the picture speaks for the class, in units of
    the score; NaN where no patch has been yet. Errors: ValueError for a size or stride that does not fit.
    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014), section 4.2.
    """
    height, width = image.shape[1:]
    if not (1 <= size <= min(height, width) and 1 <= stride <= size):
        raise ValueError(
            f"a patch of {size} with stride {stride} does not cover a {height}x{width} picture: the patch takes 1 to "
            f"{min(height, width)} pixels and the stride 1 to the patch's size"
        )
    rows, cols = (range(0, stride * math.ceil((side - size) / stride) + 1, stride) for side in (height, width))
    places = list(product(rows, cols))
    loss, covered = image.new_zeros(len(labels), height, width), image.new_zeros(height, width)
    with torch.no_grad():
        whole = scores(image[None])[0, list(labels)]  # L
    for start in range(0, len(places), batch):
        part = places[start : start + batch]
        hidden = image.repeat(len(part), 1, 1, 1)  # B C H W
        for picture, window in zip(hidden, _windows(part, size), strict=True):
            picture[window] = fill[window]
        with torch.no_grad():  # never round a yield: it would hold for whoever reads on
            lost = whole - scores(hidden)[:, list(labels)]  # B L
        for each, window in zip(lost, _windows(part, size), strict=True):
            loss[window] += each[:, None, None]
            covered[window[1:]] += 1
        yield Step(start + len(part), len(places), loss / covered)


def _windows(places: Sequence[tuple[int, int]], size: int) -> Iterator[tuple[slice, slice, slice]]:
    return ((slice(None), slice(row, row + size), slice(col, col + size)) for row, col in places)
