"""What is known of one unit: the numbers that it reads, what it makes of them, and how far torch's number may be off."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

RELATIVE = 1e-5
FLOOR = 2.0**-21  # of the sum of the absolute terms: 8 roundings of float32
How = Literal["input", "sum", "max", "function", "move", "product", "distance", "share"]
Span = tuple[tuple[int, int], ...]  # first and last input pixel in each dimension, both included


class Source(NamedTuple):
    """A unit that is read: of a map (channel, row, col), of a vector (feature,)."""

    layer: str
    place: tuple[int, ...]


class Part(NamedTuple):
    """What a unit reads of one channel: a window of values, weights and products, all (h,w), and the products' sum.

    weights is None where nothing is weighed. places (h,w,d): of the values, -1 in padding.
    """

    layer: str
    channel: int
    values: np.ndarray
    weights: np.ndarray | None
    products: np.ndarray
    subtotal: float
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Terms:
    """All parts of a unit, as arrays: n channels (or branches, or features), each a window of h x w.

    layers, channels: of each part. values, weights, products: (n,h,w) float64, of torch's float32 numbers exactly; the
    products are what is summed up. places: (n,h,w,d), -1 in padding.
    """

    layers: tuple[str, ...]
    channels: np.ndarray
    values: np.ndarray
    weights: np.ndarray | None
    products: np.ndarray
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.layers)

    @cached_property
    def subtotals(self) -> np.ndarray:
        """The partial sum of each part, (n,)."""
        return self.products.sum(axis=(1, 2))

    @cached_property
    def inside(self) -> np.ndarray:
        """Which values are units that are read, (n,h,w); the others are padding."""
        return self.places[..., 0] >= 0

    def source(self, part: int, row: int, col: int) -> Source:
        return Source(self.layers[part], tuple(self.places[part, row, col].tolist()))

    def __iter__(self) -> Iterator[Part]:
        for n, layer in enumerate(self.layers):
            weights = None if self.weights is None else self.weights[n]
            yield Part(layer, int(self.channels[n]), self.values[n], weights, self.products[n], float(self.subtotals[n]),
                       self.places[n])  # fmt: skip


@dataclass(frozen=True, eq=False)
class Unit:
    """One number of a network, unfolded.

    value: torch's, float32. computed: the same from the layer's own inputs, in float64. magnitude: the sum of the
    absolute values of what is added on the way; float32 rounds in proportion to it, not to the sum.
    how: "sum" (of products, and the bias), "max" (the winner of a window), "function" (of one number, with constants),
    "move" (one number, unchanged), "product" (of branches), "distance" (to a code), "share" (divided by a norm over the
    terms) or "input". formula, worked: the rule, and the same with its numbers. constants: by name, batch norm's and so on.
    field: the input pixels that the unit sees; None where that is not known. note: where it lay before, and the like.
    """

    layer: str
    kind: str
    place: tuple[int, ...]
    value: float
    computed: float
    magnitude: float
    how: How
    formula: str
    worked: str
    terms: Terms
    bias: float | None
    constants: tuple[tuple[str, float], ...]
    field: Span | None
    note: str

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self.terms)

    @cached_property
    def inputs(self) -> tuple[Source, ...]:
        """The units that are read, each once, in the order of the terms; of a maximum the winner alone."""
        at = np.argwhere(self.terms.inside)
        if self.how == "max":
            at = at[[i for i, place in enumerate(at) if tuple(place) == self.winner]]
        return tuple(dict.fromkeys(self.terms.source(*place) for place in at.tolist()))

    @property
    def winner(self) -> tuple[int, int, int] | None:
        """(part, row, col) of the first largest value, where a maximum is taken."""
        return self.largest(self.terms.values) if self.how == "max" else None

    @property
    def strongest(self) -> Source | None:
        """The unit read whose contribution is largest in size, or the winner, or what is divided; None for the input."""
        if not self.terms.inside.any():
            return None
        if self.how == "share":
            return Source(self.terms.layers[0], self.place)
        chosen = self.winner or self.largest(np.abs(self.terms.products))
        return self.terms.source(*chosen)

    def largest(self, numbers: np.ndarray) -> tuple[int, int, int]:
        """(part, row, col) of the first largest of (n,h,w) numbers, padding left out."""
        at = np.unravel_index(np.argmax(np.where(self.terms.inside, numbers, -np.inf)), numbers.shape)
        return int(at[0]), int(at[1]), int(at[2])

    @property
    def difference(self) -> float:
        return self.computed - self.value

    @property
    def tolerance(self) -> float:
        """How far torch may be off: 1e-5 of the value, and at least 2^-20 of the magnitude, which is float32's own doing."""
        return RELATIVE * abs(self.value) + FLOOR * self.magnitude

    @property
    def agrees(self) -> bool:
        return self.difference == 0 or abs(self.difference) <= self.tolerance
