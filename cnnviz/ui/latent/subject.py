"""The digit that the page looks at: one of the test set, a drawing, or a visitor's picture."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz import digit, engine
from cnnviz.latent import Encoding
from cnnviz.ui.components.digit_pad import digit_pad
from cnnviz.ui.components.digit_pad.opening import START, opening
from cnnviz.ui.latent.reading import atlas, thumbnails
from cnnviz.ui.network_input import show_photo
from cnnviz.ui.picture import picture_picker

MAP, DRAW, PICTURE = "map", "draw", "picture"
SOURCES = (MAP, DRAW, PICTURE)
OPENING = 1634  # a 4 of MNIST's test set that the opening network puts between its 4s and its 9s


@dataclass(frozen=True, eq=False)
class Subject:
    """A picture (28,28) in [0,1] with its encoding (of one). index: its number on the map, None for a visitor's own.

    original: False where the data set is not here and the picture is a reconstruction.
    """

    picture: np.ndarray
    encoding: Encoding
    title: str
    index: int | None
    label: int | None
    original: bool = True


def source_choice(key: str) -> str:
    """Where the digit comes from."""
    return str(st.segmented_control("Digit", SOURCES, default=MAP, required=True, label_visibility="collapsed",
                                    key=f"{key}_source", bind="query-params", persist_state="session"))  # fmt: skip


def visitors(name: str, source: str, *, key: str) -> Subject:
    """The visitor's own digit, with the pad or the picture's steps drawn where they stand."""
    if source == DRAW:
        drawing = digit_pad(key=f"{key}_pad", start=START)
        pixels = drawing.pixels if drawing else opening()  # the browser has not yet sent what stands on its pad
        return own(name, pixels / np.float32(255), "your drawing", _told(name, key))
    photo = digit.from_photo(picture_picker(sizes=False).image)
    show_photo(photo)
    return own(name, photo.steps.placed.numpy(), "your picture", _told(name, key))


def linked(count: int) -> int:
    """The number of the test picture that the link names, or the one that the page opens with."""
    named = st.query_params.get("digit", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 9 and int(named) < count else OPENING


def keep(found: Subject, key: str) -> None:
    """Remember the digit. Session state: the other tabs look at it, and another network encodes it anew."""
    st.session_state[f"{key}_subject"] = found


def current(name: str, *, key: str) -> Subject:
    """The digit that was last looked at, as this network encodes it."""
    found: Subject | None = st.session_state.get(f"{key}_subject")
    if found is None or found.index is not None:
        count = len(atlas(name).labels)
        return from_map(name, linked(count) if found is None or found.index is None else found.index)
    return own(name, found.picture, found.title, found.label)


def from_map(name: str, index: int) -> Subject:
    """One of the test set, with the latents and losses of the atlas."""
    known, small = atlas(name), thumbnails(name)
    index = min(index, len(known.labels) - 1)
    one = slice(index, index + 1)
    encoding = Encoding(
        known.mu[one], None if known.logvar is None else known.logvar[one], known.reconstruction[one],
        None if known.kl is None else known.kl[one],
    )  # fmt: skip
    label = int(known.labels[index])
    title = f"{index:,}: {engine.coder(name).card.classes[label]}"
    return Subject(small.pictures[index] / np.float32(255), encoding, title, index, label, small.originals)


def own(name: str, picture: np.ndarray, title: str, label: int | None) -> Subject:
    """A visitor's own; label: what a conditional network is told that it is."""
    told = np.array([label or 0]) if engine.coder(name).labels else None
    return Subject(picture, engine.encode(name, picture[None], told), title, None, None if told is None else int(told[0]))


def _told(name: str, key: str) -> int | None:
    """What the visitor says their digit is, where the network must know."""
    labels = engine.coder(name).labels
    if not labels:
        return None
    return int(st.segmented_control("It is a", range(labels), default=0, required=True, key=f"{key}_told", persist_state="session"))
