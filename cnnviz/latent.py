"""The arithmetic of latent space: the sums that an auto-encoder is trained on, and the sampling between its two halves.

Pictures are (B,1,H,W) in [0,1], latents (B,D). Losses are in nats, one number a picture: sums over its pixels or dimensions.
Source: Kingma and Welling, Auto-Encoding Variational Bayes, arXiv 1312.6114, section 2.4 and appendix B.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

BATCH = 250  # pictures
ACTIVE = 0.01  # variance of mu over the data above which a latent dimension counts as used (Burda et al., arXiv 1509.00519)


def reconstruction_loss(logits: Tensor, images: Tensor) -> Tensor:
    """The binary cross-entropy between pictures and their reconstructions before the sigmoid, summed over pixels: (B,)."""
    return binary_cross_entropy_with_logits(logits, images, reduction="none").flatten(1).sum(1)


def kl_divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, sigma^2) || N(0, 1)) = -1/2 (1 + log sigma^2 - sigma^2 - mu^2) for each dimension, never negative: (B,D)."""
    return -0.5 * (1 + logvar - logvar.exp() - mu**2)


def reparameterise(mu: Tensor, logvar: Tensor, generator: Generator) -> Tensor:
    """One draw z = mu + sigma x eps for each picture, eps ~ N(0, 1) from the generator (on the CPU): (B,D)."""
    eps = torch.randn(mu.shape, generator=generator).to(mu.device)
    return mu + (logvar / 2).exp() * eps


def active_units(mu: Tensor) -> int:
    """How many latent dimensions a set of encodings (N,D) uses: those along which mu varies by more than ACTIVE."""
    return int((mu.var(0) > ACTIVE).sum())


@dataclass(frozen=True, eq=False)
class Encoding:
    """What an auto-encoder makes of B pictures: mu (B,D); logvar (B,D) and kl (B,) nats, None without a Gaussian; reconstruction
    (B,), nats, of mu itself; float32.
    """

    mu: np.ndarray
    logvar: np.ndarray | None
    reconstruction: np.ndarray
    kl: np.ndarray | None

    @property
    def loss(self) -> np.ndarray:
        """(B,) nats: reconstruction and KL, C = 1."""
        return self.reconstruction if self.kl is None else self.reconstruction + self.kl


def encode(model: Any, images: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
    """mu (B,D), and logvar (B,D) where the network has one, of pictures (B,1,28,28); labels (B,) for a conditional one."""
    found = model.encode(images) if labels is None else model.encode(images, labels)
    return found if isinstance(found, tuple) else (found, None)


def decode(model: Any, latents: Tensor, labels: Tensor | None = None) -> Tensor:
    """Logits (B,1,28,28) of latents (B,D); labels (B,) for a conditional network."""
    return model.decode(latents) if labels is None else model.decode(latents, labels)


@torch.inference_mode()
def encode_losses(model: nn.Module, images: Tensor, labels: Tensor | None = None) -> Encoding:
    """Latents and losses of pictures (B,1,28,28) in [0,1], in batches that fit a cache; labels for a conditional network."""
    parts = []
    for start in range(0, len(images), BATCH):
        some, told = images[start : start + BATCH], None if labels is None else labels[start : start + BATCH]
        mu, logvar = encode(model, some, told)
        kl = None if logvar is None else kl_divergence(mu, logvar).sum(1)
        parts.append((mu, logvar, reconstruction_loss(decode(model, mu, told), some), kl))
    whole: list[Any] = [None if column[0] is None else torch.cat(column).cpu().numpy() for column in zip(*parts, strict=True)]
    return Encoding(*whole)


@torch.inference_mode()
def decode_pictures(model: nn.Module, latents: Tensor, labels: Tensor | None = None) -> np.ndarray:
    """Pictures (B,H,W) in [0,1] of latents (B,D), in batches that fit a cache; labels (B,) for a conditional network."""
    parts = [
        decode(model, latents[start : start + BATCH], None if labels is None else labels[start : start + BATCH]).sigmoid()
        for start in range(0, len(latents), BATCH)
    ]
    return torch.cat(parts)[:, 0].cpu().numpy() if parts else np.zeros((0, 28, 28), np.float32)
