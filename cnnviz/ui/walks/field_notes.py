"""What the page Walks and generation asks its visitors to notice, and its exercise."""

import numpy as np

from cnnviz import engine
from cnnviz.ui.latent.reading import atlas
from cnnviz.walks import linear, read

NOTICE = """
- Both networks were trained on the same digits. Only the VAE paid for its codes (KL): its digits fill the space about 0 with few
  gaps, and most ways from A to B lead from digit to digit. The auto-encoder's way may cross empty land, where it smears.
- Neither is a morph of shapes: each frame is what the decoder draws at one point. In two dimensions other digits lie on the way.
- A smear can cost little: the loss asks whether the network can copy the picture, not whether it is a digit. The classifier, which
  knows neither network, asks that. Even a perfect copy of a grey pixel costs BCE: only black and white are free.
- A straight way cuts the corner: |z| is smaller half way. In 16 dimensions nearly all draws from N(0, 1) lie near
  |z| = 4: the **spherical** way keeps the length of its ends.
- **Generate**: draws from N(0, 1) are digits for the VAE; for the auto-encoder they are points that it may never have used.
"""
PAIRS, SEED, SURE = 500, 0, 0.9
QUESTION = (
    f"Half way between two random digits of different classes: how often is the classifier more than {SURE:.0%} sure of what it "
    "sees, for the auto-encoder and for the VAE (C = 1)?"
)
NETWORKS = {"2 dimensions": ("ae_2", "vae_2_c1"), "16 dimensions": ("ae_16", "vae_16_c1")}


def answer() -> str:
    """The shares for both families, computed from the atlases."""
    rows = [f"| {title} | {sure_half_way(ae):.0%} | {sure_half_way(vae):.0%} |" for title, (ae, vae) in NETWORKS.items()]
    return (
        "| | auto-encoder | VAE |\n|---|---|---|\n" + "\n".join(rows) + f"\n\nOf {PAIRS} pairs (seed {SEED}) on straight ways. "
        "The difference is there, but smaller than between the chosen pairs: a small decoder fills many gaps by itself."
    )


def sure_half_way(name: str) -> float:
    """The share of random pairs of different classes whose middle frame the classifier names with probability above SURE."""
    known = atlas(name)
    ends = np.random.default_rng(SEED).integers(0, len(known.labels), (4 * PAIRS, 2))
    ends = ends[known.labels[ends[:, 0]] != known.labels[ends[:, 1]]][:PAIRS]
    middles = np.concatenate([linear(a, b, np.array([0.5])) for a, b in known.mu[ends]]).astype(np.float32)
    return float((read(engine.decode(name, middles)).probabilities > SURE).mean())
