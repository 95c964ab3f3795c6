"""How well a score tells anomalies from normal pictures: thresholds, counts, the ROC curve and the area under it.

A score is a number a picture, higher where the picture is stranger; it is called an anomaly where its score is at least the
threshold. Source: T. Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27, 2006.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Confusion:
    """Counts of pictures at one threshold. A positive is a picture that is called an anomaly."""

    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int

    @property
    def true_positive_rate(self) -> float:
        """The share of the anomalies that is called one, 0 to 1."""
        return self.true_positives / (self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float:
        """The share of the normal pictures that is called an anomaly, 0 to 1."""
        return self.false_positives / (self.false_positives + self.true_negatives)

    @property
    def accuracy(self) -> float:
        """The share of all pictures that is called what it is, 0 to 1."""
        right = self.true_positives + self.true_negatives
        return right / (right + self.false_positives + self.false_negatives)


def confusion(normal: np.ndarray, anomalous: np.ndarray, threshold: float) -> Confusion:
    """The counts at a threshold, which may lie beyond all scores (N,) and (M,). ValueError as in `auroc`."""
    _check(normal, anomalous)
    # in double precision: numpy would round the threshold to that of the scores
    caught, alarms = (int((scores.astype(np.float64) >= threshold).sum()) for scores in (anomalous, normal))
    return Confusion(caught, len(anomalous) - caught, alarms, len(normal) - alarms)


def auroc(normal: np.ndarray, anomalous: np.ndarray) -> float:
    """The area under the ROC curve of scores (N,) and (M,): the probability that an anomaly, drawn at random, scores higher than a
    normal picture, equal scores counted half. Exact but for one division.

    ValueError where one of the two is empty or holds a score that is no finite number.
    """
    _check(normal, anomalous)
    ranked = np.sort(normal)
    below, not_above = (np.searchsorted(ranked, anomalous, side).astype(np.int64).sum() for side in ("left", "right"))
    return int(below + not_above) / (2 * len(normal) * len(anomalous))


def roc_curve(normal: np.ndarray, anomalous: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """False and true positive rates and their thresholds, each (K,): from infinity, where nothing is called an anomaly, down
    through every score that occurs. ValueError as in `auroc`.
    """
    _check(normal, anomalous)
    thresholds = np.unique(np.concatenate([normal, anomalous]))[::-1]  # K - 1
    rates = [1 - np.searchsorted(np.sort(scores), thresholds, "left") / len(scores) for scores in (normal, anomalous)]
    false, true = (np.concatenate([[0.0], rate]) for rate in rates)  # K
    return false, true, np.concatenate([[np.inf], thresholds])


def _check(normal: np.ndarray, anomalous: np.ndarray) -> None:
    for title, scores in (("normal pictures", normal), ("anomalies", anomalous)):
        if not len(scores):
            raise ValueError(f"there are 0 {title}, and a rate needs at least one: give scores of both")
        if not np.isfinite(scores).all():
            raise ValueError(f"the {title} have a score that is not finite: leave it out")
