"""Generation: draws that follow their seed, clouds laid by hand, neighbours as scikit-learn finds them, the family's means."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from cnnviz import engine
from cnnviz.atlas import FOLDER, Atlas, load_atlas
from cnnviz.generation import (
    HOTTEST,
    INSIDE,
    LAST_SEED,
    ball,
    class_mean,
    cloud,
    combine,
    distances,
    draws,
    encodings,
    isolation,
    member,
    spacing,
)

NUMBERS = st.floats(-100, 100, width=32)


def made(mu: list[list[float]], logvar: list[list[float]] | None = None, labels: list[int] | None = None) -> Atlas:
    places, n = np.array(mu, np.float32), len(mu)
    known = np.zeros(n, np.uint8) if labels is None else np.array(labels, np.uint8)
    spread = None if logvar is None else np.array(logvar, np.float32)
    return Atlas("made", places, spread, known, np.arange(n, dtype=np.float32), None if logvar is None else np.ones(n), {}, {})


def test_a_cloud_by_hand() -> None:
    found = cloud(made([[0, 0], [0, 1], [0, 2], [100, 0]]))
    assert found.mean.tolist() == [25, 0.75]
    assert found.spread.tolist() == pytest.approx([math.sqrt(3) * 25, math.sqrt(11) / 4])
    assert found.radius == pytest.approx(math.sqrt(-2 * math.log(1 - INSIDE)))  # two dimensions: |z|^2 / 2 is exponential
    assert found.inside == 0.75
    assert found.near > 0.99  # nine in ten encodings are nearer than 70 to another


def test_a_vaes_spread_counts_its_sigma_in() -> None:
    points = [[1.0, -3.0], [-1.0, -3.0]]
    assert cloud(made(points, [[math.log(3), 0], [math.log(3), 0]])).spread.tolist() == pytest.approx([2, 1])
    assert cloud(made(points)).spread.tolist() == [1, 0]


def test_encodings_are_points_or_draws_with_their_mean_and_sigma() -> None:
    mu = [[2.0, 5.0]] * 20_000
    assert np.array_equal(encodings(made(mu)), np.array(mu, np.float32))
    found = encodings(made(mu, [[0, math.log(0.25)]] * 20_000))
    assert found.mean(0).tolist() == pytest.approx([2, 5], abs=0.03)  # four standard errors
    assert found.std(0).tolist() == pytest.approx([1, 0.5], rel=0.02)


def test_draws_follow_their_seed_and_their_temperature() -> None:
    drawn = draws(40_000, 2, seed=1)
    assert drawn.dtype == np.float32 and drawn.mean(0).tolist() == pytest.approx([0, 0], abs=0.02)
    assert drawn.std(0).tolist() == pytest.approx([1, 1], rel=0.015)
    assert np.array_equal(draws(6, 3, seed=1), draws(6, 3, seed=1)) and not np.array_equal(draws(6, 3, seed=2), draws(6, 3, seed=1))
    assert np.array_equal(draws(6, 3, seed=1, temperature=0.5), draws(6, 3, seed=1) / 2)
    assert not draws(6, 3, seed=LAST_SEED, temperature=0).any()
    assert (np.linalg.norm(drawn, axis=1) <= ball(2)).mean() == pytest.approx(INSIDE, abs=0.005)
    assert (np.linalg.norm(draws(40_000, 16, seed=3), axis=1) <= ball(16)).mean() == pytest.approx(INSIDE, abs=0.005)


@settings(max_examples=25, deadline=None)
@given(points=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=3, max_size=40))
def test_neighbours_are_scikit_learns(points: list[tuple[float, float, float]]) -> None:
    known = np.array(points, np.float32)
    judge = NearestNeighbors(n_neighbors=2).fit(known)
    assert spacing(known) == pytest.approx(judge.kneighbors(known)[0][:, 1], abs=1e-4)
    places = known[:2] + np.float32(0.5)
    assert distances(places, known) == pytest.approx(judge.kneighbors(places, 1)[0][:, 0], abs=1e-4)


@given(values=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_sums_are_exact(values: list[tuple[float, float, float]]) -> None:
    a, b, c = np.array(values, np.float32).T
    assert np.array_equal(combine(a, b, c), (a - b) + c)
    assert np.array_equal(combine(a, b, b), (a - b) + b) and np.array_equal(combine(a, a, c), c)


def test_class_means_and_what_lies_alone() -> None:
    known = made([[0, 0], [0, 2], [10, 0], [10, 1]], labels=[3, 3, 7, 7])
    assert class_mean(known, 3).tolist() == [0, 1] and class_mean(known, 7).tolist() == [10, 0.5]
    apart = spacing(known.mu)
    assert apart.tolist() == [2, 2, 1, 1]
    for place, share in (((10, 0), 0.0), ((0, -1.5), 0.5), ((0, 99), 1.0)):
        assert isolation(np.array(place, np.float32), known.mu, apart) == share


@pytest.mark.parametrize("name", ["ae_2", "vae_2_c10", "vae_16_c025"])
def test_a_members_losses_are_the_means_of_its_atlas(name: str) -> None:
    known = load_atlas(FOLDER / f"{name}.npz")
    found = member(known)
    assert found.name == name and found.reconstruction == pytest.approx(sum(known.reconstruction.tolist()) / 10_000, abs=1e-6)
    assert found.kl == (None if known.kl is None else pytest.approx(sum(known.kl.tolist()) / 10_000, abs=1e-6))


def test_why_the_auto_encoder_draws_nothing() -> None:
    plain, vae = (cloud(load_atlas(FOLDER / f"{name}.npz")) for name in ("ae_16", "vae_16_c1"))
    assert plain.inside < 0.01 < 0.9 < vae.inside and plain.near < 0.05 < 0.4 < vae.near
    assert plain.spread.min() > 3 and np.abs(vae.spread - 1).max() < 0.1 and np.abs(vae.mean).max() < 0.1


def test_at_temperature_zero_all_pictures_are_the_decoded_zero() -> None:
    pictures = engine.decode("vae_16_c1", draws(4, 16, seed=5, temperature=0))
    assert np.abs(pictures - engine.decode("vae_16_c1", np.zeros((1, 16), np.float32))).max() <= 1e-6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seed": -1}, "seed -1: give a whole number from 0 to 999999"), ({"seed": 10**6}, "seed 1000000"),
        ({"temperature": -0.1}, "temperature -0.1: give a number from 0 to 3"), ({"temperature": HOTTEST + 1}, "temperature 4"),
        ({"temperature": math.nan}, "temperature nan"),
    ],
)  # fmt: skip
def test_draws_outside_their_ranges_are_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draws(2, 2, **{"seed": 0, **wrong})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="0 draws of 2 dimensions"):
        draws(0, 2, seed=0)


def test_a_class_without_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="label 5: the test pictures have 3, 7"):
        class_mean(made([[0, 0], [1, 1]], labels=[3, 7]), 5)
