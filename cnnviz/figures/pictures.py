"""From values to pixels: signed values centred on zero, sizes, clipped pictures, and directions as colours."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from cnnviz.figures.colours import CYCLIC, DIVERGING, SEQUENTIAL, ZERO
from cnnviz.kernels import Gradient

How = Literal["signed", "absolute", "clipped"]
HOW: tuple[How, ...] = ("signed", "absolute", "clipped")
SMALLEST_LIMIT = 1e-30  # what is smaller everywhere is drawn as 0: float32 could not hold 127 / limit
ROUNDING = 1e-6  # of the scale: a blur's weights sum to 1 but for the last digit, and cut nothing off
ONLY_CHANGES = 0.01  # a kernel whose sum is below this share of its absolute sum answers to changes, not to brightness


@dataclass(frozen=True)
class Painted:
    """Pixels, and what they stand for.

    pixels: uint8 (H,W), to be looked up in palette (256,3) or, without one, grey; or (H,W,3) RGB.
    limits: the values that the two ends of the scale stand for. clipped: the share of values beyond them, 0 to 1.
    note: what the scale with its two ends does not say of the colours; empty where it says all.
    """

    pixels: np.ndarray
    palette: np.ndarray | None
    limits: tuple[float, float]
    clipped: float
    note: str


def paint(values: Tensor, how: str = "signed", *, limit: float | None = None) -> Painted:
    """The pixels of one channel or three.

    values: (1,H,W) or (3,H,W), finite. how: "signed" (zero in the middle of the scale: white in one channel, mid grey
    in three), "absolute" (the size of the values from 0) or "clipped" (0 to 1, as a picture). limit: the value at the
    end of the scale of the first two, above 0; by default the largest absolute value. Errors: ValueError for all else.
    """
    if values.dim() != 3 or values.shape[0] not in (1, 3) or values.numel() == 0:
        raise ValueError(f"one channel or three can be painted, (1, H, W) or (3, H, W), not {tuple(values.shape)}")
    if how not in HOW:
        raise ValueError(f"how is {how!r}: it must be one of {', '.join(HOW)}")
    values = values.detach().cpu()
    low, high = (float(value) for value in values.aminmax())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("the values are not all finite numbers, so there is no scale to draw them on")
    if limit is not None and not (np.isfinite(limit) and limit > SMALLEST_LIMIT):
        raise ValueError(f"limit is {limit:g}: the end of the scale must be above 0")
    grey = values.shape[0] == 1
    if how == "clipped":
        return Painted(
            _pixels(values * 255 + 0.5), None, (0.0, 1.0), _share_outside(values, low, high, 0, 1), ""
        )  # fmt: skip
    largest = max(-low, high)
    limit = limit or (largest if largest > SMALLEST_LIMIT else 1.0)
    if how == "absolute":
        return Painted(
            _pixels(values.abs() * (255 / limit) + 0.5), SEQUENTIAL if grey else None, (0.0, limit),
            _share_outside(values, low, high, -limit, limit), "drawn without sign" if low < 0 else "",
        )  # fmt: skip
    return Painted(
        _pixels(values * (127 / limit) + (ZERO + 0.5), lowest=1), DIVERGING if grey else None, (-limit, limit),
        _share_outside(values, low, high, -limit, limit), "white at 0" if grey else "mid grey at 0",
    )  # fmt: skip


def suggested_display(kernel: Tensor) -> How:
    """How a filtered picture is best shown: "signed" where the kernel sums to about 0 or less, else "clipped"."""
    return "signed" if kernel.sum() <= ONLY_CHANGES * kernel.abs().sum() else "clipped"


def angle_picture(gradient: Gradient, *, threshold: float = 0.0) -> np.ndarray:
    """The direction of a gradient as a colour, the root of its magnitude as brightness.

    gradient: of one channel, (1,H,W). threshold: magnitudes below it are black. Returns uint8 (H,W,3): orange where it
    grows brighter to the right, green downwards, blue to the left, purple upwards, brightest at the largest magnitude.
    """
    if gradient.angle.dim() != 3 or gradient.angle.shape[0] != 1:
        raise ValueError(f"the angle is drawn for one channel, (1, H, W), not {tuple(gradient.angle.shape)}")
    magnitude = gradient.magnitude[0].detach().cpu()
    largest = float(magnitude.max())
    weight = (magnitude / (largest or 1.0)).sqrt().where(magnitude >= threshold, 0.0)
    turned = ((gradient.angle[0].detach().cpu() + torch.pi) * (256 / (2 * torch.pi)) + 0.5).to(torch.int32) % 256
    colours = torch.from_numpy(CYCLIC)[turned.long()]  # H W 3
    return (colours * weight[..., None] + 0.5).to(torch.uint8).numpy()


def colour_wheel(size: int) -> np.ndarray:
    """The legend of angle_picture, uint8 (size,size,3): at each place the colour of a gradient that points there."""
    if size < 8:
        raise ValueError(f"a wheel of {size} pixels is too small to read: give 8 or more")
    offset = torch.arange(size) - (size - 1) / 2
    down, right = torch.meshgrid(offset, offset, indexing="ij")
    radius = torch.hypot(down, right)
    inside = radius.where(radius <= size / 2, 0.0)
    return angle_picture(Gradient(right[None], down[None], inside[None], torch.atan2(down, right)[None]))


def _pixels(levels: Tensor, lowest: int = 0) -> np.ndarray:
    """Levels (C,H,W), already half a level up, as uint8 (H,W) or (H,W,3)."""
    pixels = levels.clamp(lowest, 255).to(torch.uint8)
    return np.ascontiguousarray(pixels[0] if len(pixels) == 1 else pixels.permute(1, 2, 0))


def _share_outside(values: Tensor, low: float, high: float, floor: float, ceiling: float) -> float:
    """The share of values below floor or above ceiling; low and high are the smallest and the largest of them."""
    if low >= floor and high <= ceiling:
        return 0.0
    beyond = (values - values.clamp(floor, ceiling)).abs() > ROUNDING * (ceiling - floor)
    return int(torch.count_nonzero(beyond)) / values.numel()
