"""The minimal page that the bench is measured against: one number field and an empty component, the same care of the heap."""

import gc

import streamlit as st

JS = """
let count = 0;
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector("div");
  root.textContent = data.value;
  root.dataset.drawn = ++count;
}
"""
empty = st.components.v2.component("minimal", html="<div></div>\n", js=JS)


@st.cache_resource
def settled() -> None:
    import torch

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()


@st.fragment
def lesson() -> None:
    value = st.number_input("Stride", value=1.0, step=1.0, format="%g", key="value")
    empty(key="empty", data={"value": value})


settled()
lesson()
