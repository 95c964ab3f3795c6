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


@st.cache_resource(max_entries=4, show_spinner=False)
def sheet(name: str) -> tuple[str, np.ndarray]:
    """All thumbnails on one sheet, 100 a row, uint8 grey (H,W), with the name under which the browser keeps it."""
    known = thumbnails(name)
    count, side, _ = known.pictures.shape
    rows = -(-count // COLUMNS)
    padded = np.zeros((rows * COLUMNS, side, side), np.uint8)
    padded[:count] = known.pictures
    return known.id, padded.reshape(rows, COLUMNS, side, side).swapaxes(1, 2).reshape(rows * side, COLUMNS * side)


@st.cache_resource(max_entries=4, show_spinner=False)
def sheet_message(name: str) -> bytes:
    """The sheet for components.pixels to carry: 2 MB in place of 8."""
    return packed(*sheet(name), deflate=True)


COLUMNS = 100


def used(known: Atlas) -> tuple[bool, ...]:
    """Which latent dimensions vary over the test pictures (see cnnviz.latent.ACTIVE)."""
    from cnnviz.latent import ACTIVE

    return tuple(bool(varies) for varies in known.mu.var(0) > ACTIVE)
