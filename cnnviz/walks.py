"""Walks through latent space: the way from one latent to another, what an auto-encoder draws on it, and what that costs.

Latents are (D,), a way is (N,D), its shares (N,) run from 0 at A to 1 at B.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz import engine
from cnnviz.latent import Encoding

FRAMES = 60  # of a film
JUDGE = "lenet_modern_mnist"  # a classifier that knows nothing of the auto-encoders


def linear(a: np.ndarray, b: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The straight way (1 - t) a + t b: float64 (N,D), a itself at t = 0 and b itself at t = 1."""
    a, b, t = _checked(a, b, shares)
    return _ended(a, b, t, (1 - t) * a + t * b)


def spherical(a: np.ndarray, b: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The way round the origin: the direction turns evenly from a's to b's, while the length goes straight from |a| to |b|.

    float64 (N,D), ends as in `linear`. Where only the length changes (one direction, or an end at the origin, which has none) it is
    the straight way. Between opposite directions all half circles are as short: this one leaves towards the axis that is most at
    right angles to a. With one dimension no turn is possible: ValueError for opposite ends.
    Source: Shoemake, Animating rotation with quaternion curves, SIGGRAPH 1985, section 3.3, here for directions of any dimension.
    """
    a, b, t = _checked(a, b, shares)
    far_a, far_b = np.linalg.norm(a), np.linalg.norm(b)
    if far_a == 0 or far_b == 0:
        return linear(a, b, shares)
    start, goal = a / far_a, b / far_b
    along = float(start @ goal)
    aside = goal - along * start  # at right angles to the start, as long as the sine of the angle
    sine = float(np.linalg.norm(aside))
    if sine < TINY and along < 0:
        aside, sine = _aside(start), 0.0
    elif sine < TINY:
        return linear(a, b, shares)
    angle = np.arctan2(sine, along) * t
    directions = np.cos(angle) * start + np.sin(angle) * (aside / np.linalg.norm(aside))
    return _ended(a, b, t, ((1 - t) * far_a + t * far_b) * directions)


TINY = 1e-9  # of a sine: below it, rounding decides where a direction at right angles points
WAYS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {"linear": linear, "spherical": spherical}


@dataclass(frozen=True, eq=False)
class Film:
    """N frames: latents (N,D) on the way, and what the auto-encoder draws there, pictures (N,28,28) in [0,1]; float32."""

    latents: np.ndarray
    pictures: np.ndarray


def film(name: str, a: np.ndarray, b: np.ndarray, *, way: str = "linear", frames: int = FRAMES) -> Film:
    """An auto-encoder's film from latent a to latent b, both (D,). ValueError for fewer than two frames and another way."""
    if frames < 2:
        raise ValueError(f"{frames} frame(s) make no way: give 2 or more, the ends among them")
    if way not in WAYS:
        raise ValueError(f"there is no way {way!r}: give {' or '.join(WAYS)}")
    latents = WAYS[way](a, b, np.linspace(0, 1, frames)).astype(np.float32)
    return Film(latents, engine.decode(name, latents))


def costs(name: str, shown: Film) -> Encoding:
    """What each frame costs its own network when it is encoded again like any other picture."""
    return engine.encode(name, shown.pictures)


@dataclass(frozen=True, eq=False)
class Reading:
    """What the classifier JUDGE takes N pictures for: labels (N,), and how sure it is of them, probabilities (N,)."""

    labels: np.ndarray
    probabilities: np.ndarray


def read(pictures: np.ndarray) -> Reading:
    """What the classifier reads in pictures (N,28,28) in [0,1]."""
    found = engine.classify(JUDGE, pictures[:, None])
    return Reading(found.labels, found.probabilities.max(1))


def _checked(a: np.ndarray, b: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise ValueError(f"the ends have shapes {a.shape} and {b.shape}: give two latents (D,) of one network")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("an end is not finite: there is no way to it")
    return a, b, np.asarray(shares, np.float64)[:, None]


def _ended(a: np.ndarray, b: np.ndarray, t: np.ndarray, way: np.ndarray) -> np.ndarray:
    """The way with its ends to the last bit."""
    return np.where(t == 0, a, np.where(t == 1, b, way))


def _aside(direction: np.ndarray) -> np.ndarray:
    """The axis most at right angles to a direction, less its part along it."""
    if direction.size == 1:
        raise ValueError("the ends lie on opposite sides of 0 in one dimension: there is no way round, take the linear one")
    axis = np.zeros_like(direction)
    axis[np.abs(direction).argmin()] = 1
    return axis - (axis @ direction) * direction
