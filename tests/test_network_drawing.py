"""The drawing of a network: sizes by eye, one element for each row, no overlaps, error messages."""

import math
import re
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from cnnviz.figures.network_drawing import drawing
from cnnviz.figures.network_drawing.blocks import CHANNEL_SCALE, TALLEST, blocks_of
from cnnviz.figures.network_drawing.layout import place
from cnnviz.layer_table import LayerRow, edges, layer_table
from cnnviz.models import MODELS, build_model

SVG = "{http://www.w3.org/2000/svg}"


def _rows(name: str) -> list[LayerRow]:
    with torch.device("meta"):
        return layer_table(build_model(name), MODELS[name].input_shape)


def _boxes(picture: str) -> dict[str, ElementTree.Element]:
    return {g.get("data-layer", ""): g for g in ElementTree.fromstring(picture).iter(f"{SVG}g")}


def _front(box: ElementTree.Element) -> tuple[float, float]:
    """Width and height of the front face."""
    match = re.fullmatch(r"M\S+ \S+h(\S+?)v(\S+?)h-\S+z", box.findall(f"{SVG}path")[-1].get("d", ""))
    assert match
    return float(match[1]), float(match[2])


def test_boxes_are_to_scale() -> None:
    layers = [nn.Conv2d(3, 64, 1), nn.MaxPool2d(2), nn.Conv2d(64, 256, 2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 100)]
    network = nn.Sequential(*layers)
    rows = layer_table(network, (3, 8, 8))
    boxes = _boxes(drawing(rows, edges(rows)))
    assert _front(boxes["0"]) == (CHANNEL_SCALE * 8, TALLEST)
    assert _front(boxes["1"]) == pytest.approx((CHANNEL_SCALE * 8, TALLEST / math.sqrt(2)), abs=0.06)  # half the rows
    assert _front(boxes["2"]) == pytest.approx((CHANNEL_SCALE * 16, TALLEST / 2), abs=0.06)  # four times the channels
    assert boxes["2"].get("class") == "conv" and boxes["5"].get("class") == "dense"
    title = boxes["0"].findtext(f"{SVG}title")
    assert title == "0: Conv2d\n64 × 8 × 8\n256 parameters\n12,288 multiply-adds\nreceptive field 1 × 1, jump 1 × 1"


@pytest.mark.parametrize("name", MODELS)
def test_every_row_is_drawn_once_and_nothing_overlaps(name: str) -> None:
    rows = _rows(name)
    picture = drawing(rows, edges(rows))
    assert sorted(_boxes(picture)) == sorted(row.name for row in rows)
    layout = place(blocks_of(rows, edges(rows)), 1060)
    for line in {block.line for block in layout.blocks}:
        blocks = [block for block in layout.blocks if block.line == line]
        assert max(block.right for block in blocks) <= 1060 + 1e-6
        for number, one in enumerate(blocks):
            for other in blocks[number + 1 :]:
                apart = one.right <= other.x + 1e-6 or other.right <= one.x + 1e-6
                assert apart or abs(one.y - other.y) >= (one.height + other.height) / 2
    drawn = {(a, b) for a, b in layout.links} | {(arc.source, arc.target) for arc in layout.arcs}
    assert drawn == {(source, block) for block in layout.blocks for source in block.inputs}


@pytest.mark.parametrize(
    ("name", "arcs"),
    [
        ("vgg16", 0), ("skip_cnn", 1), ("unet", 4), ("resnet18", 5), ("resnet50", 12), ("googlenet", 0),
        ("cifar_resnet20", 9), ("cifar_plain20", 0),
    ],
)  # fmt: skip
def test_skips_are_arcs(name: str, arcs: int) -> None:
    # ResNet-18 has 8 blocks and ResNet-50 16; 3 and 4 of them have a convolution on the skip, which is a branch.
    rows = _rows(name)
    assert drawing(rows, edges(rows)).count('class="arc"') == arcs


def test_colours_follow_the_page_and_a_row_can_be_chosen() -> None:
    rows = _rows("lenet5")
    picture = drawing(rows, edges(rows), selected="c3")
    assert "fill:currentColor" in picture and not re.search("(stroke|fill)=.#(000|fff)", picture)
    chosen = [name for name, box in _boxes(picture).items() if "chosen" in box.get("class", "").split()]
    assert chosen == ["c3"]
    assert picture == drawing(rows, edges(rows), selected="c3")


def test_names_are_escaped() -> None:
    odd = LayerRow('a"<b>&', "Conv2d", (4, 8, 8), 1, 1, 1, None, ())
    assert list(_boxes(drawing([odd], []))) == ['a"<b>&']


def test_errors() -> None:
    rows = _rows("lenet")
    with pytest.raises(ValueError, match="no rows to draw"):
        drawing([], [])
    with pytest.raises(ValueError, match="no row is named 'conv9'"):
        drawing(rows, [("conv1", "conv9")])
    with pytest.raises(ValueError, match="no row is named 'conv7'"):
        drawing(rows, edges(rows), selected="conv7")
    with pytest.raises(ValueError, match="width is 100: give 300"):
        drawing(rows, edges(rows), width=100)
