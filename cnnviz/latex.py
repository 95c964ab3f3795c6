"""The sum behind one output value as LaTeX."""

from collections.abc import Sequence
from itertools import product

from torch import Tensor

from cnnviz.bench.setting import Bench
from cnnviz.convolution import pad_input, window

MOST_TERMS = 12  # in one line of an aligned sum


def worked_sum(bench: Bench, place: Sequence[int]) -> str:
    """The sum of the output at (channel, row, col) or (channel, col), term by term, by channels, with bias and value.

    A pooling is its maximum or its mean. Raises ValueError for a place outside the output.
    """
    channel, *where = place
    if not 0 <= channel < len(bench.output):
        raise ValueError(f"channel {channel} is outside the output, which has {len(bench.output)}: count from 0")
    read = window(bench.spec, where, tuple(bench.x.shape[1:]))
    value = latex_number(bench.output[(channel, *where)])
    name = f"y_{{{','.join(map(str, place))}}}"
    if bench.kind.pooling:
        return f"{name} = {_pooled(bench, channel, where)} = {value}"
    terms = _terms(bench, channel, read.padded)
    lines = [_sum([rf"{latex_number(x)} \cdot {_factor(w)}" for x, w in products]) for products in terms if products] or ["0"]
    bias = [] if bench.bias is None else [rf"\underbrace{{{_factor(bench.bias[channel])}}}_{{\text{{bias}}}}"]
    if len(lines) == 1 and len(terms[0]) <= MOST_TERMS:
        return f"{name} = {_sum([lines[0], *bias])} = {value}"
    parts = [latex_number(sum(float(x) * float(w) for x, w in products)) for products in terms]
    rows = [rf"s_{{{c}}} &= {line} = {part}" for c, line, part in zip(_inputs(bench, channel), lines, parts, strict=True)]
    total = rf"{name} &= {_sum([*parts, *bias])} = {value}"
    return "\\begin{aligned}\n" + " \\\\\n".join([*rows, total]) + "\n\\end{aligned}"


def latex_number(value: Tensor | float) -> str:
    """Whole numbers as they are, others with up to four decimals."""
    number = float(value)
    if abs(number) == float("inf"):
        return r"\infty" if number > 0 else r"-\infty"
    text = str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _inputs(bench: Bench, channel: int) -> range:
    """The input channels that an output channel reads."""
    ins = len(bench.x) // bench.spec.groups
    group = channel // (bench.out_channels // bench.spec.groups)
    return range(group * ins, (group + 1) * ins)


def _terms(bench: Bench, channel: int, padded: tuple[tuple[int, ...], ...]) -> list[list[tuple[Tensor, Tensor]]]:
    """(input, weight) of every term, a list for each input channel; of a transposed convolution only what is stamped."""
    assert bench.weight is not None
    taps = list(product(*(range(len(places)) for places in padded)))
    terms = []
    for index, source in enumerate(_inputs(bench, channel)):
        if bench.kind.transposed:
            kernel = bench.weight[source, channel % bench.weight.shape[1]].flip(tuple(range(len(padded))))
            reads = [(_stamped(bench, source, padded, tap), kernel[tap]) for tap in taps]
            terms.append([(x, w) for x, w in reads if x is not None])
        else:
            border = pad_input(bench.x[source : source + 1], bench.spec)[0]
            places = [tuple(axis[i] for axis, i in zip(padded, tap, strict=True)) for tap in taps]
            terms.append([(border[at], bench.weight[channel, index][tap]) for at, tap in zip(places, taps, strict=True)])
    return terms


def _stamped(bench: Bench, source: int, padded: tuple[tuple[int, ...], ...], tap: tuple[int, ...]) -> Tensor | None:
    """The input value under a tap of the equivalent direct convolution; None where a zero was put in."""
    at = []
    for axis, i, side, size in zip(padded, tap, bench.spec.along(len(padded)), bench.x.shape[1:], strict=True):
        offset = axis[i] - (side.reach - 1 - side.padding)
        if offset % side.stride or not 0 <= offset // side.stride < size:
            return None
        at.append(offset // side.stride)
    return bench.x[(source, *at)]


def _pooled(bench: Bench, channel: int, where: Sequence[int]) -> str:
    """max(...) or a fraction; places in the padding are left out of a maximum and are zeros of a mean."""
    ranges, counts = [], 1
    for at, side, size in zip(where, bench.spec.along(len(where)), bench.x.shape[1:], strict=True):
        first = at * side.stride - side.padding
        places = [first + tap * side.dilation for tap in range(side.kernel_size)]
        ranges.append([place for place in places if 0 <= place < size])
        counts *= len([p for p in places if p < size + side.padding]) if bench.count_include_pad else len(ranges[-1])
    values = [latex_number(bench.x[(channel, *at)]) for at in product(*ranges)]
    if bench.kind.pooling == "max":
        return rf"\max({', '.join(values)})"
    return rf"\frac{{{_sum(values)}}}{{{counts}}}"


def _sum(terms: Sequence[str]) -> str:
    return " + ".join(f"({term})" if term.startswith("-") and k else term for k, term in enumerate(terms)) or "0"


def _factor(value: Tensor | float) -> str:
    text = latex_number(value)
    return f"({text})" if text.startswith("-") else text
