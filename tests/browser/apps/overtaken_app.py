"""Eight views, each sent four times in a row: with one map, two, three, four."""

import time

import numpy as np
import streamlit as st

from cnnviz.ui.components import send_whole
from cnnviz.ui.components.attribution_view import Panel, attribution_view

BETWEEN = 0.08  # seconds: Streamlit drops what has not yet gone out when the next run begins
LAST = 4

if __name__ == "__main__":
    send_whole()
    run = st.session_state.run = st.session_state.get("run", 0) + 1
    heads = [(f"map {number}", "") for number in range(run)]
    panels = [Panel(np.ones((4, 4), np.float32)) for _ in heads]
    for view in range(8):
        attribution_view(heads, [("class", panels)], np.zeros((4, 4), np.uint8), over=False, key=f"view{view}")
    if run < LAST:
        time.sleep(BETWEEN)
        st.rerun()
