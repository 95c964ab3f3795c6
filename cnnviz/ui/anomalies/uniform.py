"""Why a picture without anything on it can score low: the scores of uniform pictures, from black to white."""

import numpy as np
import streamlit as st

from cnnviz.anomalies.pictures import CONSTANT, SIDE
from cnnviz.anomalies.residual import floor
from cnnviz.ui.anomalies.evidence import SCORE_TITLES, Question, anomaly_scores, normal_scores, score_names

LEVELS = (0, 1, 2, 4, 8, 32, 128, 255)  # of 255


def show(question: Question, *, key: str) -> None:
    """A table of grey levels with their scores, and what it says, computed once it is asked for."""
    fold = st.expander("Why can a picture with nothing on it score low?", key=f"{key}_uniform", on_change="rerun")
    if fold.open:
        with fold:
            _answer(question)


def _answer(question: Question) -> None:
    words, table = st.columns([2, 3], gap="medium")
    words.markdown(explained(question))
    table.markdown(as_table(question))


def as_table(question: Question) -> str:
    """Grey level, scores, entropy floor and the share of normal pictures that score more, as Markdown."""
    names, normal = score_names(question.name), normal_scores(question.name).by(question.score)
    scores, least = anomaly_scores(question.name, CONSTANT), floors()
    head = ["grey level", *(f"{SCORE_TITLES[name]} (nats)" for name in names), "784 H(x) (nats)", "normal pictures that score more"]
    rows = [[f"{level}/255", *(f"{scores.by(name)[level]:.1f}" for name in names), f"{least[level]:.1f}",
             f"{(normal > scores.by(question.score)[level]).mean():.1%}"] for level in LEVELS]  # fmt: skip
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---:"] * len(head), *rows))


def floors() -> np.ndarray:
    """What a uniform picture costs at least, for each of the 256 levels, nats."""
    return floor(np.repeat(np.arange(256) / 255, SIDE * SIDE).reshape(-1, SIDE, SIDE))


def explained(question: Question) -> str:
    """Why black is cheap, where it is, and grey is not, by this network's own numbers."""
    normal, scores = normal_scores(question.name), anomaly_scores(question.name, CONSTANT)
    black, middle = float(scores.by(question.score)[0]), 128
    share = float((normal.by(question.score) > black).mean())
    cost, usual, least = float(scores.reconstruction[0]), float(np.median(normal.reconstruction)), floors()
    reason = (
        "The reconstruction score is a sum over pixels, and a decoder is least sure where ink begins and ends. A picture without "
        "ink has no such place. A threshold that catches high scores cannot catch what is *too simple*."
    )
    if cost > float(normal.reconstruction.min()):
        reason = "This network has no place for a picture without ink: it draws some all the same, and pays for it."
    return (
        f"**Black** scores {black:.1f} nats by {SCORE_TITLES[question.score]}; {share:.1%} of the normal pictures score more. Its "
        f"reconstruction costs {cost:.1f} nats, that of the normal pictures {usual:.1f} in the median. {reason}\n\n"
        f"**Grey** cannot score 0 whatever the network does: a pixel x costs at least its entropy H(x), so the level {middle}/255 "
        f"costs 784 × {least[middle] / SIDE**2:.3f} = {least[middle]:.1f} nats even with a perfect reconstruction, and "
        f"{float(scores.reconstruction[middle]):.1f} with this one. Cross-entropy calls grey itself strange; only what is above "
        "784 H(x) is the network's own error."
    )
