"""python -m cnnviz.atlas NAME ...: make the atlas of auto-encoders in checkpoints/latent (all of them where none is named)."""

import argparse
import hashlib
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cnnviz import datasets
from cnnviz.atlas import DIMENSIONS, FOLDER, Atlas, save_atlas
from cnnviz.checkpoints import Card, load_checkpoint
from cnnviz.embedding import UmapSettings, fit_umap, pca
from cnnviz.latent import Encoding, encode_losses
from cnnviz.placement import learn

FURTHER = 8_000  # training pictures that UMAP places on the finished map: what the placement learns from, with the map itself
HELD_OUT = 2_000  # more of them, on which it is measured


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m cnnviz.atlas", description="Make the atlas of auto-encoders.")
    parser.add_argument("names", metavar="NAME", nargs="*", help="of a checkpoint in checkpoints/latent; all where none is given")
    names = parser.parse_args(arguments).names or sorted(path.stem for path in FOLDER.glob("*.safetensors"))
    for name in names:
        began = time.perf_counter()
        atlas = make(FOLDER / f"{name}.safetensors")
        save_atlas(FOLDER / f"{name}.npz", atlas)
        errors = ", ".join(f"{size}-D {atlas.card[f'placement_error_{size}d']:.3f}" for size in DIMENSIONS)
        print(f"{name}: {time.perf_counter() - began:.0f} s, median error of the placement {errors}", file=sys.stderr)


def make(checkpoint: Path, *, further: int = FURTHER, held_out: int = HELD_OUT, seed: int = 0) -> Atlas:
    """The atlas of a checkpoint on its test split; a few minutes, most of them UMAP's."""
    model, card = load_checkpoint(checkpoint)
    test, train = (datasets.load(card.data, split, download=True) for split in ("test", "train"))
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed))[: further + held_out]
    here, there = _encode(model, card, test), _encode(model, card, _some(train, order))
    maps, taught, wanted = {}, [], []
    for size in DIMENSIONS:
        maps[f"pca{size}"] = pca(here.mu, size)
        reducer = fit_umap(here.mu, UmapSettings(dimensions=size, seed=seed))
        middle = reducer.embedding_.mean(0)
        maps[f"umap{size}"] = (reducer.embedding_ - middle).astype(np.float32)
        placed = (reducer.transform(there.mu) - middle).astype(np.float32)
        taught.append(np.concatenate([maps[f"umap{size}"], placed[:further]]))
        wanted.append(placed[further:])
    latents = np.concatenate([here.mu, there.mu[:further]])
    torch.set_num_threads(1)  # UMAP has left OpenMP with threads of its own: on matrices this small they only wait for each other
    placements = [learn(latents, points, seed=seed) for points in taught]
    errors = [np.linalg.norm(place(there.mu[further:]) - points, axis=1) for place, points in zip(placements, wanted, strict=True)]
    measured = {
        f"{what}_{size}d": round(float(value), 4)
        for size, error, points in zip(DIMENSIONS, errors, wanted, strict=True)
        for what, value in (("placement_error", np.median(error)), ("placement_error_90", np.quantile(error, 0.9)),
                            ("spread", np.linalg.norm(points - points.mean(0), axis=1).mean()))
    }  # fmt: skip
    return Atlas(
        card.name, here.mu, here.logvar, test.labels.numpy().astype(np.uint8), here.reconstruction, here.kl, maps,
        {f"umap{size}": placement for size, placement in zip(DIMENSIONS, placements, strict=True)},
        {step: _encode(network, card, test).mu for step, network in _snapshots(checkpoint)},
        {"checkpoint": hashlib.sha256(checkpoint.read_bytes()).hexdigest(), "data": card.data, "umap": vars(UmapSettings()),
         "further": further, "held_out": held_out, **measured},
    )  # fmt: skip


def _encode(model: torch.nn.Module, card: Card, data: datasets.Data) -> Encoding:
    return encode_losses(model, data.images.float() / 255, data.labels if card.config.get("classes") else None)


def _some(data: datasets.Data, order: Tensor) -> datasets.Data:
    return datasets.Data(data.name, data.images[order], data.labels[order], data.classes, data.mean, data.std)


def _snapshots(checkpoint: Path) -> list[tuple[int, torch.nn.Module]]:
    folder = checkpoint.with_name(f"{checkpoint.stem}_snapshots")
    return [(int(path.stem.rpartition("_")[2]), load_checkpoint(path)[0]) for path in sorted(folder.glob("*.safetensors"))]


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
