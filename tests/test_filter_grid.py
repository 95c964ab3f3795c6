"""Filters: their order, colours, tiles, histogram and file."""

import csv
import io
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.figures.colours import DIVERGING, ZERO
from cnnviz.figures.filter_grid import (
    GAP,
    ORDERS,
    filter_colours,
    filter_order,
    filter_picture,
    histogram_svg,
    tiled,
    weights_csv,
)


def filters(*rows: tuple[float, float]) -> torch.Tensor:
    return torch.tensor(rows)[:, None, None]  # out 1 1 2


def test_norm_puts_the_longest_first_and_similarity_each_beside_its_nearest() -> None:
    weight = filters((1, 0), (0, 3), (2, 0.1), (0, 2.9))
    assert filter_order(weight) == [0, 1, 2, 3]
    assert filter_order(weight, "norm") == [1, 3, 2, 0]
    assert filter_order(weight, "similarity") == [1, 3, 2, 0]
    assert filter_order(filters((5, 0), (-4, 0), (0, 1), (1, 1)), "similarity") == [0, 3, 2, 1]


@given(st.integers(0, 10_000), st.integers(1, 9), st.sampled_from(ORDERS))
def test_every_order_has_each_filter_once(seed: int, count: int, by: str) -> None:
    weight = torch.randn(count, 2, 3, 3, generator=torch.Generator().manual_seed(seed))
    order = filter_order(weight, by)
    assert sorted(order) == list(range(count))
    if by == "norm":
        norms = weight.flatten(1).norm(dim=1)[order]
        assert (norms.diff() <= 1e-6).all()


def test_filters_of_zeros_have_an_order_too() -> None:
    assert filter_order(torch.zeros(3, 1, 2, 2), "similarity") == [0, 1, 2]


def test_colours_are_grey_at_zero_on_one_scale() -> None:
    weight = torch.tensor([[1.0, 0.0, -1.0], [0.5, 0.0, 0.0]])[..., None, None]  # 2 3 1 1
    assert filter_colours(weight).reshape(2, 3).tolist() == [[255, 128, 1], [192, 128, 128]]


def test_the_picture_is_diverging_and_centred_on_zero() -> None:
    picture = filter_picture(torch.tensor([[[0.0, 2.0]], [[-2.0, 1.0]]]), times=1)
    assert picture.shape == (1, 4 + GAP, 3)
    expected = [ZERO, ZERO + 127, None, None, ZERO - 127, ZERO + 64]
    assert [pixel.tolist() for pixel in picture[0]] == [[128] * 3 if at is None else DIVERGING[at].tolist() for at in expected]


def test_tiles_stand_in_rows() -> None:
    sheet = tiled(np.arange(3, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8), across=2)
    assert sheet.shape == (4 + GAP, 4 + GAP, 3)
    assert [int(sheet[row, col, 0]) for row, col in ((0, 0), (0, -1), (-1, 0), (-1, -1))] == [0, 1, 2, 128]


def test_the_histogram_counts_every_weight_and_says_where_zero_is() -> None:
    drawing = histogram_svg(np.array([-1.0, 0.0, 0.0, 0.5, 1.0, np.nan]), bins=5)
    counts = [int(count) for count in re.findall(r"<title>([\d,]+) weights", drawing)]
    assert counts == [1, 0, 2, 1, 1] and "Histogram of 5 weights" in drawing
    assert ">weight<" in drawing and ">-1<" in drawing.replace("−", "-") and ">0<" in drawing


def test_the_file_holds_every_weight_to_the_last_digit() -> None:
    weight = torch.randn(2, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    lines = list(csv.DictReader(io.StringIO(weights_csv(weight))))
    assert len(lines) == 24
    for line in lines:
        place = tuple(int(line[name]) for name in ("filter", "input_channel", "row", "column"))
        assert np.float32(line["weight"]) == weight[place].item()


def test_errors_speak() -> None:
    with pytest.raises(ValueError, match="not ordered by 'colour': give number, norm, similarity"):
        filter_order(torch.zeros(1, 1, 1, 1), "colour")
    with pytest.raises(ValueError, match="3 input channels"):
        filter_colours(torch.zeros(2, 4, 3, 3))
    with pytest.raises(ValueError, match="0 tiles"):
        tiled(np.zeros((0, 2, 2, 3), np.uint8), across=4)
