"""The course's convolutional network with a skip: the second pair of convolutions adds to its own input."""

from torch import Tensor, nn

from cnnviz.models.info import Figure, ModelInfo


class SkipCNN(nn.Module):
    """Four convolutions, a skip round the last two: (B,in_channels,28,28) -> (B,num_classes) logits."""

    def __init__(self, in_channels: int = 1, num_classes: int = 10, skip: bool = True) -> None:
        super().__init__()
        self.skip = skip
        self.conv1a = nn.Conv2d(in_channels, 32, 3, padding=1)
        self.relu1a = nn.ReLU()
        self.conv1b = nn.Conv2d(32, 32, 3, padding=1)
        self.relu1b = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2a = nn.Conv2d(32, 32, 3, padding=1)
        self.relu2a = nn.ReLU()
        self.conv2b = nn.Conv2d(32, 32, 3, padding=1)
        self.relu2b = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(32 * 7 * 7, 64)
        self.relu3 = nn.ReLU()
        self.fc2 = nn.Linear(64, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu1b(self.conv1b(self.relu1a(self.conv1a(x))))  # (B, 32, 28, 28)
        x = self.pool1(x)  # (B, 32, 14, 14)
        y = self.relu2b(self.conv2b(self.relu2a(self.conv2a(x))))
        x = self.pool2(x + y if self.skip else y)  # (B, 32, 7, 7)
        return self.fc2(self.relu3(self.fc1(self.flatten(x))))


INFO = ModelInfo(
    name="skip_cnn",
    title="CNN with a skip",
    build=SkipCNN,
    input_shape=(1, 28, 28),
    smallest=28,
    classes=10,
    source="The course's functional Keras model: two pairs of Conv2D(32, 3, same), add, Dense(64), Dense(10)",
    depth=6,
    published={"parameters": Figure(129_130, "model summary in the course's notes")},
    note="skip=False leaves the addition out, with as many parameters. The softmax is left to the loss.",
)
