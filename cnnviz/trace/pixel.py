"""The last step: from the network's input back to the picture."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor


class Pixel(NamedTuple):
    """A number of the input and the pixel that it was made of.

    place: in the picture, (channel, row, col); None in the border. pixel: 0 to 1, 0 in the border.
    value: (pixel - mean) / std.
    """

    place: tuple[int, int, int] | None
    pixel: float
    mean: float
    std: float
    value: float


def pixel(image: Tensor, place: Sequence[int], mean: Sequence[float], std: Sequence[float], pad: int) -> Pixel:
    """The pixel behind the network's input at `place` (channel, row, col), which counts the border of `pad` pixels.

    image: (C,H,W) in [0,1], before the border and the normalisation.
    """
    channel, row, col = place
    inside = (channel, row - pad, col - pad)
    found = all(0 <= at < size for at, size in zip(inside, image.shape, strict=True))
    value = float(image[inside]) if found else 0.0
    m, s = (float(numbers[channel % len(numbers)]) for numbers in (mean, std))
    return Pixel(inside if found else None, value, m, s, (value - m) / s)
