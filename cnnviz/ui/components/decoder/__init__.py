"""Carries one decoder to the browser, where every component on the page can run it by its name."""

import numpy as np

from cnnviz.ui.components import component, pack

_carrier = component("decoder", html="")


def decoder(
    decoder_id: str, message: bytes, *, key: str, points: np.ndarray | None = None, labels: np.ndarray | None = None
) -> None:
    """Send a decoder (cnnviz.browser_decoder.decoder_message) once, and keep it in the browser under `decoder_id`.

    It takes no room on the page. points (N,2) and labels (N,), 0 to 255: where a data set lies in a latent space of two
    dimensions, and the class of each, kept beside it. Name it by network and data set: the name is how a reader of it
    knows that they have changed. ValueError where points and labels do not fit each other.
    """
    points = np.zeros((0, 2), np.float32) if points is None else points
    labels = np.zeros(len(points), np.uint8) if labels is None else labels
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != (len(points),):
        raise ValueError(f"points {points.shape} and labels {labels.shape}: (N,2) and (N,) are needed")
    blobs = (np.ascontiguousarray(points, "<f4").tobytes(), np.ascontiguousarray(labels, np.uint8).tobytes())
    _carrier(key=key, data=pack({"decoder_id": decoder_id}, message, *blobs), width="content")
