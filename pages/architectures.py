"""Architectures: the networks of the course layer by layer, side by side, and one of one's own."""

import streamlit as st

from cnnviz.ui.architecture import ahead, compare, one, own, weights
from cnnviz.ui.frame import title
from cnnviz.ui.picture import picture_picker

with title("Architectures", "A network is a chain of layers: follow shape, cost and what a unit sees, from picture to answer."):
    picture = picture_picker()

network, comparison, build = st.tabs(
    ["One network", "Compare", "Build your own"], key="architectures_tab", on_change="rerun", bind="query-params"
)
if network.open:
    with network, weights.progress_above():
        one.show(picture)
if comparison.open:
    with comparison:
        compare.show()
if build.open:
    with build:
        own.show(picture)
ahead.start()
