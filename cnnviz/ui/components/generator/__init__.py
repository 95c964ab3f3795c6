"""Sheets of generated pictures: temperature, C and label move under the hand, the decoders answer in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from cnnviz.generation import HOTTEST, INSIDE, NEAR, Cloud, Member
from cnnviz.ui.components import component, pack
from cnnviz.ui.components.decoder import decoder as send_decoder

ACROSS = 6  # pictures in a row of a sheet
DRAWS, LABELS = "draws", "labels"
LARGEST, HEAVIEST = 10, 1000.0  # labels and C of any network here: what the hand keeps while another view is shown

_mount = component("generator")


@dataclass(frozen=True, eq=False)
class Source:
    """A network that draws: its name and title, the decoder of cnnviz.browser_decoder.decoder_message, C (None without KL),
    where its encodings lie, and what its reconstructions cost.
    """

    title: str
    decoder: bytes
    c: float | None
    cloud: Cloud
    member: Member


@dataclass(frozen=True)
class Hand:
    """Where the visitor's hand rests: the temperature, C of the family, and the label."""

    temperature: float = 1.0
    c: float = 1.0
    label: int = 3


def generator(
    *, key: str, view: str, seed: int, z: np.ndarray, sources: Sequence[Source], start: Hand, classes: Sequence[str] = ()
) -> Hand:
    """Show sheets of what the sources decode from the draws z (N,D) of temperature 1; returns where the hand rests.

    view: DRAWS, for an auto-encoder (C None) beside the VAEs of a family, or LABELS, for one conditional network with its
    classes. N: a multiple of ACROSS. start: where the hand stands when the sheets are first shown. ValueError for other sources.
    """
    plain = [source for source in sources if source.c is None]
    if not sources or (view == DRAWS and (len(plain) != 1 or len(sources) < 2)) or (view == LABELS and len(sources) != 1):
        raise ValueError(f"view {view!r} of {len(sources)} networks: draws needs one without C and one or more with it, labels one")
    if z.ndim != 2 or not len(z) or len(z) % ACROSS:
        raise ValueError(f"draws of shape {z.shape}: give (N,D), N a multiple of {ACROSS}")
    for source in sources:
        send_decoder(_id(source), source.decoder, key=f"{key}_{source.member.name}")
    header = {
        "view": view, "seed": seed, "size": z.shape[1], "count": len(z), "across": ACROSS, "hottest": HOTTEST,
        "classes": list(classes), "networks": [_described(source) for source in sources],
        "most": {"inside": INSIDE, "near": NEAR},
        "start": {"temperature": start.temperature, "c": start.c, "label": start.label},
    }  # fmt: skip
    sent = _mount(key=key, data=pack(header, np.ascontiguousarray(z, "<f4").tobytes()), on_rest_change=lambda: None).rest
    return read_hand(sent, cs=[source.c for source in sources if source.c is not None], labels=len(classes)) or start


def _id(source: Source) -> str:
    return f"{source.member.name} alone"  # without the points that other pages keep beside a decoder


def _described(source: Source) -> dict[str, Any]:
    cloud, member = source.cloud, source.member
    return {
        "id": _id(source), "title": source.title, "c": source.c, "reconstruction": member.reconstruction, "kl": member.kl,
        "mean": cloud.mean.tolist(), "spread": cloud.spread.tolist(), "radius": cloud.radius,
        "inside": cloud.inside, "near": cloud.near,
    }  # fmt: skip


def read_hand(sent: Any, *, cs: Sequence[float], labels: int) -> Hand | None:
    """The rest that a browser sent; None for what no slider can give: another C than cs, where there are some, another label."""
    if not isinstance(sent, dict):
        return None
    temperature, c, label = sent.get("temperature"), sent.get("c"), sent.get("label")
    if not _number(temperature) or not 0 <= temperature <= HOTTEST:  # false for nan
        return None
    if not _number(c) or not 0 < c <= HEAVIEST or (cs and c not in cs):
        return None
    return Hand(float(temperature), float(c), label) if type(label) is int and 0 <= label < (labels or LARGEST) else None


def _number(value: Any) -> TypeGuard[float]:
    return type(value) in (int, float)
