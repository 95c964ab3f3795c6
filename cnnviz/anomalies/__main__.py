"""python -m cnnviz.anomalies NAME ...: score all kinds of anomalies with auto-encoders, where none is named with all that need no
label.
"""

import argparse
import hashlib
import sys
import time
from pathlib import Path

import numpy as np
import torch

from cnnviz.anomalies import FOLDER, Anomalies, save_anomalies, scores_of
from cnnviz.anomalies.pictures import KINDS, numbers, pictures
from cnnviz.checkpoints import load_checkpoint, read_card
from cnnviz.engine.coders import FOLDER as CHECKPOINTS
from cnnviz.latent import encode_losses


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m cnnviz.anomalies", description="Score anomalies with auto-encoders.")
    parser.add_argument("names", metavar="NAME", nargs="*", help="of a checkpoint in checkpoints/latent; all where none is given")
    for name in parser.parse_args(arguments).names or scorable():
        began = time.perf_counter()
        save_anomalies(FOLDER / f"{name}.npz", make(CHECKPOINTS / f"{name}.safetensors"))
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)


def scorable() -> list[str]:
    """The auto-encoders that give a picture one score: a conditional one gives ten."""
    paths = sorted(CHECKPOINTS.glob("*.safetensors"))
    return [path.stem for path in paths if not read_card(path).config.get("classes")]


def make(checkpoint: Path, kinds: tuple[str, ...] = KINDS) -> Anomalies:
    """The scores of a checkpoint; half a minute on one core."""
    model, card = load_checkpoint(checkpoint)
    if card.config.get("classes"):
        raise ValueError(f"{card.name} must be told a label with every picture, and an anomaly has none: name another auto-encoder")
    found = {kind: pictures(kind, card.data) for kind in kinds}
    inputs = {kind: torch.from_numpy(images[:, None] / np.float32(255)) for kind, images in found.items()}
    scores = {kind: scores_of(encode_losses(model, images), numbers(kind)) for kind, images in inputs.items()}
    return Anomalies(card.name, scores, {"checkpoint": hashlib.sha256(checkpoint.read_bytes()).hexdigest(), "data": card.data})


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
