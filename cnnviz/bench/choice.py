"""What a visitor has chosen, as typed and unchecked, and the bench that it makes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from cnnviz.bench.setting import LAYERS, MOST_CHANNELS, MOST_DRAWN, MOST_SIDE, Bench, check_sizes, make_bench, whole
from cnnviz.bench.values import bias_from_text, made, refit, values_from_text, values_to_text
from cnnviz.bench.volume import MOST_SIDE as MOST_VOLUME
from cnnviz.bench.volume import Volume
from cnnviz.convolution import ConvSpec, nearest_fits, output_size
from cnnviz.presets import Preset

PER_DIMENSION = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}  # field: least value
_LAYER_OF = {"conv": "Conv{}d", "transposed": "ConvTranspose{}d", "max_pool": "MaxPool{}d", "average_pool": "AvgPool{}d"}
_MOST_TAPS = 16  # rows and columns of a kernel: as many as the input can have
Number = float | str | None  # as typed: a text that is no number stays a text, an empty field is None
Three = tuple[Number, Number, Number]


def number(text: str) -> Number:
    """A typed number: 2.5, −1 and 1,5 are read; what is none stays as it is, an empty text is None."""
    plain = text.strip().replace("−", "-")
    try:
        return float(plain.replace(",", ".")) if plain else None
    except ValueError:
        return text.strip()


@dataclass(frozen=True)
class Choice:
    """Every control of the bench. Numbers are as typed (2.5 and -1 are told apart from what fits only by `bench`).

    size and the fields of PER_DIMENSION: (depth, rows, columns); a Conv1d uses the last, a Conv2d the last two.
    """

    layer: str = "Conv2d"
    size: Three = (5, 5, 5)
    in_channels: Number = 1
    out_channels: Number = 1
    groups: Number = 1
    kernel_size: Three = (3, 3, 3)
    stride: Three = (1, 1, 1)
    padding: Three = (0, 0, 0)
    dilation: Three = (1, 1, 1)
    output_padding: Three = (0, 0, 0)
    padding_mode: str = "zeros"
    ceil_mode: bool = False
    count_include_pad: bool = True
    input: str = "integers"
    input_text: str = ""
    weight: str = "integers"
    weight_text: str = ""
    bias: str = ""
    seed: Number = 0

    @property
    def pooling(self) -> bool:
        return LAYERS[self.layer].pooling is not None

    def spec(self) -> ConvSpec:
        """The settings that matter for the layer, checked by ConvSpec; ValueError names the value and the way out."""
        kind = LAYERS[self.layer]
        limits = {"kernel_size": _MOST_TAPS, "padding": MOST_DRAWN, "stride": MOST_DRAWN, "dilation": MOST_DRAWN}
        numbers: dict[str, Any] = {
            name: tuple(whole(name, number, least, limits.get(name)) for number in getattr(self, name)[-kind.dimensions :])
            for name, least in PER_DIMENSION.items()
            if not (name == "output_padding" and not kind.transposed) and not (name == "dilation" and kind.pooling == "average")
        }
        plain = kind.pooling or kind.transposed
        return ConvSpec(
            **numbers,
            groups=1 if kind.pooling else whole("groups", self.groups, 1),
            transposed=kind.transposed,
            padding_mode="zeros" if plain else self.padding_mode,
            ceil_mode=bool(kind.pooling) and self.ceil_mode,
        )

    def input_size(self, most: int = MOST_SIDE) -> tuple[int, ...]:
        names = ("input depth", "input rows", "input columns") if LAYERS[self.layer].dimensions > 1 else ("", "", "input length")
        count = LAYERS[self.layer].dimensions
        return tuple(whole(name, n, 1, most) for name, n in list(zip(names, self.size, strict=True))[-count:])

    def channels(self) -> tuple[int, int]:
        """in_channels and out_channels; a pooling keeps its channels."""
        ins = whole("in_channels", self.in_channels, 1, MOST_CHANNELS)
        outs = ins if self.pooling else whole("out_channels", self.out_channels, 1, MOST_CHANNELS)
        groups = 1 if self.pooling else whole("groups", self.groups, 1)
        for name, count in {"in_channels": ins, "out_channels": outs}.items():
            if count % groups:
                shared = [str(g) for g in range(1, MOST_CHANNELS + 1) if ins % g == 0 and outs % g == 0]
                raise ValueError(f"groups {groups} does not divide {name} {count}: give groups {' or '.join(shared)}")
        return ins, outs

    def bench(self) -> Bench:
        """The layer with its numbers; ValueError for what does not fit, with the way out."""
        kind = LAYERS[self.layer]
        if kind.dimensions > 2:
            raise ValueError(f"{self.layer} has sizes only: choose a layer of one or two dimensions")
        size, (ins, outs), spec = self.input_size(), self.channels(), self.spec()
        check_sizes(self.layer, spec, size, ins, self.pooling)
        x = self.numbers("input", (ins, *size))
        if self.pooling:
            return make_bench(self.layer, spec, x, count_include_pad=self.count_include_pad)
        first, second = (ins, outs) if kind.transposed else (outs, ins)
        kernel = (side.kernel_size for side in spec.along(kind.dimensions))
        weight = self.numbers("weight", (first, second // spec.groups, *kernel))
        return make_bench(self.layer, spec, x, weight, bias_from_text(self.bias, outs))

    def volume(self) -> Volume:
        """A Conv3d by its sizes; ValueError for what does not fit."""
        size, (ins, outs), spec = self.input_size(MOST_VOLUME), self.channels(), self.spec()
        output_size(spec, size)
        return Volume(spec, size, ins, outs)

    def numbers(self, name: str, shape: Sequence[int]) -> Tensor:
        """The "input" or the "weight" of that shape: typed ones fill the upper left corner, seeded ones the rest.

        ValueError for a seed that is none, and for typed numbers that cannot be read.
        """
        source, text, weights = getattr(self, name), getattr(self, f"{name}_text"), name == "weight"
        seed = whole("seed", self.seed, 0, 2**31) + weights
        if source != "typed":
            return made(source, shape, seed, signed=weights)
        try:
            typed = _in_shape(values_from_text(text), self.layer, weights)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        return refit(typed, made("integers", shape, seed, signed=weights))

    def fault_of_text(self, name: str) -> str:
        """Why the typed input or weight cannot be read; empty where it can, and where it is not used."""
        if getattr(self, name) != "typed":
            return ""
        try:
            values_from_text(getattr(self, f"{name}_text"))
        except ValueError as error:
            return str(error)
        return ""

    def size_of_text(self, name: str) -> dict[str, object]:
        """The fields that a newly typed input or weight decides: its size and channels; empty where it cannot be read."""
        kind = LAYERS[self.layer]
        try:
            shape = _in_shape(values_from_text(getattr(self, f"{name}_text")), self.layer, name == "weight").shape
        except ValueError:
            return {}
        if name == "input":
            return {"in_channels": shape[0], "size": (*self.size[: 3 - kind.dimensions], *shape[1:])}
        first, second = ("in_channels", "out_channels") if kind.transposed else ("out_channels", "in_channels")
        kernel: dict[str, object] = {"kernel_size": (*self.kernel_size[: 3 - kind.dimensions], *shape[2:])}
        groups = self.groups if isinstance(self.groups, float | int) and self.groups % 1 == 0 else None
        return kernel if groups is None else {first: shape[0], second: shape[1] * int(groups), **kernel}

    def with_cell(self, bench: Bench, part: str, index: Sequence[int], value: float) -> "Choice":
        """The same with one number of the shown bench changed: all its numbers are then typed ones."""
        values = (bench.x if part == "input" else bench.weight).clone()  # type: ignore[union-attr]
        values[tuple(index)] = value
        name = "input" if part == "input" else "weight"
        typed: dict[str, Any] = {name: "typed", f"{name}_text": text_of(values, bench.kind.dimensions)}
        return replace(self, **typed)

    def ways_out(self) -> list[tuple[str, dict[str, object]]]:
        """The nearest settings that fit where these do not: (label, fields to change); empty where nothing is known."""
        ways = self._whole_numbers() or self._beside_each_other()
        if ways:
            return ways
        try:
            size, spec = self.input_size(), self.spec()
        except ValueError:
            return []
        for fit in nearest_fits(spec, size, pooling=self.pooling):
            if fit.padding_mode != spec.padding_mode:
                ways.append((f"padding_mode {fit.padding_mode}", {"padding_mode": fit.padding_mode}))
                continue
            for name in PER_DIMENSION:
                new, old = (getattr(s.expand(len(size)), name) for s in (fit, spec))
                if new != old:
                    ways.append(self._way(name, new))
        return ways

    def _way(self, name: str, new: tuple[int, ...]) -> tuple[str, dict[str, object]]:
        """A field of PER_DIMENSION with other numbers for the layer's dimensions."""
        numbers = "×".join(map(str, new)) if len(set(new)) > 1 else str(new[0])
        return f"{name} {numbers}", {name: (*getattr(self, name)[: 3 - len(new)], *new)}

    def _beside_each_other(self) -> list[tuple[str, dict[str, object]]]:
        """Where each number is one, but not beside another: groups that divide, an output_padding that is small enough."""
        kind = LAYERS[self.layer]
        try:
            ins, outs, groups = (int(n) for n in (self.in_channels, self.out_channels, self.groups))  # type: ignore[arg-type]
            numbers = {name: tuple(map(int, getattr(self, name)[-kind.dimensions :])) for name in PER_DIMENSION}
        except (TypeError, ValueError):
            return []
        if not kind.pooling and (ins % groups or outs % groups):
            return [(f"groups {g}", {"groups": g}) for g in range(1, MOST_CHANNELS + 1) if ins % g == 0 and outs % g == 0]
        asked = numbers["output_padding"]
        largest = tuple(max(pair) - 1 for pair in zip(numbers["stride"], numbers["dilation"], strict=True))
        if not kind.transposed or all(out <= most for out, most in zip(asked, largest, strict=True)):
            return []
        lower = tuple(min(pair) for pair in zip(asked, largest, strict=True))
        wider = tuple(max(step, out + 1) if out > most else step
                      for step, out, most in zip(numbers["stride"], asked, largest, strict=True))  # fmt: skip
        return [self._way("output_padding", lower), self._way("stride", wider)]

    def _whole_numbers(self) -> list[tuple[str, dict[str, object]]]:
        """For the first number that is no whole one in its range: the nearest that are."""
        count = LAYERS[self.layer].dimensions
        limits = {"size": (1, MOST_SIDE), "in_channels": (1, MOST_CHANNELS), "out_channels": (1, MOST_CHANNELS),
                  "groups": (1, MOST_CHANNELS)}  # fmt: skip
        limits |= {name: (least, _MOST_TAPS) for name, least in PER_DIMENSION.items()}
        for name, (least, most) in limits.items():
            value = getattr(self, name)
            numbers: tuple[Number, ...] = value[-count:] if isinstance(value, tuple) else (value,)
            for number in numbers:
                if not isinstance(number, float | int) or not math.isfinite(number):
                    usual = getattr(Choice, name)
                    near = [usual[-1] if isinstance(usual, tuple) else usual]
                else:
                    near = sorted({min(max(rounded(number), least), most) for rounded in (math.floor, math.ceil)})
                if near == [number]:
                    continue
                label = f"input {name}" if name == "size" else name
                return [(f"{label} {n}", {name: tuple(n if v == number else v for v in value) if isinstance(value, tuple) else n})
                        for n in near]  # fmt: skip
        return []


def choice_of(preset: Preset) -> Choice:
    """A worked example as a choice, its numbers typed."""
    dimensions = preset.input.dim() - 1
    spec, transposed = preset.spec.expand(dimensions), preset.spec.transposed
    weight = preset.weight
    outs = len(preset.input) if weight is None else weight.shape[1] * spec.groups if transposed else len(weight)

    def three(numbers: Sequence[int]) -> Three:
        return (*(numbers[0],) * (3 - len(numbers)), *numbers)  # type: ignore[return-value]

    sides: dict[str, Any] = {name: three(getattr(spec, name)) for name in PER_DIMENSION}
    return Choice(
        layer=_LAYER_OF[preset.kind.removesuffix(f"{dimensions}d")].format(dimensions),
        size=three(preset.input.shape[1:]),
        in_channels=len(preset.input),
        out_channels=outs,
        groups=spec.groups,
        **sides,
        padding_mode=spec.padding_mode,
        ceil_mode=spec.ceil_mode,
        input="typed",
        input_text=text_of(preset.input, dimensions),
        weight="integers" if weight is None else "typed",
        weight_text="" if weight is None else text_of(weight, dimensions),
        bias="" if preset.bias is None else ", ".join(f"{b:g}" for b in preset.bias.tolist()),
    )


def text_of(values: Tensor, dimensions: int) -> str:
    """An input (channels, *size) or a weight (out, in, *kernel_size) as text for a link."""
    planes = values.unsqueeze(-2) if dimensions == 1 else values
    return values_to_text(planes if planes.dim() == 4 else planes[None])


def _in_shape(typed: Tensor, layer: str, weights: bool) -> Tensor:
    """Typed numbers (groups, matrices, rows, columns) in the layer's dimensions; rows are the channels of a sequence."""
    if LAYERS[layer].dimensions == 1:
        if typed.shape[1] == 1 and typed.shape[2] > 1:
            typed = typed.transpose(1, 2)
        typed = typed[:, :, 0]
    return typed if weights else typed.flatten(0, 1)

