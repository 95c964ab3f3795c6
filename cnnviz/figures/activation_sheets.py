"""Activation maps as they are sent to a browser or a file: 8 bits a value, each map on its own scale, with its exact limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from cnnviz.figures.colours import DIVERGING, ZERO
from cnnviz.figures.filter_grid import tiled
from cnnviz.figures.pictures import SMALLEST_LIMIT
from cnnviz.layer_table import LayerRow

SAME_NUMBERS = {"flatten", "dropout", "identity", "view", "reshape"}  # kinds, in small letters, that change no number
BUDGET = 1_600_000  # values of all strips together: 1.6 MB, drawn in less than a tenth of a second
LIMITS = ((64, 56), (64, 40), (32, 40), (32, 28), (16, 28), (16, 14))  # maps a layer and their longer side, tried in turn
MOST_UNITS = 4096  # of a layer without places


@dataclass(frozen=True, eq=False)
class Strip:
    """The maps of one layer, n of them shown.

    layer, kind: of its row; also: the layers after it that hold the same numbers. shape: of the layer's output, (C,H,W), or
    (C,1,1) for C units. channels: (n,), which maps these are. pixels: uint8 (n,h,w); a value is (pixel - zero) / (255 - zero)
    times the larger of its map's |low| and |high|, zero being 128 in a layer with negative values and 0 in one without; h and w
    are smaller than H and W where each pixel stands for the mean of several units. low, high, mean: float32 (n,), of the whole map.
    """

    layer: str
    kind: str
    also: tuple[str, ...]
    shape: tuple[int, int, int]
    channels: np.ndarray
    pixels: np.ndarray
    zero: int
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray

    @property
    def limit(self) -> np.ndarray:
        """The value at the end of each map's scale, (n,)."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    @property
    def whole(self) -> bool:
        """Whether every unit of the layer is there."""
        return self.pixels.shape == self.shape

    @property
    def values(self) -> np.ndarray:
        """What the pixels stand for, float32 (n,h,w): off by at most half a level."""
        return (self.pixels.astype(np.float32) - self.zero) * (self.limit / (255 - self.zero))[:, None, None]


def strips_of(rows: Sequence[LayerRow], activations: Mapping[str, np.ndarray], *, budget: int = BUDGET) -> list[Strip]:
    """The whole network, a strip a layer, from input to output.

    activations: float32, by layer, without a batch (cnnviz.engine.activations). A layer that only passes its numbers on stands
    with the one that made them. All units of all maps are there, unless they are more than `budget`; then the first maps of each
    layer, the large ones shrunk, but at least 16 maps of 14 places a side.
    """
    made: dict[str, list[str]] = {}
    for row in rows:
        source = _source(row, made) if row.kind.lower() in SAME_NUMBERS else None
        made.setdefault(source or row.name, []).append(row.name)
    kinds = {row.name: row.kind for row in rows}
    shapes = [as_maps(activations[name]).shape for name in made]
    count, side = _limits(shapes, budget)
    return [
        strip_of(name, kinds[name], activations[name], also=tuple(same[1:]), most=count, side=side) for name, same in made.items()
    ]


def strip_of(
    layer: str, kind: str, values: np.ndarray, *, channels: Sequence[int] | np.ndarray | None = None, also: tuple[str, ...] = (),
    most: int | None = None, side: int | None = None,
) -> Strip:  # fmt: skip
    """One layer's strip.

    values: (C,H,W) or (C,). channels: which maps, in this order, by default all. most: only the first so many, of units more;
    side: larger maps are shrunk to it.
    """
    maps = as_maps(values)
    signed = bool((values < 0).any())
    if most is not None and maps.shape[1:] == (1, 1):
        most = max(most, MOST_UNITS)
    chosen = np.arange(len(maps))[:most] if channels is None else np.asarray(channels, np.int64)[:most]
    shown = maps if channels is None and len(chosen) == len(maps) else maps[chosen]  # n H W
    flat = shown.reshape(len(shown), -1)
    low, high, mean = flat.min(1), flat.max(1), flat.mean(1)
    zero = ZERO if signed else 0
    limit = np.maximum(np.abs(low), np.abs(high))
    scale = np.divide(255 - zero, limit, out=np.zeros_like(limit), where=(limit > SMALLEST_LIMIT) & np.isfinite(limit))
    small = _shrunk(shown, side)
    with np.errstate(invalid="ignore"):
        levels = np.nan_to_num(np.rint(small * scale[:, None, None]), posinf=0, neginf=0)
    pixels = np.clip(levels + zero, 0, 255).astype(np.uint8)
    return Strip(layer, kind, also, maps.shape, chosen, pixels, zero, low, high, mean)


def as_maps(values: np.ndarray) -> np.ndarray:
    """A layer's output as maps (C,H,W): C units are maps of one place, a matrix is one map."""
    if values.ndim == 3:
        return values
    if values.ndim == 1:
        return values[:, None, None]
    return values.reshape(-1, *values.shape[-2:])


def sheet_picture(strip: Strip, *, shared: bool = True, tile: int = 56, across: int = 16) -> np.ndarray:
    """The strip's maps side by side, uint8 (H,W,3): blue below zero, white at it, orange above.

    shared: one scale for the layer, or each map on its own. tile: pixels of a map's longer side at least, in whole steps.
    """
    limit = strip.limit.max(initial=0.0) if shared else strip.limit[:, None, None]
    share = np.divide(strip.values, limit, out=np.zeros_like(strip.values), where=limit > 0)
    pixels = DIVERGING[np.rint(ZERO + 127 * share).astype(np.uint8)]  # n h w 3
    times = max(1, tile // max(strip.pixels.shape[1:]))
    return tiled(pixels.repeat(times, 1).repeat(times, 2), across=across)


def _source(row: LayerRow, made: Mapping[str, Sequence[str]]) -> str | None:
    """The layer whose numbers this row passes on."""
    return next((name for name, same in made.items() if row.inputs and row.inputs[0] in same), None)


def _limits(shapes: Sequence[tuple[int, ...]], budget: int) -> tuple[int | None, int | None]:
    """How many maps a layer and which longer side fit into the budget; (None, None): all."""
    for count, side in ((None, None), *LIMITS):
        values = 0
        for channels, height, width in shapes:
            shrink = min(1.0, side / max(height, width)) if side else 1.0
            shown = min(channels, count if height * width > 1 else MOST_UNITS) if count else channels
            values += int(shown * height * shrink * width * shrink)
        if values <= budget:
            break
    return count, side


def _shrunk(maps: np.ndarray, side: int | None) -> np.ndarray:
    """Maps (n,H,W) whose longer side is at most `side`: means over areas."""
    height, width = maps.shape[1:]
    if side is None or max(height, width) <= side:
        return maps
    shrink = side / max(height, width)
    size = (max(1, round(height * shrink)), max(1, round(width * shrink)))
    return F.adaptive_avg_pool2d(torch.from_numpy(np.ascontiguousarray(maps))[None], size)[0].numpy()
