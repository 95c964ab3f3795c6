"""A convolution as matrix products: patches times weights (im2col), and one structured matrix times the input."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from cnnviz.convolution.forward import channel_groups, check_channels, pad_input
from cnnviz.convolution.sizes import as_sizes, output_size
from cnnviz.convolution.spec import ConvSpec

MOST_ENTRIES = 20_000_000  # of a matrix: 80 MB of float32; a 16x16 input with 4 channels in and out has 1,048,576


@dataclass(frozen=True)
class MatrixCounts:
    """What the structured matrix of a layer costs, and what a dense layer of the same shape would (biases not counted).

    nonzeros: entries that some weight fills, whatever its value. distinct_weights: the weights that they share.
    dense_weights: all entries, each a weight of its own.
    """

    rows: int
    columns: int
    nonzeros: int
    distinct_weights: int
    dense_weights: int


def patches(x: Tensor, spec: ConvSpec) -> Tensor:
    """The windows that a convolution reads, one row each (im2col): (positions, in_channels * kernel places).

    x: (in_channels, *size). Rows run over the output places, columns over channel, then kernel row, then kernel column;
    a border is filled by padding_mode. `(patches(x, spec) @ patch_weights(weight, spec)).T` is the convolution with its
    places flattened; the columns of one group's channels stand together.
    Raises ValueError for a transposed convolution, which reads no patches, and for settings that do not fit.
    Source: Chellapilla, Puri, Simard, "High Performance Convolutional Neural Networks for Document Processing" (2006).
    """
    if spec.transposed:
        raise ValueError("a transposed convolution reads no patches of its input: give its equivalent direct one")
    if spec.ceil_mode:
        raise ValueError("ceil_mode is for pooling, not for convolution: leave ceil_mode False")
    return _windows(x, spec, output_size(spec, x.shape[1:]))


def patch_weights(weight: Tensor, spec: ConvSpec) -> Tensor:
    """The weights as one column for each output channel: (in_channels * kernel places, out_channels).

    weight: (out_channels, in_channels / groups, *kernel_size). One block for each group, zeros elsewhere: an output
    channel reads the channels of its own group.
    """
    groups = channel_groups(spec, weight.shape[1] * spec.groups, len(weight))
    return torch.block_diag(*(weight[outs].flatten(1).T for _, outs in groups))


def matrix(weight: Tensor, spec: ConvSpec, input_size: int | Sequence[int]) -> Tensor:
    """The matrix W with `W @ x.flatten() == convolve(x, weight, spec).flatten()`.

    weight: as for `convolve`, direct or transposed. Returns (out_channels * output places, in_channels * input places).
    The matrix of a transposed convolution is the transpose of the direct one's with the same weight and settings.
    Raises ValueError for shapes that do not go together and for more than 20 million entries.
    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (arXiv 1603.07285), section 4.1.
    """
    sizes = as_sizes(input_size)
    if weight.dim() != len(sizes) + 2:
        raise ValueError(
            f"the weight has shape {tuple(weight.shape)}: {len(sizes)} input sizes need {len(sizes) + 2} dimensions"
        )
    in_channels = len(weight) if spec.transposed else weight.shape[1] * spec.groups
    check_channels(spec, weight.new_empty((in_channels, *sizes), device="meta"), weight)
    output = output_size(spec, sizes)
    out_channels = weight.shape[1] * spec.groups if spec.transposed else len(weight)
    rows, columns = out_channels * prod(output), in_channels * prod(sizes)
    if rows * columns > MOST_ENTRIES:
        raise ValueError(
            f"a matrix of {rows:,} x {columns:,} is too large: at most {MOST_ENTRIES:,} entries; give a smaller input"
        )
    if not spec.transposed:
        return _direct_matrix(weight, spec, sizes, output)
    direct = ConvSpec(spec.kernel_size, spec.stride, spec.padding, spec.dilation, spec.groups)
    return _direct_matrix(weight, direct, output, sizes).T


def matrix_counts(weight: Tensor, spec: ConvSpec, input_size: int | Sequence[int]) -> MatrixCounts:
    """How many entries the structured matrix has, how many are filled, and by how many weights."""
    filled = matrix(torch.ones_like(weight), spec, input_size)
    rows, columns = filled.shape
    return MatrixCounts(rows, columns, int(filled.count_nonzero()), weight.numel(), rows * columns)


def _windows(x: Tensor, spec: ConvSpec, steps: tuple[int, ...]) -> Tensor:
    """The first `steps` windows in each dimension, one row each: (positions, channels * kernel places)."""
    windows = pad_input(x, spec)
    for dim, (count, side) in enumerate(zip(steps, spec.along(len(steps)), strict=True), start=1):
        windows = windows.unfold(dim, side.reach, side.stride)[..., :: side.dilation].narrow(dim, 0, count)
    return windows.movedim(0, len(steps)).flatten(0, len(steps) - 1).flatten(1)


def _direct_matrix(weight: Tensor, spec: ConvSpec, sizes: tuple[int, ...], steps: tuple[int, ...]) -> Tensor:
    """The matrix from inputs of these sizes to the first `steps` windows: each tap of the kernel is one entry a row.

    The input places are numbered from 1 and padded, so that a window of numbers says which input each tap reads;
    0 is a zero of the padding, and its column is cut off at the end.
    """
    numbers = torch.arange(1, prod(sizes) + 1, dtype=torch.float64, device=weight.device).reshape(1, *sizes)
    reads = _windows(numbers, spec, steps).long()  # (positions, taps)
    positions = torch.arange(len(reads), device=weight.device)
    out_channels, in_channels = len(weight), weight.shape[1] * spec.groups
    entries = weight.new_zeros(out_channels, in_channels, len(reads), prod(sizes) + 1)
    for ins, outs in channel_groups(spec, in_channels, out_channels):
        taps = weight[outs].flatten(2)  # (out / groups, in / groups, taps)
        for tap in range(taps.shape[2]):
            entries[outs, ins][:, :, positions, reads[:, tap]] += taps[..., tap, None]
    return entries[..., 1:].transpose(1, 2).reshape(out_channels * len(reads), -1)
