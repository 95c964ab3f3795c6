"""The tab “Dials”: the decoder under the visitor's hand, in the browser."""

import numpy as np
import streamlit as st

from cnnviz import engine
from cnnviz.figures.colours import CLASSES
from cnnviz.ui.components.latent_explorer import REACH, latent_explorer
from cnnviz.ui.latent.reading import atlas, decoder, used
from cnnviz.ui.latent.subject import current

FARTHEST = 0.995  # share of the test pictures that the sliders of a network without KL reach


def show(name: str, *, key: str) -> None:
    """Draw the tab, opened at the latent of the current digit."""
    found = current(name, key=key)
    known, coder = atlas(name), engine.coder(name)
    mu, logvar = found.encoding.mu[0], found.encoding.logvar
    flat = known.mu.shape[1] == 2
    st.caption(
        f"Opened at {found.title}. The decoder runs in your browser, with the checkpoint's weights"
        + ("." if coder.variational else "; nothing holds this network's latents near 0, so the sliders reach as far as its own.")
    )
    classes = coder.card.classes
    latent_explorer(
        key=f"{key}_explorer", decoder_id=name, decoder=decoder(name), start=mu.tolist(),
        start_id=f"{name} {found.title} {np.round(mu, 6).tolist()}", used=used(known),
        sigma=None if logvar is None else np.exp(logvar[0] / 2).tolist(), label=found.label if coder.labels else None,
        classes=classes if coder.labels else (), points=known.mu if flat else None, point_labels=known.labels if flat else None,
        point_classes=classes if flat else (), point_colours=class_colours(len(classes)) if flat else (),
        reach=reach(known.mu, mu, coder.variational),
    )  # fmt: skip


def reach(mu: np.ndarray, start: np.ndarray, variational: bool) -> float:
    """How far the sliders go to either side of 0: 3 for a Gaussian, as far as nearly all latents lie without one."""
    far = REACH if variational else float(np.ceil(np.quantile(np.abs(mu), FARTHEST)))
    return max(far, float(np.ceil(np.abs(start).max())))


def class_colours(count: int) -> tuple[str, ...]:
    """One a class."""
    return tuple(CLASSES[number % len(CLASSES)] for number in range(count))
