"""The description: layers and their numbers, as frozen dataclasses and as the text of a link."""

import re
from collections import Counter
from dataclasses import dataclass

from cnnviz.convolution import ConvSpec
from cnnviz.convolution.sizes import check_pooling

KINDS = {
    "conv": "convolution", "max": "max pooling", "avg": "average pooling", "bn": "batch normalisation", "relu": "ReLU",
    "drop": "dropout", "flatten": "flatten", "gap": "global average pooling", "lin": "linear", "skip": "skip",
}  # fmt: skip
NAMES = {"max": "pool", "avg": "pool", "lin": "fc", "skip": "add"}  # of the modules, where it is not the kind
WINDOWED = ("conv", "max", "avg")
NUMBERED = ("conv", "lin", "drop", "skip")
MOST_LAYERS = 60
MOST_CHANNELS = 4096  # and units of a linear layer
MOST_SIDE = 2048  # rows or columns of the input
_WORD = re.compile(r"([a-z]+)(\d*)((?:[ksp]\d+)*)")
_SHAPE = re.compile(r"(\d+)x(\d+)x(\d+)")
Shape = tuple[int, ...]


@dataclass(frozen=True)
class PlanLayer:
    """One layer; kind is a key of KINDS.

    number: of a convolution its output channels, of a linear layer its output features, of a dropout its rate in per
    cent, of a skip the layer whose output it adds (1 is the first layer, 0 the input). kernel, stride, padding: of a
    convolution or a pooling, square. What a kind does not have is 0. ValueError for numbers that no such layer has.
    """

    kind: str
    number: int = 0
    kernel: int = 0
    stride: int = 0
    padding: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the layer is a {self.kind!r}: it must be one of {', '.join(KINDS)}")
        most = {"drop": 99, "skip": MOST_LAYERS}.get(self.kind, MOST_CHANNELS)
        least = int(self.kind in ("conv", "lin"))
        what = {"drop": "rate, in per cent,", "skip": "layer to add", "lin": "out_features"}.get(self.kind, "out_channels")
        if self.kind in NUMBERED and not least <= self.number <= most:
            raise ValueError(f"the {what} is {self.number}: give {least} to {most:,}")
        if self.kind in WINDOWED:
            spec = self.spec  # checks the numbers
            if self.kind != "conv":
                check_pooling(spec, "max" if self.kind == "max" else "average")
        used = {"number": self.kind in NUMBERED, **dict.fromkeys(("kernel", "stride", "padding"), self.kind in WINDOWED)}
        for name in (name for name, has in used.items() if not has):
            object.__setattr__(self, name, 0)

    @property
    def spec(self) -> ConvSpec:
        return ConvSpec(self.kernel, self.stride, self.padding)

    def __str__(self) -> str:
        """The layer as in the link: "conv16k3p1", "max2", "lin10"; what is at its default is left out."""
        if self.kind not in WINDOWED:
            return f"{self.kind}{self.number if self.kind in NUMBERED else ''}"
        conv = self.kind == "conv"
        word, stride = (f"conv{self.number}k{self.kernel}", 1) if conv else (f"{self.kind}{self.kernel}", self.kernel)
        return word + (f"s{self.stride}" if self.stride != stride else "") + (f"p{self.padding}" if self.padding else "")


@dataclass(frozen=True)
class NetworkPlan:
    """A network's description: the input's shape (channels, height, width) and its layers; `str` is its text in a link.

    ValueError for a shape or a number of layers that is out of range. Whether the layers fit each other is told by
    `fit`, so that a network can be written down while it does not yet.
    """

    input_shape: tuple[int, int, int]
    layers: tuple[PlanLayer, ...]

    def __post_init__(self) -> None:
        channels, *sides = self.input_shape
        if not 1 <= channels <= MOST_CHANNELS or not all(1 <= side <= MOST_SIDE for side in sides):
            limits = f"1 to {MOST_CHANNELS:,} channels and sides from 1 to {MOST_SIDE:,}"
            raise ValueError(f"the input is {by(self.input_shape)}: give {limits}")
        if not 1 <= len(self.layers) <= MOST_LAYERS:
            raise ValueError(f"the network has {len(self.layers)} layers: give 1 to {MOST_LAYERS}")

    def __str__(self) -> str:
        return " ".join([by(self.input_shape), *map(str, self.layers)])

    @property
    def names(self) -> list[str]:
        """The modules' names: conv1, bn1, relu1, pool1, conv2 and so on."""
        count: Counter[str] = Counter()
        names = []
        for layer in self.layers:
            name = NAMES.get(layer.kind, layer.kind)
            count[name] += 1
            names.append(f"{name}{count[name]}")
        return names


def parse_plan(text: str) -> NetworkPlan:
    """The network of a line such as "3x32x32 conv16k3p1 bn relu max2 flatten lin10": the input, then the layers.

    conv with out_channels and k(ernel), s(tride), p(adding); max and avg with their kernel (the stride is the same
    unless given); bn, relu, flatten, gap; drop with per cent; lin with out_features; skip with the number of the layer
    whose output is added. ValueError names the layer's number, what is wrong with it and what to write.
    """
    first, *words = re.split(r"[\s,;]+", text.strip(" ,;\n\t").lower())
    match = _SHAPE.fullmatch(first)
    if not match:
        raise ValueError(f"the network begins with {_short(first)!r}: begin with the input, channels x height x width: 3x32x32")
    channels, height, width = map(int, match.groups())
    return NetworkPlan((channels, height, width), tuple(_parse(word, number) for number, word in enumerate(words, start=1)))


def _parse(word: str, number: int) -> PlanLayer:
    match = _WORD.fullmatch(word)
    if not match or match[1] not in KINDS:
        raise ValueError(f"layer {number}: {_short(word)!r} is no layer: write conv16k3p1, max2, avg2, bn, relu, drop50, "
                         "flatten, gap, lin10 or skip3")  # fmt: skip
    kind, first, rest = match[1], match[2], re.findall(r"([ksp])(\d+)", match[3])
    given = {letter: int(value) for letter, value in rest}
    allowed = {"conv": "ksp", "max": "sp", "avg": "sp"}.get(kind, "")
    has_number = kind in NUMBERED or kind in WINDOWED
    letters = len(given) == len(rest) and set(given) <= set(allowed) and ("k" in given) == (kind == "conv")
    if not letters or bool(first) != has_number:
        ways = {"conv": "conv16k3s2p1", "max": "max2 or max3s2p1", "avg": "avg2 or avg3s2p1"}
        raise ValueError(f"layer {number}: {_short(word)!r}: write it like {ways.get(kind, kind + '10' * has_number)}")
    size = int(first or 0)
    try:
        if kind == "conv":
            return PlanLayer(kind, size, given["k"], given.get("s", 1), given.get("p", 0))
        if kind in WINDOWED:
            return PlanLayer(kind, 0, size, given.get("s", size), given.get("p", 0))
        return PlanLayer(kind, size)
    except ValueError as error:
        raise ValueError(f"layer {number}: {error}") from None


def by(shape: Shape) -> str:
    """The shape as it is written: 3x32x32."""
    return "x".join(map(str, shape))


def _short(word: str) -> str:
    return word if len(word) <= 24 else f"{word[:23]}…"
