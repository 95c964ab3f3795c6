"""Pooling by hand: the largest value, or the mean, of each window."""

from itertools import product
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from cnnviz.convolution.forward import Index, check_loop
from cnnviz.convolution.sizes import check_pooling, input_text, output_size
from cnnviz.convolution.spec import ConvSpec, Side, as_text


class Pooled(NamedTuple):
    """values: (channels, *output_size). winners: for max pooling, the place of each maximum in its channel; else None.

    A winner is a flat index, row * width + col, as PyTorch's return_indices; -1 for a window of padding alone, whose
    maximum is -inf (it takes a dilation wider than the input).
    """

    values: Tensor
    winners: Tensor | None


def pool(x: Tensor, spec: ConvSpec, mode: str = "max", *, count_include_pad: bool = True) -> Pooled:
    """Max or average pooling, one place at a time, as PyTorch's MaxPool and AvgPool compute it.

    x: (channels, *size) of floating-point numbers, no batch. mode: "max" or "average". Padding never wins a maximum;
    in an average it counts as zeros unless count_include_pad is False. The stride is spec.stride, 1 unless given, where
    PyTorch's pooling takes kernel_size. Raises ValueError for what PyTorch refuses and for more than 10,000 places.
    """
    if not 2 <= x.dim() <= 4 or not x.is_floating_point():
        given = f"the input is {tuple(x.shape)} of {x.dtype}"
        raise ValueError(f"{given}: give (channels, *size) of floating-point numbers, no batch")
    spec = spec.expand(x.dim() - 1)
    check_pooling(spec, mode)
    sizes = tuple(x.shape[1:])
    size = output_size(spec, sizes, pooling=True)
    check_loop(size)
    sides = spec.along(len(sizes))
    if mode == "average" and len(sizes) == 3 and any(s.kernel_size > n for n, s in zip(sizes, sides, strict=True)):
        raise ValueError(
            f"kernel_size {as_text(spec.kernel_size)} is larger than {input_text(sizes)} before padding, which "
            f"PyTorch's AvgPool3d refuses: give kernel_size {min(sizes)} or less"
        )
    flat_index = torch.arange(prod(sizes), device=x.device).reshape(sizes)
    values, winners = x.new_zeros(len(x), *size), flat_index.new_zeros(len(x), *size)
    for place in product(*map(range, size)):
        starts = [at * side.stride - side.padding for at, side in zip(place, sides, strict=True)]  # negative in padding
        here: Index = (slice(None), *place)
        window = [_inside(start, side) for start, side in zip(starts, sides, strict=True)]
        inside = x[:, *window].flatten(1)  # (channels, values of the window that are not padding)
        if mode == "average":
            ends = [min(s + side.reach, n + side.padding) for s, n, side in zip(starts, sizes, sides, strict=True)]
            with_padding = prod(end - s for s, end in zip(starts, ends, strict=True))
            values[here] = inside.sum(1) / (with_padding if count_include_pad else inside.shape[1])
        elif inside.shape[1]:
            best = inside.argmax(1)  # the first of equals
            values[here] = inside.gather(1, best[:, None])[:, 0]
            winners[here] = flat_index[tuple(window)].flatten()[best]
        else:
            values[here] = -torch.inf
            winners[here] = -1
    return Pooled(values, winners if mode == "max" else None)


def _inside(start: int, side: Side) -> slice:
    """The taps from `start` on, one dilation apart, that are not before the input (a slice itself stops at the end)."""
    first = start if start >= 0 else start % side.dilation
    return slice(first, max(start + side.reach, 0), side.dilation)
