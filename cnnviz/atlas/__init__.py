"""The atlas of an auto-encoder: where it puts the test pictures, what each costs, and maps of them; one npz beside its checkpoint.

It holds no picture of the data set. `python -m cnnviz.atlas NAME` makes it from the checkpoint.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cnnviz.placement import Placement

FOLDER = Path(__file__).parents[2] / "checkpoints" / "latent"
MAPS = {"umap": "UMAP", "pca": "PCA"}
DIMENSIONS = (2, 3)
PARTS = ("weight", "bias")


@dataclass(frozen=True, eq=False)
class Atlas:
    """The N test pictures of an auto-encoder with D latent dimensions, in the order of the data set.

    mu: (N,D). logvar: (N,D), None for an auto-encoder without one. labels: (N,) uint8. reconstruction, kl: (N,) nats a picture
    (kl None likewise); the reconstruction is of mu, without a draw. maps: "umap2", "umap3", "pca2" and "pca3" -> (N,2) or (N,3).
    placements: what puts new latents on umap2 and umap3. snapshots: steps of training -> mu (N,D) of then.
    card: how it was made, and how far the placement is from UMAP's own.
    """

    name: str
    mu: np.ndarray
    logvar: np.ndarray | None
    labels: np.ndarray
    reconstruction: np.ndarray
    kl: np.ndarray | None
    maps: Mapping[str, np.ndarray]
    placements: Mapping[str, Placement]
    snapshots: Mapping[int, np.ndarray] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)

    @property
    def loss(self) -> np.ndarray:
        """(N,) nats: reconstruction and KL, C = 1."""
        return self.reconstruction if self.kl is None else self.reconstruction + self.kl

    def place(self, mu: np.ndarray, name: str) -> np.ndarray:
        """New latents (B,D) on one of the maps: (B,2) or (B,3), exact for PCA, learned for UMAP."""
        if name in self.placements:
            return self.placements[name](mu)
        middle = self.mu.mean(0)
        directions, *_ = np.linalg.lstsq(self.mu - middle, self.maps[name], rcond=None)  # D, 2 or 3
        return ((mu - middle) @ directions).astype(np.float32)


def save_atlas(path: Path, atlas: Atlas) -> None:
    """Write it, latents, losses and maps in half precision: a thousandth of their size, less than a pixel on a map."""
    half = {"mu": atlas.mu, "logvar": atlas.logvar, "reconstruction": atlas.reconstruction, "kl": atlas.kl, **atlas.maps}
    half |= {f"snapshot_{step}": mu for step, mu in atlas.snapshots.items()}
    layers = {f"{name}_{part}{number}": value for name, placement in atlas.placements.items()
              for number, layer in enumerate(placement.layers) for part, value in zip(PARTS, layer, strict=True)}  # fmt: skip
    arrays = {name: values.astype(np.float16) for name, values in half.items() if values is not None}
    card = json.dumps({"name": atlas.name, **atlas.card})
    np.savez_compressed(path, labels=atlas.labels, card=np.array(card), **arrays, **layers)  # type: ignore[arg-type]


def load_atlas(path: Path) -> Atlas:
    """The atlas of an npz, in float32; nothing in the file can run code. ValueError where it is damaged or absent."""
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        card = json.loads(str(found.pop("card")))
        labels = found.pop("labels")
        values = {name: array.astype(np.float32) for name, array in found.items()}
        return Atlas(
            card.pop("name"), values["mu"], values.get("logvar"), labels, values["reconstruction"], values.get("kl"),
            {f"{kind}{size}": values[f"{kind}{size}"] for kind in MAPS for size in DIMENSIONS},
            {f"umap{size}": _placement(values, f"umap{size}") for size in DIMENSIONS},
            {int(name.partition("_")[2]): mu for name, mu in values.items() if name.startswith("snapshot_")}, card,
        )  # fmt: skip
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        way_out = "python -m cnnviz.atlas " + path.stem
        raise ValueError(f"{path} could not be read as an atlas ({error}): make it again with {way_out}") from error


def _placement(values: Mapping[str, np.ndarray], name: str) -> Placement:
    count = sum(key.startswith(f"{name}_{PARTS[0]}") for key in values)
    return Placement(tuple((values[f"{name}_{PARTS[0]}{number}"], values[f"{name}_{PARTS[1]}{number}"]) for number in range(count)))
