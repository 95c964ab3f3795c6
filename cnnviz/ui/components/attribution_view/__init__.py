"""Signed maps of one picture side by side: a place pointed at in one is marked and read in all of them, in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.figures.colours import DIVERGING
from cnnviz.ui.components import component, pack

LEVELS = 32767  # a value goes to the browser as a share of its map's largest, in so many steps to either side

_mount = component("attribution_view")


@dataclass(frozen=True, eq=False)
class Panel:
    """One map. values: (H,W) float32, finite, or None where there is none; message: then, or over an even map, why.

    limit: the value at the end of the colour scale, above 0. note: a line under the map.
    """

    values: np.ndarray | None
    limit: float = 1.0
    note: str = ""
    message: str = ""


def attribution_view(
    heads: Sequence[tuple[str, str]], rows: Sequence[tuple[str, Sequence[Panel]]], picture: np.ndarray, *, over: bool, key: str
) -> None:
    """Show a row of panels for each class, a column for each method.

    heads: each method's name and what its numbers are. rows: each class in words, and its panels. picture: uint8 (H,W) grey, of
    the maps' size. over: lay the colours over the picture.
    """
    blobs, header_rows = [DIVERGING.tobytes(), np.ascontiguousarray(picture).tobytes()], []
    for label, panels in rows:
        described = []
        for panel in panels:
            largest = 0.0
            if panel.values is not None:
                largest = float(np.abs(panel.values).max())
                blobs.append(np.round(panel.values * (LEVELS / (largest or 1.0))).astype("<i2").tobytes())
            described.append({
                "map": panel.values is not None, "largest": largest, "limit": float(panel.limit), "note": panel.note,
                "message": panel.message,
            })  # fmt: skip
        header_rows.append({"label": label, "panels": described})
    header = {"heads": [list(head) for head in heads], "rows": header_rows, "shape": list(picture.shape), "over": over}
    _mount(key=key, data=pack(header, *blobs))
