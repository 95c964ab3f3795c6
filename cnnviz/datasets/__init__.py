"""MNIST, Fashion-MNIST, CIFAR-10 and the offline digits, whole and in memory, as tensors.

A data set is looked for in the folder named by CNNVIZ_DATA, then in the user's cache folder, in torchvision's own
layout; `fetch` puts it into the cache. "digits" needs neither folder nor network.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from cnnviz.datasets import digits, download, files

SPLITS = ("train", "test")
TEN_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Source:
    """What is known of a data set before it is read: its title, classes, and the moments of its training pixels in
    [0,1].
    """

    title: str
    classes: tuple[str, ...]
    mean: tuple[float, ...]  # one a channel
    std: tuple[float, ...]
    read: Callable[[Path, str], tuple[Tensor, Tensor]]  # (folder, split) -> images, labels
    folder: str = ""  # below CNNVIZ_DATA or the cache, where torchvision keeps it; "" for what needs no folder
    files: tuple[str, ...] = ()


SETS: Mapping[str, Source] = MappingProxyType({
    "digits": Source("Handwritten digits of scikit-learn", TEN_DIGITS, (0.1593,), (0.2980,), digits.read),
    "mnist": Source("MNIST", TEN_DIGITS, (0.1307,), (0.3081,), files.read_idx, "MNIST/raw", files.IDX_FILES),
    "fashion-mnist": Source(
        "Fashion-MNIST",
        ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
        (0.2860,), (0.3530,), files.read_idx, "FashionMNIST/raw", files.IDX_FILES,
    ),
    "cifar10": Source(
        "CIFAR-10",
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616), files.read_cifar, "cifar-10-batches-py", files.CIFAR_FILES,
    ),
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Data:
    """One split of a data set: images (N,C,H,W) uint8, labels (N,) int64, mean and std (C,) of the training pixels in
    [0,1].
    """

    name: str
    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    mean: Tensor
    std: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def without(self, labels: Sequence[int]) -> "Data":
        """The split less the pictures of these labels, in their order; mean and std stay those of the whole set."""
        kept = ~torch.isin(self.labels, torch.tensor(labels, dtype=self.labels.dtype))
        return replace(self, images=self.images[kept], labels=self.labels[kept])


def source(name: str) -> Source:
    """What is known of the data set `name`; ValueError for an unknown one, with the nearest names."""
    if name not in SETS:
        raise ValueError(
            f"unknown data set {name!r}: there are {', '.join(get_close_matches(name, SETS, n=len(SETS), cutoff=0))}"
        )
    return SETS[name]


def folders() -> list[Path]:
    """Where data sets are looked for, in order: CNNVIZ_DATA where it is set, then the user's cache folder."""
    named = os.environ.get("CNNVIZ_DATA")
    return [*([Path(named).expanduser()] if named else []), cache_folder()]


def cache_folder() -> Path:
    """The user's own cache folder, where `fetch` puts what it downloads."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "cnnviz"


def find(name: str) -> Path | None:
    """The folder that holds all files of the data set `name`, or None. "digits" is always there: its folder is the
    empty path.
    """
    known = source(name)
    places = [folder / known.folder for folder in folders()] if known.files else [Path()]
    return next((place for place in places if all((place / file).is_file() for file in known.files)), None)


def fetch(name: str, *, progress: download.Progress | None = None) -> Path:
    """Download the data set `name` into the cache folder, unless it is there, and return its folder.

    A broken download goes on where it stopped. ValueError without network, without space, or when the bytes do not fit
    their checksum.
    """
    known = source(name)
    if not known.files:
        return Path()
    with download.LOCK:  # two visitors who ask at once: the second finds it there
        target = cache_folder() / known.folder
        if not all((target / file).is_file() for file in known.files):
            download.download_set(name, target, title=known.title, progress=progress)
        return target


def load(name: str, split: str = "train", *, download: bool = False, progress: download.Progress | None = None) -> Data:
    """One split ("train" or "test") of the data set `name` (a key of SETS), whole.

    With `download`, what is nowhere on this machine is fetched first. ValueError for an unknown name or split, for a
    set that is not here and for a damaged file: each says the way out.
    """
    known = source(name)
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}: there are {' and '.join(SPLITS)}")
    folder = find(name)
    if folder is None and not download:
        raise ValueError(
            f"{known.title} is not on this machine (no {known.folder} in {' or '.join(map(str, folders()))}): "
            "download it, or name a folder that has it in CNNVIZ_DATA; the data set 'digits' needs neither"
        )
    images, labels = known.read(folder or fetch(name, progress=progress), split)
    return Data(name, images, labels, known.classes, torch.tensor(known.mean), torch.tensor(known.std))
