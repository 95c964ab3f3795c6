"""Which device answers, at the foot of the sidebar; and why, where it is not the expected one."""

import streamlit as st

from cnnviz import engine
from cnnviz.ui.frame import plain


def device_note() -> None:
    """Called by pages that ask a network; at their end, so that a fall-back during the run is seen."""
    with st.sidebar:
        st.caption(f":material/memory: Networks run on {plain(engine.device_name())}")
        if note := engine.note():
            st.warning(plain(note), icon=":material/warning:")
