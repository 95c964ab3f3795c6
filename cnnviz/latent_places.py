"""From a place on a map back to a latent: exact where the map is a plane of latent space, by neighbours where it is not."""

import numpy as np

from cnnviz.atlas import Atlas

NEIGHBOURS = 8
EXACT, PLANE, NEIGHBOURS_SAID = (
    "the place is the latent itself",
    "the place as a point of the plane of the two largest principal components, at the mean of all others",
    f"the mean of the latents of the {NEIGHBOURS} nearest dots of the map, the nearer the heavier: UMAP has no exact way back",
)


def latent_at(atlas: Atlas, map_name: str, points: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, str]:
    """The latent (D,) that belongs to a place (2,) or (3,) on a map, and in words how it was found.

    map_name: "plain" (the first two latent dimensions), "pca2", "umap2" and so on. points: the map's (N,2) or (N,3).
    """
    if map_name.startswith("plain") and atlas.mu.shape[1] == len(place):
        return place.astype(np.float32), EXACT
    if map_name.startswith("pca"):
        middle = atlas.mu.mean(0)
        directions, *_ = np.linalg.lstsq(points, atlas.mu - middle, rcond=None)  # 2 or 3, D: rows of unit length
        return (middle + place @ directions).astype(np.float32), PLANE
    distance = np.linalg.norm(points - place, axis=1)
    near = np.argsort(distance, kind="stable")[:NEIGHBOURS]
    weight = 1 / (distance[near] + 1e-3)
    return (weight @ atlas.mu[near] / weight.sum()).astype(np.float32), NEIGHBOURS_SAID


def nearest(atlas: Atlas, latent: np.ndarray, count: int = NEIGHBOURS) -> np.ndarray:
    """The numbers of the `count` test pictures whose latents lie nearest to one (D,), the nearest first."""
    return np.argsort(np.linalg.norm(atlas.mu - latent, axis=1), kind="stable")[:count]
