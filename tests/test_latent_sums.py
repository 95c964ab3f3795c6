"""The sum behind a VAE's loss: each number by hand, the total against the training's own loss."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.latent_sums import unfold
from cnnviz.models import build_model
from cnnviz.train.objectives import Variational

PICTURE = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)


def vae(seed: int, **config):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build_model("vae", width=2, **config).eval()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 99), st.integers(1, 20), st.sampled_from((0.25, 1.0, 4.0)), st.sampled_from((0, 10)))
def test_the_total_is_that_of_the_training(seed: int, size: int, kl_weight: float, classes: int) -> None:
    model, label = vae(seed, latent_size=size, classes=classes), 3 if classes else None
    sums = unfold(model, PICTURE, kl_weight=kl_weight, seed=seed, label=label)
    objective = Variational(kl_weight=kl_weight, conditional=bool(classes))
    with torch.no_grad():
        image = torch.from_numpy(PICTURE)[None, None]
        loss = objective.loss(model, image, torch.tensor([3]), torch.Generator().manual_seed(seed))
    assert sums.torch_total == pytest.approx(float(loss), rel=1e-6)
    assert sums.total == pytest.approx(sums.torch_total, rel=1e-6)
    assert len(sums.dimensions) == size and sums.drawn.shape == (28, 28)


def test_each_row_is_its_formula() -> None:
    sums = unfold(vae(1, latent_size=4), PICTURE, kl_weight=1.0, seed=7)
    for row in sums.dimensions:
        assert row.sigma == pytest.approx(math.exp(row.logvar / 2))
        assert row.z == pytest.approx(row.mu + row.sigma * row.eps)
        assert row.kl == pytest.approx((row.mu**2 + row.sigma**2 - 1 - row.logvar) / 2) and row.kl >= 0
    assert sums.kl == pytest.approx(sum(row.kl for row in sums.dimensions))
    again, other = (unfold(vae(1, latent_size=4), PICTURE, kl_weight=1.0, seed=seed) for seed in (7, 8))
    assert again.dimensions == sums.dimensions and other.dimensions != sums.dimensions


def test_an_auto_encoder_has_no_such_sum() -> None:
    with pytest.raises(ValueError, match=r"has no logvar: .* choose a VAE"):
        unfold(build_model("autoencoder", width=2).eval(), PICTURE, kl_weight=1.0, seed=0)
