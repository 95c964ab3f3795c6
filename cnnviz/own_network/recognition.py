"""Which network a state dict belongs to: told by the names and shapes of its tensors, the number of classes included."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from cnnviz import pretrained
from cnnviz.models import MODELS, build_model

LISTED = 4  # differences that a message shows
Shapes = Mapping[str, tuple[int, ...]]


class Fit(NamedTuple):
    """A network and how it must be built for the weights, with what is different all the same."""

    architecture: str
    config: Mapping[str, Any]
    differences: tuple[str, ...]
    shared: float  # of all names, those with the same shape


def architectures() -> dict[str, str]:
    """Name -> title of every network that own weights can be for: those of MODELS and torchvision's classifiers."""
    from torchvision import models

    titles = {name: info.title for name, info in MODELS.items()}
    return titles | {name: f"{name} (torchvision)" for name in models.list_models(module=models) if name not in titles}


def recognise(tensors: Mapping[str, Tensor], file_name: str, architecture: str | None = None) -> Fit:
    """The network whose names and shapes the tensors have, or the one that was chosen if they are its.

    Errors: ValueError that names the nearest network and the first differing names and shapes; where two networks fit equally
    well (a residual network and its plain twin), that one must be chosen.
    """
    found = shapes(tensors)
    known = architectures()
    if architecture is not None and architecture not in known:
        raise ValueError(f"there is no network {architecture!r} here: choose one, or leave it to the weights' names and shapes")
    if architecture is not None:
        return _fitting([_fit(architecture, found)], file_name, known)
    own = [_fit(name, found) for name in MODELS]
    if not any(fit.differences == () for fit in own):
        others = sorted((name for name in known if name not in MODELS), key=lambda name: -_likeness(name, file_name))
        own += _until_one_fits(_fit(name, found) for name in others)
    return _fitting(own, file_name, known)


def shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """The tensors' shapes by name; without the heads that only training needs."""
    return {name: tuple(value.shape) for name, value in tensors.items() if not name.startswith(pretrained.TRAINING_HEADS)}


def is_ours(architecture: str) -> bool:
    """Whether a network is this repository's, not torchvision's."""
    return architecture in MODELS and MODELS[architecture].torchvision is None


def build(architecture: str, config: Mapping[str, Any]) -> nn.Module:
    """The network in evaluation mode; weights at random, or without memory for torchvision's."""
    if is_ours(architecture):
        with torch.random.fork_rng(devices=[]):
            return build_model(architecture, **config).eval()
    return pretrained.bare(architecture, **config)


def _until_one_fits(fits: Iterable[Fit]) -> Iterator[Fit]:
    for fit in fits:
        yield fit
        if not fit.differences:
            return


def _fitting(fits: list[Fit], file_name: str, known: Mapping[str, str]) -> Fit:
    """The one that fits; ValueError where none does, or more than one."""
    right = [fit for fit in fits if not fit.differences]
    if len(right) > 1:
        names = " and ".join(known[fit.architecture] for fit in right)
        raise ValueError(f"{file_name} has the names and shapes of {names}, which differ only in what they do: choose one")
    if right:
        return right[0]
    nearest = max(fits, key=lambda fit: fit.shared)
    more = len(nearest.differences) - LISTED
    listed = "; ".join(nearest.differences[:LISTED]) + (f"; and {more} more" if more > 0 else "")
    what = f"does not fit {known[nearest.architecture]}" if len(fits) == 1 else (
        f"fits no network here; the nearest is {known[nearest.architecture]}"
    )  # fmt: skip
    raise ValueError(f"{file_name} {what}: {listed}. Choose the network it was trained as, unchanged but for the number of classes")


def _fit(name: str, found: Shapes) -> Fit:
    """How well a network fits, built for the classes and channels that the shapes ask for."""
    config: dict[str, Any] = {}
    if name == "lenet5" and "output.weight" in found:
        config["output"] = "linear"
    wanted = _wanted(name, tuple(config.items()))
    if set(found) <= set(wanted) and (changes := _changes(name, wanted, found)):
        config |= changes
        wanted = _wanted(name, tuple(config.items()))
    names = dict.fromkeys((*wanted, *found))
    different = [key for key in names if wanted.get(key) != found.get(key)]
    return Fit(name, config, tuple(_difference(key, found, wanted) for key in different), 1 - len(different) / len(names))


def _difference(key: str, found: Shapes, wanted: Shapes) -> str:
    return f"{key} is {_text(found.get(key))} in the file, {_text(wanted.get(key))} in the network"


def _changes(name: str, wanted: Shapes, found: Shapes) -> dict[str, int]:
    """num_classes and in_channels as the head's and the first layer's shape tell them, where they differ from the usual."""
    usual = MODELS[name].classes if name in MODELS else 1000
    differing = [(wanted[key], found[key]) for key in found if wanted[key] != found[key]]
    heads = {there[0] for ours, there in differing if ours and there and ours[0] == usual and ours[1:] == there[1:]}
    changes = {"num_classes": heads.pop()} if len(heads) == 1 else {}
    first = next(iter(wanted))
    if name in TAKE_CHANNELS and len(found.get(first, ())) == 4 and found[first][1] != wanted[first][1]:
        changes["in_channels"] = found[first][1]
    return changes


TAKE_CHANNELS = ("lenet", "cnn", "skip_cnn")


@lru_cache(maxsize=256)
def _wanted(name: str, config: tuple[tuple[str, Any], ...]) -> Shapes:
    with pretrained.NoMemory():
        model = build(name, dict(config))
    return {key: tuple(value.shape) for key, value in model.state_dict().items()}


def _likeness(name: str, file_name: str) -> float:
    """How much of a network's name is in the file's: the likely ones are built first."""
    return SequenceMatcher(None, name, file_name.lower()).ratio() + (name in file_name.lower())


def _text(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else "x".join(map(str, shape)) or "one number"
