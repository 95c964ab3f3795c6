"""The tab “Anomalies”: scores of normal and strange pictures, a threshold between them, and the pictures that fool it."""

import csv
import io
from math import isfinite

import numpy as np
import streamlit as st

from cnnviz import datasets, engine
from cnnviz.anomalies import chosen_score, from_atlas
from cnnviz.anomalies.pictures import ANGLES, ROTATED
from cnnviz.anomalies.roc import auroc
from cnnviz.ui.anomalies import uniform
from cnnviz.ui.anomalies.anomaly_code import anomaly_code
from cnnviz.ui.anomalies.evidence import (
    FALSE_ALARMS,
    HELD_OUT,
    KIND_NAMES,
    SCORE_TITLES,
    Question,
    anomaly_scores,
    is_here,
    kind_title,
    kinds,
    network_names,
    normal_scores,
    score_names,
)  # fmt: skip
from cnnviz.ui.anomalies.worst import show_worst
from cnnviz.ui.components.score_histogram import FARTHEST, Marked, area_words, score_histogram
from cnnviz.ui.frame import fit_choice, fragment, link, plain, speaking_errors
from cnnviz.ui.latent.reading import atlas
from cnnviz.ui.latent.subject import DRAW, PICTURE, Subject, visitors

OPENING = "vae_16_c1"
OWN = (DRAW, PICTURE, "none")
LINKED = "threshold"


def show(*, key: str, alone: bool = True) -> None:
    """Draw the tab; alone: what is done in it runs nothing else, unless something else on the page follows it."""
    (_alone if alone else _draw)(key)


def _draw(key: str) -> None:
    question = _question(key)
    normal, anomalous = normal_scores(question.name), anomaly_scores(question.name, question.kind)
    left, right = st.columns([7, 3], gap="medium")
    found = None
    with right, speaking_errors():  # a picture that cannot be read takes nothing else away
        found = _own(question, key)
    with left:
        scores = normal.by(question.score), anomalous.by(question.score)
        titles = _titles(question)
        _histogram(question, scores, titles, found, key)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_words(question, *scores))
            st.download_button("CSV", lambda: as_csv(question), f"scores_{question.name}_{question.kind}.csv", "text/csv",
                               key=f"{key}_csv", on_click="ignore", icon=":material/download:",
                               help="Every score, three to four digits: they are stored in half precision")  # fmt: skip
    chosen = show_worst(question, found, key=key)
    st.session_state[f"{key}_chosen"] = (question, chosen)  # session state: for the code
    uniform.show(question, key=key)


_alone = fragment(_draw)


def code(key: str) -> str:
    """PyTorch code that scores the chosen picture and computes the AUROC; for after `show`."""
    question, chosen = st.session_state[f"{key}_chosen"]
    return anomaly_code(question, chosen)


def _question(key: str) -> Question:
    """The choice of network, anomalies and score."""
    titles = network_names()
    if not titles:
        raise ValueError("no scores of anomalies are stored: python -m cnnviz.anomalies makes them")
    names = sorted(titles, key=lambda name: (name != OPENING, "without" not in name, name))
    with st.container(horizontal=True, vertical_alignment="center"):
        name = str(st.selectbox("Auto-encoder", names, format_func=lambda name: plain(titles[name]), label_visibility="collapsed",
                                key=f"{key}_network", bind="query-params", persist_state="session", width=360))  # fmt: skip
        offered = kinds(name)
        fit_choice(f"{key}_kind", offered, offered[0])
        kind = str(st.selectbox("Anomalies", offered, format_func=KIND_NAMES.__getitem__, label_visibility="collapsed",
                                key=f"{key}_kind", bind="query-params", persist_state="session", width=200))  # fmt: skip
        if kind == ROTATED:
            angle = st.selectbox("Angle", ANGLES, index=ANGLES.index(90), format_func="{}°".format, label_visibility="collapsed",
                                 key=f"{key}_angle", bind="query-params", persist_state="session", width=90)  # fmt: skip
            kind = f"{ROTATED}_{angle}"
        scores = score_names(name)
        fit_choice(f"{key}_score", scores, scores[0])
        score = st.segmented_control("Score", scores, default=scores[0], required=True, format_func=SCORE_TITLES.__getitem__,
                                     label_visibility="collapsed", key=f"{key}_score", bind="query-params",
                                     persist_state="session")  # fmt: skip
    return Question(name, kind, str(score))


def _own(question: Question, key: str) -> Subject | None:
    """The visitor's own picture, None where there is to be none."""
    source = str(st.segmented_control("Your own", OWN, default=DRAW, required=True, label_visibility="collapsed", key=f"{key}_own",
                                      width="stretch", bind="query-params", persist_state="session"))  # fmt: skip
    return None if source == OWN[-1] else visitors(question.name, source, key=key)


def _histogram(question: Question, scores: tuple[np.ndarray, np.ndarray], titles: tuple[str, str], found: Subject | None,
               key: str) -> None:  # fmt: skip
    """The component, and its threshold in the link. Session state: a threshold belongs to one network's one score."""
    normal, _ = scores
    set_id = f"{question.name} {question.score}"
    usual = float(f"{np.quantile(normal, 1 - FALSE_ALARMS):.5g}")
    first = f"{key}_thresholds" not in st.session_state
    kept: dict[str, float] = st.session_state.setdefault(f"{key}_thresholds", {})
    if first and (linked := linked_threshold(st.query_params.get(LINKED))) is not None:
        kept[set_id] = linked
    marked = []
    if found is not None:
        own = float(chosen_score(found.encoding, question.score)[0])
        marked = [Marked(found.title, own, float((normal >= own).mean()))]
    moved = score_histogram(
        key=f"{key}_histogram", set_id=set_id, scores_id=f"{set_id} {question.kind}", normal=normal, anomalous=scores[1],
        titles=titles, axis=f"{SCORE_TITLES[question.score]} of a picture (nats)", threshold=kept.get(set_id, usual), marked=marked,
    )  # fmt: skip
    if moved is not None:
        kept[set_id] = moved
    threshold = kept.get(set_id, usual)
    link(LINKED, None if threshold == usual else f"{threshold:.5g}")


def linked_threshold(word: str | None) -> float | None:
    """The threshold that a link names, in nats; None for what is no number that a score can be."""
    try:
        value = float(word or "")
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) <= FARTHEST else None


def _titles(question: Question) -> tuple[str, str]:
    """Of the two sets, with how many there are."""
    card = engine.coder(question.name).card
    normal, anomalous = normal_scores(question.name), anomaly_scores(question.name, question.kind)
    rest = f" without {kind_title(question.name, HELD_OUT).split(',')[0]}" if engine.coder(question.name).without else ""
    return (f"normal: {len(normal):,} test pictures of {datasets.source(card.data).title}{rest}",
            f"anomalies: {len(anomalous):,}, {kind_title(question.name, question.kind)}")  # fmt: skip


def _words(question: Question, normal: np.ndarray, anomalous: np.ndarray) -> str:
    """What the area says, and beside it that of the network which has seen the class."""
    area = auroc(normal, anomalous)
    words = f"An anomaly scores higher than a normal picture in **{_percent(area)}** of all pairs: AUROC **{area_words(area)}**."
    if area < 0.5:
        words += " Below one half: by this score the anomalies look *more* normal than the normal pictures."
    if question.kind == HELD_OUT and OPENING in network_names():
        known = anomaly_of_seen(OPENING, question)
        words += f" The same network trained with all ten classes: AUROC {area_words(known)}."
    if not (is_here(question.name, HELD_OUT) and is_here(question.name, question.kind)):
        words += " The scores are those stored with the network: not all of these pictures are on this machine."
    return words


def anomaly_of_seen(name: str, question: Question) -> float:
    """The AUROC of a held-out class with a network that has seen it: how much of it is the class, how much that it is new."""
    held = np.isin(atlas(name).labels, engine.coder(question.name).without)
    return auroc(from_atlas(atlas(name), ~held).by(question.score), from_atlas(atlas(name), held).by(question.score))


def _percent(share: float) -> str:
    text = f"{share:.1%}"
    return {"100.0%": "more than 99.9%", "0.0%": "less than 0.1%"}.get(text, text) if 0 < share < 1 else text


def as_csv(question: Question) -> str:
    """All scores of both sets as a table: the number of each picture in its test split, and nats."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["set", "number", *(f"{SCORE_TITLES[score]} (nats)" for score in score_names(question.name))])
    anomalous = anomaly_scores(question.name, question.kind)
    sets = {"normal": normal_scores(question.name), kind_title(question.name, question.kind): anomalous}
    for title, scores in sets.items():
        columns = [scores.by(score) for score in score_names(question.name)]
        rows.writerows([title, int(number), *(f"{value:.4g}" for value in values)]
                       for number, *values in zip(scores.number, *columns, strict=True))  # fmt: skip
    return text.getvalue()
