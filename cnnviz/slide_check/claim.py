"""Claim: what a slide says of one layer, and what the engine computes for it."""

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from cnnviz.convolution import ConvSpec, convolve, output_size, pool, pooling_call, pytorch_call
from cnnviz.convolution.sizes import check_pooling

Rows = tuple[tuple[float, ...], ...]


class Kind(NamedTuple):
    """A layer in one or two dimensions; `mode` is "max" or "average" for a pooling."""

    dimensions: int
    transposed: bool = False
    mode: str | None = None


KINDS = {
    "conv2d": Kind(2),
    "conv1d": Kind(1),
    "transposed2d": Kind(2, transposed=True),
    "transposed1d": Kind(1, transposed=True),
    "max_pool": Kind(2, mode="max"),
    "average_pool": Kind(2, mode="average"),
}
WHATS = ("output", "size", "parameters")


@dataclass(frozen=True)
class Claim:
    """What is said of a layer: its output's numbers, its output's size or its count of parameters.

    kind: a key of KINDS. what: one of WHATS. claimed: rows of numbers; a size is one row, (height, width) or one number
    for all dimensions; a count is one number. For "output": input, weight (not for pooling) and bias, all one channel,
    a sequence being one row. For "size": input_size. For "parameters": in_channels, out_channels, and has_bias.
    Raises ValueError where something is missing or of another kind.
    """

    kind: str
    what: str
    spec: ConvSpec
    claimed: Rows
    input: Rows | None = None
    weight: Rows | None = None
    bias: float = 0.0
    input_size: tuple[int, ...] | None = None
    in_channels: int = 1
    out_channels: int = 1
    has_bias: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the kind is {self.kind!r}: it must be one of {', '.join(KINDS)}")
        if self.what not in WHATS:
            raise ValueError(f"what is claimed is {self.what!r}: it must be one of {', '.join(WHATS)}")
        if self.spec.transposed != self.layer.transposed:
            raise ValueError(f"the settings have transposed={self.spec.transposed}, which is not a {self.kind}")
        if self.layer.mode:
            check_pooling(self.spec.expand(self.layer.dimensions), self.layer.mode)
        self._check_numbers()

    def _check_numbers(self) -> None:
        dimensions = self.layer.dimensions
        if self.what == "output":
            if self.input is None or (self.weight is None and not self.layer.mode):
                raise ValueError("give the input and the kernel: without them there are no numbers to compute")
            for name, rows in {"input": self.input, "kernel": self.weight}.items():
                if dimensions == 1 and rows is not None and len(rows) != 1:
                    raise ValueError(f"the {name} has {len(rows)} rows: a 1-dimensional layer takes one row")
        elif len(self.claimed) != 1:
            raise ValueError(f"the claim has {len(self.claimed)} rows: give one row of numbers")
        elif self.what == "size":
            if self.input_size is None or len(self.input_size) != dimensions:
                raise ValueError(f"the input size is {self.input_size}: give {dimensions}, one for each dimension")
            if len(self.claimed[0]) not in (1, dimensions):
                numbers = "one number" if dimensions == 1 else "height and width, or one number for both"
                raise ValueError(f"the claimed size has {len(self.claimed[0])} numbers: give {numbers}")
        elif len(self.claimed[0]) != 1:
            raise ValueError(f"the claimed count has {len(self.claimed[0])} numbers: give one")
        elif (bad := self.in_channels % self.spec.groups) or self.out_channels % self.spec.groups:
            name, count = ("in_channels", self.in_channels) if bad else ("out_channels", self.out_channels)
            raise ValueError(f"groups {self.spec.groups} does not divide {name} {count}: give a divisor of it")

    @property
    def layer(self) -> Kind:
        return KINDS[self.kind]

    @property
    def sides(self) -> ConvSpec:
        """The settings with one number for each dimension."""
        return self.spec.expand(self.layer.dimensions)

    @property
    def rows(self) -> Rows:
        """The claim, with a size that is one number written for every dimension."""
        if self.what == "size" and len(self.claimed[0]) == 1:
            return (self.claimed[0] * self.layer.dimensions,)
        return self.claimed


def truth(claim: Claim) -> Rows:
    """What the engine computes for the claim's layer, in the form of the claim; ValueError where nothing fits."""
    if claim.what == "output":
        return computed_output(claim, claim.sides)
    if claim.what == "size":
        assert claim.input_size is not None
        size = output_size(claim.sides, claim.input_size, pooling=claim.layer.mode is not None)
        return (tuple(map(float, size)),)
    return ((float(parameter_count(claim)),),)


def computed_output(claim: Claim, spec: ConvSpec, *, weight: Tensor | None = None, mode: str | None = None) -> Rows:
    """The layer's output by the explicit loop, float64; with another kernel or pooling mode where one is given."""
    x = as_tensor(claim.input, claim.layer.dimensions)
    if claim.layer.mode:
        return as_rows(pool(x, spec, mode or claim.layer.mode).values)
    weight = kernel(claim) if weight is None else weight
    return as_rows(convolve(x, weight[None], spec) + claim.bias)


def kernel(claim: Claim) -> Tensor:
    """The claim's kernel, (1, kH, kW) or (1, k)."""
    return as_tensor(claim.weight, claim.layer.dimensions)


def as_tensor(rows: Rows | None, dimensions: int) -> Tensor:
    """One channel of rows: (1, rows, columns), or (1, columns) for one dimension."""
    values = torch.tensor(rows, dtype=torch.float64)
    return values[None] if dimensions == 2 else values


def as_rows(values: Tensor) -> Rows:
    """One channel, (1, rows, columns) or (1, columns), as rows."""
    return tuple(tuple(row) for row in values.reshape(-1, values.shape[-1]).tolist())


def parameter_count(claim: Claim) -> int:
    """Weights and biases of the layer; a pooling has none."""
    if claim.layer.mode:
        return 0
    per_channel = prod(side.kernel_size for side in claim.sides.along(claim.layer.dimensions))
    weights = claim.out_channels * claim.in_channels // claim.spec.groups * per_channel
    return weights + claim.out_channels * claim.has_bias


def exact_size(claim: Claim, *, plus: int = 1, paddings: int = 2, extra: int = 0) -> list[Fraction]:
    """The forward size rule without its floor: (n + paddings * padding - reach) / (stride + extra) + plus."""
    return [
        Fraction(n + paddings * side.padding - side.reach, side.stride + extra) + plus
        for n, side in zip(claim.input_size or (), claim.sides.along(claim.layer.dimensions), strict=True)
    ]


def pytorch_code(claim: Claim) -> str:
    """PyTorch code that prints what the engine computed for the claim."""
    layer, spec = claim.layer, claim.sides
    channels = (1, 1) if claim.what == "output" else (claim.in_channels, claim.out_channels)
    bias = bool(claim.bias) if claim.what == "output" else claim.has_bias
    call = pooling_call(spec, layer.mode) if layer.mode else pytorch_call(spec, *channels, bias=bias)
    lines = ["import torch", "from torch import nn", "", f"layer = {call}"]
    if claim.what == "parameters":
        return "\n".join([*lines, "print(sum(p.numel() for p in layer.parameters()))"])
    if claim.what == "size":
        x = f"torch.empty(1, {claim.in_channels}, {', '.join(map(str, claim.input_size or ()))}, device='meta')"
        return "\n".join([*lines, f"x = {x}  # a size without numbers", "print(layer.to('meta')(x).shape[2:])"])
    lines += [f"x = torch.tensor([{as_tensor(claim.input, layer.dimensions).tolist()}])"]
    if not layer.mode:
        lines += ["with torch.no_grad():", f"    layer.weight.copy_(torch.tensor([{kernel(claim).tolist()}]))"]
        lines += [f"    layer.bias.fill_({claim.bias})"] if claim.bias else []
    return "\n".join([*lines, "print(layer(x)[0, 0])"])
