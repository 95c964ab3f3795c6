"""Pooling: each window of the picture keeps one number, its maximum or its mean."""

import streamlit as st
import torch

from cnnviz.chain import pool_image
from cnnviz.convolution import ConvSpec, output_size
from cnnviz.figures.pictures import paint
from cnnviz.images import sample_image, to_grey
from cnnviz.pytorch_code import pool_code
from cnnviz.ui.components.picture_trace import picture_trace
from cnnviz.ui.downloads import downloads
from cnnviz.ui.filter_view import input_panel, pool_operation, result_panel, send_input, size_rule, strongest
from cnnviz.ui.frame import fragment, lesson_end, speaking_errors, title
from cnnviz.ui.picture import Picture, picture_picker

NOTICE = """
- There is nothing to learn here: pooling has no weights.
- A window of 2 with stride 2 halves each side, so a quarter of the numbers is left.
- The maximum keeps thin bright lines and loses thin dark ones; the mean keeps neither sharp.
- Move the picture by one pixel and most maxima stay: a little shift is forgotten. That is not exact; see the exercise.
"""

with title("Pooling", "Each window keeps one number, its largest or its mean: the picture shrinks and the exact place is lost."):
    chosen = picture_picker()


@fragment
def lesson(picture: Picture) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = st.segmented_control(
            "Keep", ["max", "average"], default="max", required=True, key="pooling_mode", bind="query-params"
        )
        size = st.slider("kernel size", 1, 32, 8, key="pooling_size", bind="query-params", width=120)
        stride = st.slider("stride", 1, 32, 8, key="pooling_stride", bind="query-params", width=120)
        padding = st.number_input("padding", 0, 16, 0, key="pooling_padding", bind="query-params", width=130)
        with st.container(width="content", gap="xxsmall"):
            colour = st.toggle("colour", key="pooling_colour", bind="query-params")
            ceil = st.toggle(
                "ceil_mode", key="pooling_ceil", bind="query-params",
                help="Round the output's size up: a last window may hang over the edge.",
            )  # fmt: skip
    image = picture.image if colour else to_grey(picture.image)  # (C,H,W)
    panels, start, rule, painted = [input_panel(image)], None, "", None
    bench, message = st.container(), st.container()
    with message, speaking_errors():
        spec = ConvSpec((size, size), stride, padding, ceil_mode=ceil)
        pooled = pool_image(image, spec, mode)  # (C,H',W')
        painted = paint(pooled, "clipped")
        panels.append(result_panel(f"{mode} pooling", pooled, painted, pool_operation(spec, mode)))
        start = (1, *strongest(pooled.diff(dim=2, prepend=pooled[..., :1]).relu()))  # at an edge there is something to see
        rule = size_rule(spec, image.shape[1:], output_size(spec, image.shape[1:], pooling=True))
    with bench:
        picture_id = send_input(picture.id, image, key="pooling_pixels")
        picture_trace(panels, picture_id=picture_id, key="pooling_trace", start=start, rule=rule, height=200)
    if painted is not None:
        with st.container(horizontal=True):
            downloads("pooled", lambda: (pooled, painted), key="pooling")
    lesson_end(
        "pooling", notice=NOTICE,
        question="Shift the sample **digit** by one pixel to the right. After max pooling with size 2 and stride 2: how many "
        "of the 196 numbers change? And with size 14 and stride 14?",
        answer=shift_answer, 
        code=painted and (lambda: pool_code(picture.code(), spec, mode, grey=not colour)),
    )  # fmt: skip


def shift_answer() -> str:
    digit = to_grey(sample_image("digit"))  # (1,28,28)
    changed = {}
    for size in (2, 14):
        spec = ConvSpec((size, size), size)
        before, after = pool_image(digit, spec), pool_image(torch.roll(digit, 1, dims=2), spec)
        changed[size] = f"{int((before != after).sum())} of {before.numel()}"
    return (
        f"Size 2: {changed[2]} change; size 14: {changed[14]}. The larger the window, the more shifts it forgives, "
        "and the less it says about where."
    )


lesson(chosen)
