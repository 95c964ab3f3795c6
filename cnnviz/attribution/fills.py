"""What stands for nothing: the picture that a baseline, a patch or a deleted pixel shows."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional as F

COARSE = 4  # rows and columns that are left of the blurred picture before it is enlarged again: no shape is


def _blurred(image: Tensor, _mean: Sequence[float]) -> Tensor:
    coarse = F.interpolate(image[None], (COARSE, COARSE), mode="area")
    return F.interpolate(coarse, image.shape[1:], mode="bilinear", align_corners=False)[0]


FILLS: Mapping[str, Callable[[Tensor, Sequence[float]], Tensor]] = MappingProxyType({
    "black": lambda image, _mean: torch.zeros_like(image),
    "mean": lambda image, mean: torch.tensor(mean, device=image.device).view(-1, 1, 1).expand_as(image).to(image.dtype),
    "white": lambda image, _mean: torch.ones_like(image),
    "blurred": _blurred,
})  # fmt: skip


def fill(name: str, image: Tensor, mean: Sequence[float]) -> Tensor:
    """The picture of nothing, (C,H,W) as the image: black, white, the training set's mean colour, or the image itself
    without its details.

    mean: one number a channel, in [0,1]. Errors: ValueError for an unknown name.
    """
    if name not in FILLS:
        raise ValueError(f"there is no fill {name!r}: give {', '.join(FILLS)}")
    return FILLS[name](image, mean)
