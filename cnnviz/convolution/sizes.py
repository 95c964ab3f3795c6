"""Output sizes by PyTorch's rule, and what to change where a kernel does not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from cnnviz.convolution.spec import LEAST, PADDING_MODES, ConvSpec, Side, as_text, check_whole


def output_size(spec: ConvSpec, input_size: int | Sequence[int], *, pooling: bool = False) -> tuple[int, ...]:
    """The size of the output, one number per dimension, for an input of that size (channels not counted).

    Forward: floor((n + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1; with ceil_mode (pooling) rounded up,
    less one where the last window would start past the input and its leading padding.
    Transposed: (n - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1.
    Raises ValueError where PyTorch refuses: a kernel larger than the padded input, a border wider than its padding mode
    can fill, an empty output. With `pooling` the message offers only what a pooling can take.
    Source: documentation of torch.nn.Conv2d, ConvTranspose2d and MaxPool2d, section "Shape".
    """
    sizes = as_sizes(input_size)
    sides = spec.along(len(sizes))
    for size, side in zip(sizes, sides, strict=True):
        widest = _widest_padding(size, spec.padding_mode)
        if side.padding > widest:
            raise ValueError(
                f"padding {as_text(spec.padding)} is more than padding_mode {spec.padding_mode!r} can fill on "
                f"{input_text(sizes)}, which is {widest} along a side of {size}: {_way_out(spec, sizes, pooling)}"
            )
    output = tuple(_size_along(spec, size, side) for size, side in zip(sizes, sides, strict=True))
    if min(output) >= 1:
        return output
    if spec.transposed:
        raise ValueError(
            f"padding {as_text(spec.padding)} crops all that kernel_size {as_text(spec.kernel_size)} makes of "
            f"{input_text(sizes)}, to {'x'.join(map(str, output))}: {_way_out(spec, sizes, pooling)}"
        )
    spread = any(side.dilation > 1 for side in sides)
    reach = as_text(tuple(side.reach for side in sides))
    raise ValueError(
        f"kernel_size {as_text(spec.kernel_size)} "
        + (f"with dilation {as_text(spec.dilation)} spans {reach} places and " if spread else "")
        + f"does not fit {input_text(sizes)} with padding {as_text(spec.padding)}: {_way_out(spec, sizes, pooling)}"
    )


def check_pooling(spec: ConvSpec, mode: str = "max") -> None:
    """Raise ValueError where the settings cannot be those of a pooling, "max" or "average", in PyTorch."""
    if mode not in ("max", "average"):
        raise ValueError(f"mode is {mode!r}: it must be 'max' or 'average'")
    if spec.groups != 1:
        raise ValueError(
            f"groups {spec.groups} does not go with pooling, where each channel stands alone: give groups 1"
        )
    if spec.transposed:
        raise ValueError("pooling has no transposed form: give transposed=False")
    if spec.padding_mode != "zeros":
        raise ValueError(
            f"padding_mode {spec.padding_mode!r} does not go with pooling, whose padding never wins a maximum and "
            "counts as zero in an average: give padding_mode 'zeros'"
        )
    for side in spec.along(spec.dimensions or 1):
        if 2 * side.padding > side.kernel_size:
            raise ValueError(
                f"padding {side.padding} is more than half of the pooling's kernel_size {side.kernel_size}: "
                f"give padding {side.kernel_size // 2} or less, or kernel_size {2 * side.padding} or more"
            )
        if mode == "average" and side.dilation > 1:
            raise ValueError(f"dilation {side.dilation} does not go with average pooling: give dilation 1")


def nearest_fits(spec: ConvSpec, input_size: int | Sequence[int], *, pooling: bool = False) -> list[ConvSpec]:
    """The nearest settings that fit an input of that size, each with one field changed; empty where the settings fit.

    With `pooling`, settings that `check_pooling` refuses are left out.
    """
    sizes = as_sizes(input_size)
    if _fits(spec, sizes, pooling):
        return []
    return [changed for changed in _one_field_changed(spec, sizes) if _fits(changed, sizes, pooling)]


def _way_out(spec: ConvSpec, sizes: tuple[int, ...], pooling: bool) -> str:
    """The end of an error message: "give padding 1 or more, or kernel_size 5 or less"."""
    offers = []
    for fit in nearest_fits(spec, sizes, pooling=pooling or spec.ceil_mode):
        for name, least in LEAST.items():
            new, old = getattr(fit.expand(len(sizes)), name), getattr(spec.expand(len(sizes)), name)
            if sum(new) > sum(old):
                offers.append(f"{name} {as_text(new)} or more")
            elif new != old:
                offers.append(f"{name} {as_text(new)}{' or less' if max(new) > least else ''}")
        if fit.padding_mode != spec.padding_mode:
            offers.append(f"padding_mode {fit.padding_mode!r}")
    return "give " + ", or ".join(offers) if offers else "give a larger input, or change more than one setting"


def as_sizes(input_size: int | Sequence[int]) -> tuple[int, ...]:
    """The input's size as a tuple of 1 to 3 checked ints."""
    sizes = (input_size,) if isinstance(input_size, int) else tuple(input_size)
    if not 1 <= len(sizes) <= 3:
        raise ValueError(f"the input has {len(sizes)} dimensions: give 1, 2 or 3 sizes")
    for size in sizes:
        check_whole("input size", size, 1)
    return sizes


def input_text(sizes: tuple[int, ...]) -> str:
    """(5, 5) -> "a 5x5 input", (5,) -> "an input of length 5"."""
    return f"an input of length {sizes[0]}" if len(sizes) == 1 else f"a {'x'.join(map(str, sizes))} input"


def _size_along(spec: ConvSpec, size: int, side: Side) -> int:
    """The output's size along one dimension; 0 or less where nothing fits."""
    if spec.transposed:
        return (size - 1) * side.stride - 2 * side.padding + side.reach + side.output_padding
    room = size + 2 * side.padding - side.reach
    if not spec.ceil_mode:
        return room // side.stride + 1 if room >= 0 else 0
    windows = -(-room // side.stride) + 1
    return windows - 1 if (windows - 1) * side.stride >= size + side.padding else windows


def _widest_padding(size: int, padding_mode: str) -> float:
    """A reflection leaves the edge out, so it has size - 1 places to give; a wrapped border has size."""
    return {"reflect": size - 1, "circular": size}.get(padding_mode, float("inf"))


def _fits(spec: ConvSpec, sizes: tuple[int, ...], pooling: bool) -> bool:
    if pooling and any(2 * side.padding > side.kernel_size for side in spec.along(len(sizes))):
        return False
    return all(
        _size_along(spec, size, side) >= 1 and side.padding <= _widest_padding(size, spec.padding_mode)
        for size, side in zip(sizes, spec.along(len(sizes)), strict=True)
    )


def _one_field_changed(spec: ConvSpec, sizes: tuple[int, ...]) -> Iterator[ConvSpec]:
    """Settings that differ in one field, by the least change that could help; not all of them fit."""
    sides = spec.along(len(sizes))
    needed = [_least_change(spec, size, side) for size, side in zip(sizes, sides, strict=True)]
    for name, least in LEAST.items():
        numbers = tuple(change.get(name, getattr(side, name)) for change, side in zip(needed, sides, strict=True))
        if min(numbers) < least or numbers == tuple(getattr(side, name) for side in sides):
            continue
        one_number = spec.dimensions is None and len(set(numbers)) == 1
        change: dict[str, Any] = {name: numbers[0] if one_number else numbers}
        yield replace(spec, **change)
    if not spec.transposed:
        yield from (replace(spec, padding_mode=mode) for mode in PADDING_MODES if mode != spec.padding_mode)


def _least_change(spec: ConvSpec, size: int, side: Side) -> dict[str, int]:
    """For each field that alone could make this dimension fit: the nearest number that does."""
    gaps = max(side.kernel_size - 1, 1)  # a kernel of 1 has none, and no dilation helps it: any divisor will do
    if spec.transposed:
        spread = (size - 1) * side.stride + side.output_padding  # without padding, the output has spread + reach places
        return {
            "kernel_size": max(side.kernel_size, _up(2 * side.padding - spread, side.dilation) + 1),
            "padding": min(side.padding, (spread + side.reach - 1) // 2),
            "dilation": max(side.dilation, _up(2 * side.padding - spread, gaps)),
        }
    over = side.stride - 1 if spec.ceil_mode else 0  # ceil_mode lets the window stand out that far
    room = size + 2 * side.padding + over
    enough = max(side.padding, _up(side.reach - over - size, 2))
    return {
        "kernel_size": min(side.kernel_size, (room - 1) // side.dilation + 1),
        "padding": int(min(enough, _widest_padding(size, spec.padding_mode))),
        "dilation": min(side.dilation, (room - 1) // gaps),
    }


def _up(number: int, divisor: int) -> int:
    """The quotient rounded up."""
    return -(-number // divisor)
