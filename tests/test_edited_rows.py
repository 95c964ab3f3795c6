"""Rows that are changed, moved, added and removed in a table."""

import pytest

from cnnviz.ui.edited_rows import edited_rows, table_height

ROWS = ["a", "b", "c"]


def change(row: str, cells) -> str:
    return cells.get("text", row)


@pytest.mark.parametrize(("edits", "rows"), [
    ({}, [(1, "a"), (2, "b"), (3, "c")]),
    ({"edited_rows": {1: {"text": "B"}}}, [(1, "a"), (2, "B"), (3, "c")]),
    ({"edited_rows": {"2": {"#": 1}}}, [(3, "c"), (1, "a"), (2, "b")]),
    ({"edited_rows": {0: {"#": 99}}}, [(2, "b"), (3, "c"), (1, "a")]),
    ({"edited_rows": {0: {"#": 3}, 1: {"#": 3}}}, [(3, "c"), (1, "a"), (2, "b")]),
    ({"edited_rows": {0: {"#": None}}}, [(1, "a"), (2, "b"), (3, "c")]),
    ({"added_rows": [{"text": "d"}, {}]}, [(1, "a"), (2, "b"), (3, "c"), (None, "d"), (None, "new")]),
    ({"deleted_rows": [0, 2]}, [(2, "b")]),
    ({"edited_rows": {2: {"#": 1, "text": "C"}}, "deleted_rows": [0]}, [(3, "C"), (2, "b")]),  # numbers from before the move
])  # fmt: skip
def test_edits_as_streamlit_reports_them(edits, rows) -> None:
    assert edited_rows(ROWS, edits, change, "new") == rows


def test_a_long_table_scrolls() -> None:
    assert table_height(3, 5) == "content" and table_height(30, 5) == 36 + 5 * 32


def test_an_edit_becomes_the_text_or_a_message() -> None:
    from streamlit.testing.v1 import AppTest

    def page() -> None:
        import streamlit as st

        from cnnviz.ui.edited_rows import EditedTable

        table = EditedTable("t", "text")
        st.session_state[table.key] = {"to": st.session_state["to"]}

        def text_of(edits: dict) -> str:
            if edits["to"] == "bad":
                raise ValueError("that is bad")
            return edits["to"]

        table.take_over(text_of)
        table.tell()
        st.text(f"{table.key} {st.session_state.get('text')}")

    app = AppTest.from_function(page)
    app.session_state["to"] = "good"
    assert app.run().text[0].value == "t_table_1 good" and not app.error
    app.session_state["to"] = "bad"
    assert app.run().text[0].value == "t_table_2 good" and app.error[0].value == "that is bad"
