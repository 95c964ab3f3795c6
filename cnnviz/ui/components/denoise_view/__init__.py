"""A spoiled picture and what networks make of it, under a slider of the noise that acts while it is dragged; and the curves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.figures.colours import DIVERGING
from cnnviz.ui.components import component, pack

DEEP = 65535  # a pixel's 1.0, as it is sent
SIDE = 28

_mount = component("denoise_view")


@dataclass(frozen=True, eq=False)
class Shown:
    """One column: a picture (28,28) in [0,1], and its errors against the clean one, None for the clean one itself.

    colour: of its curve, "#0072B2". squared, cross_entropy: of this picture. means: of the test pictures at each level, each a
    (squared, cross_entropy) where there is one.
    """

    title: str
    picture: np.ndarray
    colour: str = ""
    squared: float | None = None
    cross_entropy: float | None = None
    means: Sequence[tuple[float, float | None]] = ()


@dataclass(frozen=True)
class Dial:
    """The slider: the noise's name, what its number is called, and its range. trained: a level to mark, or None."""

    name: str
    title: str
    unit: str
    high: float
    step: float
    trained: float | None = None


def denoise_view(
    columns: Sequence[Shown], *, key: str, dial: Dial, level: float, levels: Sequence[float], pictures: int, verdict: str = "",
    remarks: Sequence[str] = (), box: tuple[int, int, int] | None = None,
) -> None:  # fmt: skip
    """Show the clean picture (first column), the noisy one and the cleaned ones, their differences from the clean one and errors.

    level: what the pictures were made with; `hand` is what the visitor asks for, and causes the next run. levels: of the curves'
    means, which are over so many test `pictures`. box: row, column and side of what covers the noisy picture. ValueError for a
    picture of another shape or beyond [0,1].
    """
    if wrong := [each.title for each in columns if each.picture.shape != (SIDE, SIDE) or not _inside(each.picture)]:
        raise ValueError(f"{wrong[0]}: a picture of {SIDE} x {SIDE} in [0,1] is needed")
    pixels = np.stack([np.rint(each.picture.astype(np.float64) * DEEP) for each in columns]).astype("<u2")
    header = {
        "dial": vars(dial), "level": level, "levels": list(levels), "pictures": pictures, "verdict": verdict,
        "remarks": list(remarks), "box": box, "asked": _asked(key),
        "columns": [{"title": each.title, "colour": each.colour, "own": [_finite(each.squared), _finite(each.cross_entropy)],
                     "means": [list(mean) for mean in each.means]} for each in columns],
    }  # fmt: skip
    _mount(key=key, data=pack(header, DIVERGING.tobytes(), pixels.tobytes()), on_hand_change=lambda: None)


def hand(key: str, dial: Dial) -> float | None:
    """The level that the visitor's hand has set since the component was drawn; None before, and for what no slider can give."""
    sent = _sent(key)
    level = sent.get("level")
    if sent.get("kind") != dial.name or not isinstance(level, int | float) or not 0 <= level <= dial.high:  # false for nan
        return None
    return float(level)


def _asked(key: str) -> int:
    """The number of the question that this run answers; the browser waits for it."""
    asked = _sent(key).get("asked")
    return asked if type(asked) is int and 0 <= asked < 1 << 31 else 0


def _sent(key: str) -> dict[str, Any]:
    """Session state: what the browser sent last, read before the component is drawn with the answer."""
    sent = (st.session_state.get(key) or {}).get("hand")
    return sent if isinstance(sent, dict) else {}


def _finite(value: float | None) -> float | str | None:
    """JSON has no infinity."""
    return value if value is None or math.isfinite(value) else "∞"


def _inside(picture: np.ndarray) -> bool:
    return bool((picture >= 0).all() and (picture <= 1).all())  # false for nan
