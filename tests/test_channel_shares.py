"""Gradient times activation, channel by channel."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.activations import graph_of
from cnnviz.channel_shares import channel_shares


def network(*, bias: bool) -> nn.Sequential:
    """Two channels that pass the picture on and turn it round, their sums, and a matrix."""
    model = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2, bias=bias))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([2.0, -1.0]).view(2, 1, 1, 1))
        model[3].weight.copy_(torch.tensor([[1.0] * 4 + [3.0] * 4, [-1.0] * 8]))
    return model


PICTURE = torch.tensor([[[[1.0, 2.0], [-3.0, 0.0]]]])


def test_each_channel_has_its_part_of_the_sum() -> None:
    graph, rows = graph_of(network(bias=False), (1, 2, 2))
    relu = rows[2].name
    assert channel_shares(graph, PICTURE, relu, 0).tolist() == [6, 9]  # 2 (1 + 2) and 3 times 3
    assert channel_shares(graph, PICTURE, relu, 1).tolist() == [-6, -3]
    assert channel_shares(graph, PICTURE, rows[-1].name, 1).tolist() == [0, -9]  # the score itself


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 1))
def test_without_biases_the_parts_of_every_layer_sum_to_the_score(seed: int, label: int) -> None:
    model = network(bias=False)
    x = torch.randn(1, 1, 2, 2, generator=torch.Generator().manual_seed(seed))
    graph, rows = graph_of(model, (1, 2, 2))
    score = model(x)[0, label].item()
    for row in rows:
        assert float(channel_shares(graph, x, row.name, label).sum()) == pytest.approx(score, abs=1e-4)


def test_nobody_s_weights_get_a_gradient() -> None:
    model = network(bias=True)
    graph, rows = graph_of(model, (1, 2, 2))
    channel_shares(graph, PICTURE, rows[1].name, 0)
    assert all(weight.grad is None for weight in (*model.parameters(), *graph.parameters()))


def test_errors_name_what_there_is() -> None:
    graph, rows = graph_of(network(bias=True), (1, 2, 2))
    with pytest.raises(ValueError, match=r"no layer 'conv9': give one of .*" + rows[1].name):
        channel_shares(graph, PICTURE, "conv9", 0)
    with pytest.raises(ValueError, match="class 2 does not exist: this network has the classes 0 to 1"):
        channel_shares(graph, PICTURE, rows[1].name, 2)
