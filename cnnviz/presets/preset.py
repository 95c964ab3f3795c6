"""Preset: one layer with its numbers and where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from cnnviz.convolution import ConvSpec, convolve

KINDS = ("conv1d", "conv2d", "transposed1d", "transposed2d", "max_pool", "average_pool")
NOTES = {  # the lecture notes that the worked examples come from
    "L0": "L0, R. Currie, Convolutional Neural Networks",
    "L1": "L1, D. Murnane, Applied Machine Learning (KU)",
    "L2": "L2, deep-learning workshop slides",
    "L3": "L3, Convolutional Neural Networks (course in Markdown)",
    "L4": "L4, L. Aitchison, EMAT31530",
}
GUIDE_SOURCE = "Dumoulin and Visin, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)"


@dataclass(frozen=True, eq=False)
class Preset:
    """A worked example: a layer of one of KINDS, its numbers in float32, and its source.

    input: (channels, *size). weight: (out, in / groups, *kernel_size), transposed (in, out / groups, *kernel_size),
    None for a pooling. bias: (out,) or None. stated_size: the output size that the source states, or None. note: what
    to see in it, and which numbers are not the source's.
    """

    name: str
    source: str
    kind: str
    spec: ConvSpec
    input: Tensor
    weight: Tensor | None = None
    bias: Tensor | None = None
    stated_size: tuple[int, ...] | None = None
    note: str = ""


def numbers(values: Any) -> Tensor:
    """Nested lists as float32."""
    return torch.tensor(values, dtype=torch.float32)


def picture(rows: Any) -> Tensor:
    """Rows as one channel, (1, rows, columns)."""
    return numbers(rows)[None]


def kernel(rows: Any) -> Tensor:
    """Rows as the weight of one filter on one channel, (1, 1, kH, kW)."""
    return numbers(rows)[None, None]


def seeded(shape: Sequence[int], seed: int, *, low: int = 0, high: int = 3) -> Tensor:
    """Small whole numbers from low to high, float32; the same for the same seed."""
    return torch.randint(low, high + 1, tuple(shape), generator=torch.Generator().manual_seed(seed)).float()


def least_squares_kernel(x: Tensor, spec: ConvSpec, target: Tensor) -> tuple[Tensor, float]:
    """The kernel (kH, kW) whose output comes nearest to the target, and the sum of squares that is left.

    x: (1, height, width), target: (1, *output_size). The output is linear in the kernel, by a matrix that has
    a column for each kernel with a single 1: its least-squares solution is the best kernel.
    """
    size = tuple(side.kernel_size for side in spec.along(2))
    units = torch.eye(prod(size), dtype=torch.float64).reshape(-1, 1, 1, *size)
    columns = torch.stack([convolve(x.double(), unit, spec).flatten() for unit in units], 1)  # (places, kH kW)
    wanted = target.double().flatten()
    best = torch.linalg.lstsq(columns, wanted[:, None], driver="gelsd").solution[:, 0]
    return best.reshape(size), float((columns @ best - wanted).square().sum())
