"""Cached calls: one line each round a pure function. Keys are names, numbers and bytes; every cache is bounded.

Tensors are shared by all visitors (`cache_resource` copies nothing): nobody writes into them.
"""

import streamlit as st
from torch import Tensor

from cnnviz import datasets, images

DEFAULT_SAMPLE = "china"


@st.cache_resource(max_entries=32, show_spinner=False)
def sample(name: str, max_side: int) -> Tensor:
    """A built-in picture, (3,H,W) in [0,1]."""
    return images.sample_image(name, max_side)


@st.cache_resource(max_entries=32, show_spinner="Reading the picture")
def decoded(data: bytes, max_side: int) -> Tensor:
    """A visitor's picture, (3,H,W) in [0,1]; ValueError says what is wrong with it."""
    return images.decode_image(data, max_side)


@st.cache_resource(max_entries=32, show_spinner=False)
def thumbnail(name: str) -> bytes:
    """A built-in picture as a small PNG."""
    return images.encode_png(images.to_bytes(images.sample_image(name, 96)))


@st.cache_resource(max_entries=4, show_spinner="Reading the test set")
def test_set(name: str) -> datasets.Data:
    """The test pictures of a data set that is on this machine (CIFAR-10's take 31 MB); ValueError where it is not."""
    return datasets.load(name, "test")
