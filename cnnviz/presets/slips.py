"""Spot the slip: printed claims from the notes in our own words, with the truth computed when it is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from cnnviz.convolution import ConvSpec, convolve, output_size, pool
from cnnviz.layer_chain import CHAINS, chain, parse_chain
from cnnviz.matrix_text import format_matrix, format_number
from cnnviz.presets import course
from cnnviz.presets.guide import INPUT, KERNEL
from cnnviz.presets.preset import GUIDE_SOURCE, NOTES, least_squares_kernel
from cnnviz.slide_check import Claim, Rows, agree, check


@dataclass(frozen=True)
class Truth:
    """What the engine finds: whether the claim holds, the computed rows of numbers, and a sentence that says it."""

    right: bool
    values: Rows
    text: str


@dataclass(frozen=True)
class Slip:
    """A printed claim to judge. printed: its numbers, as rows. claim: the same for `slide_check`, where that reads it.

    find() computes the truth; explanation says where the value comes from, without giving numbers that could be wrong.
    """

    name: str
    source: str
    claim_text: str
    printed: Rows
    find: Callable[[], Truth]
    explanation: str
    claim: Claim | None = None

    def truth(self) -> Truth:
        return self.find()


def _source(text: str) -> str:
    """"L1; a remark" with the notes' full name."""
    mark, remark = text[:2], text[2:]
    return NOTES[mark] + remark if mark in NOTES else text


def _rows(values: Any) -> Rows:
    """Numbers, nested lists or a one-channel tensor as rows."""
    if isinstance(values, Tensor):  # float32 as its shortest decimal: 0.9, not 0.8999999761581421
        values = [[float(f"{value:.7g}") for value in row] for row in values.reshape(-1, values.shape[-1]).tolist()]
    elif not isinstance(values, (list, tuple)):
        values = [[values]]
    elif not isinstance(values[0], (list, tuple)):
        values = [values]
    return tuple(tuple(map(float, row)) for row in values)


def _shown(rows: Rows, *, size: bool) -> str:
    """A size as "2 × 3", other numbers as "1 0 -1; 2 0 -2"; to 4 decimals."""
    text = format_matrix([[round(value, 4) for value in row] for row in rows])
    return text.replace(" ", " × ") if size else text


def _compared(printed: Rows, values: Any, says: str, *, size: bool) -> Truth:
    """A truth that is right where the printed numbers are the computed ones; `{}` in `says` stands for these."""
    computed = _rows(values)
    right = [len(row) for row in printed] == [len(row) for row in computed] and all(
        agree(a, b) for p, c in zip(printed, computed, strict=True) for a, b in zip(p, c, strict=True)
    )
    return Truth(right, computed, says.format(_shown(computed, size=size)))


def _checked(name: str, source: str, text: str, claim: Claim, says: str, explanation: str) -> Slip:
    """A claim that `slide_check` judges."""

    def find() -> Truth:
        verdict = check(claim)
        shown = _shown(verdict.computed, size=claim.what == "size")
        return Truth(verdict.right, verdict.computed, says.format(shown))

    return Slip(name, _source(source), text, claim.claimed, find, explanation, claim)


def _computed(
    name: str, source: str, text: str, printed: Any, values: Callable[[], Any], says: str, explanation: str,
    *, size: bool = False,
) -> Slip:  # fmt: skip
    """A claim whose numbers come from a computation of their own."""
    rows = _rows(printed)
    
    def find() -> Truth:
        return _compared(rows, values(), says, size=size)

    return Slip(name, _source(source), text, rows, find, explanation)


def _output(kind: str, spec: ConvSpec, x: Tensor, weight: Tensor | None, claimed: Any) -> Claim:
    return Claim(kind, "output", spec, _rows(claimed), _rows(x), None if weight is None else _rows(weight))


def _size(spec: ConvSpec, size: Sequence[int], claimed: Any, kind: str = "conv2d") -> Claim:
    return Claim(kind, "size", spec, _rows(claimed), input_size=tuple(size))


def _flipped(weight: Tensor) -> Tensor:
    return weight.flip((-2, -1))


def edge_by_the_printed_formula() -> Tensor:
    return convolve(course.EDGE, _flipped(course.VERTICAL), ConvSpec(3))


def residual_of_the_learned_kernel() -> float:
    """What the best 3x3 kernel leaves of the 4x4 that the notes print beside the digits."""
    target = convolve(course.CHEQUER, course.HORIZONTAL, ConvSpec(3))
    return least_squares_kernel(course.DIGITS, ConvSpec(3), target)[1]


def residual_of_the_transposed_kernel() -> float:
    return least_squares_kernel(course.MEANS, course.TRANSPOSED, course.POOLED)[1]


def smallest_unet_map() -> tuple[int, int]:
    example = CHAINS["U-Net, way down"]
    height, width = chain(parse_chain(example.text), example.shape).rows[-1].shape[1:]
    return height, width


def after_exercise(pooling: str) -> int:
    """The side that the exercise's two layers leave of 256."""
    return chain(parse_chain(f"conv1k3s2p1 {pooling}"), (1, 256, 256)).rows[-1].shape[1]


def change_when_shifted(spec: ConvSpec, *, move: int) -> float:
    """The largest change of the output when the input moves a column, against the output moved by `move` columns."""
    x = torch.zeros(1, 9, 9)
    x[:, 3:6, 3:5] = course.DIAGONAL[:, :2]  # well inside, so that no border takes part
    before, after = (convolve(moved, course.VERTICAL, spec) for moved in (x, x.roll(1, 2)))
    return float((after - before.roll(move, 2)).abs().max())


def channels_after_pooling(channels: int) -> int:
    return len(pool(torch.zeros(channels, 8, 8), ConvSpec(2, stride=2), "average").values)


def area_kept_by_pooling() -> float:
    height, width = output_size(ConvSpec(2, stride=2), (224, 224))
    return height * width / 224**2


def weights_after_pooling() -> list[int]:
    """Parameters of a 3x3 layer, 8 to 16 channels, without and with a 2x2 pooling before it."""
    return [
        chain(parse_chain(text), (8, 28, 28)).rows[-1].parameters for text in ("conv16k3p1", "max2s2 conv16k3p1")
    ]


def sequence_output() -> tuple[int, ...]:
    """The shape that a Conv1d with three input channels and two output channels makes of a sequence of 8 vectors."""
    return tuple(convolve(torch.zeros(3, 8), torch.zeros(2, 3, 3), ConvSpec(3)).shape)


_FORWARD = convolve(course.POOLED, course.MEANS[None], ConvSpec(2))  # what the notes print, and they are right
_L3 = ConvSpec(5)

_ALL = [
    _checked("Diagonal match", "L1", "A 3x3 patch with 0.9 on the diagonal and 0.1 elsewhere, under a kernel of the "
             "same numbers, scores 2.43.", _output("conv2d", ConvSpec(3), course.DIAGONAL[None], course.DIAGONAL[None, None],
             2.43), "The score is {}.", "Three products on the diagonal and six beside it: the six small ones were "
             "lost."),
    _checked("Diagonal mismatch", "L1", "Under the same kernel the other diagonal scores 1.21.",
             _output("conv2d", ConvSpec(3), course.DIAGONAL.flip(1)[None], course.DIAGONAL[None, None], 1.21),
             "The score is {}.", "The centre is on both diagonals: one large product, four middling, four small."),
    _checked("Exercise: convolve, then pool", "L1; the notes leave the answer open, this one is ours",
             "256x256, a 3x3 convolution with stride 2 and padding 1 gives 128x128; max pooling 4x4 with stride 1 "
             "then gives 32x32.", _size(ConvSpec(4), (128, 128), 32, "max_pool"), "The pooling gives {}.",
             "With no stride given, PyTorch's pooling steps by its kernel: that is where the answer comes from."),
    _computed("U-Net's smallest map", "L1", "U-Net contracts its 572x572 input down to a single pixel.", (1, 1),
              smallest_unet_map, "The lowest map is {}, with 1,024 channels.",
              "Four poolings and ten unpadded 3x3 layers: each takes its share, and much is left.", size=True),
    _computed("Translation invariance", "L1", "A convolution is translation invariant: move the input, and the output "
              "stays the same (change 0).", 0, lambda: change_when_shifted(ConvSpec(3), move=0),
              "Moved by one column, the output changes by up to {}.",
              "The output moves along with the input: that is equivariance. Compared with the moved output the change "
              "is 0, away from the border and with stride 1."),
    _computed("Sequence of vectors", "L1; the numbers are ours", "A sequence of 8 vectors of 3 numbers goes through a "
              "2D convolution, so a 3x3 kernel without padding makes 1x6 of it, for each of 2 filters.", (2, 1, 6), sequence_output,
              "As a Conv1d with 3 input and 2 output channels it gives the shape {}.",
              "The numbers of a vector have no order to slide along: they are channels of a Conv1d.", size=True),
    _computed("A kernel for this output", "L2", "Training finds the 3x3 kernel that turns the printed 6x6 digits into "
              "the printed 4x4 (residual 0).", 0, residual_of_the_learned_kernel,
              "The best kernel leaves a residual sum of squares of {}.",
              "The printed 4x4 belongs to another input: the one of the preset “Edges that turn”."),
    _checked("Edge by the formula", "L2", "By the printed formula of convolution (it flips the kernel) the 6x6 edge "
             "gives 0, 30, 30, 0 in every row.",
             _output("conv2d", ConvSpec(3), course.EDGE, _flipped(course.VERTICAL), [[0, 30, 30, 0]] * 4),
             "With the flipped kernel the rows are {}.",
             "The formula is a true convolution, the example a cross-correlation: they differ by the kernel's flip."),
    _checked("Size without floor", "L2", "A 6x6 input, kernel 3, stride 2, padding 1: the rule gives 3.5.",
             _size(ConvSpec(3, stride=2, padding=1), (6, 6), 3.5), "The output is {}.",
             "A window that does not fit whole is not computed: the division is rounded down."),
    _checked("Order of a picture's sides", "L2", "Tensors are N x C x W x H, so a picture 640 wide and 480 high "
             "leaves a 3x3 layer as 638 x 478.", _size(ConvSpec(3), (480, 640), (638, 478)), "The output is {}.",
             "PyTorch's order is N, C, H, W: rows first, as in a matrix."),
    _computed("Pooling and parameters", "L2; the numbers are ours", "A pooling before a 3x3 layer (8 to 16 channels, "
              "1,168 parameters) leaves it a quarter of them, 292.", (1168, 292), weights_after_pooling,
              "Without and with the pooling, the layer has {} parameters.",
              "A kernel's weights do not depend on the size of the map; only a later dense layer shrinks."),
    *[
        _checked(f"(X - F) / (S + 1), stride {stride}", "L3",
                 f"7x7 input, 5x5 filter, stride {stride}: the output's side is (X - F) / (S + 1) = {format_number(printed)}.",
                 _size(replace(_L3, stride=stride), (7, 7), printed),
                 "The output is {}.", "The rule is (X - F) / S + 1, rounded down: the 1 counts the first window.")
        for stride, printed in [(1, 1), (2, 0.67), (3, 0.5)]
    ],
    _checked("Pad until it fits", "L3", "A border of one zero round the 7x7 makes the 5x5 filter fit at stride 3: the "
             "output is 3x3.", _size(ConvSpec(5, stride=3, padding=1), (7, 7), 3), "The output is {}.",
             "It takes a border of two: 11 - 5 can be divided by 3, 9 - 5 cannot."),
    _computed("Half the output", "L3", "A 2x2 pooling halves the output: 0.5 of the places are left.", 0.5,
              area_kept_by_pooling, "{} of the places are left.", "Each side is halved, so the area is quartered."),
    _checked("Sobel on a step", "L0", "On a step from 0 to 1 a layer with the printed kernel G_x gives +4 at the step.",
             _output("conv2d", ConvSpec(3), course.STEP, course.SOBEL_X, [[0, 4, 4, 0]]), "The row is {}.",
             "The printed kernel has its positive column on the left; only a flipped kernel gives the other sign."),
    _computed("Undo with a transposed kernel", "L0", "Some 3x3 kernel, transposed, turns the 2x2 of means back into "
              "the 4x4 (residual 0).", 0, residual_of_the_transposed_kernel,
              "The best kernel leaves a residual sum of squares of {}.",
              "The corners ask for contradicting weights: each corner of the output has one input and one weight."),
    _checked("Forward by hand", "L0", "The 4x4 with the 2x2 of means as kernel gives 27 39 51; 55 59 63; 25 21 17.",
             _output("conv2d", ConvSpec(2), course.POOLED, course.MEANS, [[27, 39, 51], [55, 59, 63], [25, 21, 17]]),
             "The output is {}.", "Right as a layer computes it; a true convolution would flip the kernel first."),
    _computed("Channels after pooling", "L0", "A mean pooling halves the channels, so BatchNorm2d(OUTPUT // 2) "
              "follows Conv2d(..., OUTPUT): of 8 channels 4 are left.", 4, lambda: channels_after_pooling(8),
              "{} channels are left.", "Pooling treats each channel alone: it halves height and width."),
    _checked("AlexNet's input", "L4", "AlexNet's first layer, 11x11 with stride 4, takes 224x224 to 55x55.",
             _size(ConvSpec(11, stride=4), (224, 224), 55), "The output is {}.",
             "The rule gives a quarter more than a whole number: it takes 227, or a padding of 2."),
    _checked("First output of the example", "L4", "The 5x5 input (first number 3) under 0 1 2; 2 2 0; 0 1 2 has 12 as "
             "its first output.", _output("conv2d", ConvSpec(3), INPUT[:, :3, :3], KERNEL, 12), "It is {}.",
             "The window at the top left, times the kernel, summed."),
    _checked("An even kernel", "L4", "5x5 input, kernel 4, padding 2: the output is 6x6, larger than the input.",
             _size(ConvSpec(4, padding=2), (5, 5), 6), "The output is {}.", "5 + 4 - 4 + 1: an even kernel cannot "
             "keep 5."),
    _checked("Mean pooling", "L0", "2x2 mean pooling of the 4x4 gives 3 5; 2 2.",
             _output("average_pool", ConvSpec(2, stride=2), course.POOLED, None, [[3, 5], [2, 2]]), "The means are {}.",
             "Each quarter summed and divided by four."),
    _checked("Half a thousand", "L2", "A 512x512 picture leaves a 3x3 layer without padding as 510x510.",
             _size(ConvSpec(3), (512, 512), 510), "The output is {}.", "One row and column is lost at each side."),
    _checked("Channels in the count", "L3; the numbers are ours", "32 filters of 5x5 on a colour picture have 32 x 25 "
             "+ 32 = 832 parameters.", Claim("conv2d", "parameters", ConvSpec(5), ((832.0,),), in_channels=3,
             out_channels=32), "There are {}.", "The notes' formula has the factor: N_F x F_W x F_H x X_D + N_F."),
    _checked("Learned angle detector", "L1", "The layer Conv2d(1, 1, 11) has 122 of the model's 124 parameters.",
             Claim("conv2d", "parameters", ConvSpec(11), ((122.0,),)), "It has {}.",
             "The kernel's area and one bias; the other two are the linear layer's weight and bias."),
    _checked("Caption of figure 4.7", f"{GUIDE_SOURCE}, caption of figure 4.7",
             "The transposed layer of figure 4.7 (kernel 3, stride 2, padding 1, output_padding 1) makes 6x6 of a 2x2 "
             "input.",
             Claim("transposed2d", "size",
             ConvSpec(3, stride=2, padding=1, output_padding=1, transposed=True), ((6.0,),),
                   input_size=(2, 2)), "From 2x2 it makes {}.",
             "The caption's text says 2x2, its formula i' = 3: from 3x3 the layer makes the 6x6 that is drawn."),
]  # fmt: skip
SLIPS: dict[str, Slip] = {slip.name: slip for slip in _ALL}
