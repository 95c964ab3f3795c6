"""The tab “Build your own”: a network as a table that can be edited, checked as it grows, drawn, and written as code."""

from typing import Any

import streamlit as st

from cnnviz.layer_table import LayerRow
from cnnviz.network_plan import (
    EXAMPLES,
    KINDS,
    MOST_CHANNELS,
    MOST_LAYERS,
    MOST_SIDE,
    NUMBERED,
    WINDOWED,
    NetworkPlan,
    PlanLayer,
    parse_plan,
    pytorch_code,
)
from cnnviz.ui.architecture.reading import Reading, planned
from cnnviz.ui.architecture.view import downloads, layer_picker, show_drawing, totals_text
from cnnviz.ui.edited_rows import NUMBER, ROW_HEIGHT, Cells, EditedTable, edited_rows, table_height
from cnnviz.ui.frame import fragment, lesson_end
from cnnviz.ui.picture import Picture

KEY = "build"
OPENING = "Small residual network"
_TEXT = "build_plan"  # session state and link: the network as text
_TABLE = EditedTable(KEY, _TEXT)
SHOWN_LAYERS = 5  # rows of the table; more scroll
EDITING = "Type into the columns with a pencil. To remove a layer, tick its row at the left and press Delete."
DRAWING_HEIGHT = 230  # px: the table and the whole drawing stand on a screen of 768
# What a new layer of a kind begins with
NEW = {
    "conv": PlanLayer("conv", 16, 3, 1, 1), "max": PlanLayer("max", 0, 2, 2), "avg": PlanLayer("avg", 0, 2, 2),
    "drop": PlanLayer("drop", 50), "lin": PlanLayer("lin", 10), "skip": PlanLayer("skip", 0),
}  # fmt: skip
NOTICE = """
- The output of each layer is the input of the next: the number of channels is typed once, and what a layer reads follows.
- **flatten** turns maps into one long vector, and the linear layer after it has a weight for each of its numbers. **gap**
  (global average pooling) before it leaves one number a channel: far fewer weights, and any input size.
- **bn** normalises each channel, **relu** cuts off what is negative, **drop** switches numbers off in training only: none
  of them changes a shape.
- **skip** adds the output of an earlier layer. Channels and size must agree: padding keeps the size, stride loses it.
"""


@fragment
def show(picture: Picture) -> None:
    """Draw the tab."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Load", list(EXAMPLES), index=None, placeholder="an example", key=f"{KEY}_example", width=230, on_change=_load)
        text = st.text_input(
            "The network: its input, then its layers", EXAMPLES[OPENING], key=_TEXT, bind="query-params", persist_state="session",
            help="conv16k3s2p1 is a convolution with 16 output channels, kernel 3, stride 2 and padding 1; max2 and avg2 are "
            "poolings; bn, relu, drop50 (per cent), flatten, gap, lin10; skip3 adds the output of layer 3, skip0 the input.",
        )  # fmt: skip
        layer_place = st.container(width=190)
    plan = parse_plan(text)
    reading = planned(str(plan))
    _TABLE.tell()
    _editor(plan, reading)
    if reading.fault:
        st.error(reading.fault[0].upper() + reading.fault[1:], icon=":material/error:")
    if reading.rows:
        with layer_place:
            layer = layer_picker(reading.rows, key=KEY)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(totals_text(reading) + (", up to the layer that does not fit" if reading.fault else ""))
            downloads(reading, "network", key=KEY)
            st.caption("A new # moves a layer, the last row adds one.", width="content", help=EDITING)
        show_drawing(reading, picture, layer, key=KEY, height=DRAWING_HEIGHT)
    lesson_end(
        KEY, notice=NOTICE,
        question="Load “VGG style” and put **gap** before its flatten. How many parameters are left, and how many of them are "
        "in the first linear layer?",
        answer=answer, code=None if reading.fault else (lambda: pytorch_code(plan)),
    )  # fmt: skip


def answer() -> str:
    before = EXAMPLES["VGG style"]
    found = [planned(str(parse_plan(text))) for text in (before, before.replace("flatten", "gap flatten"))]
    whole, first = zip(*((each.totals.parameters, each.row("fc1").parameters) for each in found), strict=True)
    return (
        f"{whole[1]:,} of {whole[0]:,}. The linear layer has {first[1]:,} in place of {first[0]:,}: it reads one number a "
        "channel instead of one a channel and place."
    )


def _editor(plan: NetworkPlan, reading: Reading) -> None:
    """The table: the settings can be changed, what follows from them is only shown."""
    number = st.column_config.NumberColumn
    st.data_editor(
        columns(plan, reading), key=_TABLE.key, num_rows="dynamic", hide_index=True, row_height=ROW_HEIGHT, placeholder="–",
        on_change=_TABLE.take_over, args=(lambda edits: str(edited(plan, edits)),),
        height=table_height(len(plan.layers), SHOWN_LAYERS),
        disabled=("output", "name", "parameters", "multiply-adds", "sees", "jump"),
        column_config={
            NUMBER: number(width=46, min_value=1, max_value=MOST_LAYERS, step=1, help="Type another number to move the layer"),
            "layer": st.column_config.SelectboxColumn(options=list(KINDS), default="conv", width=84, required=True),
            "number": number(width=92, min_value=0, max_value=MOST_CHANNELS, step=1,
                             help="conv: output channels; lin: outputs; drop: per cent; skip: the layer to add"),
            "kernel": number(width=76, min_value=1, max_value=MOST_SIDE, step=1),
            "stride": number(width=76, min_value=1, max_value=MOST_SIDE, step=1),
            "padding": number(width=84, min_value=0, max_value=MOST_SIDE, step=1),
            "parameters": number(format="localized"),
            "multiply-adds": number(format="localized"),
            "sees": number(help="The receptive field's side, in pixels of the input", width=60),
            "jump": number(help="How far the field moves from one place to the next", width=60),
        },
    )  # fmt: skip


def columns(plan: NetworkPlan, reading: Reading) -> dict[str, list[object]]:
    """The table, column by column; what a layer that does not fit would make is empty."""
    made = {row.name: row for row in reading.rows}
    rows = [made.get(name) for name in plan.names]
    return {
        NUMBER: list(range(1, len(rows) + 1)),
        "layer": [layer.kind for layer in plan.layers],
        "number": [layer.number if layer.kind in NUMBERED else None for layer in plan.layers],
        **{
            name: [getattr(layer, name) if layer.kind in WINDOWED else None for layer in plan.layers]
            for name in ("kernel", "stride", "padding")
        },
        "name": list(plan.names),
        "output": [" × ".join(map(str, row.output_shape)) if row else "does not fit" for row in rows],
        "parameters": [row and row.parameters for row in rows],
        "multiply-adds": [row and row.macs for row in rows],
        "sees": [_along(row, "size") for row in rows],
        "jump": [_along(row, "jump") for row in rows],
    }


def _along(row: LayerRow | None, what: str) -> float | None:
    field = row.receptive_field if row else None
    return max(getattr(field, what)) if field else None


def edited(plan: NetworkPlan, edits: dict[str, Any]) -> NetworkPlan:
    """The network after the table's edits.

    A skip keeps adding the layer that it added, wherever that has moved; one whose layer is gone adds the layer that
    now has its number. ValueError for edits that make no network.
    """
    changed = edited_rows(plan.layers, edits, _layer, NEW["conv"])
    if not changed:
        raise ValueError("A network needs a layer: the last one stays.")
    retargeted = {int(key) + 1 for key, cells in edits.get("edited_rows", {}).items() if cells.get("number") is not None}
    now = {before: place for place, (before, _) in enumerate(changed, start=1) if before is not None}
    layers = [
        PlanLayer("skip", now.get(layer.number, layer.number))
        if layer.kind == "skip" and before is not None and before not in retargeted
        else layer
        for before, layer in changed
    ]
    return NetworkPlan(plan.input_shape, tuple(layers))


def _layer(layer: PlanLayer, cells: Cells) -> PlanLayer:
    """The layer with the cells' values; a new kind begins with its own numbers, an emptied cell keeps what was there."""
    given = {name: cells[name] for name in ("number", "kernel", "stride", "padding") if cells.get(name) is not None}
    kind = cells.get("layer") or layer.kind
    start = layer if kind == layer.kind else NEW[kind] if kind in NEW else PlanLayer(kind)
    numbers = {name: int(given.get(name, getattr(start, name))) for name in ("number", "kernel", "stride", "padding")}
    return PlanLayer(kind, **numbers)


def _load() -> None:
    """Callback: write the picked example into the link's text."""
    state = st.session_state
    if state[f"{KEY}_example"]:
        state[_TEXT] = EXAMPLES[state[f"{KEY}_example"]]
        _TABLE.renew()
