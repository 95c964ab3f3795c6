"""A trained network and how it is fed, whatever file it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from cnnviz import datasets
from cnnviz.checkpoints import Card
from cnnviz.models import model_info
from cnnviz.train.recipe import names, recipe


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A model in evaluation mode and what a picture must be for it.

    input_shape: (C,H,W) of a picture with values in [0,1], which then gets `pad` black pixels on each side and is normalised
    channel by channel, (pixel - mean) / std. shorter: the side to which a larger picture is shrunk before its middle is cut out
    (0: the input's own). data: what it was trained on, a key of datasets.SETS, "imagenet", or "" where that is not known.
    note: what is assumed about it, or "". config: what its constructor was given.
    """

    title: str
    architecture: str
    model: nn.Module
    classes: tuple[str, ...]
    input_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    pad: int = 0
    shorter: int = 0
    data: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Of its weights."""
        return sum(value.numel() * value.element_size() for value in self.model.state_dict().values())


def from_card(model: nn.Module, card: Card, *, note: str = "") -> TrainedNetwork:
    """A checkpoint's network, fed as its card says; ValueError where nothing of the input is left inside the card's border."""
    _, height, width = (side - 2 * card.pad for side in model_info(card.architecture).input_shape)
    if min(height, width) < 1:
        raise ValueError(f"the card of {card.name!r}: a border of {card.pad} pixels leaves no room for a picture")
    return TrainedNetwork(
        card_title(card), card.architecture, model, card.classes, (len(card.mean), height, width), card.mean, card.std, card.pad,
        0, card.data, card.metrics, note, card.config,
    )  # fmt: skip


def card_title(card: Card) -> str:
    """Network and data set, for people."""
    data = datasets.SETS[card.data].title if card.data in datasets.SETS else card.data
    return f"{model_info(card.architecture).title.removesuffix(f' for {data}')}, {data}"


def card_titles(cards: Sequence[Card]) -> list[str]:
    """Their titles; where several would have the same, each says whether its recipe augments the pictures, else its name."""
    titles = [card_title(card) for card in cards]
    return [
        title if titles.count(title) == 1 else f"{title}, {_own_way(card.name)}"
        for title, card in zip(titles, cards, strict=True)
    ]  # fmt: skip


def _own_way(name: str) -> str:
    if name not in names():
        return name
    return "augmented" if recipe(name).augment else "not augmented"
