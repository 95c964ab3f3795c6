"""The arithmetic of latent space: the sums that an auto-encoder is trained on, and the sampling between its two halves.

Pictures are (B,1,H,W) in [0,1], latents (B,D). Losses are in nats, one number a picture: sums over its pixels or dimensions.
Source: Kingma and Welling, Auto-Encoding Variational Bayes, arXiv 1312.6114, section 2.4 and appendix B.
"""

import torch
from torch import Generator, Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

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
