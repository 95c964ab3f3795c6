"""Maps of latents: PCA, and UMAP in a process of its own.

UMAP's first fit of 10,000 points compiles for 30 s and holds the interpreter's lock meanwhile, so it never runs in the server:
`python -m cnnviz.embedding REQUEST.npz POINTS.npy` is that process (see cnnviz.embedding_job).
Source of UMAP: McInnes, Healy and Melville, arXiv 1802.03426.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

METRICS = ("euclidean", "manhattan", "chebyshev", "cosine", "correlation")
BAR = "{n}/{total}\n"  # what the process prints for each of its epochs


@dataclass(frozen=True)
class UmapSettings:
    """How UMAP draws: neighbours that count as near, the least distance on the map, the distance between latents.

    supervised: whether labels pull points of a class together. ValueError for what UMAP cannot draw.
    """

    n_neighbors: int = 15
    min_dist: float = 0.1
    metric: str = "euclidean"
    supervised: bool = False
    dimensions: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_neighbors < 2:
            raise ValueError(f"n_neighbors is {self.n_neighbors}: a point needs 2 neighbours or more")
        if not 0 <= self.min_dist <= 1:
            raise ValueError(f"min_dist is {self.min_dist}: give 0 to 1 (UMAP's spread is 1)")
        if self.metric not in METRICS:
            raise ValueError(f"there is no metric {self.metric!r}: give {', '.join(METRICS)}")
        if self.dimensions not in (2, 3):
            raise ValueError(f"a map of {self.dimensions} dimensions cannot be drawn: give 2 or 3")

    def check(self, points: int) -> None:
        """ValueError where there are not enough points."""
        if self.n_neighbors >= points:
            raise ValueError(f"n_neighbors is {self.n_neighbors}, but there are only {points} points: give 2 to {points - 1}")


def pca(features: np.ndarray, dimensions: int) -> np.ndarray:
    """(N,D) along the directions in which it varies most: (N,dimensions), float32; zeros beyond the D there are.

    The sign of each direction is such that its largest weight is positive, so the same features give the same map.
    """
    centred = features - features.mean(0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)  # D D, one a column, the smallest variance first
    directions = directions[:, ::-1][:, :dimensions]
    largest = np.abs(directions).argmax(0)
    points = centred @ (directions * np.sign(directions[largest, np.arange(directions.shape[1])]))  # N, up to dimensions
    return np.pad(points, ((0, 0), (0, dimensions - points.shape[1]))).astype(np.float32)


def fit_umap(features: np.ndarray, settings: UmapSettings, labels: np.ndarray | None = None, **verbose: Any) -> Any:
    """The fitted umap.UMAP of (N,D) features; its `embedding_` is (N,dimensions), float32, about the origin.

    The seed fixes the map; it also makes UMAP compute in one thread. ValueError where there are too few points.
    """
    settings.check(len(features))
    import umap

    reducer = umap.UMAP(
        n_components=settings.dimensions, n_neighbors=settings.n_neighbors, min_dist=settings.min_dist,
        metric=settings.metric, random_state=settings.seed, n_jobs=1, **verbose,
    )  # fmt: skip
    return reducer.fit(features, labels if settings.supervised else None)


def main(arguments: list[str], say: Callable[[str], Any] = print) -> None:
    """The process: reads features, labels and settings, prints how far it is, and writes the points."""
    request, out = map(Path, arguments)
    with np.load(request) as given:
        features, labels, settings = given["features"], given["labels"], UmapSettings(**json.loads(str(given["settings"])))
    progress = {"bar_format": BAR, "file": sys.stdout, "mininterval": 0.2, "dynamic_ncols": False}
    reducer = fit_umap(features, settings, labels, verbose=True, tqdm_kwds=progress)
    points = reducer.embedding_ - reducer.embedding_.mean(0)
    say(f"{len(points)} points")
    np.save(out, points.astype(np.float32))


def write_request(path: Path, features: np.ndarray, labels: np.ndarray, settings: UmapSettings) -> None:
    """What the process reads."""
    settings.check(len(features))
    np.savez(path, features=features, labels=labels, settings=json.dumps(asdict(settings)))


if __name__ == "__main__":
    main(sys.argv[1:])
