"""Pictures as tensors of 8-bit levels: smaller, grey, and back to bytes."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor


def to_tensor(picture: Image.Image) -> Tensor:
    """A Pillow picture in mode RGB or L as (3,H,W) or (1,H,W) float32, exact multiples of 1/255."""
    levels = torch.from_numpy(np.array(picture))  # H W [3]
    channels_first = levels.permute(2, 0, 1) if levels.ndim == 3 else levels[None]  # C H W
    return channels_first.contiguous() / 255


def to_bytes(image: Tensor) -> np.ndarray:
    """The picture's levels as they are drawn.

    image: (C,H,W) in [0,1]. Returns uint8 (H,W,C), rounded to the nearest level. Errors: ValueError if a value lies
    outside [0,1] by more than half a level, or is NaN.
    """
    if image.ndim != 3:
        raise ValueError(f"A picture has the shape (C, H, W), not {tuple(image.shape)}.")
    levels = (image.detach() * 255).round()
    low, high = (float(value) for value in levels.aminmax())
    if not (low >= 0 and high <= 255):
        raise ValueError(
            f"Values from {low / 255:g} to {high / 255:g} do not fit a picture, which holds 0 to 1: "
            "clip or rescale them first."
        )
    return levels.to(torch.uint8).permute(1, 2, 0).cpu().contiguous().numpy()  # H W C


def shrink(picture: Image.Image, max_side: int | None) -> Image.Image:
    """The same picture with its longer side at most max_side, by Pillow's anti-aliased bicubic; never larger."""
    check_side(max_side)
    if max_side is not None:
        picture.thumbnail((max_side, max_side))
    return picture


def check_side(max_side: int | None) -> None:
    """Errors: ValueError if max_side is below 1."""
    if max_side is not None and max_side < 1:
        raise ValueError(f"max_side {max_side} leaves no pixel: give 1 or more.")


def resize(image: Tensor, max_side: int) -> Tensor:
    """A picture whose longer side is at most max_side; never enlarged, its proportions kept.

    image: (3,H,W) or (1,H,W) in [0,1]. Returns the same channels in exact multiples of 1/255, on the image's device.
    """
    levels = to_bytes(image)
    picture = Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels)
    return to_tensor(shrink(picture, max_side)).to(image)


def to_grey(image: Tensor) -> Tensor:
    """One grey channel: 0.299 red + 0.587 green + 0.114 blue, rounded to a level (ITU-R BT.601 luma).

    image: (3,H,W) in [0,1], in multiples of 1/255. Returns (1,H,W) in exact multiples of 1/255. In levels this is
    floor((299 R + 587 G + 114 B + 500) / 1000), in which every step is exact in float32.
    """
    if image.ndim != 3 or image.shape[0] != 3:
        raise ValueError(f"Grey is made from red, green and blue, (3, H, W), not from {tuple(image.shape)}.")
    red, green, blue = (image * 255).round()
    return ((299 * red + 587 * green + 114 * blue + 500) / 1000).floor()[None] / 255


def to_cmyk(image: Tensor) -> Tensor:
    """Cyan, magenta, yellow and black: the inks that would print the picture (plain formula, no colour profile).

    image: (3,H,W) in [0,1]. Returns (4,H,W) in [0,1]: K = 1 - max(R,G,B), C = (1 - R - K) / (1 - K), M and Y likewise;
    black has no other ink.
    """
    if image.ndim != 3 or image.shape[0] != 3:
        raise ValueError(f"Inks are made from red, green and blue, (3, H, W), not from {tuple(image.shape)}.")
    light = image.amax(dim=0, keepdim=True)  # 1 H W
    inks = torch.where(light > 0, (light - image) / light, 0.0)  # 3 H W
    return torch.cat([inks, 1 - light])  # 4 H W
