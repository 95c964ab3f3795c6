"""Two films of plain greys on a small map: what is on the screen tells which frame it is."""

import numpy as np
import streamlit as st

from cnnviz.ui.components.pixels import pixels
from cnnviz.ui.components.walk_film import End, Pick, Track, walk_film
from cnnviz.ui.frame import frame

FRAMES, DOTS = 12, 200
TITLES = ("first", "second")


def grey(film: int, number: int) -> int:
    """Of the pixels of a frame."""
    return 20 * number + 7 * film


def losses(film: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Reconstruction and KL, nats; the first film has no KL."""
    steps = np.arange(FRAMES, dtype=np.float32)
    return 100 + 10 * steps * (film + 1), None if film == 0 else 5 + steps


def points() -> np.ndarray:
    """On a grid, 20 a row."""
    return np.stack([np.arange(DOTS) % 20, np.arange(DOTS) // 20], axis=1).astype(np.float32)


def sheet() -> np.ndarray:
    """The picture of dot i is all of grey i."""
    return np.kron(np.arange(DOTS).reshape(-1, 100).astype(np.uint8), np.ones((28, 28), np.uint8))


def track(film: int) -> Track:
    """From the grid's first dot to its last."""
    pictures = np.stack([np.full((28, 28), grey(film, number) / 255, np.float32) for number in range(FRAMES)])
    path = np.linspace(points()[0], points()[-1], FRAMES)
    reconstruction, kl = losses(film)
    said = [f"remark {number}" for number in range(FRAMES)]
    labels = np.arange(DOTS) % 3
    return Track(TITLES[film], pictures, reconstruction, kl, said, "test map", points(), labels, path, ("across", "up"))


if __name__ == "__main__":
    frame()
    pixels("walk sheet", sheet(), key="sheet")
    active = st.segmented_control("Sets", ("A", "B"), default="A", required=True)

    def picked(pick: Pick) -> None:
        st.session_state["picked"] = f"{pick.end} is {pick.index}"

    ends = [End(np.zeros((28, 28), np.float32), "black"), End(np.ones((28, 28), np.float32), "white")]
    walk_film(key="film", walk_id="greys", tracks=[track(0), track(1)], ends=ends, active=active, classes=("x", "y", "z"),
              picture_id="walk sheet", on_pick=picked)  # fmt: skip
    st.text(st.session_state.get("picked", "nothing picked"))
