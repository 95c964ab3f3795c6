"""New pictures from a latent space: draws from N(0, 1), where the encodings lie beside them, the family of C, and sums of latents.

Latents are (N,D) float32. The latents of a VAE's picture are a Gaussian, so that its encodings are one draw from each; those of
an auto-encoder are points. Source: Kingma and Welling, arXiv 1312.6114; for C Higgins et al., beta-VAE, ICLR 2017.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch

from cnnviz.atlas import Atlas

LAST_SEED = 999_999
HOTTEST = 3.0  # times the spread of N(0, 1): the slider's end
INSIDE = 0.95  # share of the draws from N(0, 1) that fall into the ball in which encodings are counted
NEAR = 0.9  # share of the encodings that lie nearer to another one than what is called near to one
PROBES = 500  # draws, and encodings, whose neighbours are looked for


def draws(count: int, size: int, *, seed: int, temperature: float = 1.0) -> np.ndarray:
    """(count,size) draws z = temperature x eps, eps ~ N(0, 1), the same for the same seed. ValueError outside the ranges."""
    if count < 1 or size < 1:
        raise ValueError(f"{count} draws of {size} dimensions: give at least one of each")
    if not 0 <= seed <= LAST_SEED:
        raise ValueError(f"seed {seed}: give a whole number from 0 to {LAST_SEED}")
    if not 0 <= temperature <= HOTTEST:  # false for nan
        raise ValueError(f"temperature {temperature:g}: give a number from 0 to {HOTTEST:g}")
    eps = torch.randn(count, size, generator=torch.Generator().manual_seed(seed))
    return (temperature * eps).numpy()


def encodings(atlas: Atlas, *, seed: int = 0) -> np.ndarray:
    """(N,D): a draw from the Gaussian of each test picture; of an auto-encoder without one, its points."""
    if atlas.logvar is None:
        return atlas.mu
    eps = draws(*atlas.mu.shape, seed=seed)
    return atlas.mu + np.exp(atlas.logvar / 2) * eps


@dataclass(frozen=True, eq=False)
class Cloud:
    """Where the encodings of the test pictures lie, beside N(0, 1).

    mean, spread: (D,), of all encodings together; the spread, a standard deviation, counts a VAE's sigma in. radius: of the ball
    round 0 that holds INSIDE of the draws; inside: share of the encodings in it. near: share of the draws that lie as near to an
    encoding as NEAR of the encodings lie to another one.
    """

    mean: np.ndarray
    spread: np.ndarray
    radius: float
    inside: float
    near: float


def cloud(atlas: Atlas, *, seed: int = 0) -> Cloud:
    """The encodings of an atlas against N(0, 1); mean, spread and radius exactly, the shares from one draw a picture."""
    found = encodings(atlas, seed=seed)
    variance = atlas.mu.astype(np.float64).var(0)
    if atlas.logvar is not None:
        variance += np.exp(atlas.logvar.astype(np.float64)).mean(0)
    radius = ball(atlas.mu.shape[1])
    prior = draws(PROBES, atlas.mu.shape[1], seed=seed + 1)
    near = (distances(prior, found) <= np.quantile(spacing(found), NEAR)).mean()
    inside = (np.linalg.norm(found, axis=1) <= radius).mean()
    return Cloud(atlas.mu.mean(0, dtype=np.float64), np.sqrt(variance), radius, float(inside), float(near))


def ball(size: int) -> float:
    """The radius within which INSIDE of all draws from N(0, 1) of `size` dimensions fall: |z|^2 is chi-squared."""
    from scipy.special import chdtri  # 0.1 s, only for the page that asks

    return math.sqrt(chdtri(size, 1 - INSIDE))


def distances(places: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(P,): how far each of the places (P,D) is from the nearest of the points (N,D)."""
    return _apart(places, points).min(1).values.numpy()


def spacing(points: np.ndarray) -> np.ndarray:
    """How far the first PROBES of the points (N,D) are each from the nearest other one."""
    apart = _apart(points[:PROBES], points)
    apart.fill_diagonal_(math.inf)  # itself
    return apart.min(1).values.numpy()


def _apart(places: np.ndarray, points: np.ndarray) -> torch.Tensor:
    """(P,N) distances, without the matrix product that is faster and loses the small ones."""
    return torch.cdist(torch.from_numpy(places), torch.from_numpy(points), compute_mode="donot_use_mm_for_euclid_dist")


@dataclass(frozen=True)
class Member:
    """One network of a family: means over the test pictures, nats a picture; kl None without one."""

    name: str
    reconstruction: float
    kl: float | None


def member(atlas: Atlas) -> Member:
    """A network's reconstruction and KL, from the losses of its atlas."""
    kl = None if atlas.kl is None else float(atlas.kl.mean(dtype=np.float64))
    return Member(atlas.name, float(atlas.reconstruction.mean(dtype=np.float64)), kl)


def class_mean(atlas: Atlas, label: int) -> np.ndarray:
    """(D,): the mean latent mu of the test pictures of a class; ValueError where it has none."""
    if not (own := atlas.labels == label).any():
        raise ValueError(f"label {label}: the test pictures have {', '.join(map(str, np.unique(atlas.labels)))}")
    return atlas.mu[own].mean(0)


def combine(start: np.ndarray, without: np.ndarray, plus: np.ndarray) -> np.ndarray:
    """start - without + plus, (D,) each (word vectors' "king - man + woman", Mikolov et al., arXiv 1301.3781)."""
    return start - without + plus


def isolation(latent: np.ndarray, points: np.ndarray, apart: np.ndarray) -> float:
    """Share of the points (N,D) that lie nearer to another one than a latent (D,) lies to any; apart: their spacing."""
    return float((apart < distances(latent[None], points)).mean())
