"""A variational auto-encoder of 28x28 pictures: the encoder gives a Gaussian, the decoder gets a draw from it."""

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from cnnviz.models.autoencoder import HIDDEN, decoder, encoder
from cnnviz.models.info import ModelInfo


class VAE(nn.Module):
    """(B,1,28,28) in [0,1] -> (B,1,28,28) logits of the reconstruction from mu, the middle of the encoder's Gaussian.

    latent_size, width and form are those of Autoencoder. classes: 0, or how many labels there are; then both halves are
    told the label (a conditional VAE, Sohn and others 2015): the decoder draws the digit it is asked for.
    Source: Kingma and Welling, arXiv 1312.6114.
    """

    def __init__(self, latent_size: int = 2, width: int = 16, form: str = "upsample", classes: int = 0) -> None:
        super().__init__()
        self.classes = classes
        self.encoder = encoder(width)
        self.mu = nn.Linear(HIDDEN + classes, latent_size)
        self.logvar = nn.Linear(HIDDEN + classes, latent_size)
        self.decoder = decoder(latent_size + classes, width, form)

    def encode(self, images: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B,1,28,28) in [0,1] and labels (B,) where the network is conditional -> mu, logvar, (B,latent_size) each."""
        features = self._told(self.encoder(images), labels)
        return self.mu(features), self.logvar(features)

    def decode(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """(B,latent_size) and labels (B,) where the network is conditional -> logits (B,1,28,28)."""
        return self.decoder(self._told(latents, labels))

    def forward(self, images: Tensor) -> Tensor:
        return self.decode(self.mu(self._told(self.encoder(images), None)))

    def _told(self, features: Tensor, labels: Tensor | None) -> Tensor:
        """The features with the label behind them, as a 1 among zeros, where the network is conditional."""
        if not self.classes:
            return features
        if labels is None:
            raise ValueError(f"a conditional VAE needs a label for each picture: give labels from 0 to {self.classes - 1}")
        return torch.cat([features, one_hot(labels, self.classes).to(features)], 1)


INFO = ModelInfo(
    name="vae",
    title="Variational auto-encoder",
    build=VAE,
    input_shape=(1, 28, 28),
    smallest=28,
    classes=1,
    source="Kingma and Welling, Auto-Encoding Variational Bayes, 2013, with the encoder and decoder of the course's workshop",
    depth=9,
    note="The bottleneck is a Gaussian over 2 numbers; what is shown runs through its middle, mu, and leaves the layer logvar out.",
)
