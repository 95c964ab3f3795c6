"""LeNet-5 as published in 1998, layer names and all."""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from cnnviz.models.info import Figure, ModelInfo

# Table I of the paper: the maps of S2 that each of the 16 maps of C3 reads
READS = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip

# The class codes of the output layer: 7 x 12 pictures of the digits, as in Fig. 3 of the paper but drawn afresh
DIGITS = """
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
..###.. ...#... ..###.. ..###.. .....#. ####### ..####. ####### ..###.. ..###..
.#...#. ..##... .#...#. .#...#. ....##. #...... .#..... ......# .#...#. .#...#.
#.....# .#.#... #.....# #.....# ...#.#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# ......# ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... .....#. ...###. .#...#. #.###.. #.###.. ....#.. .#...#. #.....#
#.....# ...#... ....#.. ......# #....#. ##...#. ##...#. ....#.. ..###.. .#...##
#.....# ...#... ...#... ......# ####### ......# #.....# ...#... .#...#. ..###.#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# ......#
#.....# ...#... .#..... #.....# .....#. #.....# #.....# ..#.... #.....# ......#
.#...#. ...#... #...... .#...#. .....#. .#...#. .#...#. ..#.... .#...#. .....#.
..###.. .#####. ####### ..###.. .....#. ..###.. ..###.. ..#.... ..###.. .####..
"""


class ScaledTanh(nn.Module):
    """1.7159 tanh(2/3 x), the paper's squashing function (its Appendix A): +1 and -1 map to themselves."""

    def forward(self, x: Tensor) -> Tensor:
        return 1.7159 * torch.tanh(2 / 3 * x)


class Subsampling(nn.Module):
    """The sum of each 2x2 window, times a trainable coefficient, plus a trainable bias, one pair for each map."""

    kernel_size, stride = 2, 2

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((channels, 1, 1), 0.25))  # starts as the average; not from the paper
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 2, divisor_override=1) * self.coefficient + self.bias  # (B, C, H / 2, W / 2)


class Connections(nn.Module):
    """The full weight of a convolution from the kernels that exist; the other kernels are zero and not parameters."""

    def __init__(self, reads: tuple[tuple[int, ...], ...], in_channels: int) -> None:
        super().__init__()
        self.pairs = [(row, col) for row, cols in enumerate(reads) for col in cols]
        self.shape = (len(reads), in_channels)

    def forward(self, kernels: Tensor) -> Tensor:
        outs, ins = torch.tensor(self.pairs, device=kernels.device).T
        zeros = kernels.new_zeros(*self.shape, *kernels.shape[1:])
        return zeros.index_put((outs, ins), kernels)  # (out, in, kH, kW)

    def right_inverse(self, weight: Tensor) -> Tensor:
        outs, ins = torch.tensor(self.pairs, device=weight.device).T
        return weight[outs, ins]  # (kernels, kH, kW)


class RadialBasis(nn.Module):
    """Minus the squared distance to each class's fixed code (Euclidean radial basis functions): the largest wins."""

    codes: Tensor  # (10, 84), +1 and -1

    def __init__(self) -> None:
        super().__init__()
        rows = [line.split() for line in DIGITS.split("\n") if line]
        codes = [[1.0 if pixel == "#" else -1.0 for row in rows for pixel in row[digit]] for digit in range(10)]
        self.register_buffer("codes", torch.tensor(codes))

    def forward(self, x: Tensor) -> Tensor:
        return -(x.unsqueeze(1) - self.codes).square().sum(2)  # (B, 10)


def lenet5(output: str = "rbf") -> nn.Sequential:
    """LeNet-5: (B,1,32,32), background -0.1 and ink 1.175 -> (B,10) scores, the largest for the class.

    output: "rbf", the paper's fixed class codes (60,000 trainable parameters), or "linear", the modern fully connected
    layer in its place (850 more). ValueError otherwise.
    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition" (1998),
    section II.B.
    """
    if output not in ("rbf", "linear"):
        raise ValueError(f"output is {output!r}: give 'rbf' for the published layer or 'linear' for the modern one")
    partial = nn.Conv2d(6, 16, 5)
    network = nn.Sequential(
        OrderedDict(
            c1=nn.Conv2d(1, 6, 5),  # (B, 6, 28, 28)
            c1_tanh=ScaledTanh(),
            s2=Subsampling(6),  # (B, 6, 14, 14)
            s2_tanh=ScaledTanh(),
            c3=partial,  # (B, 16, 10, 10)
            c3_tanh=ScaledTanh(),
            s4=Subsampling(16),  # (B, 16, 5, 5)
            s4_tanh=ScaledTanh(),
            c5=nn.Conv2d(16, 120, 5),  # (B, 120, 1, 1)
            c5_tanh=ScaledTanh(),
            flatten=nn.Flatten(),
            f6=nn.Linear(120, 84),
            f6_tanh=ScaledTanh(),
            output=RadialBasis() if output == "rbf" else nn.Linear(84, 10),
        )
    )
    for layer in network.children():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            _start(layer)
    parametrize.register_parametrization(partial, "weight", Connections(READS, 6))
    return network


@torch.no_grad()
def _start(layer: nn.Conv2d | nn.Linear) -> None:
    """Weights between -2.4 / n and 2.4 / n, where n is how many inputs a unit reads (the paper's section II.B)."""
    for row, weight in enumerate(layer.weight):
        reads = weight.numel() if len(layer.weight) != len(READS) else 25 * len(READS[row])
        weight.uniform_(-2.4 / reads, 2.4 / reads)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


_PAPER = "LeCun et al. 1998, section II.B"

INFO = ModelInfo(
    name="lenet5",
    title="LeNet-5 (1998)",
    build=lenet5,
    input_shape=(1, 32, 32),
    smallest=32,
    classes=10,
    source="LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, 1998",
    depth=7,
    published={
        "parameters": Figure(60_000, _PAPER),
        "connections": Figure(340_908, _PAPER),
        "MNIST error %": Figure(0.95, "LeCun et al. 1998, section III, without distortions", 0.1),
    },
    note="The output layer's class codes are the paper's kind of picture, drawn afresh; "
    "output='linear' puts a fully connected layer in its place.",
)
