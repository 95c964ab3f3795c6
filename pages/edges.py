"""Edges (Sobel): the slope of the brightness in two directions, its size and its angle."""

import math

import streamlit as st
import torch

from cnnviz.convolution import ConvSpec
from cnnviz.figures.pictures import angle_picture, colour_wheel, paint
from cnnviz.images import encode_png, sample_image, to_grey
from cnnviz.kernels import KERNELS, sobel
from cnnviz.pytorch_code import sobel_code
from cnnviz.ui.components.picture_trace import Angle, Filter, Magnitude, Panel, picture_trace
from cnnviz.ui.downloads import downloads
from cnnviz.ui.filter_view import input_panel, range_text, result_panel, send_input, shape_text, strongest
from cnnviz.ui.frame import fragment, lesson_end, title
from cnnviz.ui.picture import Picture, picture_picker

NOTICE = """
- $G_x$ answers to upright edges and not to level ones; $G_y$ the other way round. Try the picture **disc**.
- The sign says on which side it is bright; the magnitude $\\sqrt{G_x^2 + G_y^2}$ forgets it, the angle keeps it.
- The angle needs $\\mathrm{atan2}(G_y, G_x)$: an arctangent of the quotient alone cannot tell up from down.
- The sign of $G_x$ turns round if the kernel is flipped (true convolution): agree on one before comparing numbers.
"""

with title("Edges (Sobel)", "Two kernels measure how fast the brightness grows, to the right and downwards."):
    chosen = picture_picker()


@fragment
def lesson(picture: Picture) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="edges_controls"):
        border = st.selectbox(
            "Border", ["replicate", "reflect", "zeros", "circular", "valid"], width=150, key="edges_border", bind="query-params"
        )  # fmt: skip
        threshold = st.slider(
            "Hide magnitudes below", 0.0, 4.0, 0.0, 0.05, key="edges_threshold", bind="query-params", width=240,
            help="In the magnitude and the angle; the largest magnitude that a picture can have is √20 = 4.47.",
        )  # fmt: skip
        st.image(encode_png(colour_wheel(64)), width=64)
        st.caption("The angle as a colour: the direction in which it grows brighter.", width=200)
    grey = to_grey(picture.image)  # (1,H,W)
    gradient = sobel(grey, padding_mode=border)
    shown = gradient.magnitude * (gradient.magnitude >= threshold)
    drawn = {"gx": paint(gradient.gx), "gy": paint(gradient.gy), "magnitude": paint(shown, "absolute")}
    spec = ConvSpec((3, 3), padding=0 if border == "valid" else 1, padding_mode="zeros" if border == "valid" else border)
    sides = {"padding": spec.padding, "padding_mode": spec.padding_mode}
    filters = {axis: Filter(KERNELS[f"Sobel {axis}"].tolist(), 0, **sides) for axis in "xy"}
    above = f"; {float((gradient.magnitude >= threshold).float().mean()):.0%} of the pixels are shown" if threshold else ""
    angle = Panel(
        "Angle", tuple(grey.shape[:1] + gradient.angle.shape[1:]), angle_picture(gradient, threshold=threshold),
        operation=Angle((1, 2)), caption=f"{shape_text(gradient.angle)}, radians {range_text(gradient.angle)}{above}",
    )  # fmt: skip
    picture_trace(
        [
            input_panel(grey),
            result_panel("Gx", gradient.gx, drawn["gx"], filters["x"]),
            result_panel("Gy", gradient.gy, drawn["gy"], filters["y"]),
            result_panel("Magnitude", gradient.magnitude, drawn["magnitude"], Magnitude((1, 2))),
            angle,
        ],
        picture_id=send_input(picture.id, grey, key="edges_pixels"), key="edges_trace", start=(3, *strongest(gradient.magnitude)),
    )  # fmt: skip
    with st.popover("Download", icon=":material/download:"):
        for name, values in (("gx", gradient.gx), ("gy", gradient.gy), ("magnitude", gradient.magnitude)):
            row = st.container(horizontal=True, vertical_alignment="center")
            row.markdown(name, width=90)
            with row:
                downloads(f"sobel_{name}", lambda pair=(values, drawn[name]): pair, key=f"edges_{name}")
    lesson_end(
        "edges", notice=NOTICE,
        question="On the picture **step edge** (0 on the left, 1 on the right): what is $G_x$ on the edge, and what the angle?",
        answer=step_answer, 
        code=lambda: sobel_code(picture.code(), padding_mode=border, threshold=threshold or None),
    )  # fmt: skip


def step_answer() -> str:
    gradient = sobel(to_grey(sample_image("step edge", 16)))
    place = (0, *strongest(gradient.magnitude))
    gx, angle = float(gradient.gx[place]), float(gradient.angle[place])
    flipped = float(torch.nn.functional.conv2d(to_grey(sample_image("step edge", 16))[None],
                                               KERNELS["Sobel x"].flip(0, 1)[None, None])[0, 0, 7, 7])  # fmt: skip
    return (
        f"$G_x = (1 + 2 + 1) \\cdot 1 = {gx:g}$, $G_y = 0$, so the angle is {math.degrees(angle):g}°: it grows brighter to "
        f"the right. As true convolution the kernel is flipped and $G_x = {flipped:g}$."
    )


lesson(chosen)
