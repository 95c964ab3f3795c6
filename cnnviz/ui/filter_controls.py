"""The controls of the filter page: a kernel, as a preset or as typed cells, and how it slides over the picture.

The link carries the preset, its parameters and the typed cells. An edited grid becomes the kernel "custom"; the cells
are kept as they were typed, so that a bad one can be named and mended in place.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
from cnnviz.ui.components.picture_trace import MAX_SIDE, Grid

Cells = tuple[tuple[str, ...], ...]
CUSTOM = "custom"
FIRST_CELLS = "0 0 0; 0 1 0; 0 0 0"
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
        kernel = kernel_from_text(text)
        return normalise(kernel) if self.normalise else kernel

    def spec(self, kernel: Tensor) -> ConvSpec:
        """The settings that keep the picture's size at stride 1, or, with the border "valid", stay inside it."""
        size = (kernel.shape[0], kernel.shape[1])
        if self.border == "valid":
            return ConvSpec(size, self.stride, 0, self.dilation)
        return ConvSpec(size, self.stride, same_padding(size, self.dilation), self.dilation, padding_mode=self.border)

    def how(self, kernel: Tensor) -> str:
        return suggested_display(kernel) if self.show == "automatic" else self.show

    def grid(self, text: str) -> Grid:
        """The cells as typed, the bad ones marked."""
        rows = kernel_cells(text)[:MAX_SIDE]  # a link can hold more, and rows of several lengths
        columns = min(max(map(len, rows)), MAX_SIDE)
        cells = tuple((*row[:columns], *[""] * (columns - len(row))) for row in rows)
        return Grid(cells, caption=self._operation(text), bad=bad_cells(cells))

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


def kernel_controls(row: DeltaGenerator) -> str:
    """The kernel's preset and its parameters; returns its cells as text, rows parted by ";"."""
    with row:
        name = st.selectbox(
            "Kernel", [*KERNELS, *_MAKERS, CUSTOM], index=list(KERNELS).index("Sobel x"), width=210,
            key=_KERNEL, bind="query-params",
        )  # fmt: skip
        # The typed cells belong to no widget, so that the grid alone need be drawn again: their place in the link is
        # kept here by hand.
        st.session_state.setdefault(_CELLS, st.query_params.get(_CELLS, FIRST_CELLS))
        if name == CUSTOM:
            text = st.session_state[_CELLS]
            if st.query_params.get(_CELLS) != text:
                st.query_params[_CELLS] = text
        else:
            text = kernel_to_text(_preset(name))
            st.query_params.pop(_CELLS, None)
    st.session_state[_SHOWN] = text
    return text


def keep_cells(cells: Cells) -> None:
    """Callback of the kernel's grid: what was typed becomes the custom kernel."""
    _become("; ".join(" ".join("".join(cell.split()) or "·" for cell in row) for row in cells))


def _box() -> Tensor:
    return box(st.slider("size", 2, 15, 5, key="filters_size", bind="query-params", width=160))


def _gaussian() -> Tensor:
    sigma = st.slider("sigma", 0.3, 5.0, 1.5, 0.1, key="filters_sigma", bind="query-params", width=160)
    size = st.slider("size", 3, 15, 9, 2, key="filters_size", bind="query-params", width=160)
    return gaussian(size, sigma)


def _gabor() -> Tensor:
    wavelength = st.slider("wavelength", 2.0, 12.0, 5.0, 0.5, key="filters_wavelength", bind="query-params", width=115)
    angle = st.slider("angle in °", 0, 175, 45, 5, key="filters_angle", bind="query-params", width=115)
    sigma = st.slider("sigma", 0.5, 5.0, 2.5, 0.1, key="filters_sigma", bind="query-params", width=115)
    return gabor(11, wavelength, angle, sigma)


def _random() -> Tensor:
    return random_kernel((3, 3), st.slider("seed", 0, 99, 7, key="filters_seed", bind="query-params", width=160))


_MAKERS: dict[str, Callable[[], Tensor]] = {
    "box blur": _box, "Gaussian blur": _gaussian, "Gabor": _gabor, "random": _random
}  # fmt: skip


def _preset(name: str) -> Tensor:
    return KERNELS[name] if name in KERNELS else _MAKERS[name]()


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
