"""The Sobel gradient: how fast and in which direction the brightness grows."""

from typing import NamedTuple

import torch
from torch import Tensor

from cnnviz.convolution import ConvSpec
from cnnviz.kernels.filtering import filter_image
from cnnviz.kernels.named import KERNELS


class Gradient(NamedTuple):
    """All four of the shape of the picture (C,H,W), two rows and columns less without a border.

    gx, gy: growth to the right and downwards, in [-4, 4] for a picture in [0,1]. magnitude: sqrt(gx² + gy²), at most
    sqrt(20). angle: atan2(gy, gx) in radians, -pi to pi: 0 where it grows to the right, pi/2 downwards; where nothing
    changes it means nothing.
    """

    gx: Tensor
    gy: Tensor
    magnitude: Tensor
    angle: Tensor


def sobel(image: Tensor, *, padding_mode: str = "replicate") -> Gradient:
    """The gradient by the two Sobel kernels, as cross-correlation.

    image: (C,H,W); usually one grey channel. padding_mode: "zeros", "reflect", "replicate", "circular", or "valid" for
    no border. The default repeats the outermost pixels, so that the border of the picture is no edge.
    Source: I. Sobel, G. Feldman, 1968; the kernels as in cnnviz.kernels.named.
    """
    spec = ConvSpec((3, 3)) if padding_mode == "valid" else ConvSpec((3, 3), padding=1, padding_mode=padding_mode)
    gx, gy = filter_image(image, KERNELS["Sobel x"], spec), filter_image(image, KERNELS["Sobel y"], spec)
    return Gradient(gx, gy, torch.hypot(gx, gy), torch.atan2(gy, gx))
