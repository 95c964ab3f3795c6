"""A walk through a latent space: every number moves under the hand, and the decoder answers in the browser, at once."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.ui.components import component, pack
from cnnviz.ui.components.decoder import decoder as send_decoder

REACH = 3.0  # of the sliders to either side of zero: 99.7 % of N(0, 1)
FARTHEST = 7.0  # beyond any draw from N(0, 1) that the browser's 32-bit generator can make (6.7)

_mount = component("latent_explorer")


@dataclass(frozen=True)
class Rest:
    """Where the hand has come to rest: the latent (D), and the label where the network is conditional."""

    latent: tuple[float, ...]
    label: int | None


def latent_explorer(
    *, key: str, decoder_id: str, decoder: bytes, start: Sequence[float], start_id: str, used: Sequence[bool],
    sigma: Sequence[float] | None = None, label: int | None = None, classes: Sequence[str] = (), points: np.ndarray | None = None,
    point_labels: np.ndarray | None = None, point_classes: Sequence[str] = (), point_colours: Sequence[str] = (),
    reach: float = REACH, on_rest: Callable[[Rest], None] | None = None,
) -> Rest | None:  # fmt: skip
    """Show the decoded picture, a slider for each of the D dimensions, and for two of them the plane of all decodings.

    decoder: of cnnviz.browser_decoder.decoder_message; decoder_id names it, and the points with it. start: the latent (D)
    that it opens at; a new start_id moves it there. used: the dimensions that the network uses, the others are folded.
    sigma: (D) of the Gaussian round the start. label, classes: of a conditional network, the one that it opens with (by default
    0) and the names of all. points (N,2), point_labels (N,), point_classes, point_colours ("#0072B2", one a class): where a data
    set is encoded, drawn faintly under the plane. reach: the sliders run from -reach to reach; give more where the latents are
    no Gaussian. Returns the rest of the hand since the last start, None before; on_rest runs before the rerun that it causes.
    ValueError where the numbers of dimensions differ, and for another label.
    """
    start, sigma = [float(value) for value in start], None if sigma is None else [float(value) for value in sigma]
    places = {"used": len(used), "sigma": len(start) if sigma is None else len(sigma)}
    if not start or (wrong := [f"{name} has {count}" for name, count in places.items() if count != len(start)]):
        raise ValueError(f"the start has {len(start)} dimensions, but {' and '.join(wrong)}" if start else "the start is empty")
    if classes and label is not None and label not in range(len(classes)):
        raise ValueError(f"label {label}: this network has labels 0 to {len(classes) - 1}")
    if not all(map(math.isfinite, (*start, *(sigma or ())))) or not 0 < reach < math.inf:
        raise ValueError(f"start {start}, sigma {sigma} and reach {reach}: finite numbers, reach above 0")

    def rested() -> None:
        rest = read((st.session_state.get(key) or {}).get("rest"))
        if rest and on_rest:
            on_rest(rest)

    def read(sent: object) -> Rest | None:
        return read_rest(sent, decoder_id=decoder_id, start=start, start_id=start_id, reach=reach, classes=len(classes))

    send_decoder(decoder_id, decoder, key=f"{key}_decoder", points=points, labels=point_labels)
    data = {
        "decoder_id": decoder_id, "start": start, "start_id": start_id,
        "used": [bool(each) for each in used], "sigma": sigma,
        "label": label, "classes": list(classes), "reach": float(reach),
        "point_classes": list(point_classes), "point_colours": list(point_colours),
    }  # fmt: skip
    return read(_mount(key=key, data=pack(data), on_rest_change=rested).rest)


def read_rest(
    sent: Any, *, decoder_id: str, start: Sequence[float], start_id: str, reach: float = REACH, classes: int = 0
) -> Rest | None:
    """The rest that a browser sent; None for one of another network or start, and for what no slider or draw can give."""
    if not isinstance(sent, dict) or sent.get("decoder_id") != decoder_id or sent.get("start_id") != start_id:
        return None
    latent, label = sent.get("latent"), sent.get("label")
    if not isinstance(latent, list) or len(latent) != len(start) or any(type(value) not in (int, float) for value in latent):
        return None
    if not all(abs(value) <= max(reach, FARTHEST, abs(own)) for value, own in zip(latent, start, strict=True)):  # false for nan
        return None
    fits = type(label) is int and 0 <= label < classes if classes else label is None
    return Rest(tuple(float(value) for value in latent), label) if fits else None
