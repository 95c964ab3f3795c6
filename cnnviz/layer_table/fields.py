"""The receptive field of every unit of a map, through layers, branches, skips and changes of size.

Along one dimension a field is an interval of input pixels for each place of the map, on a grid that is thought to go on
without end beyond its padding. The intervals repeat, shifted, after a period: one place for convolutions and poolings,
several after an upsampling, where neighbours see the same pixels.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Axis:
    """Along one dimension: the first and last input pixel that each place of a period sees, and the shift to the next."""

    lows: tuple[int, ...]
    highs: tuple[int, ...]
    shift: int

    @property
    def period(self) -> int:
        return len(self.lows)

    def span(self, place: int) -> tuple[int, int]:
        """First and last input pixel, both included; outside the picture they lie in padding."""
        rounds, at = divmod(place, self.period)
        return self.lows[at] + rounds * self.shift, self.highs[at] + rounds * self.shift

    def through(self, period: int, first: Callable[[int], int], last: Callable[[int], int]) -> "Axis":
        """The axis of a layer whose place i reads this axis' places first(i) to last(i), which repeat after period."""
        spans = [sorted((first(i), last(i))) for i in range(period)]
        lows = tuple(self.span(i)[0] for i, _ in spans)
        highs = tuple(self.span(j)[1] for _, j in spans)
        return Axis(lows, highs, self.span(min(first(period), last(period)))[0] - lows[0])


@dataclass(frozen=True)
class Field:
    """The receptive fields of a map: one axis and one number of places for each of its dimensions."""

    axes: tuple[Axis, ...]
    places: tuple[int, ...]

    @property
    def size(self) -> tuple[int, ...]:
        """How many input pixels a unit spans, the widest where units differ; padding counts as pixels."""
        return tuple(max(high - low + 1 for low, high in zip(a.lows, a.highs, strict=True)) for a in self.axes)

    @property
    def jump(self) -> tuple[int | float, ...]:
        """By how many input pixels the field moves from a unit to the next, on average; 0 where all see the same."""
        steps = [Fraction(axis.shift, axis.period) for axis in self.axes]
        return tuple(int(step) if step.denominator == 1 else float(step) for step in steps)

    def span(self, place: Sequence[int]) -> tuple[tuple[int, int], ...]:
        """First and last input pixel in each dimension that the unit at that place sees, both included, padding too."""
        return tuple(axis.span(at) for axis, at in zip(self.axes, place, strict=True))


def input_field(places: Sequence[int]) -> Field:
    """Every pixel sees itself."""
    return Field(tuple(Axis((0,), (0,), 1) for _ in places), tuple(places))


def windowed(
    field: Field, places: Sequence[int], kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int],
) -> Field:  # fmt: skip
    """Through a convolution or a pooling. Negative padding crops, a stride alone leaves out."""

    def along(axis: Axis, k: int, s: int, p: int, d: int) -> Axis:
        period = axis.period // math.gcd(axis.period, s)
        return axis.through(period, lambda i: i * s - p, lambda i: i * s - p + d * (k - 1))

    return Field(tuple(map(along, field.axes, kernel, stride, padding, dilation)), tuple(places))


def transposed(
    field: Field, places: Sequence[int], kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int],
) -> Field:  # fmt: skip
    """Through a transposed convolution: place o is written by the places i with o = i stride - padding + tap dilation."""

    def along(axis: Axis, k: int, s: int, p: int, d: int) -> Axis:
        return axis.through(axis.period * s, lambda o: -((d * (k - 1) - o - p) // s), lambda o: (o + p) // s)

    return Field(tuple(map(along, field.axes, kernel, stride, padding, dilation)), tuple(places))


def resized(field: Field, places: Sequence[int], mode: str) -> Field:
    """Through a change to so many places: "adaptive" pooling, or "nearest" or "linear" interpolation (align_corners False)."""

    def along(axis: Axis, n: int, m: int) -> Axis:
        step = Fraction(n, m)  # input places for each output place
        rounds = axis.period // math.gcd(axis.period, step.numerator)
        centre = step / 2 - Fraction(1, 2)
        if mode == "adaptive":
            first, last = (lambda i: math.floor(i * step)), (lambda i: math.ceil((i + 1) * step) - 1)
        elif mode == "nearest":
            first = last = lambda i: math.floor(i * step)
        else:
            first, last = (lambda i: math.floor(i * step + centre)), (lambda i: math.ceil(i * step + centre))
        return axis.through(rounds * step.denominator, first, last)

    return Field(tuple(map(along, field.axes, field.places, places)), tuple(places))


def everywhere(field: Field) -> Field:
    """Of a unit that reads the whole map: from the first pixel of its first place to the last of its last."""

    def along(axis: Axis, n: int) -> Axis:
        spans = [axis.span(i) for i in range(n)]
        return Axis((min(low for low, _ in spans),), (max(high for _, high in spans),), 0)

    return Field(tuple(map(along, field.axes, field.places)), (1,) * len(field.axes))


def together(fields: Sequence[Field]) -> Field:
    """Of a unit that reads the same place of several maps: from the first pixel of any to the last (the longest path)."""
    if len({field.jump for field in fields}) > 1:  # a map and a number for the whole picture: then all units see it all
        fields = [everywhere(field) for field in fields]

    def along(*axes: Axis) -> Axis:
        period = math.lcm(*(axis.period for axis in axes))
        spans = [[axis.span(i) for axis in axes] for i in range(period)]
        lows = tuple(min(low for low, _ in row) for row in spans)
        highs = tuple(max(high for _, high in row) for row in spans)
        return Axis(lows, highs, axes[0].shift * period // axes[0].period)

    return Field(tuple(map(along, *(field.axes for field in fields))), max(field.places for field in fields))
