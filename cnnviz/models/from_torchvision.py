"""The ImageNet networks that torchvision has: built by torchvision, with its published figures beside the papers'."""

from functools import partial
from typing import Any

from torch import nn

from cnnviz.models.info import Figure, ModelInfo


def build(name: str, **config: Any) -> nn.Module:
    """torchvision's network of that name: (B,3,H,W) -> (B,num_classes) logits; config is what torchvision takes.

    Without `weights` they are at random. GoogLeNet comes without its two training heads, as its published counts do.
    """
    import torchvision  # here, not above: it takes a second, and a page that lists networks does not need it

    if name == "googlenet" and config.get("weights") is None:
        config = {"aux_logits": False, "init_weights": True, **config}
    return getattr(torchvision.models, name)(**config)


def _info(
    name: str, title: str, source: str, depth: int, smallest: int, parameters: int, macs: float, top1: float,
    top5: float, note: str = "", paper: dict[str, Figure] | None = None,
) -> ModelInfo:  # fmt: skip
    weights = "torchvision, weights IMAGENET1K_V1"
    published = {
        "parameters": Figure(parameters, weights),
        "macs": Figure(macs, weights, 0.5e6),
        "ImageNet top-1 error %": Figure(round(100 - top1, 3), f"{weights}, one crop, validation"),
        "ImageNet top-5 error %": Figure(round(100 - top5, 3), f"{weights}, one crop, validation"),
    }
    published |= paper or {}
    make = partial(build, name)
    return ModelInfo(name, title, make, (3, 224, 224), smallest, 1000, source, depth, published, note, name)


_RESNET = "He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015"
_SIZES = "He et al. 2015, table 1"

INFOS = (
    _info(
        "alexnet", "AlexNet (torchvision)",
        "Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014",
        8, 63, 61_100_840, 0.714e9, 56.522, 79.066,
        "The 2014 variant for one GPU: fewer channels, no groups, no response normalisation.",
    ),
    _info(
        "vgg16", "VGG16",
        "Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014",
        16, 32, 138_357_544, 15.470e9, 71.592, 90.382,
        paper={"parameters (paper)": Figure(138e6, "Simonyan and Zisserman 2014, table 2", 0.5e6)},
    ),
    _info(
        "googlenet", "GoogLeNet", "Szegedy et al., Going Deeper with Convolutions, 2014",
        22, 15, 6_624_904, 1.498e9, 69.778, 89.530,
        "torchvision's: batch normalisation after each convolution, 3x3 kernels where the paper has 5x5, no heads for "
        "training.",
    ),
    _info(
        "squeezenet1_1", "SqueezeNet 1.1",
        "Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, 2016",
        18, 17, 1_235_496, 0.349e9, 58.178, 80.624,
    ),
    _info(
        "resnet18", "ResNet-18", _RESNET, 18, 1, 11_689_512, 1.814e9, 69.758, 89.078,
        paper={"macs (paper)": Figure(1.8e9, _SIZES, 0.05e9)},
    ),
    _info(
        "resnet34", "ResNet-34", _RESNET, 34, 1, 21_797_672, 3.664e9, 73.314, 91.420,
        paper={"macs (paper)": Figure(3.6e9, _SIZES, 0.1e9)},
    ),
    _info(
        "resnet50", "ResNet-50", _RESNET, 50, 1, 25_557_032, 4.089e9, 76.130, 92.862,
        "torchvision's has the stride in the 3x3 convolutions, where the paper has it in the first 1x1 of a block: "
        "the paper's costs 3.8e9 multiply-adds.",
    ),
)  # fmt: skip
