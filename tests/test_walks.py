"""Ways through latent space: a quarter circle by hand, the sphere kept, the ends to the last bit, the films the network's own."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz import engine
from cnnviz.ui.latent.reading import atlas
from cnnviz.walks import FRAMES, WAYS, costs, film, linear, read, spherical

SHARES = np.linspace(0, 1, 13)
LATENTS = arrays(np.float64, st.shared(st.integers(1, 6), key="size"), elements=st.floats(-5, 5).map(lambda value: round(value, 6)))


def test_linear_by_hand() -> None:
    way = linear(np.array([0.0, 2.0]), np.array([4.0, -2.0]), np.array([0, 0.25, 0.5, 1]))
    assert way.tolist() == [[0, 2], [1, 1], [2, 0], [4, -2]]


def test_a_quarter_circle_by_hand() -> None:
    way = spherical(np.array([2.0, 0.0]), np.array([0.0, 2.0]), np.array([0, 1 / 3, 0.5, 2 / 3, 1]))
    half, root = 1.0, np.sqrt(3)
    assert np.allclose(way, [[2, 0], [root, half], [np.sqrt(2), np.sqrt(2)], [half, root], [0, 2]], atol=1e-15)


def test_a_longer_end_makes_a_spiral() -> None:
    way = spherical(np.array([1.0, 0.0]), np.array([0.0, 3.0]), np.array([0.5]))
    assert np.allclose(way, [[np.sqrt(2), np.sqrt(2)]])  # 45 degrees at a length of 2


@given(LATENTS, LATENTS)
def test_it_is_shoemakes_formula(a: np.ndarray, b: np.ndarray) -> None:
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    assume(min(lengths) > 1e-3)
    angle = np.arccos(np.clip(a @ b / np.prod(lengths), -1, 1))
    assume(1e-3 < angle < np.pi - 1e-3)
    t = SHARES[:, None]
    directions = np.sin((1 - t) * angle) / np.sin(angle) * a / lengths[0] + np.sin(t * angle) / np.sin(angle) * b / lengths[1]
    assert np.allclose(spherical(a, b, SHARES), ((1 - t) * lengths[0] + t * lengths[1]) * directions, atol=1e-6)


@pytest.mark.parametrize("way", list(WAYS))
@given(LATENTS, LATENTS)
def test_the_ends_are_exact(way: str, a: np.ndarray, b: np.ndarray) -> None:
    assume(a.size > 1)
    found = WAYS[way](a, b, SHARES)
    assert np.array_equal(found[0], a) and np.array_equal(found[-1], b) and np.isfinite(found).all()


@given(LATENTS, LATENTS)
def test_spherical_keeps_to_the_sphere_of_its_ends(a: np.ndarray, b: np.ndarray) -> None:
    assume(a.size > 1 and min(np.linalg.norm(a), np.linalg.norm(b)) > 1e-6)
    a, b = 3 * a / np.linalg.norm(a), 3 * b / np.linalg.norm(b)
    assume(np.linalg.norm(a - b) > 1e-6)
    way = spherical(a, b, SHARES)
    assert np.allclose(np.linalg.norm(way, axis=1), 3, atol=1e-12)
    steps = np.linalg.norm(np.diff(way, axis=0), axis=1)
    assert np.allclose(steps, steps[0], atol=1e-9)  # it turns evenly


def test_special_ends() -> None:
    a = np.array([1.0, 2.0, -0.5])
    for b in (a, 3 * a, np.zeros(3)):  # only the length changes
        assert np.array_equal(spherical(a, b, SHARES), linear(a, b, SHARES))
        assert np.array_equal(spherical(b, a, SHARES), linear(b, a, SHARES))
    way = spherical(a, -a, SHARES)
    assert np.allclose(np.linalg.norm(way, axis=1), np.linalg.norm(a))  # not through the origin
    assert abs(way[6] @ a) < 1e-12 and np.abs(way[6]).argmax() == 2  # half way at right angles, by the axis where a is smallest
    with pytest.raises(ValueError, match="no way round, take the linear one"):
        spherical(np.array([1.0]), np.array([-1.0]), SHARES)


@pytest.mark.parametrize("name", ["ae_2", "vae_2_c1", "ae_16", "vae_16_c4"])
@pytest.mark.parametrize("way", list(WAYS))
def test_a_film_begins_and_ends_with_the_two_reconstructions(name: str, way: str) -> None:
    a, b = atlas(name).mu[[7, 4321]]
    shown = film(name, a, b, way=way)
    assert shown.pictures.shape == (FRAMES, 28, 28) and shown.latents.dtype == np.float32
    assert np.array_equal(shown.latents[[0, -1]], [a, b])
    assert np.allclose(shown.pictures[[0, -1]], engine.decode(name, np.stack([a, b])), atol=1e-6)


def test_the_cost_is_that_of_the_frame_encoded_again() -> None:
    a, b = atlas("vae_2_c1").mu[[7, 4321]]
    shown = film("vae_2_c1", a, b, frames=5)
    found, model = costs("vae_2_c1", shown), engine.coder("vae_2_c1").model
    with torch.inference_mode():
        x = torch.from_numpy(shown.pictures)[:, None].to(next(model.parameters()).device)
        mu, logvar = model.encode(x)
        back = model.decode(mu).sigmoid().double().clamp(1e-12, 1 - 1e-12)
        bce = -(x * back.log() + (1 - x) * (1 - back).log()).flatten(1).sum(1)
        kl = -0.5 * (1 + logvar - logvar.exp() - mu**2).sum(1)
    assert np.allclose(found.reconstruction, bce.cpu(), rtol=1e-4) and np.allclose(found.kl, kl.cpu(), rtol=1e-4)


def test_the_classifier_reads_what_it_is_shown() -> None:
    known = atlas("vae_16_c025")
    ordinary = np.argsort(known.loss)[:200]
    found = read(engine.decode("vae_16_c025", known.mu[ordinary]))
    assert (found.labels == known.labels[ordinary]).mean() > 0.95 and found.probabilities.min() > 0.1


def test_bad_ends_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(3,\): give two latents"):
        linear(np.zeros(2), np.zeros(3), SHARES)
    with pytest.raises(ValueError, match="not finite"):
        spherical(np.array([1.0, np.nan]), np.ones(2), SHARES)
    with pytest.raises(ValueError, match="1 frame"):
        film("ae_2", np.zeros(2), np.ones(2), frames=1)
    with pytest.raises(ValueError, match="no way 'round': give linear or spherical"):
        film("ae_2", np.zeros(2), np.ones(2), way="round")
