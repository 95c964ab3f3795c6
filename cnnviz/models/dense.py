"""The dense network of the course: every pixel to every unit, no convolution."""

from collections import OrderedDict

from torch import nn

from cnnviz.models.info import Figure, ModelInfo


def dense_net(in_features: int = 784, hidden: int = 512, num_classes: int = 10) -> nn.Sequential:
    """Dense 784-512-10: (B,1,28,28) -> (B,num_classes) logits."""
    return nn.Sequential(
        OrderedDict(
            flatten=nn.Flatten(),  # (B, 784)
            fc1=nn.Linear(in_features, hidden),
            relu1=nn.ReLU(),
            fc2=nn.Linear(hidden, num_classes),
        )
    )


INFO = ModelInfo(
    name="dense",
    title="Dense net 784-512-10",
    build=dense_net,
    input_shape=(1, 28, 28),
    smallest=28,
    classes=10,
    source="The course's Keras model: Dense(512, relu), Dense(10, softmax)",
    depth=2,
    published={"parameters": Figure(407_050, "model summary in the course's notes")},
    note="The softmax is left to the loss, as is usual in PyTorch.",
)
