"""A chain of picture operations, one after the other, and its short form for a link."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote

import torch.nn.functional as F
from torch import Tensor

from cnnviz.convolution import PADDING_MODES, ConvSpec, check_pooling, output_size
from cnnviz.kernels import KERNELS, check_filter, filter_image, kernel_from_text, same_padding

Kind = Literal["filter", "max pool", "average pool", "relu", "threshold"]
KINDS: tuple[Kind, ...] = ("filter", "max pool", "average pool", "relu", "threshold")
MAX_STEPS = 5  # more pictures do not stand side by side
MAX_LEVEL = 1e6  # of a threshold's absolute value: as of a kernel's cell
MAX_SETTING = 64  # of a step's kernel_size, stride, padding and dilation: keeps what a link can ask for small

# The link's letters. Steps are parted by "*" and fields by "_", which a link carries as they are.
NUMBERS = {"k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation"}


@dataclass(frozen=True)
class Step:
    """One operation.

    kind: "filter" (kernel, spec, flip), "max pool" or "average pool" (spec), "relu" (negative values become 0) or
    "threshold" (1 above level, else 0; level from -1e6 to 1e6). kernel: a name in KERNELS, or cells as kernel_from_text
    reads them. spec: for a filter None keeps the size with zeros; a pooling needs one, whose stride is 1 unless it says
    otherwise.
    Errors: ValueError for another kind, a pooling without spec, settings above 64 or that do not go with the kind.
    """

    kind: Kind
    kernel: str = ""
    spec: ConvSpec | None = None
    flip: bool = False
    level: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the step {self.kind!r} is unknown: it must be one of {', '.join(KINDS)}")
        if not math.isfinite(self.level):
            raise ValueError(f"the level {self.level} is no number: give one, for example 0.5")
        if abs(self.level) > MAX_LEVEL:
            raise ValueError(f"the level {self.level:g} is too large: a level lies between {-MAX_LEVEL:,.0f} and {MAX_LEVEL:,.0f}")
        if "pool" in self.kind:
            if self.spec is None:
                raise ValueError(f"{self.kind} needs the size of its window: give ConvSpec(2, stride=2)")
            check_pooling(self.spec, _mode(self.kind))
        elif self.spec is not None:
            check_filter(self.spec)
        for side in self.spec.along(2) if self.spec else ():
            for name, number in side._asdict().items():
                if number > MAX_SETTING:
                    raise ValueError(f"{name} {number} is too large for a step of a chain: give {MAX_SETTING} or less")

    def __str__(self) -> str:
        """What the step does, in a few words."""
        if self.kind == "filter":
            return f"filter {self.kernel if self.kernel in KERNELS else 'with its own kernel'}"
        return f"threshold at {self.level:g}" if self.kind == "threshold" else self.kind


def apply_chain(image: Tensor, steps: Sequence[Step]) -> list[Tensor]:
    """The pictures after each step; image: (C,H,W), and so are they.

    Errors: ValueError names the step, counted from 1, that does not work or whose values grow beyond the number type.
    """
    _check_count(len(steps))
    pictures = []
    for number, step in enumerate(steps, start=1):
        try:
            image = _apply(image, step)
        except ValueError as error:
            raise ValueError(f"step {number} ({step}): {error}") from error
        if not image.isfinite().all():
            raise ValueError(
                f"step {number} ({step}): some values are no longer finite numbers: make the kernels smaller, for "
                "example by dividing them by their sum"
            )
        pictures.append(image)
    return pictures


def pool_image(image: Tensor, spec: ConvSpec, mode: str = "max") -> Tensor:
    """Max or average pooling of a picture (C,H,W), by PyTorch; the loop that explains it is cnnviz.convolution.pool."""
    check_pooling(spec, mode)
    output_size(spec, image.shape[1:])
    if mode == "max":
        return F.max_pool2d(image, spec.kernel_size, spec.stride, spec.padding, spec.dilation, spec.ceil_mode)
    return F.avg_pool2d(image, spec.kernel_size, spec.stride, spec.padding, spec.ceil_mode)


def step_kernel(step: Step) -> Tensor:
    """The kernel (kH,kW) of a filter step."""
    return KERNELS[step.kernel] if step.kernel in KERNELS else kernel_from_text(step.kernel)


def step_spec(step: Step) -> ConvSpec | None:
    """How a step's window moves, with a number for each side; None where each pixel is read alone."""
    if step.kind in ("relu", "threshold"):
        return None
    if step.spec is not None:
        return step.spec.expand(2)
    size = (step_kernel(step).shape[0], step_kernel(step).shape[1])
    return ConvSpec(size, padding=same_padding(size)).expand(2)


def to_link(steps: Sequence[Step]) -> str:
    """The chain as one short text, for example "filter_Sobel x_k3_p1_replicate*relu*maxpool_k2_s2"."""
    _check_count(len(steps))
    return "*".join("_".join(_fields(step)) for step in steps)


def from_link(text: str) -> list[Step]:
    """The chain that to_link wrote. ValueError names the step and the part of it that cannot be read."""
    if not text:
        return []
    parts = text.split("*")
    _check_count(len(parts))
    steps = []
    for number, part in enumerate(parts, start=1):
        try:
            steps.append(_read(part))
        except ValueError as error:
            raise ValueError(f"the link is damaged at step {number}, {part[:40]!r}: {error}") from error
    return steps


def _apply(image: Tensor, step: Step) -> Tensor:
    if step.kind == "filter":
        return filter_image(image, step_kernel(step), step.spec, flip=step.flip)
    if step.kind == "relu":
        return image.relu()
    if step.kind == "threshold":
        return (image > step.level).to(image.dtype)
    assert step.spec is not None  # Step has checked it
    return pool_image(image, step.spec, _mode(step.kind))


def _mode(kind: str) -> str:
    return kind.removesuffix(" pool")


def _fields(step: Step) -> list[str]:
    """The words of a step: its kind, what that kind has, and each setting that differs from the default."""
    words = [step.kind.replace(" ", "")]
    if step.kind == "filter":
        words += [_quoted(step.kernel)] + ["flip"] * step.flip
    if step.kind == "threshold":
        words.append(repr(step.level))
    if step.spec is not None and step.kind in ("filter", "max pool", "average pool"):
        spec = step.spec
        plain = ConvSpec(spec.kernel_size)
        for letter, name in NUMBERS.items():
            value = getattr(spec, name)
            if name == "kernel_size" or value != getattr(plain, name):
                words.append(letter + "x".join(map(str, value if isinstance(value, tuple) else (value,))))
        words += [spec.padding_mode] * (spec.padding_mode != "zeros") + ["ceil"] * spec.ceil_mode
    return words


def _read(part: str) -> Step:
    """One step from its words."""
    word, *words = part.split("_")
    kind = {kind.replace(" ", ""): kind for kind in KINDS}.get(word)
    if kind is None:
        raise ValueError(f"{word[:20]!r} is no operation; there are {', '.join(KINDS)}")
    if kind in ("filter", "threshold") and not words:
        raise ValueError("a filter needs a kernel" if kind == "filter" else "a threshold needs a level")
    kernel = unquote(words.pop(0)) if kind == "filter" else ""
    level = _number(words.pop(0)) if kind == "threshold" else Step.level
    flip = kind == "filter" and "flip" in words
    settings: dict[str, Any] = {}
    for word in words:
        if word in PADDING_MODES:
            settings["padding_mode"] = word
        elif word == "ceil":
            settings["ceil_mode"] = True
        elif word[:1] in NUMBERS and re.fullmatch(r"[0-9]{1,4}(x[0-9]{1,4})?", word[1:]):
            numbers = tuple(map(int, word[1:].split("x")))
            settings[NUMBERS[word[0]]] = numbers if len(numbers) == 2 else numbers[0]
        elif not (flip and word == "flip"):
            raise ValueError(f"{word[:20]!r} is no setting of {kind}")
    if settings and kind in ("relu", "threshold"):
        raise ValueError(f"{kind} has no settings")
    if settings and "kernel_size" not in settings:
        raise ValueError("the kernel_size is missing, for example k3")
    return Step(kind, kernel, ConvSpec(**settings) if settings else None, flip, level)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"the level {text[:20]!r} is no number") from None


def _quoted(text: str) -> str:
    """The text without the signs that part steps and fields."""
    return quote(text, safe=" ;,./-+\n\t").replace("_", "%5F")


def _check_count(count: int) -> None:
    if count > MAX_STEPS:
        raise ValueError(f"a chain has at most {MAX_STEPS} steps, not {count}: leave some out")
