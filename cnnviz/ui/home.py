"""The start page: a card for each lesson, with a picture that the lesson's own code made."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from cnnviz.ui.frame import Lesson, title

PICTURES = Path(__file__).parent / "thumbnails"  # made by `python -m cnnviz.figures.thumbnails cnnviz/ui/thumbnails`


def show(lessons: Mapping[str, Sequence[Lesson]]) -> None:
    """A grid of cards, one section after the other."""
    title("See how convolutional networks see", "Pick a lesson. Bring your own picture, or take one that is here.")
    for section, rows in lessons.items():
        st.subheader(section, anchor=False)
        with st.grid(min_column_width=190):
            for lesson in rows:
                with st.container(border=True, gap="xsmall"):
                    picture = PICTURES / f"{lesson.name}.png"
                    st.image(str(picture), alt=f"A picture from the lesson {lesson.title}", width="stretch")
                    st.page_link(f"pages/{lesson.name}.py", label=f"**{lesson.title}**")
                    st.caption(lesson.line)
