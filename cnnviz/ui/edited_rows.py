"""A table of layers that can be edited, kept as a text in the link: rows are changed, moved by their number, added and removed.

The text is the truth. The table's edits are written into it by a callback, before anything is drawn; the table then gets a new
key, because Streamlit would otherwise apply the same edits once more. Session state is touched here for these two.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

NUMBER = "#"  # the column in which another number moves a row
ROW_HEIGHT, HEAD_HEIGHT = 32, 36  # px

Row = TypeVar("Row")
Cells = Mapping[str, Any]  # column: new value, None where a cell was emptied


@dataclass(frozen=True)
class EditedTable:
    """name: of the table's keys. text: session key of the text that it stands for."""

    name: str
    text: str

    @property
    def key(self) -> str:
        """The key of the table as it is drawn now."""
        return f"{self.name}_table_{st.session_state.get(f'{self.name}_edits', 0)}"

    def renew(self) -> None:
        """Forget the edits: the text has changed."""
        st.session_state[f"{self.name}_edits"] = st.session_state.get(f"{self.name}_edits", 0) + 1

    def take_over(self, text_of: Callable[[dict[str, Any]], str]) -> None:
        """Callback: the edits become the text, or a message where `text_of` raises ValueError."""
        edits = st.session_state[self.key]
        self.renew()
        try:
            st.session_state[self.text] = text_of(edits)
        except ValueError as error:
            st.session_state[f"{self.name}_error"] = str(error)

    def tell(self) -> None:
        """Say, once, why the last edit was not taken over."""
        if f"{self.name}_error" in st.session_state:
            st.error(st.session_state.pop(f"{self.name}_error"), icon=":material/error:")


def table_height(rows: int, shown: int) -> Any:
    """Of a table with so many rows, of which so many are seen without scrolling: pixels, or "content"."""
    return "content" if rows < shown else HEAD_HEIGHT + ROW_HEIGHT * shown


def edited_rows(
    rows: Sequence[Row], edits: Mapping[str, Any], change: Callable[[Row, Cells], Row], new: Row
) -> list[tuple[int | None, Row]]:
    """The rows after the edits that Streamlit reports (edited_rows, added_rows, deleted_rows), each with its number before.

    change: a row with its cells' values. A row that `new` begins stands last, and had no number.
    """
    changed: list[tuple[int | None, Row]] = list(enumerate(rows, start=1))
    moves = []
    for key, cells in edits.get("edited_rows", {}).items():
        row = int(key)
        changed[row] = (row + 1, change(changed[row][1], cells))
        if cells.get(NUMBER) is not None:
            moves.append((changed[row], min(max(int(cells[NUMBER]), 1), len(rows)) - 1))
    for moved, place in moves:
        changed.remove(moved)
        changed.insert(place, moved)
    gone = {number + 1 for number in edits.get("deleted_rows", [])}
    return [pair for pair in changed if pair[0] not in gone] + [(None, change(new, cells)) for cells in edits.get("added_rows", [])]
