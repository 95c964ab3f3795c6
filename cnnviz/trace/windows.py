"""Convolutions, transposed ones too, and poolings: the window that a place reads, channel by channel."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnviz.convolution.places import source_place
from cnnviz.trace.reading import Reading, number, numbers, text
from cnnviz.trace.unit import Terms, Unit

Places = Sequence[int | None]  # along one dimension, of each tap: the input's place, None in padding


def window(layer: str, x: Tensor, channels: slice, rows: Places, cols: Places) -> tuple[np.ndarray, np.ndarray]:
    """The values (n,h,w) at those rows and columns of some channels of x (C,H,W), 0 in padding, and their places (n,h,w,3)."""
    at = [np.array([-1 if place is None else place for place in along], dtype=np.int64) for along in (rows, cols)]
    reads = [torch.from_numpy(along.clip(0)).to(x.device) for along in at]
    values = numbers(x[channels][:, reads[0]][:, :, reads[1]])
    depth = np.arange(len(x))[channels]
    places = np.stack(np.broadcast_arrays(depth[:, None, None], at[0][None, :, None], at[1][None, None, :]), -1)
    padding = np.any(places < 0, axis=-1, keepdims=True)
    return np.where(padding[..., 0], 0.0, values), np.where(padding, -1, places)


def convolution(reading: Reading) -> Unit:
    module, (channel, *place) = reading.module, reading.place
    x, weight = reading.x, module.weight
    ins = weight.shape[1]
    first = channel // (len(weight) // module.groups) * ins
    sides = zip(place, x.shape[1:], module.kernel_size, module.stride, _leading(module), module.dilation, strict=True)
    along = [
        [source_place(at * s - p + tap * d, size, module.padding_mode) for tap in range(k)]
        for at, size, k, s, p, d in sides
    ]
    values, places = window(reading.source, x, slice(first, first + ins), along[0], along[1])
    return weighted(reading, values, numbers(weight[channel]), places, bias=_bias(module, channel), what="channels")


def transposed_convolution(reading: Reading) -> Unit:
    """An output is written by the inputs i with o = i stride - padding + tap dilation: their values times those taps."""
    module, (channel, *place) = reading.module, reading.place
    x, weight = reading.x, module.weight  # (in, out / groups, kH, kW)
    outs = weight.shape[1]
    group, ins = channel // outs, len(x) // module.groups
    sides = zip(place, x.shape[1:], module.kernel_size, module.stride, module.padding, module.dilation, strict=True)
    along: list[list[tuple[int, int]]] = []
    for at, size, k, s, p, d in sides:
        reach = [(tap, *divmod(at + p - tap * d, s)) for tap in range(k)]
        along.append([(tap, i) for tap, i, left in reach if not left and 0 <= i < size])
    taps, sources = ([[pair[n] for pair in side] for side in along] for n in (0, 1))
    channels = slice(group * ins, (group + 1) * ins)
    values, places = window(reading.source, x, channels, sources[0], sources[1])
    weights = numbers(weight[channels, channel % outs][:, taps[0]][:, :, taps[1]])
    return weighted(reading, values, weights, places, bias=_bias(module, channel), what="channels")


def weighted(
    reading: Reading, values: np.ndarray, weights: np.ndarray, places: np.ndarray, *, bias: float | None, what: str,
    source: str | None = None, channels: np.ndarray | None = None, formula: str = "",
) -> Unit:  # fmt: skip
    """A sum of products and a bias; values, weights (n,h,w), places (n,h,w,d)."""
    products = values * weights
    found = places[..., 0].reshape(len(values), -1).max(axis=1, initial=-1) if channels is None else channels
    terms = Terms((source or reading.source,) * len(values), found, values, weights, products, places)
    total = products.sum()
    worked = f"{text(total)} from {len(terms)} {what if len(terms) != 1 else what.removesuffix('s')}"
    if bias is not None:
        worked += f" + bias {text(bias)}" if bias >= 0 else f" − bias {text(-bias)}"
    return reading.unit(
        "sum", formula or ("Σ w·x" if bias is None else "Σ w·x + b"), worked,
        computed=total + (bias or 0.0), magnitude=np.abs(products).sum() + abs(bias or 0.0), terms=terms, bias=bias,
    )  # fmt: skip


def max_pooling(reading: Reading) -> Unit:
    k, s, p = (_pair(reading, name, position) for name, position in (("kernel_size", 1), ("stride", 2), ("padding", 3)))
    d = _pair(reading, "dilation", 4)
    return _largest(reading, [
        [at * s[n] - p[n] + tap * d[n] for tap in range(k[n])] for n, at in enumerate(reading.place[1:])
    ])  # fmt: skip


def average_pooling(reading: Reading) -> Unit:
    k, s, p = (_pair(reading, name, position) for name, position in (("kernel_size", 1), ("stride", 2), ("padding", 3)))
    starts = [at * s[n] - p[n] for n, at in enumerate(reading.place[1:])]
    sizes = reading.x.shape[1:]
    counted = reading.setting("count_include_pad", 5, True)
    ends = [min(start + k[n], size + p[n]) for n, (start, size) in enumerate(zip(starts, sizes, strict=True))]
    reads = [range(start, end) for start, end in zip(starts, ends, strict=True)]
    rows, cols = (len([i for i in along if counted or 0 <= i < size]) for along, size in zip(reads, sizes, strict=True))
    divisor = reading.setting("divisor_override", 6) or rows * cols
    return _mean(reading, reads, 1 / divisor, f"Σ x / {divisor}")


def adaptive_average(reading: Reading) -> Unit:
    reads = _adaptive(reading)
    return _mean(reading, reads, 1 / (len(reads[0]) * len(reads[1])), f"Σ x / {len(reads[0]) * len(reads[1])}")


def adaptive_max(reading: Reading) -> Unit:
    return _largest(reading, _adaptive(reading))


def mean(reading: Reading) -> Unit:
    """Over all places of a map; of other dimensions it is not unfolded."""
    dims = reading.setting("dim", 1)
    dims = {at % 4 for at in (dims if isinstance(dims, tuple | list) else [dims])}
    if reading.x.dim() != 3 or dims != {2, 3}:
        raise ValueError(f"{reading.row.name} takes a mean over dimensions {sorted(dims)}: only means over whole maps are unfolded")
    _, height, width = reading.x.shape
    return _mean(reading, [range(height), range(width)], 1 / (height * width), f"Σ x / {height * width}")


def subsampling(reading: Reading) -> Unit:
    """LeNet-5's: the sum of a 2x2 window times the map's coefficient, plus its bias."""
    module, (channel, row, col) = reading.module, reading.place
    reads = [range(2 * row, 2 * row + 2), range(2 * col, 2 * col + 2)]
    values, places = window(reading.source, reading.x, slice(channel, channel + 1), *reads)
    weights = np.full_like(values, number(module.coefficient[channel, 0, 0]))
    bias = number(module.bias[channel, 0, 0])
    return weighted(reading, values, weights, places, bias=bias, what="channels", formula="coefficient · Σ x + b")


def _mean(reading: Reading, reads: Sequence[range], share: float, formula: str) -> Unit:
    channel = reading.place[0]
    inside = [[i if 0 <= i < size else None for i in along] for along, size in zip(reads, reading.x.shape[1:], strict=True)]
    values, places = window(reading.source, reading.x, slice(channel, channel + 1), inside[0], inside[1])
    return weighted(reading, values, np.full_like(values, share), places, bias=None, what="channels", formula=formula)


def _largest(reading: Reading, taps: Sequence[Sequence[int]]) -> Unit:
    """The winner of a window; what lies in the padding, or beyond it where the size was rounded up, cannot win."""
    channel = reading.place[0]
    inside = [[i if 0 <= i < size else None for i in along] for along, size in zip(taps, reading.x.shape[1:], strict=True)]
    values, places = window(reading.source, reading.x, slice(channel, channel + 1), inside[0], inside[1])
    values = np.where(places[..., 0] < 0, -np.inf, values)
    top = values.max()
    terms = Terms((reading.source,), np.array([channel]), values, None, values, places)
    worked = f"the largest of {(places[..., 0] >= 0).sum()}"
    return reading.unit("max", "max x", worked, computed=top, magnitude=abs(top), terms=terms)


def _adaptive(reading: Reading) -> list[range]:
    """Cell i of m over n places: floor(i n / m) to ceil((i + 1) n / m), the end left out."""
    sizes = zip(reading.place[1:], reading.x.shape[1:], reading.row.output_shape[1:], strict=True)
    return [range(at * n // m, -(-(at + 1) * n // m)) for at, n, m in sizes]


def _pair(reading: Reading, name: str, position: int) -> tuple[int, int]:
    """A setting of a pooling for rows and columns; a stride that is not given is the kernel's size."""
    value = reading.setting(name, position)
    if value is None or value == []:
        value = reading.setting("kernel_size", 1) if name == "stride" else {"padding": 0, "dilation": 1}[name]
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def _leading(module: Any) -> tuple[int, ...]:
    """The padding above and left; "same" puts the smaller half there."""
    if module.padding == "same":
        return tuple(d * (k - 1) // 2 for k, d in zip(module.kernel_size, module.dilation, strict=True))
    return (0, 0) if module.padding == "valid" else module.padding


def _bias(module: Any, channel: int) -> float | None:
    return None if module.bias is None else number(module.bias[channel])


KINDS: dict[str, Callable[[Reading], Unit]] = {
    "conv2d": convolution, "convtranspose2d": transposed_convolution, "maxpool2d": max_pooling, "avgpool2d": average_pooling,
    "adaptiveavgpool2d": adaptive_average, "adaptivemaxpool2d": adaptive_max, "mean": mean, "subsampling": subsampling,
}  # fmt: skip
