"""LeNet with the layers in use today: ReLU, max pooling, a full second convolution and a linear output, for 28x28."""

from collections import OrderedDict

from torch import nn

from cnnviz.models.info import Figure, ModelInfo


def lenet(in_channels: int = 1, num_classes: int = 10) -> nn.Sequential:
    """Modern LeNet: (B,in_channels,28,28) -> (B,num_classes) logits; the channels and units are those of LeNet-5."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(in_channels, 6, 5, padding=2),  # (B, 6, 28, 28)
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),  # (B, 6, 14, 14)
            conv2=nn.Conv2d(6, 16, 5),  # (B, 16, 10, 10)
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),  # (B, 16, 5, 5)
            flatten=nn.Flatten(),  # (B, 400)
            fc1=nn.Linear(400, 120),
            relu3=nn.ReLU(),
            fc2=nn.Linear(120, 84),
            relu4=nn.ReLU(),
            fc3=nn.Linear(84, num_classes),
        )
    )


INFO = ModelInfo(
    name="lenet",
    title="LeNet, modern (28x28)",
    build=lenet,
    input_shape=(1, 28, 28),
    smallest=28,
    classes=10,
    source="Zhang, Lipton, Li and Smola, Dive into Deep Learning, section 7.6 (with ReLU and max pooling in place of "
    "sigmoid and average pooling)",
    depth=5,
    published={"parameters": Figure(61_706, "the count of its rows: 156 + 2,416 + 48,120 + 10,164 + 850")},
)
