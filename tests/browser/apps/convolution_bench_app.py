"""The bench component alone: one of CASES, chosen by ?case=."""

import streamlit as st
import torch

from cnnviz.bench import integers, make_bench
from cnnviz.convolution import ConvSpec
from cnnviz.ui.components.convolution_bench import convolution_bench


def _conv(spec: ConvSpec, size: tuple[int, ...], ins: int, outs: int, *, bias: bool = False, layer: str = "Conv2d"):
    x = integers((ins, *size), 1, low=0, high=5)
    kernel = spec.expand(len(size)).kernel_size
    shape = (ins, outs // spec.groups, *kernel) if spec.transposed else (outs, ins // spec.groups, *kernel)
    return make_bench(layer, spec, x, integers(shape, 2, low=-2, high=2), torch.arange(1.0, outs + 1) if bias else None)


def _pool(layer: str, spec: ConvSpec, size: tuple[int, ...], channels: int = 1):
    return make_bench(layer, spec, integers((channels, *size), 3, low=-5, high=5))


CASES = {
    "plain": lambda: _conv(ConvSpec(3), (5, 5), 1, 1),
    "floor": lambda: _conv(ConvSpec(3, stride=2, padding=1), (6, 7), 1, 1, bias=True),
    "reflect": lambda: _conv(ConvSpec((3, 2), stride=(1, 2), padding=(2, 1), padding_mode="reflect"), (5, 6), 1, 1),
    "circular": lambda: _conv(ConvSpec(3, padding=2, dilation=2, padding_mode="circular"), (6, 6), 2, 1),
    "groups": lambda: _conv(ConvSpec(3, groups=2), (5, 5), 4, 4, bias=True),
    "large": lambda: _conv(ConvSpec(3, padding=1), (16, 16), 4, 4, bias=True),
    "length": lambda: _conv(ConvSpec(3, stride=2, padding=1), (9,), 2, 2, layer="Conv1d"),
    "transposed": lambda: _conv(ConvSpec(3, stride=2, padding=1, transposed=True), (3, 3), 1, 1, layer="ConvTranspose2d"),
    "transposed channels": lambda: _conv(
        ConvSpec((3, 2), stride=2, output_padding=1, groups=2, transposed=True), (3, 4), 2, 4, bias=True, layer="ConvTranspose2d"
    ),
    "max": lambda: _pool("MaxPool2d", ConvSpec(3, stride=2, padding=1, ceil_mode=True), (6, 6), 2),
    "average": lambda: _pool("AvgPool2d", ConvSpec(2, stride=2, padding=1), (5, 5)),
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    st.set_page_config(layout="wide")
    bench = CASES[st.query_params.get("case", "plain")]()
    edits = st.session_state.setdefault("edits", [])
    worked = convolution_bench(bench, key="bench", caption="caption", on_edit=edits.append)
    st.text(f"edits {[(e.part, e.index, e.value) for e in edits]}")
    st.text(f"worked {worked}")
