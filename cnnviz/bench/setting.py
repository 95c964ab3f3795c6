"""What stands on the bench: a layer of a PyTorch kind, its settings, its input, its weights, and the output they give."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from torch import Tensor

from cnnviz.convolution import ConvSpec, convolve, output_size, pool, pooling_call, pytorch_call
from cnnviz.convolution.places import padded_length
from cnnviz.convolution.sizes import check_pooling

MOST_SIDE = 16  # rows and columns of the input: what a class can still read on a projector
MOST_CHANNELS = 4
MOST_DRAWN = 48  # rows and columns of a padded or stretched input and of an output


class Kind(NamedTuple):
    """A PyTorch layer: its number of dimensions, and whether it is transposed or a pooling ("max", "average")."""

    dimensions: int
    transposed: bool = False
    pooling: str | None = None


LAYERS = {
    "Conv2d": Kind(2),
    "ConvTranspose2d": Kind(2, transposed=True),
    "MaxPool2d": Kind(2, pooling="max"),
    "AvgPool2d": Kind(2, pooling="average"),
    "Conv1d": Kind(1),
    "ConvTranspose1d": Kind(1, transposed=True),
    "MaxPool1d": Kind(1, pooling="max"),
    "AvgPool1d": Kind(1, pooling="average"),
    "Conv3d": Kind(3),
}


@dataclass(frozen=True, eq=False)
class Bench:
    """A layer with its numbers, all checked: made by `make_bench`.

    x: (in_channels, *size). weight: (out_channels, in_channels / groups, *kernel_size), transposed (in_channels,
    out_channels / groups, *kernel_size), None for a pooling. bias: (out_channels,) or None.
    """

    layer: str
    spec: ConvSpec
    x: Tensor
    weight: Tensor | None = None
    bias: Tensor | None = None
    count_include_pad: bool = True

    @property
    def kind(self) -> Kind:
        return LAYERS[self.layer]

    @property
    def input_size(self) -> tuple[int, ...]:
        return tuple(self.x.shape[1:])

    @cached_property
    def output(self) -> Tensor:
        """(out_channels, *output_size), by the explicit loop."""
        if self.weight is None:
            return self._pooled[0]
        return convolve(self.x, self.weight, self.spec, self.bias)

    @property
    def winners(self) -> Tensor | None:
        """For max pooling the flat place of each maximum in its channel, -1 in padding alone."""
        return self._pooled[1] if self.kind.pooling == "max" else None

    @cached_property
    def _pooled(self) -> tuple[Tensor, Tensor | None]:
        mode = "average" if self.kind.pooling == "average" else "max"
        return pool(self.x, self.spec, mode, count_include_pad=self.count_include_pad)

    @property
    def out_channels(self) -> int:
        if self.weight is None:
            return len(self.x)
        return self.weight.shape[1] * self.spec.groups if self.kind.transposed else len(self.weight)

    @property
    def call(self) -> str:
        """The layer as PyTorch code."""
        spec = self.spec.expand(self.kind.dimensions)
        if self.kind.pooling:
            return pooling_call(spec, self.kind.pooling, count_include_pad=self.count_include_pad)
        return pytorch_call(spec, len(self.x), self.out_channels, bias=self.bias is not None)


def make_bench(
    layer: str, spec: ConvSpec, x: Tensor, weight: Tensor | None = None, bias: Tensor | None = None,
    *, count_include_pad: bool = True,
) -> Bench:  # fmt: skip
    """Check the settings against what the bench can show and what PyTorch takes; ValueError with the way out."""
    kind = LAYERS[layer]
    if x.dim() != kind.dimensions + 1:
        raise ValueError(f"{layer} takes (channels, *{kind.dimensions} sizes), the input is {tuple(x.shape)}")
    check_sizes(layer, spec, tuple(x.shape[1:]), len(x), weight is None)
    return Bench(layer, spec.expand(kind.dimensions), x, weight, bias, count_include_pad)


def check_sizes(layer: str, spec: ConvSpec, size: Sequence[int], channels: int, pooling: bool) -> tuple[int, ...]:
    """The output's size; ValueError where the sizes are more than the bench draws, or do not fit."""
    kind = LAYERS[layer]
    for length in size:
        whole("input size", length, 1, MOST_SIDE)
    whole("in_channels", channels, 1, MOST_CHANNELS)
    if pooling:
        check_pooling(spec, kind.pooling or "max")
    output = output_size(spec, tuple(size))
    read = [padded_length(spec, n, side) for n, side in zip(size, spec.along(len(size)), strict=True)]
    canvas = [n + 2 * side.padding for n, side in zip(output, spec.along(len(size)), strict=True)]
    if max(read) > MOST_DRAWN or (kind.transposed and max(canvas) > MOST_DRAWN):
        raise ValueError(
            f"{max(*read, *canvas)} rows or columns are more than the bench draws, which is {MOST_DRAWN}: "
            + ("give a smaller stride or padding" if kind.transposed else "give a smaller padding")
        )
    return output


def whole(name: str, value: float | str | None, least: int, most: int | None = None) -> int:
    """The value as an int; ValueError that names the value, the rule and the nearest numbers that work.

    value: a number, or the text that was typed where it is no number.
    """
    if isinstance(value, str):
        raise ValueError(f"{name} is “{value}”, which is no number: give a whole number, {least} or more")
    if value is None:
        raise ValueError(f"{name} is empty: give a whole number, {least} or more")
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{name} is {value}: give a whole number, {least} or more")
    if value < least:
        raise ValueError(f"{name} {value:g} is too small: it must be {least} or more: give {least}")
    if most is not None and value > most:
        shown = f"{int(value)}" if value == int(value) else f"{value:g}"
        raise ValueError(f"{name} {shown} is more than the bench can show, which is {most}: give {most} or less")
    if value != int(value):
        below, above = int(value), int(value) + 1
        numbers = f"{below} or {above}" if most is None or above <= most else f"{below}"
        raise ValueError(f"{name} is {value:g}: it must be a whole number: give {numbers}")
    return int(value)
