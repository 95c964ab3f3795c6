"""The convolution bench in the browser: stepping, playing, hovering and predicting, without a message to the server."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.bench import Bench
from cnnviz.bench.scenes import header
from cnnviz.bench.supply import Supply
from cnnviz.bench.volume import Volume
from cnnviz.figures.colours import DIVERGING
from cnnviz.latex import worked_sum
from cnnviz.ui.components import component, pack
from cnnviz.ui.components.convolution_bench.desk import Desk

ENDS = ["#{:02x}{:02x}{:02x}".format(*DIVERGING[at]) for at in (80, 180)]  # told apart, and light enough to read numbers on

_mount = component("convolution_bench")


@dataclass(frozen=True)
class Edit:
    """A cell typed in the browser: "input" with (channel, row, col), or "kernel" with the weight's own four indices."""

    part: str
    index: tuple[int, ...]
    value: float


def convolution_bench(
    shown: Bench | Volume | None, *, key: str, desk: Desk | None = None, caption: str = "", height: int = 540,
    on_edit: Callable[[Edit], None] | None = None, supply: Supply | None = None,
) -> tuple[int, ...] | None:  # fmt: skip
    """Show a bench, a Conv3d, or the desk alone; returns the output place whose sum was asked for as LaTeX, or None.

    caption: markup under the grids. height: the least CSS pixels that the whole component takes; a taller window gives it
    more. on_edit runs before the rerun that a typed cell causes. supply: the numbers with which the browser draws a changed
    setting at once, until the answer arrives. The place is (channel, row, col).
    """
    desk, bench = desk or Desk(), shown if isinstance(shown, Bench) else None
    described, blobs = header(bench) if bench else ({"scenes": []}, [])
    state = st.session_state.get(key, {})  # what the browser has said: Python answers it in the same run
    place = _place(state.get("worked"), bench) if bench else None

    def edited() -> None:
        edit = bench and _checked(st.session_state[key].get("edit"), bench)
        if on_edit and edit:
            on_edit(edit)

    more = {
        "desk": desk.header(), "colours": ENDS, "caption": caption, "height": height,
        "latex": worked_sum(bench, place) if bench and place else "",
        "volume": _volume(shown, state.get("box"), caption) if isinstance(shown, Volume) else None,
        "supply": supply and supply.described(blobs),
    }  # fmt: skip
    _mount(
        key=key, data=pack({**described, **more}, *blobs), on_edit_change=edited, on_worked_change=lambda: None,
        on_box_change=lambda: None, **desk.handlers(key),
    )  # fmt: skip
    return place


def _volume(volume: Volume, at: Any, caption: str) -> dict[str, Any]:
    """A Conv3d with its box at the place that the browser asked for, at first the second."""
    if not isinstance(at, int) or not 0 <= at < volume.places:
        at = min(1, volume.places - 1)
    return {"picture": volume.picture(at), "places": volume.places, "at": at, "caption": caption}


def _checked(edit: Any, bench: Bench) -> Edit | None:
    """What a browser sent as an edit, or None where it does not fit the bench on the screen."""
    if not isinstance(edit, dict):
        return None
    target = bench.x if edit.get("part") == "input" else bench.weight
    index, value = edit.get("index"), edit.get("value")
    if target is None or not isinstance(index, list) or not isinstance(value, int | float) or not abs(value) <= 1e6:
        return None
    if bench.kind.dimensions == 1:
        index = [*index[:-2], index[-1]]  # the one row is not a dimension of the tensor
    if len(index) != target.dim() or not all(isinstance(i, int) and 0 <= i < n for i, n in zip(index, target.shape, strict=False)):
        return None
    return Edit(edit["part"], tuple(index), float(value))


def _place(worked: Any, bench: Bench) -> tuple[int, ...] | None:
    """The output place that a browser sent, or None where the output has no such place."""
    if not isinstance(worked, list) or not all(isinstance(number, int) for number in worked):
        return None
    place = worked if bench.kind.dimensions == 2 else [worked[0], *worked[2:]]
    fits = len(place) == bench.output.dim() and all(0 <= i < n for i, n in zip(place, bench.output.shape, strict=True))
    return tuple(place) if fits else None
