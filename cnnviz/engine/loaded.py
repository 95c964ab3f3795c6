"""A network ready to answer, and what a picture must be to be read by it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, fx
from torch.nn import functional as F

from cnnviz.activations import graph_of
from cnnviz.engine.batching import Batcher
from cnnviz.images import to_grey
from cnnviz.layer_table import LayerRow
from cnnviz.trained_network import TrainedNetwork

# Bytes of a pass's largest layer, with its input. On a CPU what does not fit its cache gains nothing: ResNet-18 took 51 ms of one
# core for a picture alone, 38 ms in a batch of 4, 39 ms in one of 16.
PASS_MEMORY = {"cpu": 32e6, "gpu": 1e9}
LARGEST_BATCH = 64


@dataclass(frozen=True, eq=False)
class Network:
    """A network on its device, in evaluation mode, its weights without gradients; all that a page needs to know about it.

    rows: its layer table for the padded input; rows[0] is the input. graph: as cnnviz.activations.graph_of makes it. moments:
    mean and std on the device, (C,1,1) each. batcher: its pass for callers in many threads, normalised pictures (B,C,H,W) ->
    logits (B,classes). The other fields are those of TrainedNetwork.
    """

    name: str
    title: str
    architecture: str
    classes: tuple[str, ...]
    input_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    pad: int
    rows: tuple[LayerRow, ...]
    graph: fx.GraphModule
    metrics: Mapping[str, float]
    device: torch.device
    moments: tuple[Tensor, Tensor]
    batcher: Batcher
    data: str = ""
    shorter: int = 0
    note: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)


def on_device(name: str, trained: TrainedNetwork, device: torch.device) -> Network:
    """The network, traced, on a device; ValueError where it gives anything but one score a class."""
    channels, height, width = trained.input_shape
    graph, rows = graph_of(trained.model.to(device), (channels, height + 2 * trained.pad, width + 2 * trained.pad))
    if rows[-1].output_shape != (len(trained.classes),):
        gives, classes = "x".join(map(str, rows[-1].output_shape)), len(trained.classes)
        raise ValueError(f"{trained.title} gives {gives} numbers for a picture, not a score for each of {classes} classes")
    mean, std = (torch.tensor(values, device=device)[:, None, None] for values in (trained.mean, trained.std))
    return Network(
        name, trained.title, trained.architecture, trained.classes, trained.input_shape, trained.mean, trained.std, trained.pad,
        tuple(rows), graph, trained.metrics, device, (mean, std), _batcher(graph, rows, device), trained.data, trained.shorter,
        trained.note, trained.config,
    )  # fmt: skip


def lanes(device: torch.device) -> int:
    """Passes at the same time: one a core, each with one thread; one on a GPU."""
    return (os.cpu_count() or 1) if device.type == "cpu" else 1


def _batcher(graph: fx.GraphModule, rows: Sequence[LayerRow], device: torch.device) -> Batcher:
    forward = torch.inference_mode()(graph)
    memory = PASS_MEMORY["cpu" if device.type == "cpu" else "gpu"]
    largest = int(memory / (2 * max(row.bytes for row in rows)))
    return Batcher(forward, lanes=lanes(device), largest=max(1, min(largest, LARGEST_BATCH)))


def fit(network: Network, image: Tensor) -> Tensor:
    """The very picture that the network reads, before its normalisation: its channels, its size.

    image: (3|1,H,W) in [0,1]. Returns (C,H,W) in [0,1]: grey by 0.299, 0.587 and 0.114 or the one channel repeated; the shorter
    side resized (bilinear, anti-aliased), the middle cut out. A picture of the right size stays as it is.
    """
    channels, height, width = network.input_shape
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ValueError(f"a picture is (3,H,W) or (1,H,W), not {tuple(image.shape)}")
    if channels != image.shape[0]:
        image = to_grey(image) if channels == 1 else image.expand(channels, -1, -1)
    if image.shape[1:] == (height, width):
        return image.contiguous()
    short = network.shorter or max(height, width)
    sides = [max(short, int(short * side / min(image.shape[1:]))) for side in image.shape[1:]]
    resized = F.interpolate(image[None], sides, mode="bilinear", antialias=True)[0].clamp(0, 1)
    top, left = round((sides[0] - height) / 2), round((sides[1] - width) / 2)
    return resized[:, top : top + height, left : left + width].contiguous()


def normalised(network: Network, images: Tensor) -> Tensor:
    """Pictures as the network's first layer reads them: padded with black and normalised, on its device.

    images: (B,C,H,W) in [0,1], C, H and W the network's. Errors: ValueError for another size.
    """
    if images.ndim != 4 or tuple(images.shape[1:]) != network.input_shape:
        wanted = "x".join(map(str, network.input_shape))
        raise ValueError(f"{network.title} reads pictures of {wanted}, not {tuple(images.shape[1:])}: fit them first")
    mean, std = network.moments
    return (F.pad(images.to(network.device, torch.float32), (network.pad,) * 4) - mean) / std  # B C H+2pad W+2pad
