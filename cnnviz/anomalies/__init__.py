"""What strange pictures cost an auto-encoder: scores of every kind of anomaly, stored beside those of the test pictures.

`python -m cnnviz.anomalies NAME` makes a file from the checkpoint. It holds no picture.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cnnviz.anomalies.pictures import numbers
from cnnviz.atlas import Atlas
from cnnviz.latent import Encoding

FOLDER = Path(__file__).parents[2] / "checkpoints" / "anomalies"
SCORES = TOTAL, RECONSTRUCTION, KL = "total", "reconstruction", "kl"
LOWEST = 10  # of a kind's pictures by each score, whose latents are kept: their reconstructions can be drawn without the data set


@dataclass(frozen=True, eq=False)
class Scores:
    """What N pictures cost, in nats, float32: reconstruction (N,), and kl (N,), None for an auto-encoder without a Gaussian.

    number: (N,), of each in its test split. kept: places (K,) of those whose latents are known, mu: these latents (K,D).
    """

    number: np.ndarray
    reconstruction: np.ndarray
    kl: np.ndarray | None
    kept: np.ndarray
    mu: np.ndarray

    def __len__(self) -> int:
        return len(self.reconstruction)

    def by(self, score: str) -> np.ndarray:
        """(N,), see `chosen_score`."""
        return chosen_score(self, score)

    def latents(self, places: np.ndarray) -> np.ndarray:
        """The latents (P,D) of some of `kept`; ValueError where another is among them."""
        if missing := sorted(set(places.tolist()) - set(self.kept.tolist())):
            raise ValueError(f"the latents of the places {missing} were not kept: there are {self.kept.tolist()}")
        return self.mu[np.searchsorted(self.kept, places)]


def chosen_score(found: Scores | Encoding, score: str) -> np.ndarray:
    """(N,) nats: "total" (reconstruction and KL, C = 1), "reconstruction" or "kl"; ValueError where there is no KL."""
    if score not in SCORES:
        raise ValueError(f"there is no score {score!r}: give one of {', '.join(SCORES)}")
    if score == RECONSTRUCTION:
        return found.reconstruction
    if found.kl is None:
        raise ValueError(f"an auto-encoder without a Gaussian has no KL, so no score {score!r}: give {RECONSTRUCTION}")
    return found.kl if score == KL else found.reconstruction + found.kl


@dataclass(frozen=True, eq=False)
class Anomalies:
    """All kinds of anomalies of one network (see pictures.KINDS), and how they were made."""

    name: str
    kinds: Mapping[str, Scores]
    card: Mapping[str, Any] = field(default_factory=dict)


def scores_of(found: Encoding, number: np.ndarray) -> Scores:
    """What pictures cost as the file will hold it: rounded to half precision, with the latents of the lowest by each score."""
    reconstruction, kl = _halved(found.reconstruction), None if found.kl is None else _halved(found.kl)
    losses = [reconstruction] if kl is None else [reconstruction, kl, reconstruction + kl]
    kept = np.unique(np.concatenate([np.argsort(values, kind="stable")[:LOWEST] for values in losses]))
    return Scores(number, reconstruction, kl, kept, _halved(found.mu[kept]))


def from_atlas(atlas: Atlas, chosen: np.ndarray) -> Scores:
    """Test pictures as a set of scores, all latents known. chosen: bool (N,)."""
    number = np.flatnonzero(chosen)
    kl = None if atlas.kl is None else atlas.kl[chosen]
    return Scores(number, atlas.reconstruction[chosen], kl, np.arange(len(number)), atlas.mu[chosen])


def _halved(values: np.ndarray) -> np.ndarray:
    """Rounded to half precision, three to four digits. ValueError where they are too large for it."""
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    if not np.isfinite(half).all():
        raise ValueError(f"a score of {np.abs(values).max():.0f} is above the {np.finfo(np.float16).max:.0f} of half precision")
    return half.astype(np.float32)


def save_anomalies(path: Path, anomalies: Anomalies) -> None:
    """Write them, in half precision."""
    arrays: dict[str, np.ndarray] = {}
    for kind, scores in anomalies.kinds.items():
        parts = {"reconstruction": scores.reconstruction, "kl": scores.kl, "mu": scores.mu}
        arrays |= {f"{kind}-{part}": values.astype(np.float16) for part, values in parts.items() if values is not None}
        arrays[f"{kind}-kept"] = scores.kept.astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, card=np.array(json.dumps({"name": anomalies.name, **anomalies.card})), **arrays)  # type: ignore[arg-type]


def load_anomalies(path: Path) -> Anomalies:
    """The anomalies of an npz, in float32; nothing in the file can run code. ValueError where it is damaged or absent."""
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        card = json.loads(str(found.pop("card")))
        kinds = dict.fromkeys(name.partition("-")[0] for name in found)
        return Anomalies(card.pop("name"), {kind: _read(found, kind) for kind in kinds}, card)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        way_out = "python -m cnnviz.anomalies " + path.stem
        raise ValueError(f"{path} could not be read as scores of anomalies ({error}): make it again with {way_out}") from error


def _read(found: Mapping[str, np.ndarray], kind: str) -> Scores:
    kl = found.get(f"{kind}-kl")
    return Scores(numbers(kind), found[f"{kind}-reconstruction"].astype(np.float32), None if kl is None else kl.astype(np.float32),
                  found[f"{kind}-kept"].astype(np.int64), found[f"{kind}-mu"].astype(np.float32))  # fmt: skip
