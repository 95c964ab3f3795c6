"""Layers after one another: the shape, the parameters, the multiply-adds and the receptive field after each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cnnviz.convolution import ConvSpec, output_size
from cnnviz.convolution.sizes import check_pooling
from cnnviz.receptive_field import ReceptiveField, receptive_fields

KINDS = {"conv": "convolution", "max": "max pooling", "avg": "average pooling"}
MOST_LAYERS = 24
MOST_CHANNELS = 4096
MOST_SIZE = 10_000  # rows or columns of the input
_WORD = re.compile(r"(conv|max|avg)(\d+)((?:[kspd]\d+)*)")


@dataclass(frozen=True)
class ChainLayer:
    """One square layer; kind is a key of KINDS, out_channels is for a convolution (a pooling keeps its channels)."""

    kind: str
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    out_channels: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the layer is a {self.kind!r}: it must be one of {', '.join(KINDS)}")
        if not 1 <= self.out_channels <= MOST_CHANNELS:
            raise ValueError(f"out_channels {self.out_channels}: give 1 to {MOST_CHANNELS:,}")
        spec = self.spec  # checks the numbers
        if self.kind != "conv":
            check_pooling(spec, "max" if self.kind == "max" else "average")

    @property
    def spec(self) -> ConvSpec:
        return ConvSpec(self.kernel, self.stride, self.padding, self.dilation)

    def __str__(self) -> str:
        """The layer as in the link: "conv16k3s2p1", "max2s2"; what is at its default is left out."""
        first = f"conv{self.out_channels}k{self.kernel}" if self.kind == "conv" else f"{self.kind}{self.kernel}"
        return first + "".join(
            f"{letter}{value}"
            for letter, value, default in [("s", self.stride, 1), ("p", self.padding, 0), ("d", self.dilation, 1)]
            if value != default
        )


@dataclass(frozen=True)
class ChainRow:
    """What a layer makes: shape (channels, height, width), learned numbers, multiply-adds, receptive field.

    A multiply-add (one product added to a sum) counts once; adding the bias and pooling count as none.
    """

    layer: ChainLayer
    shape: tuple[int, int, int]
    parameters: int
    multiply_adds: int
    field: ReceptiveField


class Chain(NamedTuple):
    """The rows up to the first layer that does not fit, and what is wrong with that one (None where all fit)."""

    rows: list[ChainRow]
    fault: str | None


class Example(NamedTuple):
    """A chain to load: the input's shape, the layers as text, where it comes from."""

    shape: tuple[int, int, int]
    text: str
    source: str


_VGG_BLOCKS = " ".join(
    " ".join([f"conv{channels}k3p1"] * count + ["max2s2"])
    for channels, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
)
CHAINS = {
    "256 to 128 to 125": Example((1, 256, 256), "conv8k3s2p1 max4",
                                 "L1, exercise (its channels are not given: these are chosen)"),
    "512 to 510": Example((1, 512, 512), "conv1k3", "L2"),
    "LeNet-5": Example((1, 32, 32), "conv6k5 avg2s2 conv16k5 avg2s2 conv120k5",
                       "LeCun et al. (1998); here every C3 filter sees all six maps, and pooling learns nothing"),
    "AlexNet": Example((3, 227, 227),
                       "conv96k11s4 max3s2 conv256k5p2 max3s2 conv384k3p1 conv384k3p1 conv256k3p1 max3s2",
                       "Krizhevsky et al. (2012), without its two groups; 227, for 224 does not come out even"),
    "VGG block": Example((64, 112, 112), "conv128k3p1 conv128k3p1 max2s2",
                         "Simonyan and Zisserman (2014), second block: two 3x3 layers see what one 5x5 sees"),
    "VGG-16": Example((3, 224, 224), _VGG_BLOCKS, "Simonyan and Zisserman (2014), configuration D"),
    "Dilated": Example((1, 64, 64), "conv8k3p1 conv8k3p2d2 conv8k3p4d4 conv8k3p8d8",
                       "after Yu and Koltun (2015): the field doubles with each layer, the map keeps its size"),
    "U-Net, way down": Example(
        (1, 572, 572),
        "conv64k3 conv64k3 max2s2 conv128k3 conv128k3 max2s2 conv256k3 conv256k3 max2s2 conv512k3 conv512k3 max2s2 "
        "conv1024k3 conv1024k3", "Ronneberger et al. (2015), figure 1"),
}  # fmt: skip


def chain(layers: Sequence[ChainLayer], shape: tuple[int, int, int]) -> Chain:
    """Run the shape (channels, height, width) through the layers; stops at the first that does not fit."""
    fields = receptive_fields([layer.spec for layer in layers])
    rows: list[ChainRow] = []
    for number, (layer, field) in enumerate(zip(layers, fields, strict=True), start=1):
        try:
            height, width = output_size(layer.spec, shape[1:], pooling=layer.kind != "conv")
        except ValueError as error:
            return Chain(rows, f"layer {number}, {KINDS[layer.kind]}: {error}")
        weights = biases = 0
        if layer.kind == "conv":
            weights, biases = layer.out_channels * shape[0] * layer.kernel**2, layer.out_channels
        shape = (layer.out_channels if layer.kind == "conv" else shape[0], height, width)
        rows.append(ChainRow(layer, shape, weights + biases, weights * height * width, field))
    return Chain(rows, None)


def chain_text(layers: Sequence[ChainLayer]) -> str:
    """The layers as one line for the link; `parse_chain` reads it back."""
    return " ".join(map(str, layers))


def parse_chain(text: str) -> list[ChainLayer]:
    """The layers of a line such as "conv16k3s2p1 max2s2": conv with out_channels, then k(ernel), s, p, d; max and avg.

    Raises ValueError that names the layer's number, what is wrong with it, and what to write.
    """
    words = re.split(r"[\s,;]+", text.strip(" ,;\n\t").lower())
    if words == [""]:
        raise ValueError("the chain is empty: give layers, for example conv8k3s2p1 max4")
    if len(words) > MOST_LAYERS:
        raise ValueError(f"the chain has {len(words)} layers: give at most {MOST_LAYERS}")
    return [_parse_layer(word, number) for number, word in enumerate(words, start=1)]


def _parse_layer(word: str, number: int) -> ChainLayer:
    match = _WORD.fullmatch(word)
    if not match:
        shown = word if len(word) <= 24 else f"{word[:23]}…"
        raise ValueError(f"layer {number}: {shown!r} is no layer: write it like conv16k3s2p1, max2s2 or avg2s2")
    kind, first, rest = match[1], int(match[2]), re.findall(r"([kspd])(\d+)", match[3])
    given = {letter: int(value) for letter, value in rest}
    if len(given) < len(rest):
        raise ValueError(f"layer {number}: {word!r} gives a letter twice: give each of k, s, p, d once")
    if (kind == "conv") != ("k" in given):
        ways = "the kernel's side after k: conv16k3" if kind == "conv" else f"the kernel's side once: {kind}{first}"
        raise ValueError(f"layer {number}: {word!r}: give {ways}")
    out_channels, kernel = (first, given["k"]) if kind == "conv" else (1, first)
    settings = {name: given[name[0]] for name in ("stride", "padding", "dilation") if name[0] in given}
    try:
        return ChainLayer(kind, kernel, out_channels=out_channels, **settings)
    except ValueError as error:
        raise ValueError(f"layer {number}: {error}") from None


def pytorch_code(layers: Sequence[ChainLayer], shape: tuple[int, int, int]) -> str:
    """PyTorch code that builds the chain and prints each layer's output shape and parameters."""
    lines, channels = ["import torch", "from torch import nn", "", "layers = nn.Sequential("], shape[0]
    for layer in layers:
        words = [f"kernel_size={layer.kernel}", f"stride={layer.stride}"]
        words += [f"padding={layer.padding}"] if layer.padding else []
        words += [f"dilation={layer.dilation}"] if layer.dilation > 1 else []
        if layer.kind == "conv":
            call = f"Conv2d({channels}, {layer.out_channels}"
            channels = layer.out_channels
        else:
            call = "MaxPool2d(" if layer.kind == "max" else "AvgPool2d("
        lines.append(f"    nn.{call}{', ' if layer.kind == 'conv' else ''}{', '.join(words)}),")
    size = ", ".join(map(str, shape))
    return "\n".join([
        *lines, ")",
        f"x = torch.empty(1, {size}, device='meta')  # a shape without numbers",
        "for layer in layers.to('meta'):",
        "    x = layer(x)",
        "    print(tuple(x.shape[1:]), sum(p.numel() for p in layer.parameters()), layer)",
    ])  # fmt: skip
