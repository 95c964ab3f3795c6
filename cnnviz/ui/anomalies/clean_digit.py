"""The digit that is to be spoiled: one of the test set by its number, a drawing, or a visitor's picture."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz import datasets, engine
from cnnviz.ui import cached
from cnnviz.ui.latent.reading import atlas
from cnnviz.ui.latent.subject import DRAW, PICTURE, visitors

TEST = "test set"
DATA = "mnist"
REFERENCE = "vae_16_c025"  # whose reconstructions stand in for absent test pictures: it is none of those that clean
OPENING = 7  # a 9 of MNIST's test set


@dataclass(frozen=True, eq=False)
class Digit:
    """picture (28,28) in [0,1]; remarks about it; place: where on the page its cleaning is shown."""

    picture: np.ndarray
    remarks: tuple[str, ...]
    place: DeltaGenerator


def digit_controls(bar: DeltaGenerator, *, key: str) -> Digit:
    """The choice of the digit, in the bar; a pad or a picture's steps take a column of their own below it."""
    with bar:
        source = st.segmented_control("Digit", (TEST, DRAW, PICTURE), default=TEST, required=True, label_visibility="collapsed",
                                      key=f"{key}_source", bind="query-params", persist_state="session")  # fmt: skip
    if source == TEST:
        return _test(bar, key)
    side, place = st.columns([3, 7], gap="medium")
    with side:
        picture = visitors(REFERENCE, source, key=key).picture
    empty = () if picture.any() else ("The picture is empty: what the networks draw is what they expect behind the noise.",)
    return Digit(picture, empty, place)


def _test(bar: DeltaGenerator, key: str) -> Digit:
    with bar:
        last = len(atlas(REFERENCE).labels) - 1
        number = st.number_input("Number of the test picture", 0, last, OPENING, label_visibility="collapsed",
                                 key=f"{key}_digit", bind="query-params", persist_state="session", width=130)  # fmt: skip
    picture, original = digit_at(number)
    remarks = () if original else (
        "MNIST is not on this machine: the clean picture is a reconstruction of its test picture, by a fourth network.",
    )  # fmt: skip
    return Digit(picture, remarks, st.container())


def digit_at(number: int) -> tuple[np.ndarray, bool]:
    """A test picture (28,28) in whole levels of 1/255, and True; or its reconstruction, and False, where MNIST is not here."""
    if datasets.find(DATA) is not None:
        return cached.test_set(DATA).images[number, 0].numpy() / np.float32(255), True
    back = engine.decode(REFERENCE, atlas(REFERENCE).mu[number : number + 1])[0]
    return np.rint(back * 255) / np.float32(255), False
