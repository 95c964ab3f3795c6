"""Counts the full garbage collections that happen in the visitors' threads, with the app's warm-up running."""

import gc
import threading
from itertools import pairwise

import streamlit as st

from cnnviz.ui import warm_up


@st.cache_resource
def full_collections() -> list[str]:
    names: list[str] = []

    def count(phase: str, details: dict[str, int]) -> None:
        if phase == "start" and details["generation"] == 2 and threading.current_thread().name != "warm-up":
            names.append(threading.current_thread().name)

    gc.callbacks.append(count)
    return names


warm_up.start()
value = st.slider("value", 0, 100, 0)
garbage = [[] for _ in range(3_000)]
for one, other in pairwise(garbage):
    one.append(other)
    other.append(one)
st.markdown(str(len(full_collections())))
