"""The first convolutional network of the course: two convolutions, each with its pooling, then two dense layers."""

from collections import OrderedDict

from torch import nn

from cnnviz.models.info import Figure, ModelInfo


def small_cnn(in_channels: int = 1, num_classes: int = 10) -> nn.Sequential:
    """CNN 32-pool-32-pool-64-10: (B,in_channels,28,28) -> (B,num_classes) logits."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(in_channels, 32, 3),  # (B, 32, 26, 26)
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),  # (B, 32, 13, 13)
            conv2=nn.Conv2d(32, 32, 3),  # (B, 32, 11, 11)
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),  # (B, 32, 5, 5)
            flatten=nn.Flatten(),  # (B, 800)
            fc1=nn.Linear(800, 64),
            relu3=nn.ReLU(),
            fc2=nn.Linear(64, num_classes),
        )
    )


INFO = ModelInfo(
    name="cnn",
    title="CNN 32-pool-32-pool-64-10",
    build=small_cnn,
    input_shape=(1, 28, 28),
    smallest=26,
    classes=10,
    source="The course's Keras model: Conv2D(32, 3), MaxPooling2D, Conv2D(32, 3), MaxPooling2D, Dense(64), Dense(10)",
    depth=4,
    published={"parameters": Figure(61_482, "model summary in the course's notes")},
    note="The softmax is left to the loss, as is usual in PyTorch.",
)
