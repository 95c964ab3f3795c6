"""The trace of one network alone: ?net= its name in the engine; it looks at a built-in picture."""

import streamlit as st
import torch
from torch import Tensor

from cnnviz import engine
from cnnviz.images import sample_image
from cnnviz.ui.frame import frame
from cnnviz.ui.network.trace import show_trace

OPENING = "lenet_modern_mnist"


def looked_at(name: str) -> tuple[engine.Network, Tensor, dict]:
    """The network, the picture as it reads it, and every layer's output."""
    network = engine.network(name)
    image = engine.fit(network, sample_image("digit" if network.input_shape[0] == 1 else "china", 224))
    return network, image, engine.activations(name, image.numpy())


if __name__ == "__main__":
    torch.set_num_threads(1)
    frame()
    network, image, activations = looked_at(st.query_params.get("net", OPENING))
    show_trace(network, activations, image, key="t")
