"""Cleaning by an auto-encoder: what it makes of a spoiled picture, its errors, and how they grow with the noise.

`python -m cnnviz.denoising` measures it on the whole test set and writes CURVES.
Source: Vincent and others, Extracting and Composing Robust Features with Denoising Autoencoders, 2008.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cnnviz.latent import decode, encode, reconstruction_loss

CURVES = Path(__file__).parents[2] / "checkpoints" / "latent" / "denoising.json"
NETWORKS = ("ae_16", "ae_denoising", "vae_16_c1")  # of one size, so that only their training differs
SHORT = {"ae_16": "Auto-encoder", "ae_denoising": "Denoising auto-encoder", "vae_16_c1": "VAE"}
LEFT = "noisy"  # the curve of pictures that are left as they are
BATCH = 250  # pictures: what fits a cache


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What a network makes of B spoiled pictures: pictures (B,1,H,W) in [0,1]; against the clean ones the mean squared error of a
    pixel and the binary cross-entropy of all pixels in nats, (B,) each.
    """

    pictures: Tensor
    squared: Tensor
    cross_entropy: Tensor


@torch.inference_mode()
def cleaned(model: Any, noisy: Tensor, clean: Tensor) -> Cleaned:
    """Encode spoiled pictures (B,1,28,28) and decode the middle of what is found, mu, without a draw."""
    parts = []
    for some, truth in zip(noisy.split(BATCH), clean.split(BATCH), strict=True):
        logits = decode(model, encode(model, some)[0])
        pictures = logits.sigmoid()
        parts.append((pictures, squared_error(pictures, truth), reconstruction_loss(logits, truth)))
    return Cleaned(*(torch.cat(column) for column in zip(*parts, strict=True)))


def squared_error(pictures: Tensor, clean: Tensor) -> Tensor:
    """Mean over the pixels of the squared difference: (B,)."""
    return (pictures - clean).square().flatten(1).mean(1)


def cross_entropy(pictures: Tensor, clean: Tensor) -> Tensor:
    """Binary cross-entropy of finished pictures (B,1,H,W), summed over pixels, in nats: (B,), float64.

    Infinite where a pixel is exactly 0 or 1 and the clean one is not: as a probability it rules the truth out.
    """
    p, x = pictures.double(), clean.double()
    return -(torch.xlogy(x, p) + torch.special.xlog1py(1 - x, -p)).flatten(1).sum(1)


@dataclass(frozen=True)
class Curve:
    """Means over the test pictures, one a level of the noise: squared error of a pixel, cross-entropy in nats (None: infinite)."""

    squared: tuple[float, ...]
    cross_entropy: tuple[float | None, ...]


@dataclass(frozen=True)
class Curves:
    """levels: kind of noise -> its levels. curves: kind -> network or LEFT -> curve. card: how they were measured."""

    levels: Mapping[str, tuple[float, ...]]
    curves: Mapping[str, Mapping[str, Curve]]
    card: Mapping[str, Any]


def load_curves(path: Path = CURVES) -> Curves:
    """The curves that were measured; ValueError where the file is absent or damaged."""
    try:
        found = json.loads(path.read_text("utf-8"))
        levels = {kind: tuple(map(float, part["levels"])) for kind, part in found["kinds"].items()}
        curves = {
            kind: {name: Curve(tuple(curve["squared"]), tuple(curve["cross_entropy"]))
                   for name, curve in part["curves"].items()}
            for kind, part in found["kinds"].items()
        }  # fmt: skip
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} could not be read ({error}): make it again with python -m cnnviz.denoising") from error
    return Curves(levels, curves, found["card"])
