"""The frame round every page: configuration, title, errors in the learner's words, and the PyTorch code at the end."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import EllipsisType
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from cnnviz.ui.components import send_whole

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "pages"
_FRAMED = "framed"  # session state: app.py has run for this visitor


@dataclass(frozen=True)
class Lesson:
    """A row of the table in app.py: a file in pages/, its title and its one line on the start page."""

    name: str
    title: str
    line: str

    def page(self) -> StreamlitPage:
        return st.Page(f"pages/{self.name}.py", title=self.title, help=self.line)


def frame() -> None:
    """Set what all pages share; called once at the top of app.py."""
    st.session_state[_FRAMED] = True
    st.set_page_config(page_title="cnnviz", page_icon=str(HERE / "icon.png"), layout="wide")
    st.logo(str(HERE / "icon.png"), size="large")
    st.html(f"<style>{_read('frame.css')}</style>")
    with st.container(key="history"):
        st.html(f"<script>{_read('frame.js')}</script>", unsafe_allow_javascript=True)


@functools.cache
def _read(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def title(name: str, idea: str) -> DeltaGenerator:
    """The head of a page: its name and its idea in one sentence; returns the place at its right, for the choice of input."""
    _enter_by_app()
    send_whole()
    head, right = st.columns([5, 2], vertical_alignment="center")
    with head:
        st.title(name, anchor=False)
        st.markdown(idea)
    return right.container(horizontal=True, horizontal_alignment="right", key="title_right")


def _enter_by_app() -> None:
    """Send a page that was run without app.py back through it.

    Until `st.navigation` has been called once in the process, Streamlit takes a folder `pages` for its older kind of
    multipage app: the first visitor of a fresh server who comes by a link to a page would get the bare page.
    """
    if _FRAMED not in st.session_state:
        start = st.Page(lambda: None, title="Start", default=True)  # the default page has no address of its own
        st.navigation([start, *(st.Page(page) for page in sorted(PAGES.glob("*.py")))])
        st.rerun()


def link(key: str, value: str | None) -> None:
    """Keep one word of the page's address by hand; None takes it out. Touched only where it changes: each time costs a message."""
    if value is None:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


def fit_choice(key: str, options: Sequence[object], opening: object) -> None:
    """Before a widget whose options depend on another choice: a value that is no option any more becomes `opening`.

    Set and not deleted: the browser shows the words that it was last sent, and sends them back, until Python sends others.
    """
    if st.session_state.get(key, opening) not in options:
        st.session_state[key] = opening


def plain(text: str) -> str:
    """The text with Markdown's signs escaped.

    Messages repeat what was typed or stood in a link: as Markdown, a link could make its reader's browser load a picture
    from anywhere.
    """
    return re.sub(r"([\\`*\[\]<>$~])", r"\\\1", text)


@contextmanager
def speaking_errors() -> Iterator[None]:
    """Show a ValueError as a message; everything else fails loudly. The one handler of the app."""
    try:
        yield
    except ValueError as error:
        st.error(plain(str(error)), icon=":material/error:")


def fragment(function: Callable[..., None]) -> Callable[..., Any]:
    """`st.fragment` whose ValueErrors are shown where the fragment stands."""

    @functools.wraps(function)
    def speaking(*arguments: Any, **options: Any) -> None:
        with speaking_errors():
            function(*arguments, **options)

    return st.fragment(speaking)


NO_CODE = "There is no code for settings that do not fit: see the message above."


def lesson_end(
    key: str, *, notice: str, question: str, answer: Callable[[], str], code: Callable[[], str] | EllipsisType | None = ...
) -> DeltaGenerator | None:
    """The end of every page: what to notice, an exercise with its computed answer, and PyTorch code for what is on screen.

    Only the open tab is run, so that the code costs nothing while a slider moves. code: None while the settings do not
    fit; without it, the page writes the code itself (`pytorch_code`), in the container that is returned while its tab is open.
    """
    names = ("What to notice", "Exercise", "The same in PyTorch")
    noticing, exercise, pytorch = st.tabs(names, key=f"{key}_end", on_change="rerun", bind="query-params")
    if noticing.open:
        noticing.markdown(notice)
    if exercise.open:
        with exercise:
            st.markdown(question)
            with st.expander("Answer"), speaking_errors():
                st.markdown(answer())
    if not pytorch.open:
        return None
    if code is ...:
        return pytorch.container()
    with pytorch:
        pytorch_code(code and code())
    return None


def pytorch_code(code: str | None) -> None:
    """Code that computes what is on screen without this app; it runs as it is. None where the settings do not fit."""
    if code:
        st.code(code, language="python")
    else:
        st.info(NO_CODE)
