"""What a network makes of a picture, kept: one pass gives all that the tabs show."""

import numpy as np
import streamlit as st
from torch import Tensor

from cnnviz import engine

SMALL = 4_000_000  # bytes of all outputs of a network: of smaller ones many pictures are kept


def activations(name: str, picture_id: str, image: Tensor) -> dict[str, np.ndarray]:
    """Every layer's output for one picture, by layer (cnnviz.engine.activations); picture_id names image, (C,H,W) in [0,1]."""
    size = sum(row.bytes for row in engine.network(name).rows)
    return (_small if size <= SMALL else _large)(name, picture_id, image)


@st.cache_resource(max_entries=128, show_spinner=False)
def _small(name: str, picture_id: str, _image: Tensor) -> dict[str, np.ndarray]:
    return engine.activations(name, _image.numpy())


@st.cache_resource(max_entries=4, show_spinner="Asking the network")
def _large(name: str, picture_id: str, _image: Tensor) -> dict[str, np.ndarray]:
    return engine.activations(name, _image.numpy())
