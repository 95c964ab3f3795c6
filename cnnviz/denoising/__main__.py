"""python -m cnnviz.denoising: measure on the MNIST test set how well auto-encoders clean it, as the noise grows; a few minutes."""

import argparse
import hashlib
import json
import sys
import time
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cnnviz import datasets
from cnnviz.checkpoints import load_checkpoint
from cnnviz.denoising import CURVES, LEFT, NETWORKS, cleaned, cross_entropy, squared_error
from cnnviz.noise import add_noise

FOLDER = CURVES.parent
LEVELS = {
    "gaussian": [step / 20 for step in range(21)],
    "salt": [step / 10 for step in range(11)],
    "box": [float(side) for side in range(0, 21, 2)],
}
DATA = "mnist"
SEED = 0
DIGITS = 6  # significant, in the file


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m cnnviz.denoising", description="Measure how well auto-encoders clean pictures.")
    parser.add_argument("--out", type=Path, default=CURVES, metavar="FILE", help="default: checkpoints/latent/denoising.json")
    out = parser.parse_args(arguments).out
    began = time.perf_counter()
    clean = datasets.load(DATA, "test", download=True).images.float() / 255
    models = {name: load_checkpoint(path_of(name))[0] for name in NETWORKS}
    kinds = {}
    for kind, levels in LEVELS.items():
        rows = [measure(models, clean, kind, level) for level in levels]
        kinds[kind] = {"levels": levels, "curves": {name: {what: [row[name][what] for row in rows] for what in rows[0][name]}
                                                    for name in rows[0]}}  # fmt: skip
        print(f"{kind}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    card = {"command": "python -m cnnviz.denoising", "data": f"{DATA} test", "pictures": len(clean), "seed": SEED,
            "checkpoints": {name: fingerprint(name) for name in NETWORKS}}  # fmt: skip
    out.write_text(json.dumps({"card": card, "kinds": kinds}, indent=1) + "\n", "utf-8")


def measure(models: dict[str, Any], clean: Tensor, kind: str, level: float) -> dict[str, dict[str, float | None]]:
    """Mean errors at one level of a noise, drawn with SEED: network or LEFT -> "squared", "cross_entropy"; None: infinite."""
    noisy = add_noise(clean, kind, level, torch.Generator().manual_seed(SEED))
    found = {LEFT: {"squared": _short(squared_error(noisy, clean)), "cross_entropy": _short(cross_entropy(noisy, clean))}}
    for name, model in models.items():
        back = cleaned(model, noisy, clean)
        found[name] = {"squared": _short(back.squared), "cross_entropy": _short(back.cross_entropy)}
    return found


def path_of(name: str) -> Path:
    """Where the checkpoint lies."""
    return FOLDER / f"{name}.safetensors"


def fingerprint(name: str) -> str:
    """Of the checkpoint's bytes: other weights have other curves."""
    return hashlib.sha256(path_of(name).read_bytes()).hexdigest()


def _short(values: Tensor) -> float | None:
    """The mean; None where it is infinite, which JSON cannot say."""
    mean = float(values.double().mean())
    return float(f"{mean:.{DIGITS}g}") if isfinite(mean) else None


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
