"""A VAE's loss of one picture, unfolded: from the encoder's numbers over the draw to the sum that training makes smaller."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, nn

from cnnviz.latent import decode, encode, kl_divergence, reconstruction_loss, reparameterise


@dataclass(frozen=True)
class Dimension:
    """One latent dimension of one picture; kl in nats."""

    mu: float
    logvar: float
    sigma: float
    eps: float
    z: float
    kl: float


@dataclass(frozen=True, eq=False)
class Sums:
    """All dimensions, the picture decoded from the draw z (H,W) in [0,1], its reconstruction loss, and the weight of the KL.

    `total` is computed from the rows in float64; `torch_total` is what the training's own loss gives for the same draw.
    """

    dimensions: tuple[Dimension, ...]
    drawn: np.ndarray
    reconstruction: float
    kl_weight: float
    torch_total: float

    @property
    def kl(self) -> float:
        """Nats: the sum over the dimensions."""
        return sum(dimension.kl for dimension in self.dimensions)

    @property
    def total(self) -> float:
        """Nats: reconstruction + kl_weight x KL."""
        return self.reconstruction + self.kl_weight * self.kl


@torch.inference_mode()
def unfold(model: nn.Module, picture: np.ndarray, *, kl_weight: float, seed: int, label: int | None = None) -> Sums:
    """The sums behind one picture (H,W) in [0,1], with the draw eps of `seed`; label for a conditional network.

    ValueError for an auto-encoder without a Gaussian: there is nothing to draw and no KL.
    """
    device = next(model.parameters()).device
    image = torch.from_numpy(np.ascontiguousarray(picture, dtype=np.float32))[None, None].to(device)
    told = None if label is None else torch.tensor([label], device=device)
    mu, logvar = encode(model, image, told)
    if logvar is None:
        raise ValueError("this auto-encoder has no logvar: its encoder gives a point, so there is no draw and no KL; choose a VAE")
    eps = torch.randn(mu.shape, generator=Generator().manual_seed(seed))  # the very numbers that reparameterise draws
    z = reparameterise(mu, logvar, Generator().manual_seed(seed))
    logits = decode(model, z, told)
    loss = reconstruction_loss(logits, image)
    total = loss + kl_weight * kl_divergence(mu, logvar).sum(1)
    rows = (values[0].double().tolist() for values in (mu, logvar, eps))
    return Sums(
        tuple(_dimension(*row) for row in zip(*rows, strict=True)), logits[0, 0].sigmoid().cpu().numpy(), float(loss), kl_weight,
        float(total),
    )  # fmt: skip


def _dimension(mu: float, logvar: float, eps: float) -> Dimension:
    sigma = float(np.exp(logvar / 2))
    return Dimension(mu, logvar, sigma, eps, mu + sigma * eps, -0.5 * (1 + logvar - sigma**2 - mu**2))
