"""The size rule with the numbers put in, and what the floor leaves out, in words."""

import re
from collections.abc import Sequence
from math import floor

from cnnviz.bench.setting import Bench
from cnnviz.bench.volume import Volume
from cnnviz.convolution import ConvSpec, Side, output_size, unread

_SIGNS = {
    r"\left": "", r"\right": "", r"\lfloor": '<span class="floor">⌊</span>', r"\rfloor": '<span class="floor">⌋</span>',
    r"\lceil": '<span class="floor">⌈</span>', r"\rceil": '<span class="floor">⌉</span>', r"\cdot": "·", r"\to": "→",
    "- ": "− ",
}  # fmt: skip
NAMES = {1: ("length",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}


def size_rule(spec: ConvSpec, size: Sequence[int]) -> str:
    """The output's size as LaTeX in one line; rows and columns apart where they differ."""
    sides, output = spec.along(len(size)), output_size(spec, tuple(size))
    lines = [_along(spec, n, side, out) for n, side, out in zip(size, sides, output, strict=True)]
    if len(set(lines)) == 1:
        return lines[0]
    return r" \qquad ".join(rf"\text{{{name}: }} {line}" for name, line in zip(NAMES[len(size)], lines, strict=True))


def _along(spec: ConvSpec, size: int, side: Side, out: int) -> str:
    k, s, p, d = side.kernel_size, side.stride, side.padding, side.dilation
    if spec.transposed:
        return rf"({size} - 1) \cdot {s} - 2 \cdot {p} + {d} \cdot ({k} - 1) + {side.output_padding} + 1 = {out}"
    opening, closing = (r"\lceil", r"\rceil") if spec.ceil_mode else (r"\lfloor", r"\rfloor")
    room = size + 2 * p - side.reach
    share = f"{floor(100 * room / s + 0.5) / 100:g}"  # halves up, as the browser rounds it (foresee.js)
    rule = (
        rf"\left{opening} \frac{{{size} + 2 \cdot {p} - {d} \cdot ({k} - 1) - 1}}{{{s}}} \right{closing} + 1"
        rf" = {opening} {share} {closing} + 1 = "
    )
    by_rule = (-(-room // s) if spec.ceil_mode else room // s) + 1
    return rule + (f"{out}" if by_rule == out else rf"{by_rule} \to {out}")  # the last window would start past the input


def as_html(latex: str) -> str:
    """A size rule as markup with a fraction of class "frac": drawn at once, where a formula set by a script comes later."""
    if r" \qquad " in latex:  # rows and columns, each in one piece where the line breaks
        return " ".join(f'<span class="line">{as_html(line)}</span>' for line in latex.split(r" \qquad "))
    text = re.sub(r"\\frac\{(.*?)\}\{(.*?)\}", r'<span class="frac"><span>\1</span><span>\2</span></span>', latex)
    text = re.sub(r"\\text\{(.*?)\}", r"\1", text)
    for command, sign in _SIGNS.items():
        text = text.replace(command, sign)
    return text


def left_out(bench: Bench) -> str:
    """What no output reads, as a sentence; empty where every place is read."""
    if bench.kind.transposed:
        return ""
    counts = [len(places) for places in unread(bench.spec, tuple(bench.x.shape[1:]))]
    words = [
        f"{count} {name if count > 1 or name == 'length' else name[:-1]}"
        for count, name in zip(counts, ("places",) if len(counts) == 1 else ("rows", "columns"), strict=True)
        if count
    ]
    if not words:
        return ""
    padded = " of the padded input" if any(side.padding for side in bench.spec.along(len(counts))) else " of the input"
    verb = "are" if sum(counts) > 1 else "is"
    return f"Hatched: {' and '.join(words)}{padded} {verb} never read: the step does not come out even, and the rule rounds down."


def weight_count(bench: Bench) -> str:
    """How many numbers the layer learns, as a sum."""
    if bench.weight is None:
        return "0 parameters"
    weights, biases = bench.weight.numel(), 0 if bench.bias is None else bench.bias.numel()
    return f"{' · '.join(map(str, bench.weight.shape))} = {weights} weights" + (f" + {biases} biases" if biases else "")


def volume_count(volume: Volume) -> str:
    """How many numbers a Conv3d learns, and how many products it takes."""
    biases = f"{volume.out_channels} {'bias' if volume.out_channels == 1 else 'biases'}"
    values = f"{volume.out_channels} × {volume.places:,} values"
    return f"{volume.weights:,} weights + {biases}, {volume.weights * volume.places:,} multiply-adds for {values}."
