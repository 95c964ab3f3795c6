"""ImageNet weights on the tab “One network”: whether they are here, their download, and their answer to the picture."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import NamedTuple

import numpy as np
import streamlit as st
from torch import Tensor

from cnnviz import engine, pretrained
from cnnviz.ui.architecture import fetching
from cnnviz.ui.architecture.fetching import Download
from cnnviz.ui.frame import plain, speaking_errors
from cnnviz.ui.network.prediction import percent
from cnnviz.ui.picture import Picture

ANSWERS = 5
EVERY = 0.4  # seconds between two looks at a download
BYTES = 4  # of a weight in the file
MEGABYTE = 1e6
_MINE = "architectures_download"  # session state: the download that this visitor began, for its message
_WHOLE = "architectures_whole"  # session state: the whole page is run, not the tab alone
_WANTED = "architectures_wanted"  # session state: the download whose bar the tab wants
_SHOWN = "architectures_shown"  # session state: the one whose bar stands there


class Answer(NamedTuple):
    """A class and its probability."""

    label: str
    probability: float


def offer(name: str, parameters: int) -> None:
    """A button that fetches the weights, where they are not here."""
    if pretrained.is_here(name) or fetching.under_way(name):
        return
    if st.button(
        "ImageNet weights", icon=":material/cloud_download:", key="architectures_fetch", width="content",
        help=f"Not on this machine yet: fetch them from torchvision, {BYTES * parameters / MEGABYTE:,.0f} MB. With them the "
        "network names what it sees in the picture; all else here goes without.",
    ):  # fmt: skip
        st.session_state[_MINE] = fetching.start(name)
        st.rerun()  # all of the page: the bar stands outside of the tab


@contextmanager
def progress_above() -> Iterator[None]:
    """Round what draws the tab: the bar of the download that `show` finds under way stands above it.

    Outside of the tab's own fragment: a fragment within one that is run again just then may reach the browser before the
    container that it stands in.
    """
    place, state = st.container(), st.session_state
    state[_WHOLE], state[_WANTED], state[_SHOWN] = True, None, None
    try:
        yield
    finally:
        state[_WHOLE] = False
    if download := state[_WANTED]:
        state[_SHOWN] = download
        with place:
            st.fragment(_show_progress, run_every=EVERY)(download)


def show(name: str | None, picture: Picture) -> None:
    """Draw the network's answer where its weights are here, or how their download stands; None: there are no such weights."""
    state = st.session_state
    here = name is not None and pretrained.is_here(name)
    state[_WANTED] = fetching.under_way(name) if name and not here else None
    if not state.get(_WHOLE) and state.get(_SHOWN) is not state[_WANTED]:
        st.rerun()  # only the tab was run
    if name is None or state[_WANTED]:
        return
    if here:
        with speaking_errors():
            _show_answers(name, picture)
    elif (mine := st.session_state.get(_MINE)) and mine.name == name and mine.error:
        (st.info if mine.stopping else st.error)(plain(_sentence(mine.error)), icon=":material/cloud_off:")


def _show_progress(download: Download) -> None:
    """The bar and its button; at the end the page is drawn anew."""
    if download.done:
        st.rerun()
    share = min(download.have / download.total, 1.0) if download.total else 0.0
    of = f" of {download.total / MEGABYTE:,.1f}" if download.total else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", icon=":material/stop_circle:", key="architectures_stop", on_click=download.stop,
                  disabled=download.stopping, width="content", help="What has arrived is kept")  # fmt: skip
        words = "Stopping" if download.stopping else f"Fetching the ImageNet weights: {download.have / MEGABYTE:,.1f}{of} MB"
        st.progress(share, words)


def _show_answers(name: str, picture: Picture) -> None:
    found = _answers(name, picture.id, picture.image)
    st.markdown(answers_html(found), unsafe_allow_html=True)
    network = engine.network(name)
    rest = 1 - sum(answer.probability for answer in found)
    st.caption(
        f"What its ImageNet weights say of the middle of the picture, {' × '.join(map(str, network.input_shape[1:]))}: the "
        f"{len(found)} likeliest of {len(network.classes):,} classes; all others together {percent(rest)}."
    )


def answers_html(answers: Sequence[Answer]) -> str:
    """The classes side by side, each over a bar of its probability."""
    cells = "".join(
        f'<div style="min-width:0"><div style="display:flex;gap:.5rem"><b title="{escape(label)}" style="{_NAME}">{escape(label)}'
        f"</b><span>{escape(percent(probability))}</span></div>"
        f'<div style="{_BAR};background:#80889040">'
        f'<div style="{_BAR};background:#0072B2;width:{100 * probability:.1f}%"></div></div></div>'
        for label, probability in answers
    )
    columns = f"repeat({len(answers)},minmax(0,1fr))"
    return f'<div class="answers" style="display:grid;grid-template-columns:{columns};gap:1.2rem">{cells}</div>'


_NAME = "flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap"
_BAR = "height:6px;border-radius:3px"


@st.cache_data(max_entries=256, show_spinner="Asking the network")
def _answers(name: str, picture_id: str, _image: Tensor) -> list[Answer]:
    """The likeliest classes; picture_id stands for the picture's pixels."""
    network = engine.network(name)
    probabilities = engine.classify(name, engine.fit(network, _image)[None].numpy()).probabilities[0]
    likeliest = np.argsort(-probabilities, kind="stable")[:ANSWERS]
    return [Answer(network.classes[label], float(probabilities[label])) for label in likeliest]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
