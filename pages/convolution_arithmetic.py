"""Convolution bench: the arithmetic of convolution and pooling, stepped through, as a matrix, in a chain, and asked for."""

import streamlit as st

from cnnviz.ui.bench import chain, matrix, quiz, slips, step
from cnnviz.ui.frame import title

VIEWS = {
    "Step by step": step.show,
    "As a matrix": matrix.show,
    "Layer chain": chain.show,
    "Spot the slip": slips.show,
    "Quiz": quiz.show,
}

title("Convolution bench", "A kernel slides over a grid of numbers: step, predict, change a setting.")
view = st.segmented_control(
    "View", [*VIEWS], default="Step by step", required=True, key="bench_tab", label_visibility="collapsed", bind="query-params"
)
VIEWS[view]()
