"""Which input places an output place reads, and which places nothing reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.convolution.sizes import as_sizes, output_size
from cnnviz.convolution.spec import ConvSpec, Side

MOST_PLACES = 10_000  # a side, or a loop, longer than this is not for the eye, and the explicit loop would take seconds


@dataclass(frozen=True)
class Window:
    """What one output place reads: per dimension, one entry for each tap of the kernel, in the kernel's order.

    padded: places in the padded input (transposed: in the stretched, padded input).
    inputs: the same places counted in the input: negative, or its size and more, in the padding; None for a zero
        that transposed convolution puts between two inputs.
    is_padding: which of them lie outside the input.
    sources: the input place whose value stands there: itself, or the one that a padding place mirrors; None for a zero.
    """

    padded: tuple[tuple[int, ...], ...]
    inputs: tuple[tuple[int | None, ...], ...]
    is_padding: tuple[tuple[bool, ...], ...]
    sources: tuple[tuple[int | None, ...], ...]


def window(spec: ConvSpec, place: int | Sequence[int], input_size: int | Sequence[int]) -> Window:
    """The input places that the output at `place` (row, col) reads.

    For transposed convolution they are those of the equivalent direct convolution over the stretched input, whose
    kernel is flipped: tap i there is tap kernel_size - 1 - i of the weight.
    Raises ValueError for a place outside the output.
    """
    sizes = as_sizes(input_size)
    output = output_size(spec, sizes)
    place = (place,) if isinstance(place, int) else tuple(place)
    if len(place) != len(output) or not all(0 <= at < size for at, size in zip(place, output, strict=True)):
        raise ValueError(f"place {place} is outside the output of size {output}: count from 0 in each dimension")
    along = [_taps(spec, *each) for each in zip(place, sizes, spec.along(len(sizes)), strict=True)]
    return Window(*(tuple(column) for column in zip(*along, strict=True)))


def unread(spec: ConvSpec, input_size: int | Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Per dimension, the places of the padded input (transposed: the stretched one) that no output reads.

    They are what the floor of the size rule throws away at the end, and the gaps where stride or dilation steps over.
    """
    sizes = as_sizes(input_size)
    sides = spec.along(len(sizes))
    left_out = []
    for size, steps, side in zip(sizes, output_size(spec, sizes), sides, strict=True):
        length = padded_length(spec, size, side)
        if length > MOST_PLACES:
            raise ValueError(f"{length} places are too many to list: at most {MOST_PLACES:,} along one dimension")
        stride = 1 if spec.transposed else side.stride
        read = {step * stride + tap * side.dilation for step in range(steps) for tap in range(side.kernel_size)}
        left_out.append(tuple(place for place in range(length) if place not in read))
    return tuple(left_out)


def padded_length(spec: ConvSpec, size: int, side: Side) -> int:
    """The length of the padded input along one dimension; for transposed convolution of the stretched, padded one."""
    if spec.transposed:
        return (size - 1) * side.stride + 1 + 2 * leading_zeros(side) + side.output_padding
    return size + 2 * side.padding


def leading_zeros(side: Side) -> int:
    """Where the first input lies in the stretched one (transposed convolution); negative where padding crops it."""
    return side.reach - 1 - side.padding


def _taps(
    spec: ConvSpec, at: int, size: int, side: Side
) -> tuple[tuple[int, ...], tuple[int | None, ...], tuple[bool, ...], tuple[int | None, ...]]:
    """Along one dimension, the four fields of Window for the output place `at`."""
    start = at if spec.transposed else at * side.stride
    padded = tuple(start + tap * side.dilation for tap in range(side.kernel_size))
    inputs: tuple[int | None, ...]
    if spec.transposed:
        offsets = [place - leading_zeros(side) for place in padded]
        inputs = tuple(offset // side.stride if offset % side.stride == 0 else None for offset in offsets)
        is_padding = tuple(not 0 <= offset <= (size - 1) * side.stride for offset in offsets)
        return (
            padded,
            inputs,
            is_padding,
            tuple(None if outside else place for place, outside in zip(inputs, is_padding, strict=True)),
        )
    places = [place - side.padding for place in padded]
    is_padding = tuple(not 0 <= place < size for place in places)
    return padded, tuple(places), is_padding, tuple(source_place(place, size, spec.padding_mode) for place in places)


def source_place(place: int, size: int, padding_mode: str) -> int | None:
    """The input place whose value the border shows at `place` (below 0, or `size` or more); None for a zero."""
    if 0 <= place < size:
        return place
    if padding_mode == "replicate":
        return min(max(place, 0), size - 1)
    if padding_mode == "circular":
        return place % size
    if padding_mode == "reflect":
        return -place if place < 0 else 2 * (size - 1) - place
    return None
