"""The controls of the filter page: a kernel, as a preset or as typed cells, and how it slides over the picture.

The link carries the preset, its parameters and the typed cells. An edited grid becomes the kernel "custom"; the cells
are kept as they were typed, so that a bad one can be named and mended in place.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from cnnviz.convolution import PADDING_MODES, ConvSpec
from cnnviz.figures.pictures import suggested_display
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
from cnnviz.ui.components.picture_trace import Grid

Cells = tuple[tuple[str, ...], ...]
CUSTOM = "custom"
FIRST_CELLS = "0 0 0; 0 1 0; 0 0 0"
_KERNEL, _CELLS = "filters_kernel", "filters_cells"


@dataclass(frozen=True)
class FilterChoice:
    """What the visitor chose; `text` is the kernel's cells as typed, rows parted by ";"."""

    text: str
    colour: bool
    stride: int
    dilation: int
    border: str  # a padding mode, or "valid": no padding
    flip: bool
    normalise: bool
    show: str  # "automatic" or how `paint` draws

    def kernel(self) -> Tensor:
        """(kH,kW); ValueError names a bad cell."""
        kernel = kernel_from_text(self.text)
        return normalise(kernel) if self.normalise else kernel

    def spec(self, kernel: Tensor) -> ConvSpec:
        """The settings that keep the picture's size at stride 1, or, with the border "valid", stay inside it."""
        size = (kernel.shape[0], kernel.shape[1])
        if self.border == "valid":
            return ConvSpec(size, self.stride, 0, self.dilation)
        return ConvSpec(size, self.stride, same_padding(size, self.dilation), self.dilation, padding_mode=self.border)

    def how(self, kernel: Tensor) -> str:
        return suggested_display(kernel) if self.show == "automatic" else self.show

    def grid(self) -> Grid:
        """The cells as typed, the bad ones marked."""
        cells = kernel_cells(self.text)
        return Grid(cells, caption=self._operation(), bad=bad_cells(cells))

    def _operation(self) -> str:
        """How the kernel slides, and what turning it by 180° changes."""
        try:
            kernel = self.kernel()
        except ValueError:
            return ""
        turned = kernel.flip(0, 1)
        if torch.equal(turned, kernel):
            difference = "turned by 180° it is the same: no difference"
        elif torch.equal(turned, -kernel):
            difference = "turned by 180° every result changes its sign"
        else:
            difference = "turned by 180° it is another kernel"
        return f"{'True convolution' if self.flip else 'Cross-correlation'}; {difference}"


def filter_controls() -> FilterChoice:
    """One row of controls: kernel, its parameters, the border, how the result is drawn, and the rest behind a button."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Kernel", [*KERNELS, *_MAKERS, CUSTOM], index=list(KERNELS).index("Sobel x"), width=210,
            key=_KERNEL, bind="query-params",
        )  # fmt: skip
        text = "" if name == CUSTOM else kernel_to_text(_preset(name))
        border = st.selectbox(
            "Border", [*PADDING_MODES, "valid"], index=PADDING_MODES.index("replicate"), width=140, key="filters_border",
            bind="query-params", help="What the kernel reads beyond the edge; “valid” stays inside, so the result is smaller.",
        )  # fmt: skip
        show = st.selectbox(
            "Draw the result", ["automatic", "signed", "absolute", "clipped"], width=150, key="filters_show",
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
            stride = st.segmented_control(
                "Stride", [1, 2, 3, 4], default=1, required=True, key="filters_stride", bind="query-params"
            )
            dilation = st.segmented_control(
                "Dilation", [1, 2, 3, 4], default=1, required=True, key="filters_dilation", bind="query-params"
            )
            normalise = st.toggle("Divide the kernel by its sum", key="filters_normalise", bind="query-params")
            typed = st.text_input(
                "Cells of the custom kernel, rows parted by “;”", FIRST_CELLS, key=_CELLS, bind="query-params",
                on_change=lambda: st.session_state.update({_KERNEL: CUSTOM}),
            )  # fmt: skip
            text = typed if name == CUSTOM else text
            _resize(text)
    return FilterChoice(
        text, colour == "colour", stride, dilation, border, kind == "true convolution", normalise, show
    )


def keep_cells(cells: Cells) -> None:
    """Callback of the kernel's grid: what was typed becomes the custom kernel."""
    st.session_state[_CELLS] = "; ".join(" ".join("".join(cell.split()) or "·" for cell in row) for row in cells)
    st.session_state[_KERNEL] = CUSTOM


def _box() -> Tensor:
    return box(st.slider("size", 2, 15, 5, key="filters_size", bind="query-params", width=160))


def _gaussian() -> Tensor:
    sigma = st.slider("sigma", 0.3, 5.0, 1.5, 0.1, key="filters_sigma", bind="query-params", width=160)
    size = st.slider("size", 3, 15, 9, 2, key="filters_size", bind="query-params", width=160)
    return gaussian(size, sigma)


def _gabor() -> Tensor:
    wavelength = st.slider("wavelength", 2.0, 12.0, 5.0, 0.5, key="filters_wavelength", bind="query-params", width=130)
    angle = st.slider("angle in °", 0, 175, 45, 5, key="filters_angle", bind="query-params", width=130)
    sigma = st.slider("sigma", 0.5, 5.0, 2.5, 0.1, key="filters_sigma", bind="query-params", width=130)
    return gabor(11, wavelength, angle, sigma)


def _random() -> Tensor:
    return random_kernel((3, 3), st.slider("seed", 0, 99, 7, key="filters_seed", bind="query-params", width=160))


_MAKERS: dict[str, Callable[[], Tensor]] = {
    "box blur": _box, "Gaussian blur": _gaussian, "Gabor": _gabor, "random": _random
}  # fmt: skip


def _preset(name: str) -> Tensor:
    return KERNELS[name] if name in KERNELS else _MAKERS[name]()


def _resize(text: str) -> None:
    """Buttons that grow or shrink the grid, keeping the cells that stay."""
    rows = kernel_cells(text)

    def to(height: int, width: int) -> None:
        st.session_state[_CELLS] = "; ".join(
            " ".join(rows[r][c] if r < len(rows) and c < len(rows[r]) else "0" for c in range(width))
            for r in range(height)
        )
        st.session_state[_KERNEL] = CUSTOM

    height, width = len(rows), max(map(len, rows))
    st.caption(f"Grid: {height} rows, {width} columns")
    with st.container(horizontal=True):
        for label, h, w in (("row +", 1, 0), ("row −", -1, 0), ("column +", 0, 1), ("column −", 0, -1)):
            possible = 1 <= height + h <= 15 and 1 <= width + w <= 15
            st.button(label, on_click=to, args=(height + h, width + w), disabled=not possible, key=f"filters_{label}")
