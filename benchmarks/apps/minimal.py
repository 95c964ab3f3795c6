"""The minimal page that others are measured against: one slider, one 512 px picture, the same care of the heap."""

import gc

import streamlit as st


@st.cache_resource
def picture():
    import numpy as np
    import torch

    torch.set_num_threads(1)
    rows, columns = np.mgrid[0:512, 0:512]
    gc.collect()
    gc.freeze()
    return np.stack([(np.sin(rows / 17) + np.cos(columns / 23) + 2) / 4 * 255] * 3, axis=-1).astype("uint8")


value = st.slider("value", 0, 100, 0, key="value")
st.image((picture() // 2 + value).astype("uint8"))
