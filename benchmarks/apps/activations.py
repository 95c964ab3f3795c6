"""The tab “Look inside” with a slider in place of its input: each of its values is a picture that no cache has.

?network= names a network, or one of its architectures, then with random weights.
"""

import hashlib

import streamlit as st
import torch
from safetensors.torch import save

from cnnviz import engine
from cnnviz.models import build_model
from cnnviz.ui import warm_up
from cnnviz.ui.frame import fragment
from cnnviz.ui.network.overview import WIDTHS, show_network
from cnnviz.ui.network.prediction import show_prediction
from cnnviz.ui.network.reading import activations
from cnnviz.ui.network_input import Input

st.set_page_config(layout="wide")
warm_up.start()


@st.cache_resource
def name_of(asked: str) -> str:
    if asked in engine.available():
        return asked
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return engine.add_own(save(build_model(asked).state_dict()), f"{asked}.safetensors", asked)


@fragment
def inside() -> None:
    network = engine.network(name_of(st.query_params["network"]))
    left, middle, right = st.columns(WIDTHS, gap="medium")
    with left:
        seed = st.slider("picture", 0, 10_000, key="picture")
    image = torch.rand(network.input_shape, generator=torch.Generator().manual_seed(seed))
    chosen = Input(hashlib.sha1(image.numpy().tobytes()).hexdigest()[:16], image, "noise", str)
    found = activations(network.name, chosen.id, image)
    with middle:
        show_network(network, chosen, found, key="inside")
    with right:
        show_prediction(found[network.rows[-1].name], network.classes, key="answer")


inside()
