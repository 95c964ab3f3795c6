"""Image filters: a kernel slides over a picture, and every pixel of the result is a sum that can be read."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from cnnviz.convolution import output_size
from cnnviz.figures.pictures import Painted, paint
from cnnviz.images import to_grey
from cnnviz.kernels import KERNELS, filter_image
from cnnviz.pytorch_code import filter_code
from cnnviz.ui.components.picture_trace import Panel, drawn_by_browser, picture_trace
from cnnviz.ui.downloads import downloads
from cnnviz.ui.filter_controls import FilterOptions, filter_options, keep_cells, keep_numbers, kernel_controls
from cnnviz.ui.filter_view import filter_operation, input_panel, result_panel, send_input, size_rule, strongest
from cnnviz.ui.frame import fragment, lesson_end, pytorch_code, speaking_errors, title
from cnnviz.ui.picture import Picture, picture_picker

NOTICE = """
- A kernel whose cells sum to 0 answers only to changes: an even area becomes 0 (white in the signed colours).
- A kernel whose cells sum to 1 keeps the brightness; **Divide the kernel by its sum** makes it so.
- Cross-correlation lays the kernel on the picture as it stands; true convolution turns it by 180° first. For symmetric
  kernels there is no difference; for Sobel the sign changes.
- Edit a cell: click it, type, or press ↑ and ↓. The border decides what the kernel reads outside the picture.
"""

with title("Image filters", "A kernel slides over the picture: pixels times cells, added up, make one new pixel."):
    chosen = picture_picker()


@dataclass
class Latest:
    """What the kernel's fragment has computed last, for what stands outside it: downloads, and code in its open tab."""

    result: Callable[[], tuple[Tensor, Painted]] | None = None  # values (C,H',W') and their picture; None while settings do not fit
    drawn: bool = False  # whether all that is outside stands on the page
    fits: bool = False  # whether what is outside was drawn for settings that fit
    code_tab: DeltaGenerator | None = None  # where the code stands while its tab is open


@fragment
def lesson(picture: Picture) -> None:
    """What seldom changes. The kernel has a fragment of its own: the fewer widgets are drawn again, the sooner the picture."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kernel_row = st.container(horizontal=True, vertical_alignment="bottom", width="content")
        options_row = st.container(horizontal=True, vertical_alignment="bottom", width="content")
    options = filter_options(options_row)
    image = picture.image if options.colour else to_grey(picture.image)  # (C,H,W)
    bench, below = st.container(), st.container(horizontal=True)
    latest = Latest(code_tab=lesson_end(
        "filters", notice=NOTICE,
        question="The course's diagonal angle detector holds 0.9 on the diagonal and 0.1 elsewhere. What does it answer on a "
        "patch that is the kernel itself? The notes print 2.43.",
        answer=match_answer,
    ))  # fmt: skip
    with bench:
        picture_id = send_input(picture.id, image, key="filters_pixels")
        filtered(picture, image, input_panel(image), picture_id, options, kernel_row, latest)
    if latest.result:
        with below:
            downloads("filtered", lambda: latest.result and latest.result(), key="filters")
    latest.drawn, latest.fits = True, latest.result is not None


@fragment
def filtered(
    picture: Picture, image: Tensor, before: Panel, picture_id: str,
    options: FilterOptions, kernel_row: DeltaGenerator, latest: Latest,
) -> None:  # fmt: skip
    cells, made = kernel_controls(kernel_row)
    panels, start, rule, latest.result = [before], None, "", None
    foresee, drawn = None if options.normalise else options.show, drawn_by_browser("filters_trace")
    message = st.container()
    with message, speaking_errors():
        kernel = options.kernel(cells)
        spec = options.spec(kernel)
        size, operation = output_size(spec, image.shape[1:]), filter_operation(kernel, spec, options.flip)
        rule = size_rule(spec, image.shape[1:], size)

        def compute() -> tuple[Tensor, Painted]:
            values = filter_image(image, kernel, spec, flip=options.flip)  # (C,H',W')
            return values, paint(values, options.how(kernel))

        if drawn and foresee:  # a class that drags at once would ask for more than one process can compute
            panels.append(Panel("Result", (len(image), *size), operation=operation))
        else:
            values, painted = compute()
            panels.append(result_panel("Result", values, painted, operation))
            start = (1, *strongest(values))
        latest.result = compute
    picture_trace(
        panels, picture_id=picture_id, key="filters_trace", grid=options.grid(cells, made), on_kernel=keep_cells,
        on_dials=keep_numbers, rule=rule, start=start, foresee=foresee, height=240,
    )  # fmt: skip
    if latest.code_tab:
        with latest.code_tab:
            pytorch_code(
                latest.result and filter_code(picture.code(), kernel, spec, flip=options.flip, grey=not options.colour)
            )
    if latest.drawn and latest.fits != (latest.result is not None):
        st.rerun()  # the downloads come or go


def match_answer() -> str:
    kernel = KERNELS["diagonal angle"].double()
    match, mismatch = float((kernel * kernel).sum()), float((kernel * kernel.flip(1)).sum())
    return (
        f"Three cells give $0.9^2$ and six give $0.1^2$: {match:.2f}, not 2.43. On the mirrored patch it answers {mismatch:.2f}: "
        "a filter is a pattern, and its answer says how well the patch matches."
    )


lesson(chosen)
