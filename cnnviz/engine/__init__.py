"""The model layer: networks loaded once a process, on the best device; plain arrays in and out, safe from many threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch

from cnnviz.activations import activations_of
from cnnviz.engine.coders import Coder, Coders
from cnnviz.engine.device import ASKED, Device
from cnnviz.engine.library import Library
from cnnviz.engine.loaded import Network, fit, lanes, normalised
from cnnviz.latent import Encoding, decode_pictures, encode_losses
from cnnviz.models.autoencoder import PICTURE as SIDE

__all__ = [
    "Coder", "Network", "Prediction", "activations", "add_own", "available", "classify", "coder", "coders", "compute", "decode",
    "device_name", "encode", "fit", "network", "normalised", "note", "snapshots",
]  # fmt: skip

Result = TypeVar("Result")
KEPT_BLOCK = 31 << 20  # bytes, below the 32 MB up to which glibc learns

_library = Library()
_coders = Coders()
_device = Device(os.environ.get(ASKED), leave=_library.forget)
# Maps are made in threads that stay: glibc keeps freed memory for each thread that ever asked, and a visitor's lasts one run.
_passes = ThreadPoolExecutor(lanes(_device.current), "maps")

# A pass that keeps all maps takes tens of MB and gives them back. glibc returns them to the system each time, and 8 of ResNet-18's
# 50 ms go to getting them again, page by page, until a larger block has once been freed: from then on it keeps twice that size.
torch.empty(KEPT_BLOCK, dtype=torch.uint8)


@dataclass(frozen=True, eq=False)
class Prediction:
    """logits and probabilities: float32 (B, classes). labels: int64 (B,), the most probable class of each picture."""

    logits: np.ndarray
    probabilities: np.ndarray
    labels: np.ndarray


def available() -> dict[str, str]:
    """Name -> title of the networks that load now, without the internet: checkpoints, and torchvision's whose weights are here."""
    return _library.available()


def snapshots(name: str) -> tuple[int, ...]:
    """The steps of training after which a network's weights were kept, for names such as "lenet_modern_mnist@600"; or ()."""
    return _library.snapshots(name)


def network(name: str) -> Network:
    """A network by name: a checkpoint's "lenet_modern_mnist", a snapshot's "lenet_modern_mnist@600", torchvision's
    "squeezenet1_1", or "own-...", what add_own gave. ValueError for another.
    """
    return compute(name, lambda network: network)


def compute(name: str, function: Callable[[Network], Result]) -> Result:
    """What a function makes of a network; on the CPU where the GPU has no memory left for it."""
    return _device.attempt(lambda device: function(_library.network(name, device)))


def classify(name: str, images: np.ndarray) -> Prediction:
    """The network's scores and probabilities. Pictures of other threads that wait for the same network go along.

    images: float32 (B,C,H,W) in [0,1], of the network's input_shape. Errors: ValueError for another shape.
    """
    pictures = torch.from_numpy(np.ascontiguousarray(images, dtype=np.float32))
    logits = compute(name, lambda network: network.batcher(normalised(network, pictures)).cpu())
    probabilities = logits.softmax(1)
    return Prediction(logits.numpy(), probabilities.numpy(), logits.argmax(1).numpy())


def activations(name: str, image: np.ndarray) -> dict[str, np.ndarray]:
    """Every layer's output for one picture, the padded and normalised input first, by the names of the layer table.

    image: (C,H,W) in [0,1], of the network's input_shape. Returns float32 arrays without a batch dimension.
    """
    picture = torch.from_numpy(np.ascontiguousarray(image, dtype=np.float32))[None]

    @torch.inference_mode()
    def look(network: Network) -> dict[str, np.ndarray]:
        found = activations_of(network.graph, normalised(network, picture))
        return {layer: value[0].cpu().numpy() for layer, value in found.items()}

    return compute(name, lambda network: _passes.submit(look, network).result())


def coders() -> dict[str, str]:
    """Name -> title of the auto-encoders that are here."""
    return _coders.titles()


def coder(name: str) -> Coder:
    """An auto-encoder by name: "vae_16_c1". ValueError for another."""
    return _device.attempt(lambda device: _coders.coder(name, device))


def encode(name: str, images: np.ndarray, labels: np.ndarray | None = None) -> Encoding:
    """Latents and losses of pictures (B,28,28) in [0,1]; labels (B,) for a conditional network, which needs them.

    Errors: ValueError for another shape, and where labels are missing.
    """
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"pictures of shape {images.shape} cannot be encoded: give (B,{SIDE},{SIDE})")

    def look(device: torch.device) -> Encoding:
        pictures = torch.from_numpy(np.ascontiguousarray(images, dtype=np.float32))[:, None].to(device)
        return encode_losses(_coders.coder(name, device).model, pictures, _told(labels, device))

    return _device.attempt(look)


def decode(name: str, latents: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
    """The pictures (B,28,28), float32 in [0,1], of latents (B,D); labels as in `encode`. ValueError for another D."""
    size = coder(name).latent_size
    if latents.ndim != 2 or latents.shape[1] != size:
        raise ValueError(f"latents of shape {latents.shape} cannot be decoded: give (B,{size})")

    def look(device: torch.device) -> np.ndarray:
        points = torch.from_numpy(np.ascontiguousarray(latents, dtype=np.float32)).to(device)
        return decode_pictures(_coders.coder(name, device).model, points, _told(labels, device))

    return _device.attempt(look)


def _told(labels: np.ndarray | None, device: torch.device) -> torch.Tensor | None:
    return None if labels is None else torch.from_numpy(np.asarray(labels, np.int64)).to(device)


def device_name() -> str:
    """The device that answers, for people: "CPU, 1 thread"."""
    return _device.name


def note() -> str | None:
    """What a visitor should know about the device: why it is not the one that was asked for, or a GPU that ran full."""
    return _device.note


def add_own(data: bytes, file_name: str, architecture: str | None = None) -> str:
    """Open a visitor's own weights (see cnnviz.own_network.read_own); returns the name under which the network answers.

    It answers until the networks of later visitors take its place. Errors: ValueError for a file that cannot be opened or fits
    no network.
    """
    return _device.attempt(lambda device: _library.add_own(data, file_name, architecture, device))
