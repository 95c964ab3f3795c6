"""Rows of small pictures with a caption each; a click chooses one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.ui.components import component, pack
from cnnviz.ui.components.arrays import arrays

_mount = component("picture_choice")


@dataclass(frozen=True, eq=False)
class Row:
    """Pictures uint8 (N,28,28) under a title, with N captions."""

    title: str
    pictures: np.ndarray
    captions: Sequence[str]


def picture_choice(
    rows: Sequence[Row], own: Row | None = None, *, key: str, set_id: str, pictures_id: str, chosen: tuple[int, int]
) -> tuple[int, int]:
    """Show the rows; returns row and place of the picture that was clicked last, `chosen` before one was.

    own: a last row, of pictures that change with every stroke: they go with the message, those of `rows` go once. set_id: names
    what a choice belongs to; under another name it is forgotten. pictures_id: names the pictures of `rows` by their content.
    ValueError where captions are missing.
    """
    shown = [*rows, *([own] if own else [])]
    for row in shown:
        if len(row.captions) != len(row.pictures):
            raise ValueError(f"{row.title} has {len(row.pictures)} pictures and {len(row.captions)} captions: give one for each")
    arrays(pictures_id, {"pictures": np.concatenate([row.pictures.reshape(-1) for row in rows])}, key=f"{key}_pictures")
    data = {
        "set_id": set_id, "pictures_id": pictures_id, "chosen": list(chosen), "side": rows[0].pictures.shape[1],
        "rows": [{"title": row.title, "captions": list(row.captions)} for row in shown],
    }  # fmt: skip
    result = _mount(key=key, data=pack(data, own.pictures.tobytes() if own else b""), on_chosen_change=lambda: None)
    return read_choice(result.get("chosen"), set_id=set_id, sizes=[len(row.pictures) for row in shown]) or chosen


def read_choice(sent: object, *, set_id: str, sizes: Sequence[int]) -> tuple[int, int] | None:
    """The row and place that a browser sent; None for other rows and for what is none of their pictures."""
    if not isinstance(sent, dict) or sent.get("set_id") != set_id:
        return None
    row, place = sent.get("row"), sent.get("place")
    if type(row) is not int or type(place) is not int or not 0 <= row < len(sizes) or not 0 <= place < sizes[row]:
        return None
    return row, place
