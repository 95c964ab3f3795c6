"""U-Net as published, 572x572 in and 388x388 out, and a small one whose output is as large as its input."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnviz.models.info import Figure, ModelInfo


class CentreCrop(nn.Module):
    """The middle of x, (B,C,H,W), as large as `like`; of an odd border the smaller part is cut above and left."""

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        top = (x.shape[2] - like.shape[2]) // 2
        left = (x.shape[3] - like.shape[3]) // 2
        return x[:, :, top : top + like.shape[2], left : left + like.shape[3]]


class Concatenate(nn.Module):
    """The channels of both inputs, the skipped ones first."""

    def forward(self, skipped: Tensor, x: Tensor) -> Tensor:
        return torch.cat([skipped, x], 1)


class UNet(nn.Module):
    """(B,in_channels,H,W) -> (B,num_classes,H',W') logits for each pixel.

    width: channels at the top, twice as many on each of the `depth` levels below. padding 0: as published, each 3x3
    convolution costs two rows and two columns (572 -> 388); padding 1: H' = H, which must divide by 2**depth.
    Source: Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation" (2015),
    Fig. 1; dropout at the end of the contracting path by section 3.1, its rate is not printed there.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 2, width: int = 64, depth: int = 4,
        padding: int = 0, dropout: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__()
        if padding not in (0, 1):
            raise ValueError(f"padding is {padding}: give 0 as published, or 1 to keep the size")
        self.depth, self.crops = depth, padding == 0
        channels = [width * 2**level for level in range(depth + 1)]
        for level, (before, after) in enumerate(zip([in_channels, *channels], channels[:-1], strict=False), start=1):
            self.add_module(f"down{level}", _two_convolutions(before, after, padding))
            self.add_module(f"pool{level}", nn.MaxPool2d(2))
        self.bottom = _two_convolutions(channels[-2] if depth else in_channels, channels[-1], padding)
        self.dropout = nn.Dropout(dropout)
        for level in range(depth, 0, -1):
            below, here = channels[level], channels[level - 1]
            self.add_module(f"upconv{level}", nn.ConvTranspose2d(below, here, 2, stride=2))
            if self.crops:
                self.add_module(f"crop{level}", CentreCrop())
            self.add_module(f"cat{level}", Concatenate())
            self.add_module(f"up{level}", _two_convolutions(2 * here, here, padding))
        self.output = nn.Conv2d(width, num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        skipped = []
        for level in range(1, self.depth + 1):
            x = self.get_submodule(f"down{level}")(x)
            skipped.append(x)
            x = self.get_submodule(f"pool{level}")(x)
        x = self.dropout(self.bottom(x))  # (B, 1024, 28, 28) for 572
        for level in range(self.depth, 0, -1):
            x = self.get_submodule(f"upconv{level}")(x)
            skip = skipped.pop()
            if self.crops:
                skip = self.get_submodule(f"crop{level}")(skip, x)
            x = self.get_submodule(f"up{level}")(self.get_submodule(f"cat{level}")(skip, x))
        return self.output(x)


def _two_convolutions(in_channels: int, out_channels: int, padding: int) -> nn.Sequential:
    layers = OrderedDict(
        conv1=nn.Conv2d(in_channels, out_channels, 3, padding=padding),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(out_channels, out_channels, 3, padding=padding),
        relu2=nn.ReLU(),
    )
    for layer in layers.values():
        if isinstance(layer, nn.Conv2d):  # a Gaussian of standard deviation sqrt(2 / N), the paper's section 3
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return nn.Sequential(layers)


def small_unet(in_channels: int = 1, num_classes: int = 2, width: int = 16, depth: int = 3) -> UNet:
    """A U-Net whose output has its input's size, small enough to be trained on a CPU; no dropout."""
    return UNet(in_channels, num_classes, width, depth, padding=1, dropout=0.0)


_SOURCE = "Ronneberger, Fischer and Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015"

INFO = ModelInfo(
    name="unet",
    title="U-Net (2015)",
    build=UNet,
    input_shape=(1, 572, 572),
    smallest=188,
    classes=2,
    source=_SOURCE,
    depth=23,
    published={
        "layers": Figure(23, "Ronneberger et al. 2015, section 2: 23 convolutional layers"),
        "output side": Figure(388, "Ronneberger et al. 2015, Fig. 1"),
    },
    note="The dropout rate, 0.5, is not printed in the paper.",
)

SMALL_INFO = ModelInfo(
    name="small_unet",
    title="U-Net, small, same size out",
    build=small_unet,
    input_shape=(1, 64, 64),
    smallest=8,
    classes=2,
    source=_SOURCE,
    depth=18,
    note="Padding 1 keeps the size, a quarter of the channels, three levels in place of four.",
)
