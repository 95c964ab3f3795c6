"""What a run minimises, and what it measures on the test split: classes, reconstructions, or reconstructions and KL."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from cnnviz.latent import active_units, kl_divergence, reconstruction_loss, reparameterise
from cnnviz.noise import gaussian

Batches = Iterable[tuple[Tensor, Tensor]]  # what a network reads (B,C,H,W), and labels (B,)


class Objective(Protocol):
    """The loss of a batch, as a mean over its pictures, and the metrics of a whole split, the first one for the log."""

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor: ...

    def measure(self, model: nn.Module, batches: Batches, generator: Generator) -> dict[str, float]: ...


@dataclass(frozen=True)
class Classification:
    """Cross-entropy in nats. temperature: the loss reads logits / temperature, more than 1 where they are large by nature."""

    label_smoothing: float = 0.0
    temperature: float = 1.0

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        logits = model(images).float()  # (B, classes)
        return cross_entropy(logits / self.temperature, labels, label_smoothing=self.label_smoothing)

    def measure(self, model: nn.Module, batches: Batches, generator: Generator) -> dict[str, float]:
        """Share of wrong labels ("error", 0 to 1) and mean cross-entropy ("loss", nats)."""
        wrong, loss, count = 0, 0.0, 0
        for images, labels in batches:
            logits = model(images).float()  # (B, classes)
            wrong += int((logits.argmax(1) != labels).sum())
            loss += float(cross_entropy(logits, labels, reduction="sum"))
            count += len(labels)
        return {"error": wrong / count, "loss": loss / count}


@dataclass(frozen=True)
class Reconstruction:
    """An auto-encoder's: the cross-entropy of all pixels. noise: standard deviation of what is added to what it reads."""

    noise: float = 0.0

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        return reconstruction_loss(model(self._spoiled(images, generator)).float(), images).mean()

    def measure(self, model: nn.Module, batches: Batches, generator: Generator) -> dict[str, float]:
        """Mean of the cross-entropy of a picture ("reconstruction", nats)."""
        losses = [
            reconstruction_loss(model(self._spoiled(images, generator)).float(), images) for images, _ in batches
        ]
        return {"reconstruction": float(torch.cat(losses).mean())}

    def _spoiled(self, images: Tensor, generator: Generator) -> Tensor:
        return gaussian(images, self.noise, generator) if self.noise else images


@dataclass(frozen=True)
class Variational:
    """A VAE's: reconstruction + kl_weight x KL, one draw of the latent a picture (kl_weight is beta, or C in the course)."""

    kl_weight: float = 1.0
    conditional: bool = False

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        reconstruction, mu, logvar = self._parts(model, images, labels, generator)
        return reconstruction.mean() + self.kl_weight * kl_divergence(mu, logvar).sum(1).mean()

    def measure(self, model: nn.Module, batches: Batches, generator: Generator) -> dict[str, float]:
        """Means over pictures in nats: minus the ELBO ("loss": reconstruction + KL, whatever kl_weight is) and its two
        parts; and how many latent dimensions are used ("active_units").
        """
        parts = [self._parts(model, images, labels, generator) for images, labels in batches]
        reconstruction, mu, logvar = (torch.cat(part) for part in zip(*parts, strict=True))
        kl = kl_divergence(mu, logvar).sum(1)
        return {
            "loss": float((reconstruction + kl).mean()), "reconstruction": float(reconstruction.mean()),
            "kl": float(kl.mean()), "active_units": float(active_units(mu)),
        }  # fmt: skip

    def _parts(
        self, model: Any, images: Tensor, labels: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        told = (labels,) if self.conditional else ()
        mu, logvar = (half.float() for half in model.encode(images, *told))
        logits = model.decode(reparameterise(mu, logvar, generator), *told).float()
        return reconstruction_loss(logits, images), mu, logvar
