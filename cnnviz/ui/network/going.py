"""What the tabs share: the input, and the way from a clicked unit to its sum in the tab “Trace”."""

import streamlit as st

from cnnviz.engine import Network
from cnnviz.ui.network.trace import open_unit
from cnnviz.ui.network_input import Input, network_input

TRACE = "Trace"  # the tab's name


def trace_unit(network: Network, key: str, layer: str, place: tuple[int, int, int]) -> None:
    """Callback: open the unit (channel, row, column) of a layer in the tab."""
    shape = next(row.output_shape for row in network.rows if row.name == layer)
    if len(shape) not in (1, 3):
        return  # no maps: transformers' layers cannot be traced
    open_unit(f"{key}_trace", layer, place[: len(shape)])
    st.session_state[f"{key}_tab"] = TRACE
    st.session_state[f"{key}_going"] = True


def rerun_if_asked(key: str) -> None:
    """At the beginning of a fragment: a callback ran only this fragment again, but another tab is to open."""
    if st.session_state.pop(f"{key}_going", False):
        st.rerun()


def input_popover(network: Network, key: str) -> Input:
    """The choice of input behind a button, for tabs that need the room; it is that of “Look inside”."""
    with st.popover("Input", icon=":material/image:"):
        return network_input(network, key=f"{key}_input")
