"""Convolution and transposed convolution by hand: the loop over places that the pages show."""

from itertools import product
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, tensordot

from cnnviz.convolution.places import MOST_PLACES, leading_zeros, padded_length
from cnnviz.convolution.sizes import output_size
from cnnviz.convolution.spec import ConvSpec

Index = tuple[slice | int, ...]  # a place in some channels of a tensor: (channels, row, col)
MOST_VALUES = 10_000_000  # in one channel of a padded input or of an uncropped output: 40 MB of float32


def convolve(x: Tensor, weight: Tensor, spec: ConvSpec, bias: Tensor | None = None) -> Tensor:
    """The convolution that PyTorch computes (cross-correlation: the kernel is not flipped), one place at a time.

    x: (in_channels, *size), no batch. weight: (out_channels, in_channels / groups, *kernel_size), or for a transposed
    convolution (in_channels, out_channels / groups, *kernel_size). bias: (out_channels,).
    Returns (out_channels, *output_size). Raises ValueError for shapes that do not go together, settings that do not
    fit, and more than 10,000 places.
    """
    check_channels(spec, x, weight, bias)
    size = output_size(spec, x.shape[1:])
    check_loop(x.shape[1:] if spec.transposed else size)
    output = _stamp_and_add(x, weight, spec, size) if spec.transposed else _slide(x, weight, spec, size)
    return output if bias is None else output + bias.reshape(-1, *[1] * len(size))


def _slide(x: Tensor, weight: Tensor, spec: ConvSpec, size: tuple[int, ...]) -> Tensor:
    """Each output place: the window that the kernel covers, times the kernel, summed."""
    sides = spec.along(len(size))
    padded = pad_input(x, spec)
    output = x.new_zeros(len(weight), *size)
    for ins, outs in channel_groups(spec, len(x), len(weight)):
        for place in product(*map(range, size)):
            starts = [at * side.stride for at, side in zip(place, sides, strict=True)]
            window = [slice(s, s + side.reach, side.dilation) for s, side in zip(starts, sides, strict=True)]
            values = padded[ins, *window]  # (in / groups, *kernel_size)
            products = weight[outs] * values  # (out / groups, in / groups, *kernel_size)
            here: Index = (outs, *place)
            output[here] = products.flatten(1).sum(1)
    return output


def _stamp_and_add(x: Tensor, weight: Tensor, spec: ConvSpec, size: tuple[int, ...]) -> Tensor:
    """Each input place: the kernel times its value, added to the output there; `padding` is cropped off at the end."""
    sides = spec.along(len(size))
    lengths = [n + 2 * side.padding for n, side in zip(size, sides, strict=True)]
    _check_values(lengths)
    canvas = x.new_zeros(weight.shape[1] * spec.groups, *lengths)
    for ins, outs in channel_groups(spec, len(x), len(canvas)):
        for place in product(*map(range, x.shape[1:])):
            starts = [at * side.stride for at, side in zip(place, sides, strict=True)]
            window = [slice(s, s + side.reach, side.dilation) for s, side in zip(starts, sides, strict=True)]
            here: Index = (ins, *place)
            stamp = tensordot(x[here], weight[ins], 1)  # (out / groups, *kernel_size)
            canvas[outs, *window] += stamp
    uncropped = [slice(side.padding, side.padding + n) for n, side in zip(size, sides, strict=True)]
    return canvas[:, *uncropped]


def channel_groups(spec: ConvSpec, in_channels: int, out_channels: int) -> list[tuple[slice, slice]]:
    """The input channels and the output channels of each group."""
    ins, outs = in_channels // spec.groups, out_channels // spec.groups
    return [(slice(g * ins, (g + 1) * ins), slice(g * outs, (g + 1) * outs)) for g in range(spec.groups)]


def pad_input(x: Tensor, spec: ConvSpec) -> Tensor:
    """The input (channels, *size) with its border, filled by padding_mode: (channels, *(size + 2 padding))."""
    if spec.transposed:
        raise ValueError("transposed convolution does not pad its input, it crops its output: use `stretched`")
    output_size(spec, x.shape[1:])  # the one place that checks sizes
    sides = spec.along(x.dim() - 1)
    _check_values([padded_length(spec, n, side) for n, side in zip(x.shape[1:], sides, strict=True)])
    border = [side.padding for side in reversed(sides) for _ in range(2)]  # F.pad counts from the last dimension
    return F.pad(x, border, mode="constant" if spec.padding_mode == "zeros" else spec.padding_mode)


def stretched(x: Tensor, spec: ConvSpec) -> Tensor:
    """The input of the direct convolution that equals a transposed one: zeros between the values and around them.

    x: (channels, *size). `convolve(stretched(x, spec), equivalent_weight(weight, spec), equivalent_forward(spec))`
    equals `convolve(x, weight, spec)`. A padding wider than the kernel crops the input instead of widening it.
    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (arXiv 1603.07285), section 4.
    """
    _check_transposed(spec)
    output_size(spec, x.shape[1:])
    sides = spec.along(x.dim() - 1)
    _check_values([padded_length(spec, n, side) for n, side in zip(x.shape[1:], sides, strict=True)])
    for dim, side in enumerate(sides, start=1):
        places = [leading_zeros(side) + at * side.stride for at in range(x.shape[dim])]
        length = padded_length(spec, x.shape[dim], side)
        kept = [at for at, place in enumerate(places) if 0 <= place < length]
        canvas = x.new_zeros(*x.shape[:dim], length, *x.shape[dim + 1 :])
        x = canvas.index_copy(dim, _indices([places[at] for at in kept], x), x.index_select(dim, _indices(kept, x)))
    return x


def equivalent_forward(spec: ConvSpec) -> ConvSpec:
    """The settings of the direct convolution, over the `stretched` input, that equals a transposed one."""
    _check_transposed(spec)
    return ConvSpec(spec.kernel_size, dilation=spec.dilation, groups=spec.groups)


def equivalent_weight(weight: Tensor, spec: ConvSpec) -> Tensor:
    """The kernel of that direct convolution: flipped, with input and output channels swapped within each group.

    weight: (in_channels, out_channels / groups, *kernel_size).
    Returns (out_channels, in_channels / groups, *kernel_size).
    """
    _check_transposed(spec)
    flipped = weight.flip(tuple(range(2, weight.dim())))
    blocks = flipped.unflatten(0, (spec.groups, -1))  # (groups, in / groups, out / groups, *kernel_size)
    return blocks.transpose(1, 2).flatten(0, 1)  # (out, in / groups, *kernel_size)


def check_channels(spec: ConvSpec, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> None:
    """Raise ValueError unless input (channels, *size), weight and bias go together."""
    if spec.ceil_mode:
        raise ValueError("ceil_mode is for pooling, not for convolution: leave ceil_mode False")
    dimensions = x.dim() - 1
    if not 1 <= dimensions <= 3:
        raise ValueError(f"the input has shape {tuple(x.shape)}: give (channels, *size), 1 to 3 sizes, no batch")
    if weight.dim() != x.dim() + 1:
        needed = f"an input {tuple(x.shape)} needs {x.dim() + 1} dimensions"
        raise ValueError(f"the weight has shape {tuple(weight.shape)}: {needed}")
    channels, per_group = len(x), weight.shape[1]
    counts = {"in_channels": channels} if spec.transposed else {"in_channels": channels, "out_channels": len(weight)}
    for name, count in counts.items():
        if count < 1 or count % spec.groups:
            divisors = ", ".join(str(g) for g in range(1, count + 1) if count % g == 0)
            raise ValueError(
                f"groups {spec.groups} does not divide {name} {count}, whose divisors are {divisors or 'none'}"
            )
    first, second = (channels, per_group) if spec.transposed else (len(weight), channels // spec.groups)
    expected = (first, second, *(side.kernel_size for side in spec.along(dimensions)))
    if tuple(weight.shape) != expected or per_group < 1:
        order = "(in_channels, out_channels / groups" if spec.transposed else "(out_channels, in_channels / groups"
        raise ValueError(
            f"the weight has shape {tuple(weight.shape)}, but {channels} input channels in {spec.groups} "
            f"group{'s' * (spec.groups != 1)} need {expected}, which is {order}, *kernel_size)"
        )
    out_channels = per_group * spec.groups if spec.transposed else len(weight)
    if bias is not None and tuple(bias.shape) != (out_channels,):
        needed = f"give one number for each of the {out_channels} output channels"
        raise ValueError(f"the bias has shape {tuple(bias.shape)}: {needed}")
    for name, tensor in {"weight": weight, "bias": bias}.items():
        if tensor is not None and tensor.dtype != x.dtype:
            raise ValueError(f"the {name} is {tensor.dtype}, the input {x.dtype}: give both the same type")


def check_loop(steps: tuple[int, ...]) -> None:
    """Raise ValueError where the loop over places would have too many steps."""
    if prod(steps) > MOST_PLACES:
        raise ValueError(
            f"{'x'.join(map(str, steps))} places are too many for the loop over places, which takes at most "
            f"{MOST_PLACES:,} (100x100, say): give a smaller input or a larger stride"
        )


def _check_values(lengths: list[int]) -> None:
    """Raise ValueError where a padded input, or an output before it is cropped, would not fit into memory."""
    if prod(lengths) > MOST_VALUES:
        raise ValueError(
            f"these settings need {'x'.join(map(str, lengths))} places with padding, more than {MOST_VALUES:,}: "
            "give a smaller input, stride, padding or dilation"
        )


def _check_transposed(spec: ConvSpec) -> None:
    if not spec.transposed:
        raise ValueError("only a transposed convolution has an equivalent direct one: give transposed=True")


def _indices(numbers: list[int], like: Tensor) -> Tensor:
    return torch.tensor(numbers, dtype=torch.long, device=like.device)
