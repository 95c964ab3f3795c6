"""The worked examples of the lecture notes that are convolution or pooling on a small grid."""

import torch
from torch import Tensor

from cnnviz.convolution import ConvSpec
from cnnviz.presets.preset import NOTES, Preset, kernel, least_squares_kernel, numbers, picture, seeded

VERTICAL = kernel([[1, 0, -1]] * 3)
HORIZONTAL = kernel([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
EDGE = picture([[10, 10, 10, 0, 0, 0]] * 6)
CHEQUER = picture([[10, 10, 10, 0, 0, 0]] * 3 + [[0, 0, 0, 10, 10, 10]] * 3)
DIGITS = picture(
    [[3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3],
     [0, 1, 3, 1, 7, 8], [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9]]
)
DIAGONAL = numbers([[0.9, 0.1, 0.1], [0.1, 0.9, 0.1], [0.1, 0.1, 0.9]])
SOBEL_X = kernel([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
STEP = picture([[0, 0, 0, 1, 1, 1]] * 3)  # dark left, bright right
POOLED = picture([[0, 1, 2, 3], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
MEANS = picture([[3, 5], [2, 2]])  # the mean pooling of POOLED, then used as a kernel and as an input
TRANSPOSED = ConvSpec(3, transposed=True)
CHOSEN = "The notes give no numbers: these are chosen."


def _bilinear() -> Tensor:
    """The 4x4 kernel that, transposed with stride 2 and padding 1, doubles the sides by linear interpolation."""
    profile = numbers([1, 3, 3, 1]) / 4
    return torch.outer(profile, profile)[None, None]


def _conv(name: str, source: str, spec: ConvSpec, x: Tensor, weight: Tensor, size: tuple[int, ...] | None = None,
          note: str = "", *, bias: Tensor | None = None) -> Preset:  # fmt: skip
    kind = f"{'transposed' if spec.transposed else 'conv'}{x.dim() - 1}d"
    return Preset(name, NOTES.get(source, source), kind, spec, x, weight, bias, size, note)


def _pool(name: str, source: str, mode: str, spec: ConvSpec, x: Tensor, size: tuple[int, ...], note: str) -> Preset:
    return Preset(name, NOTES[source], f"{mode}_pool", spec, x, None, None, size, note)


COURSE = [
    _conv("Vertical edge", "L2", ConvSpec(3), EDGE, VERTICAL, (4, 4),
          "The output is 0, 30, 30, 0 in every row: the edge is where the kernel sees bright beside dark."),
    _conv("Edges that turn", "L2", ConvSpec(3), CHEQUER, HORIZONTAL, (4, 4),
          "Bright above dark is positive, dark above bright negative, and 10 where the windows mix both."),
    _conv("Vertical kernel on digits", "L2", ConvSpec(3), DIGITS, VERTICAL, (4, 4),
          "The digits beside which the notes ask for a learned kernel: see “Spot the slip”."),
    _conv("Diagonal detector, match", "L1", ConvSpec(3), DIAGONAL[None], DIAGONAL[None, None], (1, 1),
          "The patch is the kernel itself: 3 x 0.81 + 6 x 0.01. The notes print another sum: see “Spot the slip”."),
    _conv("Diagonal detector, mismatch", "L1", ConvSpec(3), DIAGONAL.flip(1)[None], DIAGONAL[None, None], (1, 1),
          "The other diagonal scores less than half."),
    _conv("Diagonal detector, sliding", "L1", ConvSpec(3), 0.9 * torch.eye(8)[None].roll(-2, 2) + 0.1,
          DIAGONAL[None, None], (6, 6), "The score map: high where the diagonal runs. The picture is chosen."),
    _conv("Length 5 to length 3", "L4", ConvSpec(3), numbers([[1, 2, 3, 4, 5]]), numbers([[[1, 2, 3]]]), (3,),
          "Three windows, one output each. The notes write it with letters: these numbers are chosen."),
    _conv("Box over box", "L0", ConvSpec(3, padding=1), numbers([[0, 0, 0, 1, 1, 1, 0, 0, 0]]), numbers([[[1, 1, 1]]]),
          (9,), "The overlap of two boxes grows and shrinks: a triangle. The notes animate it without numbers."),
    _conv("Sequence with three channels", "L1", ConvSpec(3), seeded((3, 8), 1), seeded((2, 3, 3), 2, low=-1, high=1),
          (6,), f"A Conv1d slides along the sequence and reaches through all channels. {CHOSEN}"),
    _conv("Zero padding, stride 1", "L2", ConvSpec(3, padding=1), seeded((1, 5, 5), 3, high=1),
          seeded((1, 1, 3, 3), 4, high=1), (5, 5), f"5x5 becomes 7x7 with its border. {CHOSEN}"),
    _conv("Zero padding, stride 2", "L2", ConvSpec(3, stride=2, padding=1), seeded((1, 5, 5), 3, high=1),
          seeded((1, 1, 3, 3), 4, high=1), (3, 3), f"The same windows, every second one. {CHOSEN}"),
    *[
        _conv(f"4x4 under 3x3, {how}", "L1", ConvSpec(3, stride=stride, padding=padding), seeded((1, 4, 4), 5),
              seeded((1, 1, 3, 3), 6, low=-1, high=1), (size, size), f"{note} {CHOSEN}")
        for how, stride, padding, size, note in [
            ("it shrinks", 1, 0, 2, "Without padding the border is lost."),
            ("it keeps its size", 1, 1, 4, "A border of one zero gives the size back."),
            ("stride 2", 2, 1, 2, "Half the side, a quarter of the places."),
        ]
    ],
    *[
        _conv(f"7x7 under 5x5, {how}", "L3", ConvSpec(5, stride=stride, padding=padding), seeded((1, 7, 7), 7),
              seeded((1, 1, 5, 5), 8, low=-1, high=1), (size, size), f"{note} {CHOSEN}")
        for how, stride, padding, size, note in [
            ("stride 1", 1, 0, 3, "(7 - 5) / 1 + 1 = 3."),
            ("stride 2", 2, 0, 2, "(7 - 5) / 2 + 1 = 2."),
            ("stride 3", 3, 0, 1, "(7 - 5) / 3 + 1 = 1.67: the floor leaves two rows and two columns unread."),
            ("stride 3, padding 1", 3, 1, 2, "(9 - 5) / 3 + 1 = 2.33: it still does not come out even."),
            ("stride 3, padding 2", 3, 2, 3, "(11 - 5) / 3 + 1 = 3: now every place is read."),
        ]
    ],
    _conv("Means as a kernel", "L0", ConvSpec(2), POOLED, MEANS[None], (3, 3), "The forward example of the notes."),
    _conv("Back by a transposed kernel", "L0", TRANSPOSED, MEANS,
          least_squares_kernel(MEANS, TRANSPOSED, POOLED)[0].float()[None, None], (4, 4),
          "The best 3x3 kernel for getting the 4x4 back: it comes near, but no kernel hits it."),
    _conv("Up-sampling by repeating", "L0", ConvSpec(2, stride=2, transposed=True), MEANS, torch.ones(1, 1, 2, 2),
          (4, 4), "A kernel of ones at its own stride copies each value: nearest-neighbour up-sampling."),
    _conv("Up-sampling by interpolation", "L0", ConvSpec(4, stride=2, padding=1, transposed=True), MEANS, _bilinear(),
          (4, 4), "The stamps overlap: bilinear up-sampling, dark at the rim where stamps are missing."),
    _conv("Sobel x on a step", "L0", ConvSpec(3), STEP, SOBEL_X, (1, 4),
          "From dark to bright the printed kernel gives -4: a layer does not flip it."),
    _conv("Depthwise: one kernel a channel", "L1", ConvSpec(3, groups=3), seeded((3, 5, 5), 9),
          seeded((3, 1, 3, 3), 10, low=-1, high=1), (3, 3), f"groups=3: no channel sees another. {CHOSEN}"),
    _conv("Reflected border", "L1", ConvSpec(3, padding=1, padding_mode="reflect"), seeded((1, 5, 5), 11),
          seeded((1, 1, 3, 3), 12, low=-1, high=1), (5, 5), f"The border mirrors the picture. {CHOSEN}"),
    _conv("1x1: channels only", "Lin, Chen and Yan, Network in Network (arXiv 1312.4400)", ConvSpec(1),
          seeded((3, 4, 4), 13), seeded((2, 3, 1, 1), 14, low=-1, high=1), (4, 4),
          "The same small matrix, 3 channels to 2, at every place. The paper gives no numbers: these are chosen.",
          bias=numbers([1, -1])),
    _pool("Max pooling 2x2", "L0", "max", ConvSpec(2, stride=2), POOLED, (2, 2), "The largest of each quarter."),
    _pool("Mean pooling 2x2", "L0", "average", ConvSpec(2, stride=2), POOLED, (2, 2), "The mean of each quarter."),
    _pool("Max pooling 3x3, stride 3", "L2", "max", ConvSpec(3, stride=3), seeded((1, 6, 6), 15, high=9), (2, 2),
          f"Move the maximum inside its window: the output stays. {CHOSEN}"),
    _pool("Global average pooling", "L4", "average", ConvSpec(5, stride=5), seeded((4, 5, 5), 16), (1, 1),
          f"One number a channel: AdaptiveAvgPool2d(1). {CHOSEN}"),
]  # fmt: skip
