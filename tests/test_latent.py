"""Latent space: the closed forms by hand, torch.distributions as the judge, and the statistics of the draws."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator
from torch.distributions import Bernoulli, Normal
from torch.distributions import kl_divergence as torchs_kl

from cnnviz.latent import active_units, kl_divergence, reconstruction_loss, reparameterise

NUMBERS = st.floats(-4, 4, width=32)


def test_kl_by_hand() -> None:
    kl = kl_divergence(torch.tensor([[0.0, 2.0, 0.0]]), torch.tensor([[0.0, 0.0, math.log(4)]]))
    assert kl.tolist() == [pytest.approx([0.0, 2.0, (4 - 1 - math.log(4)) / 2])]  # at the prior, moved by 2, twice as wide


def test_reconstruction_by_hand() -> None:
    images = torch.tensor([[[[0.0, 1.0]]], [[[0.5, 1.0]]]])
    logits = torch.tensor([[[[0.0, 0.0]]], [[[0.0, math.log(3)]]]])  # probabilities 1/2 1/2, and 1/2 3/4
    assert reconstruction_loss(logits, images).tolist() == pytest.approx([2 * math.log(2), math.log(2) + math.log(4 / 3)])


@given(mu=st.lists(NUMBERS, min_size=1, max_size=5), logvar=NUMBERS)
def test_kl_is_torchs_and_never_negative(mu: list[float], logvar: float) -> None:
    place, spread = torch.tensor([mu], dtype=torch.float64), torch.full((1, len(mu)), logvar, dtype=torch.float64)
    ours = kl_divergence(place, spread)
    assert torch.allclose(ours, torchs_kl(Normal(place, (spread / 2).exp()), Normal(0.0, 1.0)))
    assert bool((ours >= -1e-12).all())


@given(pixels=st.lists(st.tuples(st.sampled_from([0.0, 1.0]), NUMBERS), min_size=1, max_size=6))
def test_reconstruction_of_black_and_white_is_minus_the_log_probability(pixels: list[tuple[float, float]]) -> None:
    values, logits = torch.tensor(pixels).T[:, None, None, None, :]  # (1,1,1,N) each
    wanted = -Bernoulli(logits=logits).log_prob(values).sum((1, 2, 3))
    assert torch.allclose(reconstruction_loss(logits, values), wanted, atol=1e-5)


def test_draws_have_the_mean_and_the_spread_and_follow_the_generator() -> None:
    mu, logvar = torch.tensor([[1.0, -2.0]]).repeat(40_000, 1), torch.tensor([[0.0, math.log(0.25)]]).repeat(40_000, 1)
    drawn = reparameterise(mu, logvar, Generator().manual_seed(0))
    assert drawn.mean(0).tolist() == pytest.approx([1, -2], abs=0.02)  # four standard errors
    assert drawn.std(0).tolist() == pytest.approx([1, 0.5], rel=0.015)
    assert torch.equal(drawn, reparameterise(mu, logvar, Generator().manual_seed(0)))


def test_active_units_are_those_that_vary() -> None:
    mu = torch.stack([torch.linspace(-1, 1, 50), torch.full((50,), 3.0), torch.linspace(0, 0.1, 50)], 1)
    assert active_units(mu) == 1
