"""Download buttons for a result: the picture as it is drawn, and its raw values. Made only when clicked."""

import io
from collections.abc import Callable

import numpy as np
import streamlit as st
from torch import Tensor

from cnnviz.figures.pictures import Painted
from cnnviz.images import encode_png


def downloads(name: str, result: Callable[[], tuple[Tensor, Painted]], *, key: str) -> None:
    """Two buttons: `name`.png and `name`.npy (float32, C x H x W); `result` is asked for when one of them is clicked."""

    def drawn() -> bytes:
        painted = result()[1]
        return encode_png(painted.pixels, painted.palette)

    def raw() -> bytes:
        file = io.BytesIO()
        np.save(file, result()[0].numpy())
        return file.getvalue()

    st.download_button(
        "PNG", drawn, f"{name}.png", "image/png",
        key=f"{key}_png", on_click="ignore", icon=":material/download:", help="The result as it is drawn here",
    )  # fmt: skip
    st.download_button(
        "Values", raw, f"{name}.npy", "application/octet-stream",
        key=f"{key}_npy", on_click="ignore", icon=":material/download:", help="The result's numbers, for numpy.load",
    )  # fmt: skip
