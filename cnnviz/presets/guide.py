"""The figures of the convolution arithmetic guide (arXiv 1603.07285), each with its settings.

Figures 1.1, 1.2, 1.5 and 1.6 print numbers, which are these; the others show sizes only, so their numbers are seeded.
"""

from collections.abc import Sequence

from torch import Tensor

from cnnviz.convolution import ConvSpec
from cnnviz.presets.preset import GUIDE_SOURCE, Preset, kernel, picture, seeded

INPUT = picture([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
KERNEL = kernel([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
CHOSEN = "The figure gives no numbers: these are chosen."


def _printed(
    number: str, title: str, kind: str, spec: ConvSpec, note: str, *, also: str = "", weight: Tensor | None = KERNEL
) -> Preset:
    """A figure with the guide's printed 5x5 input."""
    return Preset(f"Guide {number}: {title}", _source(number, also), kind, spec, INPUT, weight, None, (3, 3), note)


def _drawn(
    number: str, title: str, kind: str, size: int, spec: ConvSpec, states: int, note: str = "",
    *, also: str = "", channels: Sequence[int] = (1, 1),
) -> Preset:  # fmt: skip
    """A figure without numbers: a square input of that side, and the square output that the guide states."""
    seed = int(number.replace(".", ""))
    ins, outs = channels
    shape = (ins, outs) if spec.transposed else (outs, ins)
    side = spec.along(2)[0].kernel_size
    return Preset(
        f"Guide {number}: {title}", _source(number, also), kind, spec, seeded((ins, size, size), seed),
        seeded((*shape, side, side), 100 + seed, high=2), None, (states, states), f"{note} {CHOSEN}".strip(),
    )  # fmt: skip


def _source(number: str, also: str) -> str:
    return f"{GUIDE_SOURCE}, figure {number}" + (f"; {also}" if also else "")


GUIDE = [
    _printed("1.1", "a convolution with numbers", "conv2d", ConvSpec(3), "The first output is 12.",
             also="L4, the 5x5 example"),
    _printed("1.2", "the same, padded, stride 2", "conv2d", ConvSpec(3, stride=2, padding=1),
             "The kernel's centre visits every second place of the input."),
    _drawn("1.3", "two channels to three", "conv2d", 5, ConvSpec(3), 3,
           "3 filters of 2 slices each: the slices' results are added up.", channels=(2, 3), also="L2 and L4"),
    _drawn("1.4", "stride as leaving out", "conv2d", 5, ConvSpec(3, stride=2), 2,
           "Stride 2 keeps one output in two, in both directions."),
    _printed("1.5", "average pooling", "average_pool", ConvSpec(3), "Stride 1: the windows overlap.", weight=None),
    _printed("1.6", "max pooling", "max_pool", ConvSpec(3), "Stride 1: the windows overlap.", weight=None,
             also="L4, figure 8"),
    _drawn("2.1", "no padding", "conv2d", 4, ConvSpec(3), 2, also="L4, figure 2"),
    _drawn("2.2", "arbitrary padding", "conv2d", 5, ConvSpec(4, padding=2), 6,
           "An even kernel: the output is larger than the input.", also="L4, figure 3"),
    _drawn("2.3", "half (same) padding", "conv2d", 5, ConvSpec(3, padding=1), 5, also="L4, figure 4"),
    _drawn("2.4", "full padding", "conv2d", 5, ConvSpec(3, padding=2), 7,
           "Every overlap of kernel and input counts, down to one cell.", also="L4, figure 5"),
    _drawn("2.5", "stride 2", "conv2d", 5, ConvSpec(3, stride=2), 2, also="L4, figure 6"),
    _drawn("2.6", "padding and stride 2", "conv2d", 5, ConvSpec(3, stride=2, padding=1), 3, also="L4, figure 7"),
    _drawn("2.7", "padding and stride 2, odd", "conv2d", 6, ConvSpec(3, stride=2, padding=1), 3,
           "6 gives the same size as 5: the floor drops the padded input's last row and column."),
    _drawn("4.1", "transposed, no padding", "transposed2d", 2, ConvSpec(3, transposed=True), 4,
           "Gives back the size of figure 2.1's input, not its numbers."),
    _drawn("4.2", "transposed, arbitrary padding", "transposed2d", 6, ConvSpec(4, padding=2, transposed=True), 5),
    _drawn("4.3", "transposed, half padding", "transposed2d", 5, ConvSpec(3, padding=1, transposed=True), 5),
    _drawn("4.4", "transposed, full padding", "transposed2d", 7, ConvSpec(3, padding=2, transposed=True), 5,
           "Padding crops: the equivalent direct convolution has none."),
    _drawn("4.5", "transposed, stride 2", "transposed2d", 2, ConvSpec(3, stride=2, transposed=True), 5,
           "Stride puts zeros between the inputs."),
    _drawn("4.6", "transposed, padding and stride 2", "transposed2d", 3,
           ConvSpec(3, stride=2, padding=1, transposed=True), 5),
    _drawn("4.7", "transposed, odd", "transposed2d", 3,
           ConvSpec(3, stride=2, padding=1, output_padding=1, transposed=True), 6,
           "output_padding 1 chooses 6 rather than 5. The caption's text says a 2x2 input, its i' = 3 is right."),
    _drawn("5.1", "dilation 2", "conv2d", 7, ConvSpec(3, dilation=2), 3, "The 3x3 kernel reaches over 5x5 places."),
]  # fmt: skip
