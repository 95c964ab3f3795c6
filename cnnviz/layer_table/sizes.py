"""What a network says to an input that it does not accept: where it stops, and which sizes would pass."""

from collections.abc import Callable, Sequence

from torch import nn

LARGEST_TRIED = 640  # pixels along a side: past the 572 of the largest network here
NEAREST_TRIED = 64  # pixels further than the given side


class Refused(Exception):
    """A layer cannot work on what it gets: the shapes of its inputs, without the batch."""

    def __init__(self, name: str, kind: str, module: nn.Module | None, got: tuple[tuple[int, ...], ...], reason: str) -> None:
        super().__init__(reason)
        self.name, self.kind, self.module, self.got, self.reason = name, kind, module, got, reason


def check_input(input_shape: Sequence[int]) -> tuple[int, ...]:
    """The shape as a tuple, (channels, *sizes) of whole numbers from 1; ValueError otherwise."""
    shape = tuple(input_shape)
    if len(shape) < 2 or any(not isinstance(n, int) or n < 1 for n in shape):
        raise ValueError(f"input_shape is {shape}: give (channels, height, width), whole numbers from 1")
    return shape


def refusal(refused: Refused, shape: Sequence[int], accepts: Callable[[Sequence[int]], bool]) -> ValueError:
    """The error for the learner: the layer, what it gets, and the sizes that work, found by trying them."""
    got = " and ".join("x".join(map(str, shape)) for shape in refused.got)
    where = f"input {'x'.join(map(str, shape))}: layer {refused.name} ({refused.kind}) cannot work on {got}"
    channels, features = (getattr(refused.module, name, None) for name in ("in_channels", "in_features"))
    if channels and refused.got[0][0] != channels:
        return ValueError(f"{where}, it takes {channels} channels: give an input with {channels} of them")
    if features:
        where += f", it takes {features} numbers"
    smallest = next((side for side in range(1, LARGEST_TRIED + 1) if accepts(_square(side, shape))), None)
    if smallest is None:
        return ValueError(f"{where}: {refused.reason}")
    works = f"the smallest square input that works is {smallest}x{smallest}"
    near = (side for side in _around(max(shape[1:])) if side >= smallest)
    nearest = next((side for side in near if accepts(_square(side, shape))), None)
    if nearest not in (None, smallest):
        works += f", the nearest {nearest}x{nearest}"
    return ValueError(f"{where}: {works}")


def _square(side: int, shape: Sequence[int]) -> tuple[int, ...]:
    return (shape[0], *[side] * (len(shape) - 1))


def _around(side: int) -> list[int]:
    """The sides near this one, nearest first."""
    return [near for step in range(NEAREST_TRIED) for near in (side - step, side + step)]
