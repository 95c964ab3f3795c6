"""The auto-encoders of this repository, each loaded once a process, with what is known of them."""

import threading
from dataclasses import dataclass
from pathlib import Path

import torch

from cnnviz import datasets
from cnnviz.checkpoints import Card, load_checkpoint, read_card
from cnnviz.models.autoencoder import Autoencoder
from cnnviz.models.vae import VAE
from cnnviz.train.objectives import Reconstruction, Variational
from cnnviz.train.recipe import names, recipe

FOLDER = Path(__file__).parents[2] / "checkpoints" / "latent"


@dataclass(frozen=True, eq=False)
class Coder:
    """An auto-encoder on its device, in evaluation mode.

    kl_weight: C, 0 for one without KL. labels: how many labels it is told, 0 for none. without: labels it has never seen.
    noise: standard deviation of what it learned to remove.
    """

    name: str
    title: str
    model: Autoencoder | VAE
    card: Card
    latent_size: int
    kl_weight: float
    labels: int
    without: tuple[int, ...]
    noise: float
    device: torch.device

    @property
    def variational(self) -> bool:
        """Whether the encoder gives a Gaussian."""
        return self.card.architecture == "vae"


class Coders:
    """Auto-encoders by name, loaded when first asked for; safe from many threads."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._loaded: dict[tuple[str, torch.device], Coder] = {}
        self._lock = threading.Lock()

    def titles(self) -> dict[str, str]:
        """Name -> title of those that are here."""
        return {path.stem: coder_title(read_card(path)) for path in sorted(self.folder.glob("*.safetensors"))}

    @torch.inference_mode(False)  # whoever asks first: others want gradients
    def coder(self, name: str, device: torch.device) -> Coder:
        """An auto-encoder by name; ValueError for one that is not here."""
        with self._lock:
            if (found := self._loaded.get((name, device))) is None:
                here = {path.stem: path for path in self.folder.glob("*.safetensors")}
                if name not in here:
                    raise ValueError(f"there is no auto-encoder {name!r}: give {', '.join(sorted(here)) or 'none: train one'}")
                found = self._loaded[name, device] = _load(here[name], device)
            return found


def coder_title(card: Card) -> str:
    """For people: kind, latent dimensions, C, and what is special about it."""
    objective, size = recipe(card.name).objective, card.config["latent_size"]
    data = datasets.source(card.data).title
    if isinstance(objective, Reconstruction):
        kind = "Denoising auto-encoder" if objective.noise else "Auto-encoder"
        return f"{kind}, {size} dimensions, {data}"
    assert isinstance(objective, Variational)
    kind = "Conditional VAE" if objective.conditional else "VAE"
    unseen = "".join(f", never saw a {label}" for label in recipe(card.name).without)
    return f"{kind}, {size} dimensions, C = {objective.kl_weight:g}, {data}{unseen}"


def _load(path: Path, device: torch.device) -> Coder:
    model, card = load_checkpoint(path)
    if card.name not in names():
        raise ValueError(f"{path}: no recipe {card.name!r} says how this auto-encoder was trained")
    trained = recipe(card.name)
    assert isinstance(model, Autoencoder | VAE)  # what lies in this folder
    return Coder(
        card.name, coder_title(card), model.to(device).requires_grad_(False), card, card.config["latent_size"],
        getattr(trained.objective, "kl_weight", 0.0), card.config.get("classes", 0), trained.without,
        getattr(trained.objective, "noise", 0.0), device,
    )  # fmt: skip
