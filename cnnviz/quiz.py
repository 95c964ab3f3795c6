"""Predict the output size: a random layer that fits its input, the grade of an answer, and the rule worked out."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from cnnviz.convolution import ConvSpec, Side, output_size, pooling_call, pytorch_call
from cnnviz.slide_check import KINDS, Claim, CommonSlip, check

LEVELS = ("easy", "medium", "hard")
MOST_SEED = 999_999
_KINDS = {
    "easy": ("conv2d", "conv1d"),
    "medium": ("conv2d", "conv1d", "max_pool", "average_pool"),
    "hard": ("conv2d", "max_pool", "transposed2d", "transposed2d", "transposed1d"),
}


@dataclass(frozen=True)
class Question:
    """A layer and its input's size, one number for each dimension; kind is a key of slide_check.KINDS."""

    kind: str
    spec: ConvSpec
    input_size: tuple[int, ...]

    @property
    def call(self) -> str:
        """The layer as PyTorch code, with one channel."""
        mode = KINDS[self.kind].mode
        spec = self.spec.expand(len(self.input_size))
        return pooling_call(spec, mode) if mode else pytorch_call(spec, 1, 1)


@dataclass(frozen=True)
class Grade:
    """Whether the answer is right, the right answer, and the common slips that give the answer where it is wrong."""

    right: bool
    size: tuple[int, ...]
    slips: list[CommonSlip]


def make_question(seed: int, level: str = "medium") -> Question:
    """A question whose settings fit; the same seed and level give the same. ValueError for another level or seed.

    easy: one stride, no dilation. medium: strides where the floor counts, and pooling. hard: height and width apart,
    dilation, transposed convolution with output_padding, ceil_mode.
    """
    if level not in LEVELS:
        raise ValueError(f"the level is {level!r}: it must be one of {', '.join(LEVELS)}")
    if not 0 <= seed <= MOST_SEED:
        raise ValueError(f"the seed is {seed}: give a whole number from 0 to {MOST_SEED:,}")
    random = Random(f"{level} {seed}")
    while True:
        question = _draw(random, level)
        if question and _fits(question):
            return question


def grade(question: Question, answer: Sequence[int]) -> Grade:
    """Grade an answer of one number for each dimension."""
    if len(answer) != len(question.input_size):
        raise ValueError(f"the answer has {len(answer)} numbers: give {len(question.input_size)}")
    claimed = (tuple(map(float, answer)),)
    verdict = check(Claim(question.kind, "size", question.spec, claimed, input_size=question.input_size))
    return Grade(verdict.right, tuple(map(int, verdict.computed[0])), verdict.slips)


def worked_rule(question: Question) -> list[str]:
    """The size rule with the question's numbers put in, as LaTeX: a line for each dimension."""
    sizes = question.input_size
    names = ["length"] if len(sizes) == 1 else ["height", "width"]
    pooling = KINDS[question.kind].mode is not None
    results = output_size(question.spec, sizes, pooling=pooling)
    rule = _transposed_rule if question.spec.transposed else _forward_rule
    lines = [
        rf"\begin{{aligned}}\text{{{name}}} &= {rule(n, side, question.spec.ceil_mode, result)}\end{{aligned}}"
        for name, n, side, result in zip(names, sizes, question.spec.along(len(sizes)), results, strict=True)
    ]
    if len(lines) == 2 and lines[0].replace("height", "width") == lines[1]:
        return [lines[0].replace("height", "height and width")]
    return lines


def rule_in_letters(question: Question) -> str:
    """The size rule as LaTeX, with input n, kernel k, stride s, padding p, dilation d."""
    if question.spec.transposed:
        return r"(n-1)\,s - 2p + d\,(k-1) + \text{output\_padding} + 1"
    left, right = (r"\lceil", r"\rceil") if question.spec.ceil_mode else (r"\lfloor", r"\rfloor")
    return rf"\left{left} \frac{{n + 2p - d\,(k-1) - 1}}{{s}} \right{right} + 1"


def _draw(random: Random, level: str) -> Question | None:
    """A random question, or None where PyTorch refuses its settings whatever the input."""
    kind = random.choice(_KINDS[level])
    layer, hard = KINDS[kind], level == "hard"
    apart = hard and random.random() < 0.5

    def each(low: int, high: int) -> tuple[int, ...]:
        first = random.randint(low, high)
        return tuple(random.randint(low, high) if apart and n else first for n in range(layer.dimensions))

    size = each(2, 9) if layer.transposed else each(5, 12 if level == "easy" else 32)
    kernel = each(2, 5) if layer.mode else each(1 if hard else 2, 5)
    stride = each(1, 1) if level == "easy" else each(2 if hard else 1, 3)
    try:
        spec = ConvSpec(
            kernel,
            stride,
            padding=each(0, 2),
            dilation=each(1, 3) if hard and layer.mode != "average" else 1,
            output_padding=each(0, 1) if layer.transposed else 0,
            transposed=layer.transposed,
            ceil_mode=hard and layer.mode is not None and random.random() < 0.5,
        )
        return Question(kind, spec, size)
    except ValueError:
        return None


def _fits(question: Question) -> bool:
    """Whether the layer takes the input and makes more than one place of it."""
    try:
        size = output_size(question.spec, question.input_size, pooling=KINDS[question.kind].mode is not None)
        Claim(question.kind, "size", question.spec, (tuple(map(float, size)),), input_size=question.input_size)
    except ValueError:
        return False
    return min(size) > 1


def _forward_rule(n: int, side: Side, ceil_mode: bool, result: int) -> str:
    left, right = (r"\lceil", r"\rceil") if ceil_mode else (r"\lfloor", r"\rfloor")
    steps = Fraction(n + 2 * side.padding - side.reach, side.stride)
    reach = str(side.kernel_size) if side.dilation == 1 else rf"({side.dilation}\cdot({side.kernel_size}-1)+1)"
    shown = rf"\frac{{{steps.numerator}}}{{{steps.denominator}}}" if steps.denominator > 1 else str(steps)
    plain = (-(-steps.numerator // steps.denominator) if ceil_mode else steps.numerator // steps.denominator) + 1
    dropped = rf"\;\to\; {result}\ \text{{(the last window would start in the padding)}}" if plain != result else ""
    return (
        rf"\left{left} \frac{{{n} + 2\cdot{side.padding} - {reach}}}{{{side.stride}}} \right{right} + 1 "
        rf"\\ &= \left{left} {shown} \right{right} + 1 = {plain}{dropped}"
    )


def _transposed_rule(n: int, side: Side, ceil_mode: bool, result: int) -> str:
    return (
        rf"({n}-1)\cdot{side.stride} - 2\cdot{side.padding} + {side.dilation}\cdot({side.kernel_size}-1) "
        rf"\\ &\quad + {side.output_padding} + 1 = {result}"
    )
