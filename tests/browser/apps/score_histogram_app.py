"""The histogram alone: ?sets= overlap, apart, equal, wide or many; ?threshold= the opening one; a mark at ?own=.

A button brings other numbers to the browser and moves the mark by 1.

Of `overlap`, normal scores are 0.5, 1, ... 50 and those of the anomalies 30, 30.25, ... 79.75.
"""

import numpy as np
import streamlit as st

from cnnviz.ui.components.arrays import arrays
from cnnviz.ui.components.score_histogram import Marked, score_histogram
from cnnviz.ui.frame import frame

SETS = {
    "overlap": (np.arange(1, 101) / 2, 30 + np.arange(200) / 4),
    "apart": (np.arange(1, 101) / 2, 60 + np.arange(50) / 2),
    "equal": (np.full(10, 5.0), np.full(4, 5.0)),
    "many": (np.linspace(1, 60, 4000), np.linspace(40, 90, 4000)),  # too many for Streamlit to send them twice
    "wide": (np.arange(1, 101) / 2, np.geomspace(20, 6000, 64)),
}

if __name__ == "__main__":
    frame()
    query = st.query_params
    chosen = st.selectbox("sets", list(SETS), index=list(SETS).index(query.get("sets", "overlap")))
    normal, anomalous = (scores.astype(np.float32) for scores in SETS[chosen])
    turn = st.session_state.turn = st.session_state.get("turn", 0) + st.button("other numbers")
    own = float(query.get("own", 40)) + turn
    moved = score_histogram(
        key="scores", set_id=chosen, scores_id=f"test {chosen}", normal=normal, anomalous=anomalous, titles=("calm", "strange"),
        axis="loss (nats)", threshold=float(query.get("threshold", 40)),
        marked=(Marked("your drawing", own, float((normal >= own).mean())),),
    )  # fmt: skip
    arrays(f"other {turn}", {"turn": np.array([turn], np.float32)}, key="other")
    st.text(f"moved {moved}")
