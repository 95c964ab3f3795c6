"""The pictures of the start page: each lesson's own computation on a built-in picture.

`python -m cnnviz.figures.thumbnails FOLDER` draws them; they are kept as files so that the start page needs no torch.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cnnviz.chain import pool_image
from cnnviz.convolution import ConvSpec
from cnnviz.figures.colours import DIVERGING
from cnnviz.figures.pictures import angle_picture, paint
from cnnviz.images import encode_png, sample_image, to_bytes, to_grey
from cnnviz.kernels import KERNELS, filter_image, sobel

SIZE = (150, 240)  # rows, columns


def _photograph() -> Tensor:
    """A part of the temple, (3,H,W)."""
    return sample_image("china", 512)[:, 30 : 30 + 2 * SIZE[0], 20 : 20 + 2 * SIZE[1]]


def _halved(image: Tensor) -> Tensor:
    return torch.nn.functional.avg_pool2d(image, 2)


def _enlarged(pixels: np.ndarray, times: int) -> np.ndarray:
    return np.kron(pixels, np.ones((times, times, *([1] * (pixels.ndim - 2))), np.uint8)).astype(np.uint8)


def image_as_numbers() -> np.ndarray:
    """The photograph turning into its pixels: large squares on the right."""
    image = to_bytes(_halved(_photograph()))
    coarse = to_bytes(pool_image(_halved(_photograph()), ConvSpec((15, 15), 15), "average"))
    squares = _enlarged(coarse, 15)
    squares[::15], squares[:, ::15] = 255, 255
    half = SIZE[1] // 2
    return np.concatenate([image[:, :half], squares[: SIZE[0], half : SIZE[1]]], axis=1)


def image_filters() -> np.ndarray:
    """A signed derivative with its kernel in the corner."""
    painted = paint(filter_image(_halved(to_grey(_photograph())), KERNELS["Sobel x"]), limit=1.5)
    assert painted.palette is not None  # one channel has a palette
    picture = painted.palette[painted.pixels]
    kernel = KERNELS["Sobel x"].numpy()
    corner = _enlarged(DIVERGING[(128 + kernel / 2 * 110).astype(int)], 20)
    picture[-66:-6, 6:66] = corner
    return picture


def edges() -> np.ndarray:
    """The direction of the gradient as a colour."""
    return angle_picture(sobel(_halved(to_grey(_photograph()))))


def pooling() -> np.ndarray:
    """The photograph in ever larger windows, from left to right."""
    image = _halved(_photograph())
    strips = []
    for index, size in enumerate((1, 3, 5, 10, 15)):
        pooled = to_bytes(pool_image(image, ConvSpec((size, size), size)))
        width = SIZE[1] // 5
        strips.append(_enlarged(pooled, size)[: SIZE[0], index * width : (index + 1) * width])
    return np.concatenate(strips, axis=1)


def filter_chain() -> np.ndarray:
    """Three pictures of a chain, one after the other: filter, ReLU, max pooling."""
    grey = _halved(to_grey(_photograph()))
    slope = filter_image(grey, KERNELS["Sobel y"])
    positive = slope.relu()
    pooled = pool_image(positive, ConvSpec((6, 6), 6))
    third = SIZE[1] // 3
    signed, size, small = paint(slope, limit=1.5), paint(positive, "absolute", limit=1.5), paint(pooled, "absolute", limit=2.0)
    assert signed.palette is not None and size.palette is not None and small.palette is not None  # one channel each
    parts = (signed.palette[signed.pixels], size.palette[size.pixels], _enlarged(small.palette[small.pixels], 6))
    return np.concatenate([part[: SIZE[0], i * third : (i + 1) * third] for i, part in enumerate(parts)], axis=1)


THUMBNAILS: dict[str, Callable[[], np.ndarray]] = {
    draw.__name__: draw for draw in (image_as_numbers, image_filters, edges, pooling, filter_chain)
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in THUMBNAILS.items():
        (folder / f"{name}.png").write_bytes(encode_png(draw()))
