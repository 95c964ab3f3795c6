"""A network's drawing in the browser: what is hovered or chosen shows its figures and its receptive field on a picture."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cnnviz.layer_table import LayerRow
from cnnviz.ui.components import component, pack

_mount = component("network_view")


def network_view(
    rows: Sequence[LayerRow], svg: str, *, selected: str, picture_id: str, caption: str, key: str,
    on_select: Callable[[str], None], height: int = 300,
) -> None:  # fmt: skip
    """Show the drawing `svg` of a layer table beside a picture; on_select runs before the rerun that a choice causes.

    selected: name of the chosen row. picture_id: the name under which `pixels` sent the network's input, at any scale.
    height: CSS pixels of the drawing; a higher one scrolls, or is shown whole at a click. ValueError where no row has
    the name `selected`.
    """
    names = [row.name for row in rows]
    if selected not in names:
        raise ValueError(f"no row is named {selected!r}: give a name that stands in the table")

    def chosen() -> None:
        name = (st.session_state.get(key) or {}).get("layer")
        if name in names:  # what a browser sends is not trusted
            on_select(name)

    header = {
        "svg": svg, "rows": [described(row) for row in rows], "selected": selected, "picture": picture_id,
        "input": rows[0].output_shape[-2:], "caption": caption, "height": height,
    }  # fmt: skip
    _mount(key=key, data=pack(header), on_layer_change=chosen)


def described(row: LayerRow) -> dict[str, Any]:
    """The row's figures, and what its unit in the middle sees of the input: spans are first and last pixel, both included."""
    found: dict[str, Any] = {
        "name": row.name, "kind": row.kind, "shape": row.output_shape, "parameters": row.parameters, "macs": row.macs,
        "bytes": row.bytes, "field": None,
    }  # fmt: skip
    field = row.receptive_field
    if field and len(field.places) == 2:
        row_, column = ((places - 1) // 2 for places in field.places)
        found["field"] = {
            "size": field.size, "jump": field.jump, "place": (row_, column), "places": field.places,
            "span": field.span((row_, column)),
            "next": field.span((row_, column + 1)) if column + 1 < field.places[1] else None,
        }  # fmt: skip
    return found
