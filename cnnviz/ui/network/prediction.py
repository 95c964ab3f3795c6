"""A network's prediction: classes as bars with probabilities and logits, and the temperature of the softmax."""

from collections.abc import Sequence

import numpy as np

from cnnviz.ui.components.prediction_bars import prediction_bars

SHOWN = 10  # classes; a network with no more has all of them, in their own order


def show_prediction(logits: np.ndarray, classes: Sequence[str], *, key: str, truth: int | None = None) -> None:
    """Show what a network answers to one picture: logits (classes,), the classes' names, and the right class if it is known.

    Ten classes or fewer stand in their own order, which stays while a drawing grows; of more, the ten likeliest, and the
    right one. ValueError where names and logits differ in number, a logit is not finite, or the truth is no class.
    """
    logits = np.asarray(logits, np.float32)
    if logits.shape != (len(classes),):
        raise ValueError(f"{len(classes)} classes need logits of shape ({len(classes)},), not {logits.shape}.")
    if not np.isfinite(logits).all():
        raise ValueError("The network answers with NaN or infinity: its weights are damaged, or its training diverged.")
    if truth is not None and not 0 <= truth < len(classes):
        raise ValueError(f"The right class {truth} does not exist: there are 0 to {len(classes) - 1}.")
    shown = list(range(len(classes)))
    if len(classes) > SHOWN:
        shown = [int(label) for label in np.argsort(-logits, kind="stable")[:SHOWN]]
        shown += [truth] if truth is not None and truth not in shown else []
    names = [classes[label] for label in shown]
    prediction_bars(logits, shown, names, truth=truth, truth_name="" if truth is None else classes[truth], key=key)


def percent(probability: float) -> str:
    """A softmax's probability in text, as the bars write it: never 100.0% or 0.0%, which float32 rounds to but no softmax is."""
    if probability >= 0.9995:
        return "> 99.9%"
    return "< 0.1%" if probability < 0.0005 else f"{probability:.1%}"
