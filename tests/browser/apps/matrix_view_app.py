"""The matrix component alone, of one small layer in the form ?form=."""

import streamlit as st
import torch

from cnnviz.bench import Bench, integers, make_bench
from cnnviz.bench.matrices import matrix_view
from cnnviz.convolution import ConvSpec
from cnnviz.ui.components.matrix_view import matrix_view as show_matrix


def small() -> Bench:
    x, weight = integers((1, 4, 6), 1, low=0, high=9), integers((1, 1, 2, 2), 2, low=-2, high=3)
    return make_bench("Conv2d", ConvSpec(2, stride=2), x, weight)


if __name__ == "__main__":
    torch.set_num_threads(1)
    st.set_page_config(layout="wide")
    show_matrix(matrix_view(small(), st.query_params.get("form", "matrix")), key="matrix", caption="counts")
