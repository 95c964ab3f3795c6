"""The tab “Trace”: the sum behind one number, for the input of the other tabs."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.engine import Network
from cnnviz.ui.frame import fragment
from cnnviz.ui.network.code import show_code
from cnnviz.ui.network.going import input_popover
from cnnviz.ui.network.reading import activations
from cnnviz.ui.network.trace import show_trace


@fragment
def show(network: Network, *, key: str, code_tab: DeltaGenerator | None) -> None:
    """Draw the tab."""
    with st.container(key=f"{key}_corner"):  # frame.css puts it beside the controls of the trace
        chosen = input_popover(network, key)
    show_trace(network, activations(network.name, chosen.id, chosen.image), chosen.image, key=f"{key}_trace")
    show_code(code_tab, network, chosen)
