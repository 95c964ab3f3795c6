"""The controls of the filter page: a kernel, as a preset or as typed cells, and how it slides over the picture.

The link carries the preset, its parameters and the typed cells. An edited grid becomes the kernel "custom"; the cells
are kept as they were typed, so that a bad one can be named and mended in place.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from cnnviz.convolution import PADDING_MODES, ConvSpec
from cnnviz.figures.pictures import HOW, suggested_display
from cnnviz.kernels import (
    KERNELS,
    bad_cells,
    box,
    gabor,
    gaussian,
    kernel_cells,
    kernel_from_text,
    kernel_to_text,
    normalise,
    random_kernel,
    same_padding,
)
from cnnviz.ui.components.picture_trace import MAX_SIDE, Dial, Grid
from cnnviz.ui.frame import link

Cells = tuple[tuple[str, ...], ...]
CUSTOM = "custom"
FIRST_CELLS = "0 0 0; 0 1 0; 0 0 0"
GABOR_SIZE = 11
_KERNEL, _PASTED = "filters_kernel", "filters_pasted"  # keys of widgets
_CELLS = "filters_cells"  # session state and link: the custom kernel's cells as typed
_SHOWN = "filters_shown"  # session state: the cells of the kernel on screen, for the buttons that resize it


@dataclass(frozen=True)
class FilterOptions:
    """How the visitor wants the kernel to slide and the result to be drawn."""

    colour: bool
    stride: int
    dilation: int
    border: str  # a padding mode, or "valid": no padding
    flip: bool
    normalise: bool
    show: str  # "automatic" or how `paint` draws

    def kernel(self, text: str) -> Tensor:
        """The kernel of these cells, (kH,kW); ValueError names a bad cell."""
        kernel = _kernel(text)
        return normalise(kernel) if self.normalise else kernel

    def spec(self, kernel: Tensor) -> ConvSpec:
        """The settings that keep the picture's size at stride 1, or, with the border "valid", stay inside it."""
        size = (kernel.shape[0], kernel.shape[1])
        if self.border == "valid":
            return ConvSpec(size, self.stride, 0, self.dilation)
        return ConvSpec(size, self.stride, same_padding(size, self.dilation), self.dilation, padding_mode=self.border)

    def how(self, kernel: Tensor) -> str:
        return suggested_display(kernel) if self.show == "automatic" else self.show

    def grid(self, text: str, made: "Made | None" = None) -> Grid:
        """The cells as typed, the bad ones marked, with the dials of a kernel that is made from numbers."""
        cells, bad = _cells(text)
        dials, script = (made.dials, made.script) if made else ((), None)
        return Grid(cells, caption=self._operation(text), bad=bad, dials=dials, maker=script)

    def _operation(self, text: str) -> str:
        """How the kernel slides, and what flipping it (by 180°) changes."""
        try:
            kernel = self.kernel(text)
        except ValueError:
            return ""
        turned = kernel.flip(0, 1)
        if torch.equal(turned, kernel):
            difference = "flipping it changes nothing"
        elif torch.equal(turned, -kernel):
            difference = "flipping it turns every sign"
        else:
            difference = "flipping it gives another kernel"
        return f"{'True convolution' if self.flip else 'Cross-correlation'}; {difference}"


@lru_cache(maxsize=256)
def _kernel(text: str) -> Tensor:
    return kernel_from_text(text)


@lru_cache(maxsize=256)
def _cells(text: str) -> tuple[Cells, tuple[tuple[int, int], ...]]:
    """The cells as typed, in rows of one length, and the places of the bad ones."""
    rows = kernel_cells(text)[:MAX_SIDE]  # a link can hold more, and rows of several lengths
    columns = min(max(map(len, rows)), MAX_SIDE)
    cells = tuple((*row[:columns], *[""] * (columns - len(row))) for row in rows)
    return cells, bad_cells(cells)


def filter_options(row: DeltaGenerator) -> FilterOptions:
    """The border, how the result is drawn, and behind a button all that is rarely changed."""
    with row:
        border = st.selectbox(
            "Border", [*PADDING_MODES, "valid"], index=PADDING_MODES.index("replicate"), width=140, key="filters_border",
            bind="query-params", help="What the kernel reads beyond the edge; “valid” stays inside, so the result is smaller.",
        )  # fmt: skip
        show = st.selectbox(
            "Draw the result", ["automatic", *HOW], width=150, key="filters_show",
            bind="query-params", help="signed: blue below zero, white at zero, orange above; absolute: its size; "
            "clipped: as a picture, cut off at 0 and 1.",
        )  # fmt: skip
        with st.popover("More", icon=":material/tune:"):
            colour = st.segmented_control(
                "Channels", ["grey", "colour"], default="grey", required=True, key="filters_channels", bind="query-params"
            )
            kind = st.segmented_control(
                "Operation", ["cross-correlation", "true convolution"], default="cross-correlation", required=True,
                key="filters_operation", bind="query-params",
            )  # fmt: skip
            with st.container(horizontal=True, gap="large"):
                stride = st.segmented_control(
                    "Stride", [1, 2, 3, 4], default=1, required=True, key="filters_stride", bind="query-params"
                )
                dilation = st.segmented_control(
                    "Dilation", [1, 2, 3, 4], default=1, required=True, key="filters_dilation", bind="query-params"
                )
            normalise = st.toggle("Divide the kernel by its sum", key="filters_normalise", bind="query-params")
            st.text_input(
                "Paste a kernel: cells parted by spaces, rows by “;”", key=_PASTED, on_change=_paste,
                placeholder="1 0 -1; 2 0 -2; 1 0 -1",
            )  # fmt: skip
            st.caption("Grow or shrink the kernel's grid")
            with st.container(horizontal=True):
                for label, down, right in (("row +", 1, 0), ("row −", -1, 0), ("column +", 0, 1), ("column −", 0, -1)):
                    st.button(label, on_click=_resize, args=(down, right), key=f"filters_{label}")
    return FilterOptions(colour == "colour", stride, dilation, border, kind == "true convolution", normalise, show)


@dataclass(frozen=True)
class Made:
    """A kernel that is made from numbers: its dials, what makes it from their values, and its twin in makers.js."""

    dials: tuple[Dial, ...]
    make: Callable[..., Tensor]
    script: str | None = None

    def kernel(self) -> Tensor:
        return self.make(**{dial.name: dial.value for dial in self.dials})


MADE = {
    "box blur": Made((Dial("size", 2, 15, 1, 5),), lambda size: box(int(size))),
    "Gaussian blur": Made(
        (Dial("sigma", 0.3, 5.0, 0.1, 1.5), Dial("size", 3, 15, 2, 9)),
        lambda sigma, size: gaussian(int(size), sigma), "gaussian",
    ),
    "Gabor": Made(
        (Dial("wavelength", 2.0, 12.0, 0.5, 5.0), Dial("angle", 0, 175, 5, 45, "°"), Dial("sigma", 0.5, 5.0, 0.1, 2.5)),
        lambda wavelength, angle, sigma: gabor(GABOR_SIZE, wavelength, angle, sigma), "gabor",
    ),
    "random": Made((Dial("seed", 0, 99, 1, 7),), lambda seed: random_kernel((3, 3), int(seed))),
}  # fmt: skip


def kernel_controls(row: DeltaGenerator) -> tuple[str, Made | None]:
    """The choice of a kernel; returns its cells as text, rows parted by ";", and what it is made from if it has numbers."""
    with row:
        name = st.selectbox(
            "Kernel", [*KERNELS, *MADE, CUSTOM], index=list(KERNELS).index("Sobel x"), width=210,
            key=_KERNEL, bind="query-params",
        )  # fmt: skip
    # Cells and dials belong to no widget of the page: they are in the component, so that it alone is drawn again. Their
    # place in the link is kept here by hand.
    typed = st.session_state.setdefault(_CELLS, st.query_params.get(_CELLS, FIRST_CELLS))
    made = _dialled(MADE[name]) if name in MADE else None
    moved = {dial.name: f"{dial.value:g}" for dial in made.dials if dial not in MADE[name].dials} if made else {}
    for number in NUMBERS:
        link(f"filters_{number}", moved.get(number))
    link(_CELLS, typed if name == CUSTOM else None)
    text = typed if name == CUSTOM else _text(made) if made else kernel_to_text(KERNELS[name])
    st.session_state[_SHOWN] = text
    return text, made


NUMBERS = sorted({dial.name for made in MADE.values() for dial in made.dials})


def _dialled(made: Made) -> Made:
    """With the visitor's numbers, or those of the link that was followed, in place of the first ones."""
    state, address = st.session_state, st.query_params
    keys = {dial: f"filters_{dial.name}" for dial in made.dials}
    values = {dial: state.setdefault(key, address[key]) if key in address else state.get(key) for dial, key in keys.items()}
    return replace(made, dials=tuple(replace(dial, value=dial.nearest(values[dial])) for dial in made.dials))


@lru_cache(maxsize=1024)
def _text(made: Made) -> str:
    return kernel_to_text(made.kernel())


def keep_cells(cells: Cells) -> None:
    """Callback of the kernel's grid: what was typed becomes the custom kernel."""
    _become("; ".join(" ".join("".join(cell.split()) or "·" for cell in row) for row in cells))


def keep_numbers(numbers: dict[str, float]) -> None:
    """Callback of the kernel's dials."""
    st.session_state.update({f"filters_{name}": value for name, value in numbers.items()})


def _paste() -> None:
    """Callback: a pasted text becomes the custom kernel."""
    if st.session_state[_PASTED].strip():
        _become(st.session_state[_PASTED])


def _resize(down: int, right: int) -> None:
    """Callback: the grid grows or shrinks by so many rows and columns; the cells that stay keep what is in them."""
    rows = kernel_cells(st.session_state[_SHOWN])
    height = min(max(len(rows) + down, 1), MAX_SIDE)
    width = min(max(max(map(len, rows)) + right, 1), MAX_SIDE)
    _become("; ".join(
        " ".join((rows[r][c] if r < len(rows) and c < len(rows[r]) else "0") or "·" for c in range(width))
        for r in range(height)
    ))  # fmt: skip


def _become(text: str) -> None:
    st.session_state[_CELLS] = text
    st.session_state[_KERNEL] = CUSTOM
