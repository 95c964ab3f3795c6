"""A visitor's own trained network: a state dict for one of MODELS or any of torchvision's classification networks."""

from torch import nn

from cnnviz import datasets, pretrained
from cnnviz.checkpoints import CARD_KEY, load_checkpoint
from cnnviz.models import MODELS
from cnnviz.own_network.opening import ENDINGS, LARGEST_FILE, check_size, open_weights
from cnnviz.own_network.recognition import Fit, architectures, build, is_ours, recognise
from cnnviz.train.recipe import Recipe, names, recipe
from cnnviz.trained_network import TrainedNetwork, from_card

__all__ = ["ENDINGS", "LARGEST_FILE", "architectures", "read_own"]

LARGE = 200  # px: from this side on our own networks are for ImageNet's pictures


def read_own(data: bytes, file_name: str, architecture: str | None = None) -> TrainedNetwork:
    """The network of a visitor's file, on the CPU and in evaluation mode.

    data: a .safetensors file, or a state dict by torch.save; a checkpoint of this app brings all it needs in its card.
    architecture: a name in architectures(), or None to tell it by the tensors' names and shapes. The number of classes may
    differ from the usual. How pictures are normalised is told by the card, else assumed, as the network's note says.
    Errors: ValueError for a file that cannot be opened safely, and for weights that fit no network, with the first differences.
    """
    check_size(len(data), file_name)
    if not data.startswith((b"PK", b"\x80")) and f'"{CARD_KEY}":'.encode() in data[:100_000]:
        return from_card(*load_checkpoint(data), note=f"Fed as the card in {file_name} says.")
    tensors = open_weights(data, file_name)
    fit = recognise(tensors, file_name, architecture)
    model = build(fit.architecture, fit.config)
    wanted = {name: value for name, value in tensors.items() if not name.startswith(pretrained.TRAINING_HEADS)}
    model.load_state_dict(wanted, assign=True)
    return _ours(fit, model, file_name) if is_ours(fit.architecture) else _theirs(fit, model, file_name)


def _theirs(fit: Fit, model: nn.Module, file_name: str) -> TrainedNetwork:
    """One of torchvision's networks, fed as torchvision's own weights are."""
    transform = pretrained.preset(fit.architecture).transforms()
    mean, std = pretrained.moments(fit.architecture)
    side, shorter = transform.crop_size[0], transform.resize_size[0]
    count = fit.config.get("num_classes", 1000)
    classes = pretrained.imagenet_classes() if count == 1000 else numbered(count)
    note = f"Pictures are normalised as for ImageNet (mean {_text(mean)}, std {_text(std)})" + (
        "; 1,000 classes are taken for ImageNet's." if count == 1000 else "; its classes have numbers."
    )
    title = f"{file_name}: {architectures()[fit.architecture]}"
    return TrainedNetwork(
        title, fit.architecture, model, classes, (3, side, side), mean, std, shorter=shorter, note=note, config=fit.config
    )  # fmt: skip


def _ours(fit: Fit, model: nn.Module, file_name: str) -> TrainedNetwork:
    """One of our own networks without a card, fed as our recipe feeds it, or with the moments of a data set of its channels."""
    info = MODELS[fit.architecture]
    channels, height, width = fit.config.get("in_channels", info.input_shape[0]), *info.input_shape[1:]
    data = "mnist" if channels == 1 else "cifar10"
    like = _recipe(fit.architecture, data)
    pad = like.pad if like else 0
    mean, std = like.moments() if like else (datasets.source(data).mean, datasets.source(data).std)
    named = datasets.source(data).title
    if channels == 3 and min(height, width) >= LARGE:
        mean, std, named = pretrained.MEAN, pretrained.STD, "ImageNet"
    note = f"No card: pictures are normalised as for {named} (mean {_text(mean)}, std {_text(std)}); its classes have numbers."
    classes = numbered(fit.config.get("num_classes", info.classes))
    shape = (channels, height - 2 * pad, width - 2 * pad)
    title = f"{file_name}: {info.title}"
    return TrainedNetwork(title, fit.architecture, model, classes, shape, mean, std, pad, note=note, config=fit.config)


def _recipe(architecture: str, data: str) -> Recipe | None:
    """Our own recipe for a network on a data set."""
    return next((found for found in map(recipe, names()) if (found.architecture, found.data) == (architecture, data)), None)


def numbered(count: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(count))


def _text(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)
