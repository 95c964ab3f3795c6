"""The map alone, with 400 dots on a grid of 20 x 20: ?dimensions= 2 or 3, ?colour= a title, ?marker= where the own digit lies.

Dot i stands at column i % 20 and row i // 20 (upwards), has class i % 4 and a picture that is i % 256 everywhere.
"""

import numpy as np
import streamlit as st

from cnnviz.ui.components.latent_map import Marker, latent_map
from cnnviz.ui.components.pixels import pixels
from cnnviz.ui.frame import frame

SIDE = 20
COUNT = SIDE * SIDE
NAMES = ("a", "b", "c", "d")


def grid(dimensions: int) -> np.ndarray:
    """The dots' places, float32 (N,dimensions)."""
    number = np.arange(COUNT)
    return np.stack([number % SIDE, number // SIDE, number % 7], axis=1)[:, :dimensions].astype(np.float32)


def latents() -> np.ndarray:
    """What nearest neighbours are found in, float32 (N,3): not the map itself."""
    return np.random.default_rng(0).normal(size=(COUNT, 3)).astype(np.float32)


def pictures() -> np.ndarray:
    """The sheet: uint8 (4*28,100*28)."""
    values = (np.arange(COUNT) % 256).reshape(-1, 100).astype(np.uint8)
    return np.kron(values, np.ones((28, 28), np.uint8))


def loss() -> np.ndarray:
    """Float32 (N,): rising along the numbers."""
    return np.arange(COUNT, dtype=np.float32) / 4


if __name__ == "__main__":
    frame()
    query = st.query_params
    dimensions, colour = int(query.get("dimensions", 2)), query.get("colour", "class")
    marker = st.number_input("marker", value=float(query.get("marker", 3)))
    squeezed = st.toggle("squeezed")
    pixels("map test", pictures(), key="sheet")
    points = grid(dimensions) * ((0.5, 1, 1)[:dimensions] if squeezed else 1)
    choice = latent_map(
        key="map", atlas_id=f"test {dimensions} {squeezed}", points=points, labels=np.arange(COUNT) % 4, classes=NAMES,
        colours={"loss (nats)": loss(), "rest": -loss()}, colour=colour, mu=latents(), picture_id="map test",
        thumbnails="originals", axes=("across", "up", "away")[:dimensions], selected=0,
        visitor=(Marker((marker,) * dimensions, np.full((28, 28), 200, np.uint8), "your digit"),),
    )  # fmt: skip
    st.text(f"index {choice.index} place {choice.place}")
