"""What the tab Anomalies knows: which networks and kinds there are, their scores, and the pictures, where they can be shown."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz import datasets, engine
from cnnviz.anomalies import FOLDER, KL, RECONSTRUCTION, SCORES, TOTAL, Anomalies, Scores, chosen_score, from_atlas, load_anomalies
from cnnviz.anomalies.pictures import CONSTANT, KINDS, NOISE, OPPOSITE, OTHER, ROTATED, needed, pictures
from cnnviz.atlas import FOLDER as ATLASES
from cnnviz.ui import cached
from cnnviz.ui.latent.reading import atlas

HELD_OUT = "held_out"
# As the choice among kinds calls them: alike for all networks, since the browser keeps the words it was sent.
KIND_NAMES = {
    HELD_OUT: "a class never seen", OTHER: "another data set", ROTATED: "rotated", NOISE: "noise", CONSTANT: "uniform grey",
}  # fmt: skip
FALSE_ALARMS = 0.05  # share of the normal pictures that the opening threshold calls anomalies: usual, no more
SCORE_TITLES = {TOTAL: "reconstruction + KL", RECONSTRUCTION: "reconstruction", KL: "KL"}


@dataclass(frozen=True)
class Question:
    """What is asked: an auto-encoder by name, a kind of anomaly (see pictures.KINDS, or "held_out"), and a score."""

    name: str
    kind: str
    score: str


@dataclass(frozen=True, eq=False)
class Shown:
    """Pictures uint8 (P,28,28), the number (P,) of each in its set, and their scores (P,) in nats. originals: False where they are
    reconstructions.
    """

    number: np.ndarray
    pictures: np.ndarray
    scores: np.ndarray
    originals: bool


def network_names() -> dict[str, str]:
    """Name -> title of the auto-encoders whose scores are stored."""
    return {name: title for name, title in engine.coders().items()
            if (FOLDER / f"{name}.npz").is_file() and (ATLASES / f"{name}.npz").is_file()}  # fmt: skip


def kinds(name: str) -> tuple[str, ...]:
    """Kinds of anomalies for a network, rotation as one."""
    return (*((HELD_OUT,) if engine.coder(name).without else ()), OTHER, ROTATED, NOISE, CONSTANT)


def score_names(name: str) -> tuple[str, ...]:
    """The scores that a network gives."""
    return SCORES if engine.coder(name).variational else (RECONSTRUCTION,)


def kind_title(name: str, kind: str) -> str:
    """A kind for people: "Fashion-MNIST", "rotated by 90°"."""
    coder = engine.coder(name)
    if kind == HELD_OUT:
        return " and ".join(f"{coder.card.classes[label]}s" for label in coder.without) + ", never seen"
    if kind == OTHER:
        return datasets.source(OPPOSITE[coder.card.data]).title
    plain, _, angle = kind.partition("_")
    if plain == ROTATED:
        return f"{datasets.source(coder.card.data).title} rotated{f' by {angle}°' if angle else ''}"
    return KIND_NAMES[plain]


@st.cache_resource(max_entries=16, show_spinner=False)
def stored(name: str) -> Anomalies:
    """The scores beside a checkpoint; ValueError where they are absent or damaged."""
    return load_anomalies(FOLDER / f"{name}.npz")


@st.cache_resource(max_entries=64, show_spinner=False)
def normal_scores(name: str) -> Scores:
    """Of the test pictures of what the network has learned."""
    return from_atlas(atlas(name), ~np.isin(atlas(name).labels, engine.coder(name).without))


@st.cache_resource(max_entries=64, show_spinner=False)
def anomaly_scores(name: str, kind: str) -> Scores:
    """Of the anomalies of a kind. ValueError for one that this network has not."""
    if kind == HELD_OUT and (without := engine.coder(name).without):
        return from_atlas(atlas(name), np.isin(atlas(name).labels, without))
    found = stored(name).kinds
    if kind not in found:
        raise ValueError(f"{name} has no anomalies of the kind {kind!r}: choose one of {', '.join(found)}")
    return found[kind]


@st.cache_resource(max_entries=32, show_spinner=False)
def _kind_pictures(kind: str, data: str) -> np.ndarray:
    return pictures(kind, data)


def worst_normal(question: Question, count: int) -> Shown:
    """The normal pictures with the highest scores, the highest first."""
    return _worst(question, count, strange=False, here=is_here(question.name, HELD_OUT))


def worst_anomalies(question: Question, count: int) -> Shown:
    """The anomalies with the lowest scores, the lowest first."""
    return _worst(question, count, strange=True, here=is_here(question.name, question.kind))


def is_here(name: str, kind: str) -> bool:
    """Whether the pictures of a kind can be shown; those of the normal ones too, which are the network's own test pictures."""
    data = engine.coder(name).card.data
    source = data if kind == HELD_OUT else needed(kind, data)
    return source is None or datasets.find(source) is not None


@st.cache_resource(max_entries=256, show_spinner=False)
def _worst(question: Question, count: int, *, strange: bool, here: bool) -> Shown:
    """Original pictures are scored anew, in full precision; without them their stored scores stand under their reconstructions."""
    name, kind = question.name, question.kind
    scores = anomaly_scores(name, kind) if strange else normal_scores(name)
    values = scores.by(question.score)
    places = np.argsort(values if strange else -values, kind="stable")[:count]
    number, data = scores.number[places], engine.coder(name).card.data
    if not here:
        made = engine.decode(name, scores.latents(places))
        return Shown(number, np.rint(made * 255).astype(np.uint8), values[places], originals=False)
    made_here = strange and kind in KINDS
    found = _kind_pictures(kind, data)[places] if made_here else cached.test_set(data).images[:, 0].numpy()[number]
    return Shown(number, found, chosen_score(engine.encode(name, found / np.float32(255)), question.score), originals=True)
