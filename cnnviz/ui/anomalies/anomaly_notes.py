"""What the tab Anomalies asks its visitors to notice, and its exercise."""

import numpy as np

from cnnviz import engine
from cnnviz.anomalies import RECONSTRUCTION
from cnnviz.anomalies.roc import auroc, confusion
from cnnviz.ui.anomalies.evidence import FALSE_ALARMS, HELD_OUT, OTHER, anomaly_scores, network_names, normal_scores

NOTICE = """
- Drag the threshold: what it gains in anomalies caught, it pays in false alarms. The ROC curve shows all these bargains at once,
  and AUROC is the area under it: one half is guessing, 1 is perfect.
- Clothes and noise are easy: they need ink where no digit has any. A digit **turned by 180°** is hard: a 0, an 8 or a 1 is still
  one, and a 6 becomes a 9.
- Choose the network that **never saw a 1**: a 1 is a stroke that other digits are made of, and costs little. To be new is not
  enough to be caught, it must also be hard to draw. A **0** is a closed loop, and easier to catch.
- **KL** alone asks where the latent lies, not how the picture looks: noise, which no decoder can draw, may lie among the digits.
- The network of **Fashion-MNIST** finds digits more normal than most clothes: they are simpler. A low loss is no proof of having
  been learned (Nalisnick et al., arXiv 1810.09136).
- Draw: your own digit stands on the axis. A thicker pen or a cramped hand is soon unusual; clear the pad, and the page's first
  network finds the empty picture more normal than every digit.
- Accuracy depends on how many there are of each set; the two rates do not.
"""
QUESTION = f"At a threshold that lets {FALSE_ALARMS:.0%} of the normal pictures be false alarms, how many does each network catch?"


def answer() -> str:
    """The share of the anomalies that each network catches by reconstruction, as a list, computed from the stored scores."""
    lines = []
    for name, title in network_names().items():
        normal = normal_scores(name).by(RECONSTRUCTION)
        kind, what = (HELD_OUT, "the class it never saw") if engine.coder(name).without else (OTHER, "the other data set")
        anomalous = anomaly_scores(name, kind).by(RECONSTRUCTION)
        found = confusion(normal, anomalous, float(np.quantile(normal, 1 - FALSE_ALARMS)))
        lines.append(f"- {title}: **{found.true_positive_rate:.1%}** of {what}, AUROC {auroc(normal, anomalous):.4f}")
    return "By the reconstruction score:\n" + "\n".join(lines)
