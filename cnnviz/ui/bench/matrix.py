"""The second tab of the bench: the same layer as a product of matrices."""

import streamlit as st

from cnnviz.bench import Bench
from cnnviz.bench.matrices import FORMS, MatrixView, matrix_view, too_large
from cnnviz.bench.volume import Volume
from cnnviz.ui.bench.layer_controls import layer_controls
from cnnviz.ui.bench.state import VIEW, current, setting_desk
from cnnviz.ui.bench.step import shown_or_told
from cnnviz.ui.components.matrix_view import matrix_view as show_matrix


def show() -> None:
    """The row of controls, the form of the product, and the fields with the matrix, its grids and its counts."""
    layer_controls()
    st.segmented_control(
        "Form", FORMS, default="matrix", required=True, key="bench_form", label_visibility="collapsed",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    _view()


@st.fragment(key=VIEW)
def _view() -> None:
    choice, form = current(), st.session_state["bench_form"]
    bench, desk = shown_or_told(choice)
    view, caption = None, ""
    if isinstance(bench, Volume):
        desk = setting_desk(choice, message=f"{choice.layer} has no matrix here: choose a layer of one or two dimensions")
    elif bench:
        out, channel = _channels(bench, form)
        try:
            view = matrix_view(bench, form, out=out, channel=channel)
            caption = counted(view) + ("" if bench.bias is None else " The bias is added after the product.")
        except ValueError as error:  # told beside the fields, as what does not fit is
            desk = setting_desk(choice, message=str(error))
    show_matrix(view, key="bench_matrix", desk=desk, caption=caption, one_dimensional="1d" in choice.layer)


def _channels(bench: Bench, form: str) -> tuple[int, int]:
    """The output channel and the input channel of its group that are shown, asked for where there is a choice."""
    out = channel = 0
    ins = len(bench.x) // bench.spec.groups
    with st.container(horizontal=True):
        if bench.out_channels > 1 and (form == "patches" or too_large(bench, form)):
            out = _channel("Output channel", bench.out_channels, "out")
        if ins > 1 and too_large(bench, form):
            channel = _channel("Input channel of its group", ins, "in")
    return out, channel


def counted(view: MatrixView) -> str:
    """The counts of a matrix as a sentence of markup."""
    counts = view.counts
    if view.form == "patches":
        rows, columns = view.entries.shape
        return f"Each row is one window: the layer is <b>{rows}×{columns}</b> patches times <b>{columns}</b> weights."
    transposed = " Its transpose is the transposed convolution with the same kernel." if view.form == "transpose" else ""
    return (
        f"<b>{counts.nonzeros:,}</b> of {counts.rows:,} × {counts.columns:,} entries are filled, by "
        f"<b>{counts.distinct_weights}</b> shared weights. A dense layer learns <b>{counts.dense_weights:,}</b>.{transposed}"
    )


def _channel(label: str, count: int, name: str) -> int:
    return st.segmented_control(label, range(count), default=0, required=True, key=f"bench_matrix_{name}")
