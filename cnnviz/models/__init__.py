"""The networks of the course, one architecture a file; MODELS: name -> what is known about it and how it is built."""

import difflib
from typing import Any

from torch import nn

from cnnviz.models import (
    alexnet_2012,
    autoencoder,
    cifar_cnn,
    cifar_resnet,
    cnn,
    dense,
    from_torchvision,
    lenet,
    lenet5,
    skip_cnn,
    unet,
    vae,
)
from cnnviz.models.info import Figure, ModelInfo

__all__ = ["MODELS", "Figure", "ModelInfo", "build_model", "model_info"]

MODELS: dict[str, ModelInfo] = {
    info.name: info
    for info in (
        lenet5.INFO,
        lenet.INFO,
        dense.INFO,
        cnn.INFO,
        skip_cnn.INFO,
        alexnet_2012.INFO,
        *from_torchvision.INFOS,
        *cifar_resnet.INFOS,
        cifar_cnn.INFO,
        unet.INFO,
        unet.SMALL_INFO,
        autoencoder.INFO,
        vae.INFO,
    )
}


def model_info(name: str) -> ModelInfo:
    """The entry of MODELS with that name; ValueError that lists the nearest names."""
    if name in MODELS:
        return MODELS[name]
    by_title = {info.title.lower(): info.name for info in MODELS.values()}
    near = difflib.get_close_matches(name.lower(), [*MODELS, *by_title], n=5, cutoff=0.5)
    nearest = list(dict.fromkeys(by_title.get(match, match) for match in near))
    raise ValueError(f"there is no network {name!r}: give {' or '.join(nearest) if nearest else ', '.join(MODELS)}")


def build_model(name: str, **config: Any) -> nn.Module:
    """The network of that name, weights at random; config goes to its constructor. ValueError for an unknown name."""
    return model_info(name).build(**config)
