"""torchvision's networks with torchvision's ImageNet weights, in torch's own cache folder."""

import pickle
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from cnnviz.datasets.download import fetch_file
from cnnviz.models import MODELS, model_info

# The file of the weights IMAGENET1K_V1; its last eight digits begin its sha256. Written down, since to ask torchvision takes a
# second; a test compares them.
FILES = {
    "alexnet": "alexnet-owt-7be5be79.pth",
    "vgg16": "vgg16-397923af.pth",
    "googlenet": "googlenet-1378be20.pth",
    "squeezenet1_1": "squeezenet1_1-b8a52dc0.pth",
    "resnet18": "resnet18-f37072fd.pth",
    "resnet34": "resnet34-b627a593.pth",
    "resnet50": "resnet50-0676ba61.pth",
}
PRETRAINED = tuple(name for name, info in MODELS.items() if info.torchvision is not None)
WITH_HEADS = ("googlenet", "inception_v3")  # trained with further heads, on pixels from -1 to 1
TRAINING_HEADS = ("aux1.", "aux2.", "AuxLogits.")
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's training pictures
# How initial weights are filled in. On "meta" it fills nothing, but takes most of the time, and the first one imports 160 MB.
FILLING = {"normal_", "uniform_", "fill_", "zero_", "erfinv_", "mul_", "add_", "clamp_"}
_FETCHING = threading.Lock()


def weights_path(name: str) -> Path:
    """Where torch.hub keeps the weights of a network in PRETRAINED; ValueError for another."""
    if name not in PRETRAINED:
        raise ValueError(f"torchvision's weights of {name!r} are not known here: give {', '.join(PRETRAINED)}")
    return Path(torch.hub.get_dir()) / "checkpoints" / FILES[name]


def is_here(name: str) -> bool:
    """Whether the weights lie in the cache."""
    return weights_path(name).is_file()


def moments(name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation by which a network's input is normalised.

    GoogLeNet was trained on pixels from -1 to 1: torchvision's, loaded with its weights, begins with lines that turn ImageNet's
    normalisation into that one. Here they are left out and the pictures normalised so at once.
    """
    return ((0.5,) * 3, (0.5,) * 3) if name in WITH_HEADS else (MEAN, STD)


def fetch(
    name: str, progress: Callable[[int, int], None] | None = None, stop: Callable[[], bool] | None = None
) -> Path:  # fmt: skip
    """Download the weights into the cache, unless they are there; a broken download goes on where it stopped.

    progress(bytes so far, bytes in all). Errors: ValueError without network, without space, when stopped, or when the bytes do
    not fit the hash in the file's name.
    """
    path = weights_path(name)
    title = model_info(name).title
    if path.is_file():
        return path
    if not _FETCHING.acquire(blocking=False):
        raise ValueError("another visitor is fetching weights: try again when they are here")

    def report(_: str, have: int, total: int) -> None:
        if stop and stop():
            raise ValueError(f"stopped after {have:,} bytes of {title}'s weights: the next try goes on from there")
        if progress:
            progress(have, total)

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fetch_file(address(name), path, sha256=path.stem.rsplit("-", 1)[-1], progress=report)
    except ConnectionError as error:
        raise ValueError(
            f"the weights of {title} could not be downloaded ({error}): try again with a network (it goes on from what has "
            f"arrived), or put the file {path.name} into {path.parent}"
        ) from error
    except OSError as error:
        raise ValueError(
            f"the weights of {title} could not be stored in {path.parent} ({error.strerror or error}): make room there, or "
            "name another cache folder in TORCH_HOME"
        ) from error
    finally:
        _FETCHING.release()
    return path


def address(name: str) -> str:
    """Where torchvision publishes the weights."""
    return str(preset(name).url)


def load_pretrained(name: str) -> tuple[nn.Module, tuple[str, ...]]:
    """The network in evaluation mode on the CPU, and its 1,000 classes; ValueError where the weights are absent or damaged."""
    path = weights_path(name)
    title = model_info(name).title
    if not path.is_file():
        raise ValueError(f"the weights of {title} are not on this machine: download them first")
    model = bare(name)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict({key: value for key, value in state.items() if not key.startswith(TRAINING_HEADS)}, assign=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, AttributeError, TypeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"{path} is damaged ({reason}): delete it and download it again") from error
    return model.eval(), imagenet_classes()


def imagenet_classes() -> tuple[str, ...]:
    """The 1,000 classes in the order of torchvision's outputs."""
    return tuple(preset("resnet18").meta["categories"])


def preset(name: str) -> Any:
    """torchvision's own record (its first) of the weights of any of its classification networks: address, transforms, classes."""
    from torchvision.models import get_model_weights

    return next(iter(get_model_weights(name)))


def bare(name: str, **config: Any) -> nn.Module:
    """Any of torchvision's classification networks with weights that have shapes but no memory (on "meta"), and no heads that
    only training needs.
    """
    from torchvision.models import get_model_builder

    with NoMemory():
        if name in WITH_HEADS:
            config = {"aux_logits": False, "init_weights": False, **config}
        return get_model_builder(name)(**config).eval()


class NoMemory(TorchFunctionMode):
    """Inside it networks are built without memory: what a layer makes for its weights goes to "meta".

    What a constructor computes with stays; `torch.device("meta")` sends that there too, and RegNet's constructor fails.
    """

    def __torch_function__(
        self, func: Callable, types: Sequence[type], args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:  # fmt: skip
        kwargs = dict(kwargs or {})
        if getattr(func, "__name__", "") in FILLING and args and args[0].is_meta:
            return args[0]
        if func in (torch.empty, torch.zeros, torch.ones) and kwargs.get("device") is None:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)
