"""The tab “One network”: any network of the course, layer by layer."""

import streamlit as st

from cnnviz.models import MODELS, model_info
from cnnviz.models.info import ModelInfo
from cnnviz.ui.architecture import weights
from cnnviz.ui.architecture.code import network_code
from cnnviz.ui.architecture.reading import Reading, named
from cnnviz.ui.architecture.view import downloads, layer_picker, show_drawing, show_table, totals_text
from cnnviz.ui.frame import fragment, lesson_end
from cnnviz.ui.picture import Picture

KEY = "architectures"
OPENING = "lenet5"
MOST_SIDE = 1024  # rows or columns of the input
OUTPUTS = {"rbf": "RBF (1998)", "linear": "linear"}
NOTICE = """
- Going right the maps get smaller (the boxes lower) and more (wider): place is given up for meaning.
- Hover along the drawing: the **receptive field** grows with each kernel, and faster after each stride, because the jump
  has grown. Early layers see strokes, late ones the whole picture.
- Convolutions share their weights: most **multiply-adds** are where the maps are large, most **parameters** where the
  channels are many or where a layer is fully connected. Sort the table by either.
- A larger input costs more multiply-adds and not one parameter more, up to the first layer that needs a fixed size.
- A **skip** (arc) adds no parameters if the shapes agree; the field after it is that of the longest path.
"""


@fragment
def show(picture: Picture) -> None:
    """Draw the tab."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Network", list(MODELS), index=list(MODELS).index(OPENING), format_func=lambda name: MODELS[name].title,
            key=f"{KEY}_network", bind="query-params", persist_state="session", width=225, on_change=_usual_size,
        )  # fmt: skip
        info = model_info(name)
        height, width = (
            st.number_input(
                f"Input {side}", 1, MOST_SIDE, usual, key=f"{KEY}_{side}", bind="query-params", persist_state="session", width=128
            )
            for side, usual in zip(("height", "width"), info.input_shape[1:], strict=True)
        )
        layer_place, output = st.container(width=190), None
        if name == "lenet5":
            output = st.segmented_control(
                "Output layer", list(OUTPUTS), default="rbf", required=True, format_func=OUTPUTS.__getitem__,
                key=f"{KEY}_output", bind="query-params", persist_state="session",
            )  # fmt: skip
    reading = named(name, output, height, width)
    shape = (info.input_shape[0], height, width)
    if reading.fault:
        usual = "×".join(map(str, info.input_shape[1:]))
        st.error(f"{info.title} with {reading.fault}. Its usual input is {usual}.", icon=":material/error:")
    else:
        with layer_place:
            layer = layer_picker(reading.rows, key=KEY)
        show_drawing(reading, picture, layer, key=KEY)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(totals_text(reading, info.depth))
            downloads(reading, name, key=KEY)
            if info.torchvision:
                weights.offer(name, reading.totals.parameters)
        weights.show(name if info.torchvision else None, picture)
        show_table(reading, layer, key=KEY)
        st.caption(_sources(info))
    lesson_end(
        KEY, notice=NOTICE,
        question=f"Where do most of the parameters of {info.title} lie, and where are most of its multiply-adds made? Guess "
        "before you sort the table.",
        answer=lambda: answer(reading),
        code=None if reading.fault else (lambda: network_code(name, shape, output)),
    )  # fmt: skip


def answer(reading: Reading) -> str:
    """The layers with the most parameters and multiply-adds, and their shares; ValueError where there is no table."""
    if reading.fault:
        raise ValueError("There is no table for this input: see the message above.")
    sums, parts = reading.totals, []
    for what, total in (("parameters", sums.parameters), ("macs", sums.macs)):
        row = max(reading.rows, key=lambda row: getattr(row, what))
        number, words = getattr(row, what), "multiply-adds" if what == "macs" else what
        parts.append(f"**{row.name}** ({row.kind}) has {number:,} of {total:,} {words}, {number / total:.0%}")
    return f"{'; '.join(parts)}."


def _usual_size() -> None:
    """Callback: another network begins with its usual input."""
    state = st.session_state
    _, state[f"{KEY}_height"], state[f"{KEY}_width"] = model_info(state[f"{KEY}_network"]).input_shape


def _sources(info: ModelInfo) -> str:
    """Where the network is from, what differs, and what was published about it."""
    by_source: dict[str, list[str]] = {}
    for name, figure in info.published.items():
        what = name.replace("macs", "multiply-adds").removesuffix(" %")
        words = f"{what} {figure.value:,.10g}{' %' * name.endswith('%')}"
        by_source.setdefault(figure.source, []).append(words)
    figures = "; ".join(f"{', '.join(words)} ({source})" for source, words in by_source.items())
    parts = [
        f"Source: {info.source}.", info.note, f"Published: {figures}." if figures else "",
        "A multiply-add is one product added to a sum, counted once; biases, poolings, normalisations and activations "
        "count none. Memory: each layer's output for one picture in float32. Parameters count what is trained. Depth: layers with "
        "weights along the longest path.",
    ]  # fmt: skip
    return " ".join(part for part in parts if part)
