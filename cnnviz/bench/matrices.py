"""A convolution as matrices for the browser: the entries, what each entry is, and the grids that rows and columns stand for."""

from dataclasses import dataclass

import torch
from torch import Tensor

from cnnviz.bench.scenes import in_two_dimensions
from cnnviz.bench.setting import Bench
from cnnviz.convolution import ConvSpec, equivalent_forward, equivalent_weight, output_size, stretched
from cnnviz.convolution_matrix import MatrixCounts, matrix, matrix_counts, patches

MOST_SIDE = 256  # rows and columns that are drawn; larger ones are shown for one pair of channels
FORMS = ("patches", "matrix", "transpose")
NOTHING, SEVERAL = -1, -2  # in `parts`: no part, or a sum of several (a padding that repeats the input)


@dataclass(frozen=True)
class MatrixView:
    """`entries @ right = product`, and the three grids beside it.

    entries: (rows, columns). parts: of the same shape, for each entry the weight that fills it (an index into
    `kernels.flatten()`), in the form "patches" the input place that it copies (an index into `input.flatten()`);
    NOTHING and SEVERAL where there is not one. input: what is multiplied, (channels, H, W). kernels: (out, in, kH, kW), of
    the shown channels. output: the product, (channels, H', W'), without bias. counts: of the whole layer.
    """

    form: str
    entries: Tensor
    parts: Tensor
    input: Tensor
    kernels: Tensor
    output: Tensor
    counts: MatrixCounts


def too_large(bench: Bench, form: str) -> bool:
    """Whether the whole matrix is more than is drawn, so that one pair of channels has to be chosen."""
    if form == "patches":
        return False
    return max(bench.output.numel(), bench.x.numel()) > MOST_SIDE


def matrix_view(bench: Bench, form: str, *, out: int = 0, channel: int = 0) -> MatrixView:
    """The bench as one of FORMS. For patches, and where the whole is too large, of output channel `out` alone, in the
    latter case also of input channel `channel` of its group alone.

    Raises ValueError for a pooling, which no matrix of weights does, and for more than MOST_SIDE rows or columns.
    """
    if bench.weight is None:
        raise ValueError(f"{bench.layer} is not a sum with weights: choose a convolution to see its matrix")
    flat = bench.kind.dimensions == 1
    x, weight = (t.unsqueeze(-2) if flat else t for t in (bench.x, bench.weight))
    spec = in_two_dimensions(bench.spec)
    counts = matrix_counts(weight, spec, tuple(x.shape[1:]))
    if form == "patches":
        return _patches(x, weight, spec, out, counts)
    if too_large(bench, form):
        x, weight, spec = _pair(x, weight, spec, out, channel)
    entries = matrix(weight, spec, tuple(x.shape[1:]))
    _check_side(entries)
    numbered = torch.arange(1, weight.numel() + 1, dtype=torch.float64).reshape(weight.shape)
    numbers, filled = (matrix(w, spec, tuple(x.shape[1:])) for w in (numbered, torch.ones_like(numbered)))
    parts = torch.where(filled == 0, NOTHING, torch.where(filled > 1, SEVERAL, numbers.long() - 1))
    size = _output_shape(spec, weight, x)
    product = (entries.double() @ x.double().flatten()).reshape(size)
    if form == "matrix":
        return MatrixView(form, entries, parts, x, weight, product, counts)
    back = (entries.T.double() @ product.flatten()).reshape(x.shape)
    return MatrixView(form, entries.T.contiguous(), parts.T.contiguous(), product, weight, back, counts)


def _patches(x: Tensor, weight: Tensor, spec: ConvSpec, out: int, counts: MatrixCounts) -> MatrixView:
    """im2col for one output channel: the columns of its group, times its weights."""
    if spec.transposed:
        x, weight, spec = stretched(x, spec), equivalent_weight(weight, spec), equivalent_forward(spec)
    ins, outs = weight.shape[1], len(weight) // spec.groups
    group = out // outs
    x, weight = x[group * ins : (group + 1) * ins], weight[out : out + 1]
    spec = ConvSpec(spec.kernel_size, spec.stride, spec.padding, spec.dilation, padding_mode=spec.padding_mode)
    entries = patches(x, spec)
    _check_side(entries)
    numbered = torch.arange(1, x.numel() + 1, dtype=torch.float64).reshape(x.shape)
    parts = patches(numbered, spec).long() - 1
    product = (entries.double() @ weight.double().flatten()).reshape(1, *_output_shape(spec, weight, x)[1:])
    return MatrixView("patches", entries, parts, x, weight, product, counts)


def _pair(x: Tensor, weight: Tensor, spec: ConvSpec, out: int, channel: int) -> tuple[Tensor, Tensor, ConvSpec]:
    """One output channel and one input channel of its group, as a layer of its own."""
    ins = len(x) // spec.groups
    outs = weight.shape[1] if spec.transposed else len(weight) // spec.groups
    source = out // outs * ins + channel
    kernel = weight[source, out % outs] if spec.transposed else weight[out, channel]
    alone = ConvSpec(
        spec.kernel_size, spec.stride, spec.padding, spec.dilation, output_padding=spec.output_padding,
        transposed=spec.transposed, padding_mode=spec.padding_mode,
    )  # fmt: skip
    return x[source : source + 1], kernel[None, None], alone


def _output_shape(spec: ConvSpec, weight: Tensor, x: Tensor) -> tuple[int, ...]:
    outs = weight.shape[1] * spec.groups if spec.transposed else len(weight)
    return (outs, *output_size(spec, tuple(x.shape[1:])))


def _check_side(entries: Tensor) -> None:
    rows, columns = entries.shape
    if max(rows, columns) > MOST_SIDE:
        raise ValueError(
            f"a matrix of {rows} x {columns} is more than is drawn, which is {MOST_SIDE} x {MOST_SIDE}: "
            "give a smaller input, a larger stride or less padding"
        )
