"""The offline data set: scikit-learn's 1,797 handwritten digits, brought from 8x8 to the 28x28 of MNIST.

MNIST's digits stand in a box of 20x20 with a border of four; here too, so that one network can read both (a LeNet
trained on MNIST alone errs on 3.3 % of these). The source is the test part of "Optical Recognition of Handwritten
Digits" (E. Alpaydin and C. Kaynak, UCI repository, 1998). It is blurred by nature: 8x8 is all there is.
"""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

HELD_OUT = 360  # the last fifth of the 1,797
BOX = 20  # pixels, as in MNIST
BORDER = 4
WHITE = 16  # the brightest value of the source


def read(_folder: Path, split: str) -> tuple[Tensor, Tensor]:
    """Images (N,1,28,28) uint8 and labels (N,) int64: 1,437 to train on and 360 to test with."""
    from sklearn.datasets import load_digits  # 1-2 s: only for those who want it

    small, labels = load_digits(return_X_y=True)  # N 64, in 0..16
    part = slice(None, -HELD_OUT) if split == "train" else slice(-HELD_OUT, None)
    images = torch.from_numpy(small[part]).float().view(-1, 1, 8, 8)
    images = interpolate(images, (BOX, BOX), mode="bicubic", align_corners=False) * (255 / WHITE)  # N 1 20 20
    images = pad(images.round().clamp(0, 255), (BORDER,) * 4).to(torch.uint8)  # N 1 28 28
    return images, torch.from_numpy(labels[part]).long()
