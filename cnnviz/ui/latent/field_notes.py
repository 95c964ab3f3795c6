"""What the page Latent space asks its visitors to notice, and its exercise."""

import numpy as np

from cnnviz import engine
from cnnviz.ui.latent.reading import atlas

NOTICE = """
- Hover over the dots: neighbours look alike. Nobody told the network which digit is which: the colours were added afterwards.
- The 4s, 7s and 9s of the two-dimensional VAE share one region: two numbers are too few to tell them apart. With 16
  dimensions **UMAP** draws them as islands.
- A VAE's dots fill a disc about 0, an auto-encoder's lie scattered: only the VAE pays (KL) for being far from N(0, 1).
  Click between the dots of both: the VAE draws digits there, the auto-encoder often nothing.
- **Draw** a digit and its dot walks over the map; draw a house, and the loss says that this is no digit.
- In **Dials**, a dimension that a VAE does not use changes nothing: its μ is 0 and its σ is 1 for every digit.
- UMAP keeps neighbourhoods, not distances: how far apart two islands lie says little.
"""
QUESTION = "Which two classes lie nearest to each other in this latent space, measured between their mean latents?"


def answer(name: str) -> str:
    """The two classes whose mean latents are nearest, computed from the atlas."""
    known, classes = atlas(name), engine.coder(name).card.classes
    labels = np.unique(known.labels)
    means = np.stack([known.mu[known.labels == label].mean(0) for label in labels])
    distance = np.linalg.norm(means[:, None] - means[None], axis=2) + np.diag(np.full(len(labels), np.inf))
    first, second = divmod(int(distance.argmin()), len(labels))
    return (
        f"**{classes[labels[first]]}** and **{classes[labels[second]]}**: their mean latents are {distance.min():.2f} apart; "
        f"the mean over all pairs is {distance[np.isfinite(distance)].mean():.2f}."
    )
