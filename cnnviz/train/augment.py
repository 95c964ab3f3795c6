"""Augmentation of whole batches on whatever device holds them: pure functions of pictures (B,C,H,W) uint8 and a
generator.

Random numbers are drawn on the CPU, from the generator given, and then moved: a GPU sees the same pictures. Every
function returns a new tensor of the same shape and type.
"""

import math

import torch
from torch import Generator, Tensor
from torch.nn.functional import grid_sample


def flip(images: Tensor, generator: Generator) -> Tensor:
    """Each picture mirrored left to right with probability one half."""
    chosen = torch.rand(len(images), generator=generator).to(images.device) < 0.5
    return torch.where(chosen[:, None, None, None], images.flip(3), images)


def translate(images: Tensor, generator: Generator, *, pixels: int) -> Tensor:
    """Each picture moved by up to `pixels` along rows and columns; what comes in is the mirror image of its border."""
    batch, channels, height, width = images.shape
    shift = torch.randint(-pixels, pixels + 1, (2, batch, 1), generator=generator).to(images.device)
    row, col = (
        _mirrored(torch.arange(side, device=images.device) + move, side)
        for side, move in zip((height, width), shift, strict=True)
    )
    place = (row[:, :, None] * width + col[:, None, :]).view(batch, 1, -1)  # B 1 H*W
    return images.flatten(2).gather(2, place.expand(-1, channels, -1)).view_as(images)


def _mirrored(index: Tensor, side: int) -> Tensor:
    """Indices outside 0..side-1 reflected at the first and last place, which are not repeated."""
    return (side - 1) - ((side - 1) - index.abs()).abs()


def cutout(images: Tensor, generator: Generator, *, size: int, value: int = 0) -> Tensor:
    """A square of size x size pixels set to `value` in each picture, its centre anywhere (T. DeVries, G. Taylor, arXiv
    1708.04552).
    """
    batch, _, height, width = images.shape
    inside = []
    for side in (height, width):
        first = torch.randint(side, (batch, 1), generator=generator).to(images.device) - size // 2
        place = torch.arange(side, device=images.device)
        inside.append((place >= first) & (place < first + size))  # B side
    return images.masked_fill((inside[0][:, :, None] & inside[1][:, None, :])[:, None], value)


def affine(
    images: Tensor, generator: Generator, *, degrees: float = 0, scale: float = 0, shear: float = 0, pixels: float = 0
) -> Tensor:
    """Each picture turned by up to `degrees`, stretched along each axis by up to 1 + scale, sheared by up to `shear`
    and moved by up to `pixels`; bilinear, black outside.
    """
    batch, _, height, width = images.shape
    uniform = (torch.rand(6, batch, 1, generator=generator) * 2 - 1).to(images.device)  # -1..1
    angle = uniform[0] * math.radians(degrees)
    stretch, slope = torch.exp(uniform[1:3] * math.log1p(scale)), uniform[3] * shear
    cos, sin = angle.cos(), angle.sin()
    down, right = uniform[4:6] * pixels
    row, col = (torch.arange(side, device=images.device) - (side - 1) / 2 for side in (height, width))  # 0 in the centre
    # Where a place comes from is the sum of what its row and what its column add: small tables, not a matrix product.
    from_row = (sin * slope + cos) * stretch[0] * row + down, (cos * slope - sin) * stretch[0] * row + right  # B H each
    from_col = sin * stretch[1] * col, cos * stretch[1] * col  # B W each
    across, along = (
        (by_row[:, :, None] + by_col[:, None, :]) * (2 / side)
        for by_row, by_col, side in zip(from_row, from_col, (height, width), strict=True)
    )  # B H W each, in grid_sample's unit: half a side
    grid = torch.stack([along, across]).permute(1, 2, 3, 0)  # B H W 2, column first as grid_sample wants it
    return grid_sample(images.float(), grid, align_corners=False).round_().to(images.dtype)
