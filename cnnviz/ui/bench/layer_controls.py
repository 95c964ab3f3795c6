"""The controls of the bench that are changed now and then: a worked example, the layer, its numbers, and rare settings.

They stand in one row over the grids and run the whole page. What is changed all the time, the numbers of the setting, is in
the component of the grids (state.py).
"""

from typing import Any

import streamlit as st

from cnnviz.bench import LAYERS, SOURCES, Kind
from cnnviz.convolution import PADDING_MODES
from cnnviz.presets import PRESETS
from cnnviz.ui.bench.state import FIRST, change, current, defaults, key, load_example, read_link
from cnnviz.ui.frame import plain

_KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def layer_controls() -> None:
    """Draw the row."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        preset = st.selectbox(
            "Worked example", [*PRESETS], index=[*PRESETS].index(FIRST), key="preset", on_change=load_example,
            label_visibility="collapsed", **_KEPT,
        )  # fmt: skip
        read_link()
        given, layers = defaults(preset), [*LAYERS]
        layer = st.selectbox("Layer", layers, key=key("layer"), index=layers.index(given["layer"]), width=190,
                             label_visibility="collapsed", **_KEPT)  # fmt: skip
        kind = LAYERS[layer]
        if kind.dimensions < 3:
            with st.popover("Numbers"):
                _values(given, kind.pooling is not None)
        if kind.pooling or (not kind.transposed and kind.dimensions < 3):
            with st.popover("More"):
                _more(given, kind)


def _values(given: dict[str, Any], pooling: bool) -> None:
    """Where the numbers come from; typed ones in a text field, as a matrix in any usual form."""
    for name in ("input",) if pooling else ("input", "weight"):
        st.segmented_control(name.capitalize(), SOURCES, required=True, key=key(name), default=given[name], **_KEPT)
        st.text_area(
            f"Typed {name}", given[f"{name}_text"], height=120, key=key(f"{name}_text"), on_change=_typed, args=(name,),
            help="Rows by line or “;”, or a matrix pasted from Python, LaTeX or a spreadsheet. A blank line between "
            "channels, a line --- between output channels. A cell of the grid can be typed too: double-click it.",
            **_KEPT,
        )  # fmt: skip
        if fault := current().fault_of_text(name):  # the message over the grids may be behind this popover
            st.caption(f":red[{plain(fault)}]")
    if not pooling:
        st.text_input("Bias", given["bias"], placeholder="none; 1, -2", key=key("bias"), **_KEPT)
    st.number_input("Seed of the integers and random numbers", value=float(given["seed"]), step=1.0, format="%g",
                    key=key("seed"), **_KEPT)  # fmt: skip


def _more(given: dict[str, Any], kind: Kind) -> None:
    """The settings that a first lesson does not need."""
    if not kind.pooling:
        st.segmented_control("padding_mode", PADDING_MODES, required=True, key=key("padding_mode"),
                             default=given["padding_mode"], **_KEPT)  # fmt: skip
    if kind.pooling:
        st.toggle("ceil_mode: round the size up", value=given["ceil_mode"], key=key("ceil_mode"), **_KEPT)
    if kind.pooling == "average":
        st.toggle("Count the padding as zeros", value=given["count_include_pad"], key=key("count_include_pad"), **_KEPT)


def _typed(name: str) -> None:
    """Callback of a text field: what was typed is used, and decides the size where it can be read."""
    st.session_state[key(name)] = "typed"
    change(current().size_of_text(name))
