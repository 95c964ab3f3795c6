"""Filter chain: filters, cut-offs and pooling in a row, as in the layers of a network, with every picture between."""

import streamlit as st
from torch import Tensor

from cnnviz.chain import Step, apply_chain, step_spec
from cnnviz.convolution import ConvSpec
from cnnviz.figures.pictures import paint
from cnnviz.images import to_grey
from cnnviz.pytorch_code import chain_code
from cnnviz.receptive_field import receptive_fields
from cnnviz.ui.chain_controls import chain_controls
from cnnviz.ui.components.picture_trace import picture_trace
from cnnviz.ui.downloads import downloads
from cnnviz.ui.filter_view import input_panel, result_panel, send_input, step_operation, strongest
from cnnviz.ui.frame import fragment, lesson_end, speaking_errors, title
from cnnviz.ui.picture import Picture, picture_picker

NOTICE = """
- Filter, ReLU, pool: that is one block of a convolutional network. A network learns its kernels; here you choose them.
- Order matters: ReLU before pooling throws negative answers away, pooling first lets them compete.
- Each step lets a pixel see more of the input. Point at a late pixel: its window lies in the picture before it.
- Two filters in a row are one larger filter, as long as nothing cuts off between them.
"""

with title("Filter chain", "Filter, cut off, pool, repeat: what a network's layers do, one picture after the other."):
    chosen = picture_picker()


@fragment
def lesson(picture: Picture) -> None:
    image = to_grey(picture.image)  # (1,H,W)
    panels, start = [input_panel(image)], None
    steps: list[Step] = []
    with speaking_errors():
        steps = chain_controls()
    bench, message = st.container(), st.container()
    with message, speaking_errors():
        results = apply_chain(image, steps)
        painted = [paint(result, how(result)) for result in results]
        for number, (step, result, drawn) in enumerate(zip(steps, results, painted, strict=True)):
            panels.append(result_panel(f"{number + 1} {step}", result, drawn, step_operation(step, number)))
        if results:
            start = (len(results), *strongest(results[-1]))
    with bench:
        picture_id = send_input(picture.id, image, key="chain_pixels")
        picture_trace(panels, picture_id=picture_id, key="chain_trace", start=start, compare=False, height=240)
    if len(panels) > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(field_text(steps))
            downloads("chain", lambda: (results[-1], painted[-1]), key="chain")
    lesson_end(
        "chain", notice=NOTICE,
        question="How large is the patch of the input on which one number of the last picture depends?",
        answer=lambda: field_text(steps), 
        code=(lambda: chain_code(picture.code(), steps, grey=True)) if len(panels) > 1 else None,
    )  # fmt: skip


def how(values: Tensor) -> str:
    """How a picture of the chain is drawn: its signs where it has them, else as a picture where it is one."""
    return "signed" if values.min() < 0 else "clipped" if values.max() <= 1 else "absolute"


def field_text(steps: list[Step]) -> str:
    """The receptive field of the last picture's pixels, and how far apart two neighbours' fields lie."""
    specs = [spec for step in steps if (spec := step_spec(step))]
    field = receptive_fields(specs or [ConvSpec((1, 1))])[-1]
    height, width = field.size
    down, right = field.jump
    return (
        f"One number of the last picture depends on {height} × {width} input pixels; "
        f"its neighbours' patches lie {right} px further right, {down} px further down."
    )


lesson(chosen)
