"""The networks that answer: this repository's checkpoints and their snapshots, torchvision's, and the visitors' own."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import torch

from cnnviz import pretrained
from cnnviz.checkpoints import load_checkpoint, read_card
from cnnviz.engine.loaded import Network, on_device
from cnnviz.models import model_info
from cnnviz.own_network import read_own
from cnnviz.trained_network import TrainedNetwork, card_titles, from_card

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
IMAGENET_SHORTER = 256  # px, before the middle 224 are cut out: torchvision's preset
OWN = "own-"
OWN_KEPT = 16  # networks of visitors
OWN_MEMORY = 400_000_000  # bytes of their weights: four ResNet-50, dozens of small ones


class Library:
    """Networks by name, each loaded once; those of visitors leave, the longest unused first, when there are too many."""

    def __init__(self, checkpoints: Path = CHECKPOINTS) -> None:
        self.checkpoints = checkpoints
        self._networks: dict[str, Network] = {}
        self._own: OrderedDict[str, TrainedNetwork] = OrderedDict()
        self._loading: dict[str, threading.Lock] = {}
        self._lock, self._reading = threading.Lock(), threading.Lock()

    def available(self) -> dict[str, str]:
        """Name -> title of what loads now, without the internet; the visitors' own are known to themselves only."""
        titles = self._titles()
        here = (name for name in pretrained.PRETRAINED if pretrained.is_here(name))
        return titles | {name: f"{model_info(name).title}, ImageNet" for name in here}

    def snapshots(self, name: str) -> tuple[int, ...]:
        """The steps of training after which a checkpoint's weights were kept; () where none were."""
        stem = name.partition("@")[0]
        return tuple(sorted(self._snapshots(stem))) if stem in self._stems() else ()

    @torch.inference_mode(False)  # whoever asks first: others want gradients
    def network(self, name: str, device: torch.device) -> Network:
        """A network by name, on the device; ValueError for a name that is not there."""
        with self._lock:
            if name in self._own:
                self._own.move_to_end(name)
            if (found := self._networks.get(name)) and found.device == device:
                return found
        self._check(name)
        with self._lock:
            loading = self._loading.setdefault(name, threading.Lock())
        with loading:  # of one network; others load meanwhile
            if (found := self._networks.get(name)) and found.device == device:
                return found
            found = on_device(name, self._trained(name), device)
            with self._lock:
                if name in self._own or not name.startswith(OWN):  # it may have left meanwhile
                    self._networks[name] = found
            return found

    def forget(self, device: torch.device) -> None:
        """Let go of what is on a device."""
        with self._lock:
            self._networks = {name: network for name, network in self._networks.items() if network.device != device}

    @torch.inference_mode(False)
    def add_own(self, data: bytes, file_name: str, architecture: str | None, device: torch.device) -> str:
        """Open a visitor's file and keep its network; returns its name. Errors: ValueError, see read_own."""
        # The name is part of it: titles and messages repeat it, and another visitor's is none of one's business.
        digest = hashlib.sha256(b"\0".join([data, (architecture or "").encode(), file_name.encode()])).hexdigest()
        name = f"{OWN}{digest[:16]}"
        with self._reading:  # one file at a time: each takes a few times its size
            with self._lock:
                known = name in self._own
            if not known:
                trained = read_own(data, file_name, architecture)
                network = on_device(name, trained, device)
                with self._lock:
                    self._own[name], self._networks[name] = trained, network
                    self._make_room()
        return name

    def _make_room(self) -> None:
        while len(self._own) > 1 and (
            len(self._own) > OWN_KEPT or sum(trained.bytes for trained in self._own.values()) > OWN_MEMORY
        ):
            oldest, _ = self._own.popitem(last=False)
            self._networks.pop(oldest, None)
            self._loading.pop(oldest, None)

    def _check(self, name: str) -> None:
        """ValueError for a name that is no network's: names come in links."""
        stem, at, step = name.partition("@")
        if name.startswith(OWN) and name not in self._own:
            raise ValueError(f"the network {name!r} is not in memory (any more): upload its file again")
        if name in self._own or name in pretrained.PRETRAINED or (stem in self._stems() and not at):
            return
        if stem not in self._stems():
            raise ValueError(f"there is no network {name!r}: give one of {', '.join(self.available())}")
        if step not in map(str, self._snapshots(stem)):
            steps = ", ".join(map(str, self.snapshots(stem)))
            raise ValueError(f"{stem} has no snapshot {step!r}: " + (f"give one of {steps}" if steps else "it has none at all"))

    def _trained(self, name: str) -> TrainedNetwork:
        """What a name stands for, on the CPU."""
        if name.startswith(OWN):
            with self._lock:
                self._check(name)
                return self._own[name]
        if name in pretrained.PRETRAINED:
            return _from_torchvision(name)
        stem, at, step = name.partition("@")
        path = self._snapshots(stem)[int(step)] if at else self.checkpoints / f"{stem}.safetensors"
        return replace(from_card(*load_checkpoint(path)), title=self._titles()[stem])

    def _titles(self) -> dict[str, str]:
        cards = {path.stem: read_card(path) for path in sorted(self.checkpoints.glob("*.safetensors"))}
        return dict(zip(cards, card_titles(list(cards.values())), strict=True))

    def _stems(self) -> set[str]:
        return {path.stem for path in self.checkpoints.glob("*.safetensors")}

    def _snapshots(self, stem: str) -> dict[int, Path]:
        folder = self.checkpoints / f"{stem}_snapshots"
        return {int(path.stem.removeprefix("step_")): path for path in folder.glob("step_*.safetensors")}


def _from_torchvision(name: str) -> TrainedNetwork:
    model, classes = pretrained.load_pretrained(name)
    info = model_info(name)
    mean, std = pretrained.moments(name)
    metrics = {key: figure.value for key, figure in info.published.items() if "error" in key}
    return TrainedNetwork(
        f"{info.title}, ImageNet", name, model, classes, info.input_shape, mean, std, 0, IMAGENET_SHORTER, "imagenet", metrics
    )
