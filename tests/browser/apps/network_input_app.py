"""A network's input and its prediction alone: ?net= names a network."""

import streamlit as st
import torch

from cnnviz import engine
from cnnviz.ui.frame import fragment
from cnnviz.ui.network.prediction import show_prediction
from cnnviz.ui.network_input import network_input


@fragment
def lesson(name: str) -> None:
    network = engine.network(name)
    left, right = st.columns(2)
    with left:
        given = network_input(network, key="net")
    with right:
        logits = engine.classify(name, given.image[None].numpy()).logits[0]
        show_prediction(logits, network.classes, key="net_prediction", truth=given.truth)
        st.caption(f"{given.source}, {given.id}, truth {given.truth}")
        st.code(given.code())


torch.set_num_threads(1)
st.set_page_config(layout="wide")
lesson(st.selectbox("Network", list(engine.available()), key="net", bind="query-params"))
