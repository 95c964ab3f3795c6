"""A network on the page: its drawing beside the picture that it sees, the table of its layers, and files to take away."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from torch import Tensor
from torch.nn import functional as F

from cnnviz.images import to_bytes, to_grey
from cnnviz.layer_table import LayerRow, table_csv
from cnnviz.ui import cached
from cnnviz.ui.architecture.reading import Reading
from cnnviz.ui.components.network_view import network_view
from cnnviz.ui.components.pixels import pixels
from cnnviz.ui.frame import fit_choice
from cnnviz.ui.picture import Picture

SENT_SIDE = 560  # px: twice what the picture's place has
DIGIT_SIDE = 64  # px: up to here a network of one channel looks at a digit, unless another picture was picked
SHOWN_ROWS = 9  # of the table; more scroll
ROW_HEIGHT, HEAD_HEIGHT = 32, 38  # px


def layer_picker(rows: Sequence[LayerRow], *, key: str) -> str:
    """The chosen layer, by name; the drawing and the table write into it."""
    names, opening = [row.name for row in rows], opening_layer(rows)
    fit_choice(_layer(key), names, opening)
    return st.selectbox("Layer", names, index=names.index(opening), key=_layer(key), bind="query-params")


def opening_layer(rows: Sequence[LayerRow]) -> str:
    """The convolution in the middle of the network, or its middle row where it has none: a state worth showing."""
    convolutions = [row for row in rows if row.kind.startswith("Conv") and row.macs] or list(rows)
    return convolutions[(len(convolutions) - 1) // 2].name


def show_drawing(reading: Reading, picture: Picture, layer: str, *, key: str, height: int = 300) -> None:
    """The drawing, and what the layer sees of the picture."""
    shape = reading.rows[0].output_shape
    name, image = picture.id, picture.image
    digit = shape[0] == 1 and max(shape[1:]) <= DIGIT_SIDE and picture.id.startswith(f"{cached.DEFAULT_SAMPLE}-")
    if digit:
        name, image = "digit", cached.sample("digit", DIGIT_SIDE)
    picture_id = f"{name}-{'x'.join(map(str, shape))}"
    pixels(picture_id, input_picture(image, shape), key=f"{key}_picture")
    shown = name.rpartition("-")[0] or name
    caption = f"Picture: {'your own' if len(shown) == 16 else shown}, cut to {' × '.join(map(str, shape[1:]))}"
    if digit:
        caption = f"A digit, as such networks read them. Under “Picture”, choose any but {cached.DEFAULT_SAMPLE} to see it here."
    network_view(
        reading.rows, reading.svg, selected=layer, picture_id=picture_id, key=f"{key}_drawing", height=height,
        caption=caption, on_select=lambda chosen: st.session_state.update({_layer(key): chosen}),
    )  # fmt: skip


def input_picture(image: Tensor, shape: Sequence[int]) -> np.ndarray:
    """The middle of the picture (3,H,W) as the network gets it, uint8 (height, width[, 3]); at most SENT_SIDE pixels."""
    channels, height, width = shape
    scale = min(image.shape[1] / height, image.shape[2] / width)
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (image.shape[1] - tall) // 2, (image.shape[2] - wide) // 2
    shrink = min(1.0, SENT_SIDE / max(height, width))
    size = (max(1, round(height * shrink)), max(1, round(width * shrink)))
    cut = image[:, top : top + tall, left : left + wide]
    cut = F.interpolate(cut[None], size, mode="bilinear", antialias=True)[0].clamp(0, 1)
    return to_bytes(cut) if channels == 3 else to_bytes(to_grey(cut))[..., 0]


def show_table(reading: Reading, layer: str, *, key: str) -> None:
    """The table: click a head to sort, a row to choose its layer."""
    rows = reading.rows
    table = f"{key}_table"

    def chosen() -> None:
        picked = st.session_state[table]["selection"]["rows"]
        if picked:
            st.session_state[_layer(key)] = rows[picked[0]].name

    at = next(number for number, row in enumerate(rows) if row.name == layer)
    st.session_state[table] = {"selection": {"rows": [at], "columns": [], "cells": []}}  # as the drawing and the link say
    number = st.column_config.NumberColumn
    st.dataframe(
        columns(rows), key=table, hide_index=True, on_select=chosen, selection_mode="single-row", placeholder="–",
        height=HEAD_HEIGHT + ROW_HEIGHT * min(len(rows), SHOWN_ROWS), row_height=ROW_HEIGHT, lazy=False,
        alt="Table of the layers",
        column_config={
            "layer": st.column_config.TextColumn(pinned=True),
            "parameters": number(format="localized"),
            "multiply-adds": number(format="localized", help="One product added to a sum counts once"),
            "memory": number(format="bytes", help="Of the output, in float32"),
            "sees": number(help="Receptive field: side in pixels of the input, along the longest path"),
            "jump": number(help="How many pixels the field moves from a unit to the next"),
        },
    )  # fmt: skip


def columns(rows: Sequence[LayerRow]) -> dict[str, list[object]]:
    """The table, column by column; a second pair of columns where fields are not square."""
    fields = [row.receptive_field for row in rows]
    plane = [field if field and len(field.size) == 2 else None for field in fields]
    square = all(field is None or (field.size[0] == field.size[1] and field.jump[0] == field.jump[1]) for field in plane)
    found: dict[str, list[object]] = {
        "layer": [row.name for row in rows],
        "kind": [row.kind for row in rows],
        "output": [" × ".join(map(str, row.output_shape)) for row in rows],
        "parameters": [row.parameters for row in rows],
        "multiply-adds": [row.macs for row in rows],
        "memory": [row.bytes for row in rows],
    }
    for side, name in enumerate(("",) if square else (" down", " across")):
        found[f"sees{name}"] = [field and field.size[side] for field in plane]
        found[f"jump{name}"] = [field and field.jump[side] for field in plane]
    return found | {"reads": [", ".join(row.inputs) for row in rows]}


def downloads(reading: Reading, name: str, *, key: str) -> None:
    """Two buttons: the drawing as SVG and the table as CSV."""
    st.download_button("Drawing", reading.svg, f"{name}.svg", "image/svg+xml", key=f"{key}_svg", on_click="ignore",
                       icon=":material/download:", help="As SVG, to scale")  # fmt: skip
    st.download_button("Table", lambda: table_csv(reading.rows), f"{name}.csv", "text/csv", key=f"{key}_csv",
                       on_click="ignore", icon=":material/download:", help="As CSV, with the totals")  # fmt: skip


def totals_text(reading: Reading, depth: int | None = None) -> str:
    """The sums in one line; float32, one picture; depth: layers with weights along the longest path."""
    parameters, macs, size = reading.totals
    layers = f" · depth **{depth}**" if depth else ""
    return (
        f"**{parameters:,}** parameters · **{macs:,}** multiply-adds · **{size / 1e6:,.{1 if size > 1e6 else 2}f} MB** "
        f"of outputs{layers}"
    )


def _layer(key: str) -> str:
    return f"{key}_layer"
