"""Cleaning by an auto-encoder: its errors by hand and against torch, the stored curves against the networks, the exercise."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits, mse_loss

from cnnviz import datasets, engine
from cnnviz.denoising import LEFT, NETWORKS, Curve, cleaned, cross_entropy, load_curves, squared_error
from cnnviz.denoising.__main__ import LEVELS, fingerprint, measure
from cnnviz.noise import KINDS, add_noise
from cnnviz.ui.anomalies.denoise_notes import crossing
from cnnviz.ui.latent.reading import atlas
from tests.needed_data import need


class Constant(nn.Module):
    """Draws every picture in one grey, whatever it reads."""

    def encode(self, images: Tensor) -> Tensor:
        return torch.zeros(len(images), 1)

    def decode(self, latents: Tensor) -> Tensor:
        return torch.zeros(len(latents), 1, 2, 2)


def digits(count: int) -> Tensor:
    """What a network makes of test pictures: digits on a machine without the data set too."""
    return torch.from_numpy(engine.decode("vae_16_c025", atlas("vae_16_c025").mu[:count]))[:, None]


def test_four_pixels_by_eye() -> None:
    clean = torch.tensor([[[[0.0, 1.0], [0.5, 0.5]]]])
    back = cleaned(Constant(), torch.rand(1, 1, 2, 2), clean)
    assert torch.equal(back.pictures, torch.full((1, 1, 2, 2), 0.5))
    assert back.squared.tolist() == [0.125]
    assert back.cross_entropy.item() == pytest.approx(4 * math.log(2))
    assert cross_entropy(back.pictures, clean).item() == pytest.approx(4 * math.log(2))


def test_a_picture_that_rules_the_truth_out_costs_infinitely_much() -> None:
    clean = torch.tensor([0.0, 1.0, 0.5]).view(1, 1, 1, 3)
    assert cross_entropy(torch.tensor([0.0, 1.0, 0.5]).view(1, 1, 1, 3), clean).item() == pytest.approx(math.log(2))
    assert cross_entropy(torch.tensor([0.0, 1.0, 1.0]).view(1, 1, 1, 3), clean).item() == math.inf
    assert cross_entropy(torch.tensor([0.0, 0.0, 0.5]).view(1, 1, 1, 3), clean).item() == math.inf


@pytest.mark.parametrize("name", NETWORKS)
def test_the_errors_are_torchs_and_batches_change_nothing(name: str) -> None:
    clean = digits(300)
    noisy, model = add_noise(clean, "gaussian", 0.5, torch.Generator().manual_seed(1)), engine.coder(name).model
    back = cleaned(model, noisy, clean)
    with torch.inference_mode():
        logits = model(noisy)
    assert torch.allclose(back.pictures, logits.sigmoid(), atol=1e-6)
    assert back.squared.mean().item() == pytest.approx(mse_loss(logits.sigmoid(), clean).item(), rel=1e-5)
    entropy = binary_cross_entropy_with_logits(logits, clean, reduction="none").flatten(1).sum(1)
    assert torch.allclose(back.cross_entropy, entropy, rtol=1e-5)
    inner = back.pictures.clamp(1e-3, 1 - 1e-3)
    assert torch.allclose(
        cross_entropy(inner, clean).float(), binary_cross_entropy(inner, clean, reduction="none").flatten(1).sum(1), rtol=1e-4
    )


def test_the_denoising_network_cleans_best_what_it_was_trained_on() -> None:
    clean = digits(200)
    noisy = add_noise(clean, "gaussian", 0.5, torch.Generator().manual_seed(0))
    plain, denoising, vae = (float(cleaned(engine.coder(name).model, noisy, clean).squared.mean()) for name in NETWORKS)
    assert denoising < 0.3 * min(plain, vae, float(squared_error(noisy, clean).mean()))


def test_the_curves_are_those_of_these_checkpoints() -> None:
    found = load_curves()
    assert found.card["checkpoints"] == {name: fingerprint(name) for name in NETWORKS}, "run python -m cnnviz.denoising again"
    assert {kind: list(levels) for kind, levels in found.levels.items()} == LEVELS
    assert set(found.curves) == set(KINDS)
    for kind, curves in found.curves.items():
        assert set(curves) == {LEFT, *NETWORKS}
        assert all(len(curve.squared) == len(found.levels[kind]) for curve in curves.values())
        assert curves[LEFT].cross_entropy[0] == pytest.approx(45.5345), "unspoiled: the entropy of its greys"
        assert curves[LEFT].squared[0] == 0 and (np.diff(curves[LEFT].squared) > 0).all()
        assert found.levels[kind][0] == 0 and found.levels[kind][-1] == KINDS[kind].high


@pytest.mark.parametrize(("kind", "place"), [("gaussian", 10), ("salt", 3), ("box", 6)])
def test_the_curves_are_what_the_networks_make_of_the_test_set(kind: str, place: int) -> None:
    need("mnist")
    clean, found = datasets.load("mnist", "test").images.float() / 255, load_curves()
    some = clean[::20]  # 500: the mean of so few is within some percent
    row = measure({name: engine.coder(name).model.cpu() for name in NETWORKS}, some, kind, found.levels[kind][place])
    for name, curve in found.curves[kind].items():
        assert row[name]["squared"] == pytest.approx(curve.squared[place], rel=0.1)
        if name == LEFT:  # what is exactly 0 or 1 rules the truth out
            assert row[name]["cross_entropy"] is curve.cross_entropy[place] is None
        else:
            assert row[name]["cross_entropy"] == pytest.approx(curve.cross_entropy[place], rel=0.1)


def test_at_no_noise_the_curve_is_the_atlas() -> None:
    found = load_curves()
    for name in NETWORKS:
        entropy = found.curves["box"][name].cross_entropy
        assert entropy and entropy[0] == pytest.approx(float(atlas(name).reconstruction.mean()), rel=1e-3)
        assert {curves[name].squared[0] for curves in found.curves.values()} == {found.curves["box"][name].squared[0]}


def test_where_two_curves_cross() -> None:
    levels, left = (0.0, 1.0, 2.0), Curve((0.0, 2.0, 4.0), (None,) * 3)
    assert crossing(levels, left, Curve((1.0, 1.0, 1.0), (1.0,) * 3)) == 0.5
    assert crossing(levels, left, Curve((1.0, 3.0, 4.0), (1.0,) * 3)) is None
    assert crossing(levels, Curve((1.0, 2.0, 4.0), None), Curve((0.5, 3.0, 4.0), (1.0,) * 3)) == 0.0


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"card": {}, "kinds": {"gaussian": {"levels": ["a"], "curves": {}}}})])
def test_a_damaged_file_says_how_to_make_it_again(tmp_path: Path, text: str) -> None:
    path = tmp_path / "curves.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"curves.json could not be read .*python -m cnnviz.denoising"):
        load_curves(path)
