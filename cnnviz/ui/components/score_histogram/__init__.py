"""Two histograms on one axis with a threshold under the visitor's hand, its counts and its ROC curve; all in the browser."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.anomalies.roc import auroc
from cnnviz.figures.colours import CATEGORICAL
from cnnviz.ui.components import component, pack
from cnnviz.ui.components.arrays import arrays

FARTHEST = 1e9  # nats: no score comes near
WIDE = 10  # times the median of the normal scores: where scores go beyond, the axis opens logarithmic

_mount = component("score_histogram")


@dataclass(frozen=True)
class Marked:
    """A picture of the visitor's own on the axis. share: of the normal pictures, those that score as much or more, 0 to 1."""

    title: str
    score: float
    share: float


def score_histogram(
    *, key: str, set_id: str, scores_id: str, normal: np.ndarray, anomalous: np.ndarray, titles: tuple[str, str], axis: str,
    threshold: float, marked: Sequence[Marked] = (),
) -> float | None:  # fmt: skip
    """Show scores (N,) of normal and (M,) of anomalous pictures; returns the visitor's threshold, None before one was set.

    set_id: names what a threshold belongs to; under another name the visitor's own is forgotten and `threshold` holds.
    scores_id: names the scores by their content. titles: of the two sets. axis: what a score is, with its unit. The browser
    tells a threshold when the hand rests. ValueError as in `auroc`, and for a threshold that is no finite number.
    """
    if not math.isfinite(threshold):
        raise ValueError(f"the threshold is {threshold}: give a finite number")
    area = auroc(normal, anomalous)
    arrays(scores_id, {"normal": np.sort(normal).astype(np.float32), "anomalous": np.sort(anomalous).astype(np.float32)},
           key=f"{key}_scores")  # fmt: skip
    highest = max(float(normal.max()), float(anomalous.max()), *(one.score for one in marked))
    data: dict[str, Any] = {
        "set_id": set_id, "scores_id": scores_id, "titles": list(titles), "axis": axis, "threshold": threshold,
        "auroc": area_words(area), "log": highest > WIDE * float(np.median(normal)),
        "marked": [vars(one) for one in marked], "colours": [CATEGORICAL[0], CATEGORICAL[1]],
    }  # fmt: skip
    result = _mount(key=key, data=pack(data), on_threshold_change=lambda: None)
    return read_threshold(result.get("threshold"), set_id=set_id)


def area_words(area: float) -> str:
    """An AUROC with four decimals, which never round to a perfect 0 or 1 what is not."""
    text = f"{area:.4f}"
    return {"1.0000": "> 0.9999", "0.0000": "< 0.0001"}.get(text, text) if 0 < area < 1 else text


def read_threshold(sent: object, *, set_id: str) -> float | None:
    """The threshold that a browser sent; None for another set's, and for what is no number that a score can be."""
    if not isinstance(sent, dict) or sent.get("set_id") != set_id:
        return None
    value = sent.get("threshold")
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= FARTHEST:
        return None
    return float(value)
