"""Maps in strips, a strip a layer: hovering enlarges one, with its numbers and what its unit sees; a click chooses the unit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.figures.activation_sheets import Strip
from cnnviz.figures.colours import DIVERGING
from cnnviz.layer_table.fields import Field
from cnnviz.ui.components import component, pack

_mount = component("activation_view")


@dataclass(frozen=True, eq=False)
class Tiles:
    """A strip as the browser draws it.

    layer: its name; also: names that stand beside it. shape: (C,H,W) of what the tiles are maps of. channels: (n,) their numbers.
    pixels: uint8 (n,h,w), read as cnnviz.figures.activation_sheets.Strip says; or float32 (n,h,w), or (n,3,h,w) for colours, mid
    grey at zero. low, high, mean: float32 (n,). field: receptive field of the layer. labels, notes, marks: a text a tile, in
    place of "channel 3", below the numbers, and inside the tile of a unit. grey: the values of black and white, for a picture.
    about: in place of kind and shape. limit: the end of the common scale, by default the largest absolute value.
    """

    layer: str
    kind: str
    shape: tuple[int, int, int]
    channels: np.ndarray
    pixels: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    zero: int = 0
    also: tuple[str, ...] = ()
    field: Field | None = None
    labels: Sequence[str] | None = None
    notes: Sequence[str] | None = None
    marks: Sequence[str] | None = None
    grey: tuple[float, float] | None = None
    about: str | None = None
    limit: float | None = None

    @property
    def type(self) -> str:
        return "u8" if self.pixels.dtype == np.uint8 else "rgb" if self.pixels.ndim == 4 else "f4"


def tiles_of(strip: Strip, field: Field | None, **options: object) -> Tiles:
    """A layer's maps as tiles; options: further fields of Tiles."""
    return Tiles(
        strip.layer, strip.kind, strip.shape, strip.channels, strip.pixels, strip.low, strip.high, strip.mean, strip.zero,
        strip.also, field, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def activation_view(
    strips: Sequence[Tiles], picture: np.ndarray | None, *, key: str, about: str, height: int, picture_id: str = "",
    side: bool = False, own: bool = False, chosen: int = 0, still: bool = False, hint: str = "",
    on_unit: Callable[[str, tuple[int, int, int]], None] | None = None,
) -> None:  # fmt: skip
    """Show the strips.

    picture: the padded input, uint8 (H,W) or (H,W,3), or None where the tiles are no maps of it. height: CSS pixels; what is
    higher scrolls. side: the enlarged map stands beside the strips, else over them while the pointer is there. own: begins with
    each map on its own scale. chosen: the strip whose first map is enlarged while the pointer is elsewhere. still: no unit is
    marked. on_unit(layer, (channel, row, column)) runs before the rerun that a click causes; hint says what it does.
    """
    shapes = {strip.layer: strip.shape for strip in strips}

    def clicked() -> None:
        unit = read_unit((st.session_state.get(key) or {}).get("unit"), shapes)
        if unit and on_unit:
            on_unit(*unit)

    header = {
        "strips": [_described(strip) for strip in strips], "input": None if picture is None else picture.shape[:2],
        "about": about, "height": height, "id": picture_id, "side": side, "own": own, "chosen": chosen, "still": still,
        "hint": hint,
    }  # fmt: skip
    blobs = [DIVERGING.tobytes(), b"" if picture is None else np.ascontiguousarray(picture, np.uint8).tobytes()]
    for strip in strips:
        pixels = strip.pixels if strip.type == "u8" else strip.pixels.astype("<f4")
        stats = np.stack([strip.low, strip.high, strip.mean]).astype("<f4")
        blobs += [np.ascontiguousarray(pixels).tobytes(), strip.channels.astype("<i4").tobytes(), stats.tobytes()]
    _mount(key=key, data=pack(header, *blobs), on_unit_change=clicked)


def read_unit(sent: object, shapes: dict[str, tuple[int, int, int]]) -> tuple[str, tuple[int, int, int]] | None:
    """The layer and the (channel, row, column) that a browser sent; None where there is no such unit."""
    if not isinstance(sent, dict) or not isinstance(sent.get("layer"), str):
        return None
    layer, place = sent["layer"], sent.get("place")
    if layer not in shapes or not isinstance(place, list) or not all(type(at) is int for at in place):
        return None
    inside = len(place) == 3 and all(0 <= at < size for at, size in zip(place, shapes[layer], strict=True))
    return (layer, tuple(place)) if inside else None


def _described(strip: Tiles) -> dict[str, object]:
    axes = strip.field.axes if strip.field and len(strip.field.axes) == 2 else None
    found = {
        "layer": strip.layer, "kind": strip.kind, "also": strip.also, "shape": strip.shape, "zero": strip.zero, "type": strip.type,
        "size": (len(strip.pixels), *strip.pixels.shape[-2:]), "labels": strip.labels, "notes": strip.notes, "marks": strip.marks,
        "grey": strip.grey, "about": strip.about, "limit": strip.limit,
        "field": axes and [{"lows": axis.lows, "highs": axis.highs, "shift": axis.shift} for axis in axes],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None or name == "field"}
