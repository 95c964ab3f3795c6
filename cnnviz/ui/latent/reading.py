"""What the page knows of an auto-encoder: its atlas, the test pictures or their reconstructions, its decoder for the browser."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz import datasets, engine
from cnnviz.atlas import FOLDER, Atlas, load_atlas
from cnnviz.browser_decoder import decoder_message
from cnnviz.ui import cached
from cnnviz.ui.components.pixels import packed


@dataclass(frozen=True, eq=False)
class Thumbnails:
    """uint8 (N,28,28), in the order of the atlas. originals: whether they are the test pictures themselves."""

    id: str
    pictures: np.ndarray
    originals: bool


@st.cache_resource(max_entries=16, show_spinner=False)
def atlas(name: str) -> Atlas:
    """The atlas beside a checkpoint; ValueError where it is absent or damaged."""
    return load_atlas(FOLDER / f"{name}.npz")


@st.cache_resource(max_entries=16, show_spinner=False)
def decoder(name: str) -> bytes:
    """The decoder's weights, as the browser reads them."""
    return decoder_message(engine.coder(name).model)


def thumbnails(name: str) -> Thumbnails:
    """The test pictures; where their data set is not on this machine, what the auto-encoder makes of them."""
    data = engine.coder(name).card.data
    if datasets.find(data) is not None:
        return Thumbnails(f"{data} test", cached.test_set(data).images[:, 0].numpy(), originals=True)
    return Thumbnails(f"{name} reconstructions", _reconstructions(name), originals=False)


@st.cache_resource(max_entries=4, show_spinner="Decoding 10,000 latents")
def _reconstructions(name: str) -> np.ndarray:
    known = atlas(name)
    labels = known.labels.astype(np.int64) if engine.coder(name).labels else None
    return np.rint(engine.decode(name, known.mu, labels) * 255).astype(np.uint8)


def sheet_id(name: str) -> str:
    """The name under which the browser keeps the sheet of an auto-encoder's thumbnails."""
    return thumbnails(name).id


def sheet_message(name: str) -> bytes:
    """All thumbnails on one sheet for components.pixels to carry: 2 MB in place of 8."""
    known = thumbnails(name)
    return _packed(known.id, known.pictures)


@st.cache_resource(max_entries=4, show_spinner=False)
def _packed(picture_id: str, _pictures: np.ndarray) -> bytes:
    return packed(picture_id, sheet(_pictures), deflate=True)


def sheet(pictures: np.ndarray) -> np.ndarray:
    """(N,S,S) -> (H,W), COLUMNS a row; what is missing in the last row is black."""
    count, side, _ = pictures.shape
    rows = -(-count // COLUMNS)
    padded = np.zeros((rows * COLUMNS, side, side), pictures.dtype)
    padded[:count] = pictures
    return padded.reshape(rows, COLUMNS, side, side).swapaxes(1, 2).reshape(rows * side, COLUMNS * side)


COLUMNS = 100


def used(known: Atlas) -> tuple[bool, ...]:
    """Which latent dimensions vary over the test pictures (see cnnviz.latent.ACTIVE)."""
    from cnnviz.latent import ACTIVE

    return tuple(bool(varies) for varies in known.mu.var(0) > ACTIVE)
