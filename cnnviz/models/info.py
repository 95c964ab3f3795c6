"""What is known about a network before it is built: its source, what it takes, which figures were published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from torch import nn


class Figure(NamedTuple):
    """A published number, its source, and by how much its last printed digit may be off (0: exact)."""

    value: float
    source: str
    within: float = 0.0


@dataclass(frozen=True)
class ModelInfo:
    """A network by name: its constructor, its usual input and its published figures.

    name: key in MODELS. title: for people. build(**config) -> the network, weights at random.
    input_shape: (channels, height, width) of the source. smallest: the smallest square side that it accepts.
    classes: outputs per picture (per pixel for a U-Net). source: paper or page. note: what differs from it, or "".
    published: "parameters", "macs" (multiply-adds, one counted once), "ImageNet top-1 error %" and the like.
    depth: layers with weights along the longest path, the number that names such as ResNet-50 count.
    torchvision: torchvision's name of the network where the network is torchvision's, else None.
    """

    name: str
    title: str
    build: Callable[..., nn.Module]
    input_shape: tuple[int, int, int]
    smallest: int
    classes: int
    source: str
    depth: int
    published: Mapping[str, Figure] = field(default_factory=dict)
    note: str = ""
    torchvision: str | None = None
