"""The ResNets for CIFAR-10, with shortcuts that have no parameters, and their plain twins without skips."""

from functools import partial

from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.models.info import Figure, ModelInfo


class Shortcut(nn.Module):
    """The paper's option A: every stride-th place of every map, and maps of zeros behind them for the new channels."""

    kernel_size = 1

    def __init__(self, new_channels: int, stride: int) -> None:
        super().__init__()
        self.new_channels, self.stride = new_channels, stride

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.new_channels))


class Block(nn.Module):
    """Two 3x3 convolutions, and what they are added to: (B,in,H,W) -> (B,out,ceil(H/stride),ceil(W/stride))."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, skip: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu2 = nn.ReLU()
        same = in_channels == out_channels and stride == 1
        self.skip = skip
        self.shortcut = Shortcut(out_channels - in_channels, stride) if skip and not same else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        if self.skip:
            y = y + (x if self.shortcut is None else self.shortcut(x))
        return self.relu2(y)


class CifarResNet(nn.Module):
    """(B,3,32,32) -> (B,num_classes) logits, depth = 6 n + 2 layers: three stages of n blocks, 16, 32 and 64 channels.

    skips=False gives the plain twin: the same layers and parameters, nothing added. ValueError for another depth.
    Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2015), section 4.2.
    """

    def __init__(self, depth: int = 20, skips: bool = True, num_classes: int = 10) -> None:
        super().__init__()
        blocks, left = divmod(depth - 2, 6)
        if blocks < 1 or left:
            raise ValueError(f"depth {depth} is not 6 n + 2: give {max(8, depth - left)} or {max(8, depth - left) + 6}")
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu1 = nn.ReLU()
        self.stage1 = nn.Sequential(*(Block(16, 16, 1, skips) for _ in range(blocks)))  # (B, 16, 32, 32)
        self.stage2 = nn.Sequential(Block(16, 32, 2, skips), *(Block(32, 32, 1, skips) for _ in range(blocks - 1)))
        self.stage3 = nn.Sequential(Block(32, 64, 2, skips), *(Block(64, 64, 1, skips) for _ in range(blocks - 1)))
        self.avgpool = nn.AdaptiveAvgPool2d(1)  # (B, 64, 1, 1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(64, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.stage3(self.stage2(self.stage1(x)))  # (B, 64, 8, 8)
        return self.fc(self.flatten(self.avgpool(x)))


_SOURCE = "He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015"
_TABLE = "He et al. 2015, table 6"
# depth: parameters in units of 10,000 as printed, error in per cent; both from table 6
_PUBLISHED = {20: (27, 8.75), 32: (46, 7.51), 44: (66, 7.17), 56: (85, 6.97), 110: (170, 6.43)}


def _info(depth: int, skips: bool) -> ModelInfo:
    ten_thousands, error = _PUBLISHED[depth]
    size = Figure(ten_thousands * 1e4, _TABLE, 5e3 if depth < 110 else 5e4)  # 0.27 M to 0.85 M, but 1.7 M
    published = {"parameters": size}
    if skips:
        published["CIFAR-10 error %"] = Figure(error, _TABLE + (", best of 5" if depth == 110 else ""))
    return ModelInfo(
        name=f"cifar_{'resnet' if skips else 'plain'}{depth}",
        title=f"{'ResNet' if skips else 'Plain'}-{depth} for CIFAR-10",
        build=partial(CifarResNet, depth, skips),
        input_shape=(3, 32, 32),
        smallest=1,
        classes=10,
        source=_SOURCE,
        depth=depth,
        published=published,
        note="" if skips else "The same layers as the ResNet of this depth, without its additions.",
    )


INFOS = tuple(_info(depth, skips) for skips in (True, False) for depth in _PUBLISHED)
