"""A bench as the browser gets it: scenes, each of two grids that a kernel links, one of them stepped through.

In a "gather" scene the output is stepped: each of its places reads a window of the padded input. In a "stamp" scene the
input is stepped: each of its places adds to a window of the output. In both, tap (i, j) of the place (row, col) lies at
(row * stride + i * dilation, col * stride + j * dilation) of the grid with the window.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from cnnviz.bench.setting import Bench
from cnnviz.convolution import ConvSpec, Side, convolve, equivalent_forward, equivalent_weight, pad_input, stretched, unread
from cnnviz.convolution.places import leading_zeros, padded_length, source_place

INSIDE, PADDING, INSERTED = "inside", "padding", "inserted"  # what a row or column of the input grid is


@dataclass(frozen=True)
class Axis:
    """One dimension of the input grid: for each place what it is, the input place whose value it shows (or None), if read."""

    roles: tuple[str, ...]
    sources: tuple[int | None, ...]
    unread: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scene:
    """Two linked grids; all tensors have two dimensions besides the channels (a Conv1d has one row).

    input: (in_channels, H, W) with its padding. weight: (out, in / groups, kH, kW), in a stamp scene (in, out / groups,
    kH, kW), None for a pooling. output: (out, H', W'); in a stamp scene with the border that `crop` cuts off again.
    operation: "sum", "max" or "mean". winners: (channels, H', W') flat places in the input grid; divisors: (H', W').
    """

    name: str
    stamp: bool
    operation: str
    input: Tensor
    axes: tuple[Axis, Axis]
    weight: Tensor | None
    bias: Tensor | None
    output: Tensor
    stride: tuple[int, int]
    dilation: tuple[int, int]
    kernel_size: tuple[int, int]
    groups: int
    flipped: bool = False
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)  # top, bottom, left, right
    winners: Tensor | None = None
    divisors: Tensor | None = None
    counted: bool = True  # an average counts its padding
    label: str = ""


def scenes(bench: Bench) -> list[Scene]:
    """The views of a bench: one, or for a transposed convolution the stamps and the equivalent direct convolution."""
    spec = in_two_dimensions(bench.spec)
    flat = bench.kind.dimensions == 1
    x, weight, output = (
        t.unsqueeze(-2) if flat and t is not None else t for t in (bench.x, bench.weight, bench.output)
    )  # a Conv1d is a Conv2d of one row
    assert x is not None and output is not None
    size = (x.shape[1], x.shape[2])
    if bench.kind.pooling:
        return [_pooling(bench, spec, x, output)]
    assert weight is not None
    steps: dict[str, Any] = {
        "operation": "sum", "bias": bench.bias, "groups": spec.groups,
        "dilation": _pair(spec.dilation), "kernel_size": _pair(spec.kernel_size),
    }  # fmt: skip
    if not spec.transposed:
        padded = pad_input(x, spec)
        axes = _padded_axes(spec, size)
        return [Scene("direct", False, input=padded, axes=axes, weight=weight, output=output, stride=_pair(spec.stride), **steps)]
    whole = convolve(x, weight, replace(spec, padding=0), bench.bias)
    top, left = _pair(spec.padding)
    plain = (Axis((INSIDE,) * size[0], tuple(range(size[0]))), Axis((INSIDE,) * size[1], tuple(range(size[1]))))
    stamped = Scene(
        "stamp", True, input=x, axes=plain, weight=weight, output=whole, stride=_pair(spec.stride), crop=(top, top, left, left),
        label="Stamps", **steps,
    )  # fmt: skip
    direct = equivalent_forward(spec)
    equivalent = Scene(
        "equivalent", False, input=stretched(x, spec), axes=(_stretched_axis(spec, size[0], 0), _stretched_axis(spec, size[1], 1)),
        weight=equivalent_weight(weight, spec), output=output, stride=_pair(direct.stride), flipped=True,
        label="Direct", **steps,
    )  # fmt: skip
    return [stamped, equivalent]


def header(bench: Bench) -> tuple[dict, list[bytes]]:
    """The scenes as JSON, and the numbers as little-endian float32 blobs that the JSON refers to by index."""
    blobs: list[bytes] = []

    def blob(values: Tensor | None) -> dict | None:
        if values is None:
            return None
        blobs.append(values.to(torch.float32).contiguous().numpy().astype("<f4").tobytes())
        return {"shape": list(values.shape), "blob": len(blobs) - 1}

    described = [
        {
            "name": scene.name,
            "label": scene.label,
            "stamp": scene.stamp,
            "operation": scene.operation,
            "input": blob(scene.input),
            "weight": blob(scene.weight),
            "bias": blob(scene.bias),
            "output": blob(scene.output),
            "winners": blob(scene.winners),
            "divisors": blob(scene.divisors),
            "axes": [{"roles": a.roles, "sources": a.sources, "unread": a.unread} for a in scene.axes],
            "stride": scene.stride,
            "dilation": scene.dilation,
            "kernel": scene.kernel_size,
            "groups": scene.groups,
            "flipped": scene.flipped,
            "crop": scene.crop,
            "counted": scene.counted,
        }
        for scene in scenes(bench)
    ]
    return {"call": bench.call, "oneDimensional": bench.kind.dimensions == 1, "scenes": described}, blobs


def _pooling(bench: Bench, spec: ConvSpec, x: Tensor, output: Tensor) -> Scene:
    """Padding that never wins is -inf in a maximum; the window of a place that ceil_mode added may end past the border."""
    size, sides = (x.shape[1], x.shape[2]), spec.along(2)
    largest = bench.kind.pooling == "max"
    (top, left), (height, width) = _pair(spec.padding), size
    padded = x.new_full((len(x), height + 2 * top, width + 2 * left), -torch.inf if largest else 0.0)
    padded[:, top : top + height, left : left + width] = x
    axes = _padded_axes(spec, size)
    winners = divisors = None
    if bench.winners is not None:
        flat = bench.winners.reshape(output.shape)
        rows, columns = flat // width + top, flat % width + left
        winners = torch.where(flat < 0, -1, rows * padded.shape[2] + columns)
    else:
        ends = [n + (side.padding if bench.count_include_pad else 0) for n, side in zip(size, sides, strict=True)]
        starts = [0 if bench.count_include_pad is False else -side.padding for side in sides]
        counts = [
            torch.tensor([_covered(at, side, start, end) for at in range(places)], dtype=torch.float32)
            for side, start, end, places in zip(sides, starts, ends, output.shape[1:], strict=True)
        ]
        divisors = counts[0][:, None] * counts[1][None]
    return Scene(
        "direct", False, "max" if largest else "mean", padded, axes, None, None, output,
        _pair(spec.stride), _pair(spec.dilation), _pair(spec.kernel_size), 1,
        winners=winners, divisors=divisors, counted=bench.count_include_pad,
    )  # fmt: skip


def _covered(at: int, side: Side, start: int, end: int) -> int:
    """How many taps of a pooling window lie from start to end, counted in the input."""
    first = at * side.stride - side.padding
    return sum(start <= first + tap < end for tap in range(side.kernel_size))


def _padded_axes(spec: ConvSpec, size: tuple[int, int]) -> tuple[Axis, Axis]:
    """What each place of a padded input is, and whose value it shows."""
    rows, columns = (
        Axis(
            tuple(INSIDE if 0 <= at - side.padding < n else PADDING for at in range(n + 2 * side.padding)),
            tuple(source_place(at - side.padding, n, spec.padding_mode) for at in range(n + 2 * side.padding)),
            skipped,
        )
        for n, side, skipped in zip(size, spec.along(2), unread(spec, size), strict=True)
    )
    return rows, columns


def _stretched_axis(spec: ConvSpec, size: int, dimension: int) -> Axis:
    """What each place of a stretched input is: an input place, a zero put between two of them, or padding."""
    side = spec.along(2)[dimension]
    offsets = [at - leading_zeros(side) for at in range(padded_length(spec, size, side))]
    last = (size - 1) * side.stride
    return Axis(
        tuple(PADDING if not 0 <= o <= last else INSERTED if o % side.stride else INSIDE for o in offsets),
        tuple(o // side.stride if 0 <= o <= last and o % side.stride == 0 else None for o in offsets),
    )


def in_two_dimensions(spec: ConvSpec) -> ConvSpec:
    """The settings in two dimensions, one row of them for a Conv1d."""
    if spec.dimensions != 1:
        return spec.expand(2)
    plain = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
    both: dict[str, Any] = {name: (least, getattr(spec, name)[0]) for name, least in plain.items()}
    return replace(spec, **both)


def _pair(value: int | tuple[int, ...]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])
