"""A drawn or photographed digit made into a picture as those of MNIST are, every step kept to be shown.

"The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20 pixel box while preserving
their aspect ratio. The resulting images contain grey levels as a result of the anti-aliasing technique used by the
normalization algorithm. The images were centered in a 28x28 image by computing the center of mass of the pixels, and
translating the image so as to position this point at the center of the 28x28 field" (Y. LeCun, C. Cortes, C. Burges, The
MNIST Database, 1998). In MNIST's files the centre of mass lies within half a pixel of pixel (14, 14), so the shift is by
whole pixels: a picture of MNIST comes back unchanged.

All sums are sums of integers, so that the browser's copy (ui/components/digit_pad/centring.js) gives the same bytes.
"""

import base64
import zlib
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import torch
from torch import Tensor

SIDE = 28  # pixels, the field
BOX = 20  # pixels, the longer side of the digit in it
CENTRE = 14  # row and column of the pixel on which the centre of mass comes to lie
SPECK = 0.05  # of the largest part's pixels: smaller parts of a photograph are dirt


@dataclass(frozen=True, eq=False)
class Steps:
    """How a drawing became a picture of MNIST's kind: (H,W) tensors in [0,1], exact multiples of 1/255, white on black.

    `box`: first row, first column, height and width of the ink in the drawing. `mass`: the centre of mass (row, col) of
    `scaled`. `corner`: the place (row, col) of its first pixel in `placed`; all zeros, like `mass`, where there is no ink.
    """

    cropped: Tensor  # box height, box width
    scaled: Tensor  # the longer side is 20
    placed: Tensor  # 28 28
    box: tuple[int, int, int, int]
    mass: tuple[float, float]
    corner: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Photo:
    """How a photograph of a digit became white ink on black: the steps before those of `centred`.

    `grey`, `ink`: (H,W) in [0,1]. `threshold`: Otsu's, a level in 0..255: darker and lighter are two classes. `bright_paper`:
    whether the picture was inverted.
    """

    grey: Tensor
    threshold: int
    bright_paper: bool
    ink: Tensor
    steps: Steps


def centred(drawing: Tensor) -> Steps:
    """Crop a drawing to its ink, scale the longer side to 20 pixels, and put its centre of mass on the middle of 28x28.

    drawing: (H,W) in [0,1], white on black; rounded to levels of 1/255. Scaling is the mean over the area that a pixel
    covers, which is anti-aliased. A drawing without ink gives zeros. ValueError for another shape or other values.
    """
    levels = _levels(drawing)
    rows, columns = levels.any(dim=1).nonzero()[:, 0], levels.any(dim=0).nonzero()[:, 0]
    if not len(rows):
        nothing = torch.zeros(SIDE, SIDE)
        return Steps(nothing[:0, :0], nothing[:0, :0], nothing, (0, 0, 0, 0), (0.0, 0.0), (0, 0))
    top, left = int(rows[0]), int(columns[0])
    height, width = int(rows[-1]) - top + 1, int(columns[-1]) - left + 1
    cropped = levels[top : top + height, left : left + width]
    scaled = _area_mean(cropped, _fitted(height, width, BOX))
    mass = int(scaled.sum())
    if not mass:  # ink so faint that it vanishes at this size
        mass, scaled = 1, torch.zeros_like(scaled)
    moments = [int((scaled.sum(dim=1 - axis) * torch.arange(scaled.shape[axis])).sum()) for axis in (0, 1)]
    corner = [  # the whole number of pixels that brings the centre of mass to (13.5, 14.5], and all ink stays in the field
        min(max(((2 * CENTRE + 1) * mass - 2 * moment) // (2 * mass), 0), SIDE - size)
        for moment, size in zip(moments, scaled.shape, strict=True)
    ]
    placed = torch.zeros(SIDE, SIDE, dtype=torch.int64)
    placed[corner[0] : corner[0] + scaled.shape[0], corner[1] : corner[1] + scaled.shape[1]] = scaled
    return Steps(
        cropped / 255, scaled / 255, placed / 255, (top, left, height, width),
        (moments[0] / mass, moments[1] / mass), (corner[0], corner[1]),
    )  # fmt: skip


def plain_28(drawing: Tensor) -> Tensor:
    """The whole drawing, (H,W) in [0,1], only scaled down to (28,28): the digit keeps the place and size it was drawn at.

    A drawing that is not square keeps its proportions between black borders. ValueError as in `centred`.
    """
    levels = _levels(drawing)
    scaled = _area_mean(levels, _fitted(levels.shape[0], levels.shape[1], SIDE))
    top, left = ((SIDE - size) // 2 for size in scaled.shape)
    field = torch.zeros(SIDE, SIDE, dtype=torch.int64)
    field[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    return field / 255


def from_photo(image: Tensor) -> Photo:
    """A photographed or scanned digit as white ink on black, then centred.

    image: (3,H,W) or (1,H,W) in [0,1]. Otsu's threshold parts ink from paper; the rarer of the two classes is the ink, and
    bright paper is inverted. Ink keeps its shades, paper becomes black, and specks (parts below 1/20 of the largest) go.
    ValueError for a picture of one shade. Source: N. Otsu, A threshold selection method from gray-level histograms, 1979.
    """
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ValueError(f"A photograph has the shape (3, H, W) or (1, H, W), not {tuple(image.shape)}.")
    weights = torch.tensor([0.299, 0.587, 0.114]) if image.shape[0] == 3 else torch.ones(1)
    grey = _levels((image * weights[:, None, None]).sum(dim=0))
    threshold = otsu(grey)
    bright_paper = bool((grey > threshold).sum() * 2 > grey.numel())
    turned, cut = (255 - grey, 255 - threshold) if bright_paper else (grey, threshold + 1)  # ink is what is >= cut
    is_ink = _without_specks(turned >= cut)
    paper, ink = (float(turned[mask].float().mean()) for mask in (turned < cut, turned >= cut))
    shades = ((turned - paper) / (ink - paper)).clamp(0, 1) * is_ink
    shades = (shades * 255).round() / 255
    return Photo(grey / 255, threshold, bright_paper, shades, centred(shades))


def otsu(levels: Tensor) -> int:
    """The level t in 0..254 for which the classes <= t and > t differ most: it maximises the variance between them.

    levels: whole numbers in 0..255. ValueError if all are the same.
    """
    counts = torch.bincount(levels.flatten().long(), minlength=256).double()
    dark = counts.cumsum(0)[:-1]  # 255: pixels of the class <= t
    bright = counts.sum() - dark
    sums = (counts * torch.arange(256)).cumsum(0)
    if not bool((dark * bright).any()):
        raise ValueError(f"All pixels have the level {int(levels.flatten()[0])}, so there is no ink: take another picture.")
    difference = sums[:-1] / dark.clamp(min=1) - (sums[-1] - sums[:-1]) / bright.clamp(min=1)
    return int((dark * bright * difference**2).argmax())


def pixels_code(image: Tensor) -> str:
    """Code that holds a small picture's own pixels and makes it again as its last variable, `image`.

    image: (C,H,W) in multiples of 1/255. The pixels are one byte each, compressed, and stand as text in the code.
    """
    levels = (image.detach().cpu() * 255).round().to(torch.uint8)
    text = base64.b64encode(zlib.compress(levels.numpy().tobytes(), 9)).decode()
    lines = "\n".join(f'    "{line}"' for line in wrap(text, 100))
    return (
        "import base64\nimport zlib\n\nimport torch\n\n"
        f"pixels = zlib.decompress(base64.b64decode(\n{lines}\n))\n"
        "image = torch.frombuffer(bytearray(pixels), dtype=torch.uint8)"
        f".view({', '.join(map(str, levels.shape))}) / 255  # C H W\n"
    )


def levels_code(pictures: Tensor, what: str) -> list[str]:
    """Lines of code that write small pictures out and leave them in `x`, (P,1,H,W) in [0,1].

    pictures: (P,H,W) in multiples of 1/255. what: said of them in a comment.
    """
    count, height, width = pictures.shape
    lines = [f"levels = [  # {what}, {f'{count} x ' if count > 1 else ''}{height} x {width}, 0 to 255"]
    for row in (pictures * 255).round().int().view(-1, width).tolist():
        lines += wrap(", ".join(map(str, row)) + ",", 120, initial_indent="    ", subsequent_indent="    ")
    return [*lines, "]", f"x = torch.tensor(levels).view({count}, 1, {height}, {width}) / 255"]


def _levels(drawing: Tensor) -> Tensor:
    """Whole levels 0..255, (H,W) int64."""
    if drawing.ndim != 2 or not drawing.numel():
        raise ValueError(f"A drawing has the shape (H, W), not {tuple(drawing.shape)}.")
    levels = (drawing.detach().cpu().double() * 255).round()
    low, high = (float(value) for value in levels.aminmax())
    if not (low >= 0 and high <= 255):
        raise ValueError(f"Values from {low / 255:g} to {high / 255:g} do not fit a drawing, which holds 0 to 1.")
    return levels.long()


def _fitted(height: int, width: int, side: int) -> tuple[int, int]:
    """The size with the same proportions whose longer side is `side`, rounded half up, at least one pixel."""
    longer = max(height, width)
    rows, columns = (max((2 * side * size + longer) // (2 * longer), 1) for size in (height, width))
    return rows, columns


def _area_mean(levels: Tensor, size: tuple[int, int]) -> Tensor:
    """Each target pixel is the mean of the levels that it covers, parts of pixels counted as parts; rounded half up."""
    rows, columns = (_overlaps(source, target) for source, target in zip(levels.shape, size, strict=True))
    sums = rows @ levels @ columns.T  # target rows, target columns
    area = levels.numel()
    return (2 * sums + area) // (2 * area)


def _overlaps(source: int, target: int) -> Tensor:
    """How much of each source pixel a target pixel covers, (target, source), in units of 1/target of a source pixel."""
    first, start = torch.arange(source) * target, torch.arange(target)[:, None] * source
    return (torch.minimum(first + target, start + source) - torch.maximum(first, start)).clamp(min=0)


def _without_specks(mask: Tensor) -> Tensor:
    from scipy.ndimage import label  # 0.2 s: only for those who bring a photograph

    parts, _ = label(mask.numpy(), np.ones((3, 3)))
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0  # the paper
    return torch.from_numpy((sizes >= SPECK * sizes.max())[parts]) & mask
