"""The pad and the prediction alone: ?checkpoint= names a committed network, and ?button adds one that empties the pad."""

import numpy as np
import streamlit as st
import torch

from cnnviz.checkpoints import load_checkpoint
from cnnviz.ui.components.digit_pad import digit_pad
from cnnviz.ui.network.prediction import show_prediction


@st.cache_resource
def network(name: str):
    torch.set_num_threads(1)
    return load_checkpoint(f"checkpoints/{name}.safetensors")


@st.fragment
def lesson() -> None:
    model, card = network("lenet_modern_mnist")
    if "epoch" not in st.session_state:
        st.session_state.epoch = 0
    left, right = st.columns(2)
    with left:
        drawing = digit_pad(key="pad", start="3", epoch=st.session_state.epoch)
        if st.button("Empty it from Python"):
            st.session_state.epoch += 1
            st.rerun(scope="fragment")
    pixels = drawing.pixels if drawing else np.zeros((28, 28), np.uint8)
    picture = (torch.from_numpy(pixels.copy())[None, None] / 255 - card.mean[0]) / card.std[0]
    with right, torch.no_grad():
        show_prediction(model(picture)[0].numpy(), card.classes, key="prediction", truth=3)
        st.caption(f"sum {int(pixels.sum())}")


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    lesson()
