"""Activation maps as bytes: exact levels, the network's strips, what is left out of a large one, and the picture."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnviz.activations import activations_of, graph_of
from cnnviz.figures.activation_sheets import as_maps, sheet_picture, strip_of, strips_of
from cnnviz.figures.colours import DIVERGING, ZERO
from cnnviz.models import build_model

FLOATS = st.floats(-1e6, 1e6, width=32)
MAPS = arrays.arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6)), elements=FLOATS)


def looked_at(name: str, shape: tuple[int, ...]) -> tuple[list, dict[str, np.ndarray]]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        graph, rows = graph_of(build_model(name), shape)
        found = activations_of(graph, torch.rand(1, *shape))
    return rows, {layer: value[0].numpy() for layer, value in found.items()}


def test_a_signed_map_has_128_at_zero_and_a_map_without_signs_uses_all_levels() -> None:
    signed = strip_of("conv", "Conv2d", np.array([[[-2.0, 0.0, 1.0]], [[0.0, 0.0, 4.0]]], np.float32))
    assert signed.zero == ZERO and signed.pixels.tolist() == [[[1, 128, 192]], [[128, 128, 255]]]  # 128 - 127, 128 + 63.5 to even
    assert signed.low.tolist() == [-2, 0] and signed.high.tolist() == [1, 4] and signed.limit.tolist() == [2, 4]
    plain = strip_of("relu", "ReLU", np.array([[[0.0, 1.0, 4.0]]], np.float32))
    assert plain.zero == 0 and plain.pixels.tolist() == [[[0, 64, 255]]] and plain.mean.tolist() == [np.float32(5 / 3)]


@given(MAPS)
def test_every_value_comes_back_within_half_a_level(maps: np.ndarray) -> None:
    strip = strip_of("layer", "Kind", maps)
    step = strip.limit / (255 - strip.zero)
    assert (np.abs(strip.values - maps) <= 0.5001 * step[:, None, None] + 1e-30).all()
    assert (strip.values[maps == 0] == 0).all() and strip.whole
    np.testing.assert_array_equal(strip.low, maps.min((1, 2)))
    np.testing.assert_array_equal(strip.high, maps.max((1, 2)))


def test_numbers_that_are_not_finite_do_not_stop_the_page() -> None:
    strip = strip_of("bad", "Conv2d", np.array([[[np.nan, 1.0]], [[np.inf, 1.0]], [[-1.0, 0.5]]], np.float32))
    assert strip.pixels.shape == (3, 1, 2) and strip.pixels[2].tolist() == [[1, 192]]


def test_a_network_is_a_strip_a_layer_and_what_only_passes_numbers_on_stands_with_its_source() -> None:
    rows, found = looked_at("lenet", (1, 28, 28))
    strips = strips_of(rows, found)
    assert [strip.layer for strip in strips] == [row.name for row in rows if row.name != "flatten"]
    pooled = next(strip for strip in strips if strip.layer == "pool2")
    assert pooled.also == ("flatten",) and pooled.shape == (16, 5, 5)
    assert all(strip.whole for strip in strips)
    assert sum(strip.pixels.size for strip in strips) == sum(values.size for values in found.values()) - found["flatten"].size
    for strip in strips:
        np.testing.assert_allclose(strip.mean, as_maps(found[strip.layer]).mean((1, 2)), rtol=1e-5, atol=1e-6)


def test_all_maps_of_the_cifar_network_fit() -> None:
    rows, found = looked_at("cifar_cnn", (3, 32, 32))
    assert all(strip.whole for strip in strips_of(rows, found))


@pytest.mark.parametrize("budget", [300_000, 100_000, 40_000])
def test_of_a_large_network_the_first_maps_are_sent_and_large_ones_as_means(budget: int) -> None:
    rows, found = looked_at("cifar_cnn", (3, 32, 32))
    strips = strips_of(rows, found, budget=budget)
    assert sum(strip.pixels.size for strip in strips) <= budget
    assert not all(strip.whole for strip in strips)
    for strip in strips:
        assert strip.channels.tolist() == list(range(len(strip.pixels)))
        np.testing.assert_array_equal(strip.high, as_maps(found[strip.layer])[strip.channels].max((1, 2)))


def test_some_maps_are_there_whatever_the_budget() -> None:
    rows, found = looked_at("cifar_cnn", (3, 32, 32))
    for strip in strips_of(rows, found, budget=1):
        assert len(strip.pixels) == (min(16, strip.shape[0]) if strip.shape[1] > 1 else strip.shape[0])
        assert max(strip.pixels.shape[1:]) == min(14, max(strip.shape[1:]))


def test_a_shrunk_map_holds_the_means_of_areas() -> None:
    maps = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    strip = strip_of("conv", "Conv2d", maps, side=2)
    assert strip.shape == (1, 4, 4) and strip.high.tolist() == [15] and not strip.whole
    np.testing.assert_allclose(strip.values, [[[2.5, 4.5], [10.5, 12.5]]], atol=0.5 * 15 / 255)


def test_the_maps_are_in_the_order_that_is_asked_for() -> None:
    maps = np.arange(3, dtype=np.float32)[:, None, None] + np.ones((3, 2, 2), np.float32)
    strip = strip_of("conv", "Conv2d", maps, channels=np.array([2, 0]))
    assert strip.channels.tolist() == [2, 0] and strip.mean.tolist() == [3, 1]


def test_the_picture_has_one_scale_or_one_a_map() -> None:
    strip = strip_of("conv", "Conv2d", np.array([[[1.0]], [[-2.0]]], np.float32))
    shared, own = sheet_picture(strip, tile=1), sheet_picture(strip, tile=1, shared=False)
    assert shared[0, 0].tolist() == DIVERGING[ZERO + 64].tolist() and shared[0, -1].tolist() == DIVERGING[1].tolist()
    assert own[0, 0].tolist() == DIVERGING[255].tolist() and own[0, -1].tolist() == DIVERGING[1].tolist()
