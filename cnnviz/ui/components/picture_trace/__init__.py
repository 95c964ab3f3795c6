"""Pictures side by side, and in the browser, without a round trip, the exact sum behind any of their pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.figures.colours import DIVERGING, SEQUENTIAL
from cnnviz.steps import nearest_step
from cnnviz.ui.components import component, pack

MAX_SIDE = 15  # rows and columns of an editable kernel
MAX_TYPED = 40  # characters of one cell that are kept

Pair = int | tuple[int, int]
Place = tuple[int, int, int]  # panel, row, column
Cells = tuple[tuple[str, ...], ...]  # what stands in a kernel's cells, as typed


@dataclass(frozen=True)
class Filter:
    """A kernel (kH,kW) slid over every channel of panel `of`; flip=True is true convolution."""

    kernel: Sequence[Sequence[float]]
    of: int = 0
    stride: Pair = 1
    padding: Pair = 0
    dilation: Pair = 1
    padding_mode: str = "zeros"  # one of cnnviz.convolution.PADDING_MODES
    flip: bool = False


@dataclass(frozen=True)
class Pool:
    """Maximum or average of each window of panel `of`; where ceil_mode made the result larger, its shape says so."""

    mode: str  # "max" or "average"
    size: Pair
    stride: Pair
    of: int = 0
    padding: Pair = 0
    dilation: Pair = 1
    count_include_pad: bool = True


@dataclass(frozen=True)
class Relu:
    """max(0, x) of each pixel of panel `of`."""

    of: int = 0


@dataclass(frozen=True)
class Threshold:
    """`below` where a pixel of panel `of` is at most `level`; above, `above`, or the pixel itself if that is None."""

    level: float
    of: int = 0
    above: float | None = None
    below: float = 0.0


@dataclass(frozen=True)
class Magnitude:
    """sqrt(x² + y²) of the same pixel in two panels."""

    of: tuple[int, int]


@dataclass(frozen=True)
class Angle:
    """atan2(y, x) in radians of the same pixel in two panels, given as (x, y)."""

    of: tuple[int, int]


Operation = Filter | Pool | Relu | Threshold | Magnitude | Angle


@dataclass(frozen=True)
class Panel:
    """One picture of the row: its size (C,H,W), its painted pixels, and the operation that made it.

    pixels: uint8 (H,W), looked up in `palette` (256,3) or grey, or (H,W,3); None is the picture that `pixels` carries, or with
    an operation what the browser is to make, draw and describe itself (see `foresee` of picture_trace).
    The operation's `of` are earlier panels; None is an input. limits: the values at the two ends of the palette.
    """

    title: str
    shape: tuple[int, ...]
    pixels: np.ndarray | None = None
    palette: np.ndarray | None = None
    limits: tuple[float, float] | None = None
    operation: Operation | None = None
    caption: str = ""


@dataclass(frozen=True)
class Dial:
    """A number that the kernel is made from, as a slider below its cells; whole where its step is."""

    name: str
    low: float
    high: float
    step: float
    value: float
    unit: str = ""

    def nearest(self, value: Any) -> float:
        """The step that is nearest to a number from a browser or a link; the dial's own value for what is no number."""
        return nearest_step(value, self.low, self.high, self.step, self.value)


@dataclass(frozen=True)
class Grid:
    """A kernel drawn as a matrix of typed cells, between the first two panels; bad: the (row, col) cells to mark.

    dials: the numbers that a kernel is made from. maker: the function of makers.js that makes it from them while a
    dial moves ("gaussian" or "gabor"); without one, and where the number of cells changes, it waits for Python.
    """

    cells: Cells
    title: str = "Kernel"
    caption: str = ""
    bad: tuple[tuple[int, int], ...] = ()
    editable: bool = True
    step: float = 1.0  # what one press of ArrowUp adds; a tenth of it with Shift
    dials: tuple[Dial, ...] = ()
    maker: str | None = None


_mount = component("picture_trace")


def picture_trace(
    panels: Sequence[Panel],
    *,
    picture_id: str,
    key: str,
    grid: Grid | None = None,
    on_kernel: Callable[[Cells], None] | None = None,
    on_dials: Callable[[dict[str, float]], None] | None = None,
    rule: str = "",
    start: Place | None = None,
    compare: bool | None = None,
    foresee: str | None = None,
    height: int = 280,
) -> Place | None:
    """Show the panels, trace what is hovered, and return the place that the visitor has pinned.

    picture_id: the name under which `pixels` sent the input. start: the place that is traced before anything is
    hovered. on_kernel runs before the rerun that an edited cell causes, with all cells as typed; on_dials before that
    of a moved dial, with the values by name. rule: a line of text below the pictures. compare: offer the
    before/after slider (by default where there are two panels). height: CSS pixels that the rows of pictures may take
    in a window of 768; in a higher window they grow with it. foresee: how the second of two panels is drawn
    ("automatic" or a word of cnnviz.figures.pictures.paint): an edited kernel's result then shows at once, computed in
    the browser, and the next run may leave it at that (see drawn_by_browser) or send Python's. Values are computed in
    float64 from the input's uint8 / 255. ValueError if a panel reads itself or a later one, or if its pixels do not fit
    its shape.
    """
    blobs = [np.ascontiguousarray(scale, np.uint8).tobytes() for scale in (DIVERGING, SEQUENTIAL)]
    header = {
        "picture_id": picture_id,
        "panels": [_described(panel, index, blobs) for index, panel in enumerate(panels)],
        "grid": grid and {**vars(grid), "dials": [vars(dial) for dial in grid.dials]},
        "edit": (st.session_state.get(key) or {}).get("kernel", {}).get("edit", 0),
        "rule": rule,
        "start": start,
        "compare": len(panels) == 2 if compare is None else compare,
        "foresee": foresee,
        "height": height,
    }

    def kernel_changed() -> None:
        sent = st.session_state[key]["kernel"]
        st.session_state[f"{key}_drawn"] = sent.get("drawn") is True
        if isinstance(sent.get("dials"), dict) and on_dials and grid:
            on_dials({dial.name: dial.nearest(sent["dials"].get(dial.name)) for dial in grid.dials})
        elif "cells" in sent and on_kernel:
            on_kernel(_checked_cells(sent["cells"]))

    result = _mount(key=key, data=pack(header, *blobs), on_kernel_change=kernel_changed, on_pinned_change=lambda: None)
    return _checked_place(result.pinned, panels)


def drawn_by_browser(key: str) -> bool:
    """Whether this run answers an edit of the kernel whose result the browser has drawn. Asked once a run; it is about to forget.

    Session state: the callback that knows it runs before the page does.
    """
    return bool(st.session_state.pop(f"{key}_drawn", False))


def _described(panel: Panel, index: int, blobs: list[bytes]) -> dict[str, Any]:
    """The panel as JSON; its pixels and its palette go to `blobs`, and their places there into the JSON."""
    operation = panel.operation
    sources = () if operation is None else operation.of if isinstance(operation.of, tuple) else (operation.of,)
    if any(not 0 <= source < index for source in sources):
        raise ValueError(f"panel {index} ({panel.title}) reads panel {sources}: it can read panels 0 to {index - 1}")
    if panel.pixels is not None and panel.pixels.shape[:2] != panel.shape[1:]:
        raise ValueError(f"panel {index} ({panel.title}) of shape {panel.shape} has pixels {panel.pixels.shape}")
    described: dict[str, Any] = {
        "title": panel.title,
        "caption": panel.caption,
        "shape": panel.shape,
        "limits": panel.limits,
        "operation": operation and {"kind": type(operation).__name__.lower(), **vars(operation)},
        "pixels": None,
        "palette": None,
    }
    for name, array in (("pixels", panel.pixels), ("palette", panel.palette)):
        if array is not None:
            if array.dtype != np.uint8:
                raise ValueError(f"panel {index} ({panel.title}) has {name} of {array.dtype}: uint8 is needed")
            described[name] = len(blobs)
            blobs.append(array.tobytes())
    return described


def _checked_place(place: Any, panels: Sequence[Panel]) -> Place | None:
    """The pinned place that a browser sent, None if there is no such place in the panels (any more)."""
    if not isinstance(place, list) or len(place) != 3 or not all(isinstance(number, int) for number in place):
        return None
    panel, row, column = place
    if not 0 <= panel < len(panels):
        return None
    _, height, width = panels[panel].shape
    return (panel, row, column) if 0 <= row < height and 0 <= column < width else None


def _checked_cells(cells: Any) -> Cells:
    """The cells that a browser sent, or ValueError: what comes from outside is not trusted to have the right form."""
    rows = tuple(tuple(str(cell)[:MAX_TYPED] for cell in row[: MAX_SIDE + 1]) for row in cells[: MAX_SIDE + 1])
    if not rows or not rows[0] or len(rows) > MAX_SIDE or any(not 0 < len(row) <= MAX_SIDE for row in rows):
        raise ValueError(f"an edited kernel has 1 to {MAX_SIDE} rows and columns")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("the rows of an edited kernel have one length")
    return rows
