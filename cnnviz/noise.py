"""Three ways to spoil a picture, each with a level that is exactly what it says; an auto-encoder may then try to clean it.

Pictures are (B,C,H,W) in [0,1] and stay so. All draws come from the generator, on the CPU, and do not depend on the level: with
the same seed a higher level is the same noise, stronger.
Sources: Vincent and others, Extracting and Composing Robust Features with Denoising Autoencoders, 2008; Gonzalez and Woods,
Digital Image Processing, section 5.2 (salt and pepper).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from cnnviz.steps import nearest_step

FIELD = 20  # pixels: the side of the middle of the picture in which a box lies, where MNIST's digits stand


def gaussian(images: Tensor, sigma: float, generator: Generator) -> Tensor:
    """Add a draw from N(0, sigma^2) to every value, and cut off at 0 and 1. ValueError for a sigma below 0."""
    if not sigma >= 0:
        raise ValueError(f"sigma is {sigma:g}: a standard deviation is 0 or more")
    drawn = torch.randn(images.shape, generator=generator).to(images.device)
    return (images + sigma * drawn).clamp(0, 1)


def salt_and_pepper(images: Tensor, share: float, generator: Generator) -> Tensor:
    """Replace this share of the pixels of each picture, rounded to whole pixels, by 1 or by 0, a fair coin for each of them.

    A pixel is hit in all channels. ValueError for a share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share of pixels is {share:g}: it must be between 0 and 1")
    count, _, height, width = images.shape
    order = torch.rand(count, height * width, generator=generator).argsort(1).argsort(1)  # each pixel's turn to be hit
    hit = (order < hit_pixels(share, height * width)).view(count, 1, height, width)
    coins = (torch.rand(count, 1, height, width, generator=generator) < 0.5).to(images)
    return torch.where(hit.to(images.device), coins, images)


def hit_pixels(share: float, pixels: int) -> int:
    """How many of these pixels salt and pepper hits: the share, rounded half up."""
    return math.floor(share * pixels + 0.5)


def box(images: Tensor, side: int, generator: Generator) -> Tensor:
    """Cover a square of side x side pixels of each picture with black, anywhere in the middle 20 x 20 (see `box_corners`).

    ValueError for a side that is not whole, below 0 or above 20, and for a smaller picture.
    """
    corners = box_corners(images, side, generator)
    height, width = images.shape[2:]
    inside = [(torch.arange(size) >= first[:, None]) & (torch.arange(size) < first[:, None] + int(side))
              for size, first in ((height, corners[:, 0]), (width, corners[:, 1]))]  # fmt: skip
    covered = inside[0][:, None, :, None] & inside[1][:, None, None, :]  # B 1 H W
    return images.masked_fill(covered.to(images.device), 0)


def box_corners(images: Tensor, side: int, generator: Generator) -> Tensor:
    """Row and column of the first pixel of each picture's box, (B,2) int64, drawn evenly. Errors as in `box`."""
    if side != int(side) or not 0 <= side <= FIELD:
        raise ValueError(f"the side of the box is {side:g}: give a whole number of pixels, 0 to {FIELD}")
    sizes = torch.tensor(images.shape[2:])
    if int(sizes.min()) < FIELD:
        raise ValueError(f"pictures of {sizes[0]} x {sizes[1]} have no middle of {FIELD} x {FIELD}: give larger ones")
    places = torch.rand(len(images), 2, generator=generator) * (FIELD - int(side) + 1)
    return (sizes - FIELD) // 2 + places.long()


@dataclass(frozen=True)
class Kind:
    """One way to spoil pictures. level: what its number is called; from 0 to `high` in steps; `usual` is a good first one."""

    title: str
    level: str
    unit: str
    high: float
    step: float
    usual: float
    add: Callable[[Tensor, Any, Generator], Tensor]

    def nearest(self, value: object) -> float:
        """The step nearest to a number from a link or a browser; `usual` for what is no number."""
        return nearest_step(value, 0, self.high, self.step, self.usual)


KINDS = {
    "gaussian": Kind("Gaussian", "σ", "", 1.0, 0.01, 0.5, gaussian),
    "salt": Kind("Salt and pepper", "share of pixels", "", 1.0, 0.01, 0.2, salt_and_pepper),
    "box": Kind("Black box", "side", "px", FIELD, 1, 8, box),
}


def add_noise(images: Tensor, kind: str, level: float, generator: Generator) -> Tensor:
    """Pictures (B,C,H,W) in [0,1] with noise of a kind of KINDS; ValueError for another kind or level, as its function says."""
    if kind not in KINDS:
        raise ValueError(f"there is no noise {kind!r}: give {', '.join(KINDS)}")
    return KINDS[kind].add(images, level, generator)
