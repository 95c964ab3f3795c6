"""Layer chains: shapes, counts and receptive fields as PyTorch and the papers have them."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

from cnnviz.figures.chain_drawing import field_square, growing_fields, traced_places
from cnnviz.layer_chain import CHAINS, MOST_LAYERS, ChainLayer, chain, chain_text, parse_chain, pytorch_code

FEWER = settings(max_examples=100, deadline=None, database=None)


def shapes(name: str) -> list[tuple[int, int, int]]:
    return [row.shape for row in chain(parse_chain(CHAINS[name].text), CHAINS[name].shape).rows]


def test_the_exercise_of_the_notes() -> None:
    assert [shape[1] for shape in shapes("256 to 128 to 125")] == [128, 125]
    assert shapes("512 to 510") == [(1, 510, 510)]


def test_lenet_as_published() -> None:
    """LeCun et al. (1998), section II.B: sizes; C5's 48,120 trainable connections; C1's 156 parameters."""
    rows = chain(parse_chain(CHAINS["LeNet-5"].text), CHAINS["LeNet-5"].shape).rows
    assert [row.shape for row in rows] == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1)]
    assert [row.parameters for row in rows] == [156, 0, 2416, 0, 48120]
    assert rows[0].multiply_adds == 6 * 28 * 28 * 25
    assert rows[-1].field.size == 32  # all of the input


def test_alexnet_vgg_and_unet_as_published() -> None:
    assert [shape[1] for shape in shapes("AlexNet")] == [55, 27, 27, 13, 13, 13, 13, 6]
    assert shapes("VGG-16")[-1] == (512, 7, 7)
    assert sum(row.parameters for row in chain(parse_chain(CHAINS["VGG-16"].text), (3, 224, 224)).rows) == 14_714_688
    assert chain(parse_chain(CHAINS["VGG-16"].text), (3, 224, 224)).rows[-1].field.size == 212
    assert shapes("U-Net, way down")[-1] == (1024, 28, 28)
    dilated = CHAINS["Dilated"]
    assert [row.field.size for row in chain(parse_chain(dilated.text), dilated.shape).rows] == [3, 7, 15, 31]


@some.composite
def layers(draw: some.DrawFn) -> ChainLayer:
    kind = draw(some.sampled_from(["conv", "max", "avg"]))
    kernel = draw(some.integers(1, 5))
    return ChainLayer(
        kind, kernel, draw(some.integers(1, 3)), draw(some.integers(0, kernel // 2)),
        draw(some.integers(1, 2)) if kind != "avg" else 1, draw(some.integers(1, 5)) if kind == "conv" else 1,
    )  # fmt: skip


CHAIN = some.lists(layers(), min_size=1, max_size=5)


def modules(chosen: list[ChainLayer], channels: int) -> list[nn.Module]:
    """The same layers in PyTorch."""
    made: list[nn.Module] = []
    for layer in chosen:
        settings = (layer.kernel, layer.stride, layer.padding)
        if layer.kind == "conv":
            made.append(nn.Conv2d(channels, layer.out_channels, *settings, layer.dilation))
            channels = layer.out_channels
        else:
            made.append(nn.MaxPool2d(*settings, layer.dilation) if layer.kind == "max" else nn.AvgPool2d(*settings))
    return made


@FEWER
@given(CHAIN, some.integers(1, 3), some.integers(1, 30), some.integers(1, 30))
def test_shapes_and_parameters_are_pytorchs(chosen: list[ChainLayer], channels: int, height: int, width: int) -> None:
    result = chain(chosen, (channels, height, width))
    x = torch.empty(1, channels, height, width, device="meta")
    for number, module in enumerate(modules(chosen, channels)):
        if number == len(result.rows):
            with pytest.raises(RuntimeError):
                module.to("meta")(x)
            assert result.fault and result.fault.startswith(f"layer {number + 1}, ")
            return
        x = module.to("meta")(x)
        row = result.rows[number]
        assert row.shape == tuple(x.shape[1:])
        assert row.parameters == sum(p.numel() for p in module.parameters())
    assert result.fault is None


@FEWER
@given(CHAIN)
def test_multiply_adds_are_those_that_pytorchs_counter_finds(chosen: list[ChainLayer]) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    result = chain(chosen, (2, 24, 24))
    net = nn.Sequential(*modules(chosen, 2)[: len(result.rows)])
    with FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 2, 24, 24))
    assert counter.get_total_flops() == 2 * sum(row.multiply_adds for row in result.rows)  # two operations each


@FEWER
@given(CHAIN)
def test_the_text_reads_back(chosen: list[ChainLayer]) -> None:
    assert parse_chain(chain_text(chosen)) == chosen


@pytest.mark.parametrize("name", CHAINS)
def test_examples_fit_and_their_code_runs(name: str) -> None:
    example = CHAINS[name]
    chosen = parse_chain(example.text)
    assert chain_text(chosen) == example.text
    result = chain(chosen, example.shape)
    assert result.fault is None and example.source
    printed: list[tuple[object, ...]] = []
    exec(pytorch_code(chosen, example.shape), {"print": lambda *words: printed.append(words)})
    assert [words[:2] for words in printed] == [(row.shape, row.parameters) for row in result.rows]


@FEWER
@given(CHAIN)
def test_the_drawn_square_is_where_the_gradient_is(chosen: list[ChainLayer]) -> None:
    """Every input pixel that the traced place depends on lies in the drawn square, and the squares' corners are "
    "read."""
    result = chain([layer for layer in chosen if layer.dilation == 1], (1, 24, 24))
    if not result.rows:
        return
    places = traced_places(result.rows)
    x = torch.rand(1, 1, 24, 24, dtype=torch.float64, requires_grad=True)
    net = modules([ChainLayer("avg", r.layer.kernel, r.layer.stride, r.layer.padding) for r in result.rows], 1)
    y = x
    for module, row, place in zip(net, result.rows, places, strict=True):
        y = module(y)
        (gradient,) = torch.autograd.grad(y[0, 0][place], x, retain_graph=True)
        square = field_square(row, place)
        inside = range(24)
        rows = [r for r in inside if square.top <= r < square.top + square.side]
        columns = [c for c in inside if square.left <= c < square.left + square.side]
        expected = torch.zeros(24, 24, dtype=torch.bool)
        if rows and columns:
            expected[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
        found = gradient[0, 0] != 0
        assert not (found & ~expected).any()
        if all(r.layer.stride <= r.layer.kernel for r in result.rows) and not any(r.layer.padding for r in result.rows):
            assert torch.equal(found, expected)


def test_the_drawing_names_every_layer_and_is_well_formed() -> None:
    from xml.etree import ElementTree

    for example in CHAINS.values():
        rows = chain(parse_chain(example.text), example.shape).rows
        svg = growing_fields(rows, example.shape[1:])
        root = ElementTree.fromstring(svg)
        text = "".join(root.itertext())
        for number, row in enumerate(rows, start=1):
            assert re.search(rf"{number} (conv|max pool|avg pool) sees {row.field.size} ×", text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the chain is empty: give layers, for example conv8k3s2p1 max4"),
        ("conv8k3 relu", "layer 2: 'relu' is no layer: write it like conv16k3s2p1"),
        ("conv8", "layer 1: 'conv8': give the kernel's side after k: conv16k3"),
        ("max2k2", "layer 1: 'max2k2': give the kernel's side once: max2"),
        ("conv8k3k3", "layer 1: 'conv8k3k3' gives a letter twice"),
        ("conv8k0", "layer 1: kernel_size 0 is too small"),
        ("max2p2", "layer 1: padding 2 is more than half of the pooling's kernel_size 2"),
        ("avg2d2", "layer 1: dilation 2 does not go with average pooling"),
        ("conv9999k3", "layer 1: out_channels 9999: give 1 to 4,096"),
        ("max2 " * (MOST_LAYERS + 1), f"the chain has {MOST_LAYERS + 1} layers: give at most {MOST_LAYERS}"),
    ],
)
def test_a_bad_text_names_its_layer(text: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_chain(text)
    assert message in str(error.value)


def test_the_layer_that_does_not_fit_is_named_with_settings_that_do() -> None:
    result = chain(parse_chain("conv8k3 max9"), (1, 8, 8))
    assert len(result.rows) == 1
    assert result.fault == (
        "layer 2, max pooling: kernel_size 9 does not fit a 6x6 input with padding 0: give kernel_size 6 or less, "
        "or padding 2 or more"
    )
