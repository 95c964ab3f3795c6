"""The tab “Training”: the same digits on the same map before training, on the way, and after it."""

import streamlit as st

from cnnviz import engine
from cnnviz.atlas import Atlas
from cnnviz.ui.components.latent_map import latent_map
from cnnviz.ui.components.pixels import carry
from cnnviz.ui.latent.reading import atlas, sheet_id, sheet_message, thumbnails

ENDED = "after training"


def show(name: str, *, key: str) -> None:
    """Draw the tab; networks without snapshots say which has some."""
    known = atlas(name)
    if not known.snapshots:
        st.info("No snapshots were kept of this network's training: choose “VAE, 2 dimensions, C = 1, MNIST”.")
        return
    steps: list[int | str] = [*sorted(known.snapshots), ENDED]
    step: int | str = st.select_slider(
        "Steps of training, 125 pictures each", steps, value=ENDED, key=f"{key}_step", bind="query-params", persist_state="session",
        format_func=lambda step: step if isinstance(step, str) else f"{step:,}",
    )  # fmt: skip
    mu = known.mu if isinstance(step, str) else known.snapshots[step]
    latent_map(
        key=f"{key}_growth", atlas_id=f"{name} {step}", points=mu, labels=known.labels, classes=engine.coder(name).card.classes,
        colours={}, colour="class", mu=mu, picture_id=sheet_id(name), axes=("μ 1", "μ 2"), visitor=(), selected=None, decodes=False,
        thumbnails="originals" if thumbnails(name).originals else "reconstructions",
    )  # fmt: skip
    st.caption(_words(known, step))
    carry(sheet_message(name), key=f"{key}_sheet")  # the tab may be the first that is opened


def _words(known: Atlas, step: int | str) -> str:
    if step == 0:
        return "Random weights: the map already keeps what looks alike together a little, but classes lie on top of each other."
    if step == ENDED:
        return "Each class has found its place; where two of them touch, digits look like both."
    return f"After {step:,} steps. Drag on: the classes part from the middle outwards."
