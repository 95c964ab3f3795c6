"""The tab “Layer chain”: an editable table of layers, and what each of them makes and sees."""

from typing import Any

import streamlit as st

from cnnviz.figures.chain_drawing import growing_fields
from cnnviz.layer_chain import (
    CHAINS,
    KINDS,
    MOST_CHANNELS,
    MOST_LAYERS,
    MOST_SIZE,
    Chain,
    ChainLayer,
    chain,
    chain_text,
    parse_chain,
    pytorch_code,
)
from cnnviz.matrix_text import parse_matrix
from cnnviz.ui.edited_rows import NUMBER, ROW_HEIGHT, Cells, EditedTable, edited_rows, table_height
from cnnviz.ui.frame import fragment

OPENING = "256 to 128 to 125"
_TEXT, _INPUT = "chain_layers", "chain_input"  # session state and link
_TABLE = EditedTable("chain", _TEXT)
SHOWN_LAYERS, SHOWN_RESULTS = 7, 9  # rows of the tables; more scroll
COUNTED = "A multiply-add is one product added to a sum; biases and pooling count as none."
SQUARES = (
    "The squares are what one place of the last map sees of the input, layer by layer; dashed: what its neighbour sees, one "
    "jump further. Hatched is padding."
)
EDITING = (
    "In the table: type another # to move a layer, write into the last row to add one, tick a row and press Delete to remove it."
)
NEW = ChainLayer("conv", 3, out_channels=8)
FIELDS = {"layer": "kind", "channels": "out_channels", "kernel": "kernel", "stride": "stride", "padding": "padding",
          "dilation": "dilation"}  # fmt: skip


@fragment
def show() -> None:
    """Draw the tab."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Load", list(CHAINS), index=None, placeholder="an example", key="chain_example", width=190,
                     on_change=_load)  # fmt: skip
        example = CHAINS[OPENING]
        shape_text = st.text_input("Input: channels, height, width", _shape_text(example.shape), key=_INPUT, width=210,
                                   bind="query-params", persist_state="session")  # fmt: skip
        text = st.text_input("Layers", example.text, key=_TEXT, bind="query-params", persist_state="session",
                             help="conv16k3s2p1 is a convolution with 16 output channels, kernel 3, stride 2, "
                                 "padding 1; "
                             "max2s2 and avg2s2 are poolings; d2 is dilation 2.")  # fmt: skip
    shape, layers = _shape(shape_text), parse_chain(text)
    result = chain(layers, shape)
    _TABLE.tell()
    _editor(layers, result)
    if result.fault:
        st.error(result.fault[0].upper() + result.fault[1:], icon=":material/error:")
    drawing, words = st.columns([6, 7], gap="medium")
    if result.rows:
        drawing.markdown(growing_fields(result.rows, shape[1:]), unsafe_allow_html=True)
    with words:
        parameters, products = (sum(getattr(row, what) for row in result.rows) for what in ("parameters", "multiply_adds"))
        st.markdown(f"**{parameters:,}** parameters, **{products:,}** multiply-adds", help=COUNTED)
        _followed(result)
        st.caption(SQUARES, help=EDITING)
    with st.expander("The same in PyTorch"):
        st.code(pytorch_code(layers, shape), language="python")


def _editor(layers: list[ChainLayer], result: Chain) -> None:
    """The table of settings. It is as wide as a screen of 1024 has room for: what follows from them has its own."""
    number = st.column_config.NumberColumn
    st.data_editor(
        _settings(layers, result), key=_TABLE.key, num_rows="dynamic", hide_index=True, row_height=ROW_HEIGHT, placeholder="–",
        on_change=_TABLE.take_over, args=(lambda edits: chain_text(edited(layers, edits)),),
        height=table_height(len(layers), SHOWN_LAYERS), disabled=("output",),
        column_config={
            NUMBER: number(width=50, min_value=1, max_value=MOST_LAYERS, step=1),
            "layer": st.column_config.SelectboxColumn(options=list(KINDS), default=NEW.kind, width=84),
            "channels": number(width=98, min_value=1, max_value=MOST_CHANNELS, step=1, default=NEW.out_channels),
            "kernel": number(width=84, min_value=1, max_value=MOST_SIZE, step=1, default=NEW.kernel),
            "stride": number(width=84, min_value=1, max_value=MOST_SIZE, step=1, default=NEW.stride),
            "padding": number(width=92, min_value=0, max_value=MOST_SIZE, step=1, default=NEW.padding),
            "dilation": number(width=90, min_value=1, max_value=MOST_SIZE, step=1, default=NEW.dilation),
        },
    )  # fmt: skip


def _settings(layers: list[ChainLayer], result: Chain) -> dict[str, list[object]]:
    """The settings and the output, column by column; what a layer that does not fit would make is said."""
    sizes: list[object] = [" × ".join(map(str, row.shape)) for row in result.rows]
    return {
        NUMBER: list(range(1, len(layers) + 1)),
        **{
            name: [None if field == "out_channels" and each.kind != "conv" else getattr(each, field) for each in layers]
            for name, field in FIELDS.items()
        },
        "output": sizes + ["does not fit"] * (len(layers) - len(sizes)),
    }


def _followed(result: Chain) -> None:
    """What follows from the settings, a row a layer."""
    number = st.column_config.NumberColumn
    st.dataframe(
        {
            NUMBER: list(range(1, len(result.rows) + 1)),
            "sees": [row.field.size for row in result.rows],
            "jump": [row.field.jump for row in result.rows],
            "start": [row.field.start for row in result.rows],
            "parameters": [row.parameters for row in result.rows],
            "multiply-adds": [row.multiply_adds for row in result.rows],
        },
        key="chain_followed", hide_index=True, row_height=ROW_HEIGHT, height=table_height(len(result.rows), SHOWN_RESULTS),
        column_config={
            NUMBER: number(width=36),
            "sees": number(help="The receptive field's side, in pixels of the input", width=48),
            "jump": number(help="How far the field moves from one place to the next", width=50),
            "start": number(help="The centre of the first place's field; pixel 0 has its centre at 0", width=50),
            "parameters": number(format="localized", width=88),
            "multiply-adds": number(format="localized", width=104),
        },
    )  # fmt: skip


def edited(layers: list[ChainLayer], edits: dict[str, Any]) -> list[ChainLayer]:
    """The chain after the table's edits; ValueError for edits that make no chain."""
    changed = [layer for _, layer in edited_rows(layers, edits, _layer, NEW)]
    if not changed:
        raise ValueError("a chain needs a layer: the last one stays")
    if len(changed) > MOST_LAYERS:
        raise ValueError(f"the chain would have {len(changed)} layers: it can have {MOST_LAYERS}")
    return changed


def _layer(layer: ChainLayer, cells: Cells) -> ChainLayer:
    """The layer with the cells' values; an emptied cell keeps what was there."""
    given = {field: cells[name] for name, field in FIELDS.items() if cells.get(name) is not None}
    settings = {field: getattr(layer, field) for field in FIELDS.values()} | given
    numbers = {field: int(value) for field, value in settings.items() if field != "kind"}
    return ChainLayer(str(settings["kind"]), **numbers)


def _load() -> None:
    """Callback: write the picked example into the link's fields."""
    state = st.session_state
    if state["chain_example"]:
        example = CHAINS[state["chain_example"]]
        state[_TEXT], state[_INPUT] = example.text, _shape_text(example.shape)
        _TABLE.renew()


def _shape_text(shape: tuple[int, int, int]) -> str:
    return " ".join(map(str, shape))


def _shape(text: str) -> tuple[int, int, int]:
    """The input's channels, height and width."""
    rows = parse_matrix(text.replace("x", " ").replace("×", " "))
    if len(rows) != 1 or len(rows[0]) != 3 or any(value != int(value) for value in rows[0]):
        raise ValueError(f"the input is {text!r}: give channels, height and width, such as 3 224 224")
    channels, height, width = map(int, rows[0])
    if not 1 <= channels <= MOST_CHANNELS or not 1 <= min(height, width) <= max(height, width) <= MOST_SIZE:
        raise ValueError(f"the input is {text!r}: give 1 to {MOST_CHANNELS:,} channels and sides from 1 to "
            f"{MOST_SIZE:,}")
    return channels, height, width
