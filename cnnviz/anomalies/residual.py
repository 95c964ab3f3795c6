"""Where a score comes from: the loss of a picture pixel by pixel, and the part of it that no reconstruction could avoid."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from cnnviz.latent import decode, encode, kl_divergence


@dataclass(frozen=True, eq=False)
class Residual:
    """A picture (H,W) in [0,1], its reconstruction from mu, and the binary cross-entropy of each pixel, in nats; kl: nats, None
    for an auto-encoder without a Gaussian.
    """

    picture: np.ndarray
    reconstruction: np.ndarray
    losses: np.ndarray
    kl: float | None

    @property
    def loss(self) -> float:
        """The sum over the pixels, nats: the picture's reconstruction score."""
        return float(self.losses.sum(dtype=np.float64))


@torch.inference_mode()
def residual(model: Any, picture: np.ndarray) -> Residual:
    """What an auto-encoder that needs no label makes of a picture (H,W) in [0,1]."""
    weight = next(model.parameters())
    image = torch.from_numpy(np.ascontiguousarray(picture, np.float32))[None, None].to(weight.device)  # 1 1 H W
    mu, logvar = encode(model, image)
    logits = decode(model, mu)
    losses = binary_cross_entropy_with_logits(logits, image, reduction="none")
    kl = None if logvar is None else float(kl_divergence(mu, logvar).sum())
    return Residual(picture, logits.sigmoid()[0, 0].cpu().numpy(), losses[0, 0].cpu().numpy(), kl)


def floor(pictures: np.ndarray) -> np.ndarray:
    """The least cross-entropy (N,), in nats, that pictures (N,H,W) in [0,1] can cost: that of a perfect reconstruction.

    A pixel x costs its entropy H(x) = -x log x - (1 - x) log(1 - x) even where x itself is predicted, which is 0 for black and
    white alone. Source: Gibbs' inequality; the rest of the loss is the divergence KL(x || reconstruction).
    """
    x = pictures.astype(np.float64)
    other = 1 - x
    logs = [np.log(part, where=part > 0, out=np.zeros_like(part)) for part in (x, other)]
    return np.asarray(0 - (x * logs[0] + other * logs[1]).sum((1, 2)))  # 0 and not -0 where nothing is grey
