"""What a recipe says: network, data, steps and augmentation, and how the learning rate goes. RECIPES are the files in
`recipes`.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any

from torch import Generator, Tensor

from cnnviz import datasets
from cnnviz.train import recipes
from cnnviz.train.objectives import Classification, Objective

Augmentation = Callable[[Tensor, Generator], Tensor]  # pictures (B,C,H,W) uint8 -> the same


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained, but for the seed and the machine.

    The learning rate rises linearly from 0 over the first `warm_up` of all steps, and falls linearly to 0 over the
    rest. Weight decay acts on kernels and matrices only. With `average`, the weights kept are a running mean that holds
    this share of itself at each step.
    """

    name: str
    architecture: str  # a key of MODELS
    data: str  # a key of datasets.SETS
    epochs: int
    batch_size: int
    learning_rate: float  # at its peak
    config: Mapping[str, Any] = field(default_factory=dict)
    optimiser: str = "sgd"  # with Nesterov's momentum; or "adamw"
    momentum: float = 0.9
    weight_decay: float = 0.0
    warm_up: float = 0.2
    objective: Objective = field(default_factory=Classification)
    without: tuple[int, ...] = ()  # labels whose pictures are left out, in training and in measuring
    augment: tuple[Augmentation, ...] = ()
    average: float = 0.0
    pad: int = 0  # black pixels on each side of a picture
    mean: tuple[float, ...] | None = None  # None: of the training pixels
    std: tuple[float, ...] | None = None
    bfloat16: bool = False  # on a CPU that has it; a GPU always computes in it
    half: bool = True  # kernels and matrices on disk
    folder: str = ""  # of the checkpoint, below checkpoints/
    snapshots: tuple[int, ...] = ()  # steps after which the weights are kept too; 0 is before the first

    def __post_init__(self) -> None:
        if self.optimiser not in ("sgd", "adamw"):
            raise ValueError(f"recipe {self.name}: optimiser is {self.optimiser!r}, it must be sgd or adamw")
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError(
                f"recipe {self.name}: epochs {self.epochs} and batch_size {self.batch_size} must be 1 or more"
            )

    def moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The mean and the standard deviation, one a channel, that pixels in [0,1] are normalised with."""
        source = datasets.source(self.data)
        return self.mean or source.mean, self.std or source.std

    def words(self) -> dict[str, str]:
        """Every field as text, the same in every process: what tells one recipe from another."""
        changes = [
            f"{getattr(change, 'func', change).__name__}{getattr(change, 'keywords', '')}" for change in self.augment
        ]
        return {field.name: str(getattr(self, field.name)) for field in fields(self)} | {"augment": ", ".join(changes)}


def rate(step: int, steps: int, *, warm_up: float) -> float:
    """The share of the peak learning rate at a step (0 to steps - 1): a triangle that is above 0 at every step."""
    place = (step + 1) / (steps + 1)  # inside 0..1
    return min(place / warm_up, (1 - place) / (1 - warm_up)) if 0 < warm_up < 1 else 1 - place


@cache  # pages ask in every run
def names() -> tuple[str, ...]:
    """The names of all recipes."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(recipes.__path__)))


def recipe(name: str) -> Recipe:
    """The recipe of this name; ValueError, with the nearest names, where there is none."""
    if name not in names():
        raise ValueError(
            f"unknown recipe {name!r}: there are {', '.join(get_close_matches(name, names(), n=len(names()), cutoff=0))}"
        )
    return import_module(f"{recipes.__name__}.{name}").RECIPE
