"""A picture with a window on its numbers: point at a place and read the pixel values there, all in the browser."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import streamlit as st
from torch import Tensor

from cnnviz.images import to_bytes
from cnnviz.ui.components import component, pack
from cnnviz.ui.components.pixels import pixels

CHANNELS = ("grey", "red", "green", "blue", "rgb")  # rgb: all three, three numbers a cell
SCALES = ("0-255", "0-1")
GRIDS = {"16x12": (16, 12), "8x8": (8, 8)}  # rows, columns; the first as printed in the lecture notes
OPENING = 0.2525  # the first place, as a part of height and width: an edge in most of the samples
SMALL = 32  # pixels: a picture of which the grid shows most opens on its middle


@dataclass(frozen=True)
class View:
    """What the lens shows: the pinned pixel, a channel, a scale and a grid (always 8x8 for "rgb")."""

    row: int
    col: int
    channel: str = CHANNELS[0]
    scale: str = SCALES[0]
    grid: str = "16x12"

    @classmethod
    def read(cls, source: Mapping[str, Any], height: int, width: int) -> Self:
        """A view from a link or from the browser, for a picture of this size; whatever is not valid is the default."""

        def place(name: str, side: int) -> int:
            text = str(source.get(name))
            if text.isdecimal() and len(text) < 7:
                return min(int(text), side - 1)
            return side // 2 if side <= SMALL else int(OPENING * side)

        choices = {"channel": CHANNELS, "scale": SCALES, "grid": tuple(GRIDS)}
        chosen = {name: str(source[name]) for name, known in choices.items() if source.get(name) in known}
        return cls(place("row", height), place("col", width), **chosen)

    def window(self, height: int, width: int) -> tuple[int, int, int, int]:
        """First row, first column, rows and columns of the grid, which stays inside the picture."""
        rows, cols = (min(n, side) for n, side in zip(self.cells, (height, width), strict=True))
        return (
            min(max(self.row - rows // 2, 0), height - rows),
            min(max(self.col - cols // 2, 0), width - cols),
            rows,
            cols,
        )

    @property
    def cells(self) -> tuple[int, int]:
        return GRIDS["8x8"] if self.channel == "rgb" else GRIDS[self.grid]


_mount = component("pixel_lens")


def pixel_lens(picture_id: str, image: Tensor, *, key: str) -> View:
    """Show the image, (3,H,W) in [0,1], with the lens, and return what it shows once the pointer and the keys rest.

    The view is read from the link and written back to it. The pixels are sent once for each picture_id.
    """
    height, width = image.shape[1:]
    pixels(picture_id, to_bytes(image), key=f"{key}_pixels")
    start, opening = View.read(st.query_params, height, width), View.read({}, height, width)
    header = {"picture_id": picture_id, "start": asdict(start), "opening": asdict(opening), "grids": GRIDS}
    result = _mount(key=key, data=pack(header), on_view_change=lambda: None)
    if not isinstance(result.view, Mapping):
        return start
    view = View.read(result.view, height, width)
    st.query_params.update({name: str(value) for name, value in asdict(view).items()})
    return view
