"""AlexNet as published in 2012: grouped convolutions for two GPUs, response normalisation, overlapping pooling."""

from collections import OrderedDict

from torch import nn

from cnnviz.models.info import Figure, ModelInfo


def alexnet_2012(num_classes: int = 1000) -> nn.Sequential:
    """AlexNet: (B,3,227,227) -> (B,num_classes) logits.

    The paper writes 224, which does not give its 55x55 maps: (224 - 11) / 4 + 1 is no whole number, 227 fits.
    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks" (2012),
    section 3.5; the initial weights section 5.
    """
    network = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(3, 96, 11, stride=4),  # (B, 96, 55, 55)
            relu1=nn.ReLU(),
            norm1=_response_norm(),
            pool1=nn.MaxPool2d(3, stride=2),  # (B, 96, 27, 27)
            conv2=nn.Conv2d(96, 256, 5, padding=2, groups=2),
            relu2=nn.ReLU(),
            norm2=_response_norm(),
            pool2=nn.MaxPool2d(3, stride=2),  # (B, 256, 13, 13)
            conv3=nn.Conv2d(256, 384, 3, padding=1),
            relu3=nn.ReLU(),
            conv4=nn.Conv2d(384, 384, 3, padding=1, groups=2),
            relu4=nn.ReLU(),
            conv5=nn.Conv2d(384, 256, 3, padding=1, groups=2),
            relu5=nn.ReLU(),
            pool5=nn.MaxPool2d(3, stride=2),  # (B, 256, 6, 6)
            flatten=nn.Flatten(),  # (B, 9216)
            fc6=nn.Linear(9216, 4096),
            relu6=nn.ReLU(),
            dropout6=nn.Dropout(0.5),
            fc7=nn.Linear(4096, 4096),
            relu7=nn.ReLU(),
            dropout7=nn.Dropout(0.5),
            fc8=nn.Linear(4096, num_classes),
        )
    )
    for name, layer in network.named_children():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.constant_(layer.bias, 1.0 if name in ("conv2", "conv4", "conv5", "fc6", "fc7") else 0.0)
    return network


def _response_norm() -> nn.LocalResponseNorm:
    """The paper's k = 2, n = 5, alpha = 1e-4, beta = 0.75; PyTorch divides its alpha by n, the paper does not."""
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)


_PAPER = "Krizhevsky, Sutskever and Hinton 2012"

INFO = ModelInfo(
    name="alexnet_2012",
    title="AlexNet (2012)",
    build=alexnet_2012,
    input_shape=(3, 227, 227),
    smallest=227,
    classes=1000,
    source="Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks, 2012",
    depth=8,
    published={
        "parameters": Figure(60e6, f"{_PAPER}, abstract: 60 million", 1e6),
        "ImageNet top-1 error %": Figure(40.7, f"{_PAPER}, table 2, one network, validation"),
        "ImageNet top-5 error %": Figure(18.2, f"{_PAPER}, table 2, one network, validation"),
    },
    note="The two GPUs are groups=2. The paper prints 224 for the input; 227 is the size that gives its 55x55 maps.",
)
