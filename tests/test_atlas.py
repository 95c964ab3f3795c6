"""Atlases: the file gives back what was saved, those of the repository match their checkpoints, and the way back from a map."""

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz import datasets, engine
from cnnviz.atlas import FOLDER, Atlas, load_atlas, save_atlas
from cnnviz.embedding import pca
from cnnviz.latent_places import EXACT, NEIGHBOURS_SAID, PLANE, latent_at, nearest
from cnnviz.placement import Placement
from tests.needed_data import need

COMMITTED = sorted(FOLDER.glob("*.npz"))
SOME = slice(0, 500)  # pictures


def small(size: int = 3, *, variational: bool = True) -> Atlas:
    """Forty latents of whole numbers, so that half precision keeps them."""
    random = np.random.default_rng(5)
    mu = random.integers(-40, 40, (40, size)).astype(np.float32) / 8
    place = Placement(((np.eye(2, size, dtype=np.float32) * 2, np.ones(2, np.float32)),))
    loss = random.integers(50, 99, 40).astype(np.float32)
    return Atlas(
        "small", mu, mu / 4 if variational else None, (np.arange(40) % 3).astype(np.uint8), loss, loss / 8 if variational else None,
        {"umap2": place(mu), "umap3": mu[:, [0, 1, 0]], "pca2": pca(mu, 2), "pca3": pca(mu, 3)}, {"umap2": place, "umap3": place},
        {20: mu / 2, 0: mu * 0}, {"data": "mnist"},
    )  # fmt: skip


@pytest.mark.parametrize("variational", [True, False])
def test_what_comes_back_is_what_was_saved(variational: bool, tmp_path: Path) -> None:
    atlas = small(variational=variational)
    save_atlas(tmp_path / "small.npz", atlas)
    back = load_atlas(tmp_path / "small.npz")
    assert (back.name, back.card, sorted(back.snapshots)) == ("small", {"data": "mnist"}, [0, 20])
    for name in ("mu", "logvar", "labels", "reconstruction", "kl", "loss"):
        ours, theirs = getattr(back, name), getattr(atlas, name)
        assert (ours is None and theirs is None) or np.array_equal(ours, theirs), name
    assert np.array_equal(back.snapshots[20], atlas.mu / 2)
    assert all(np.allclose(back.maps[name], points, rtol=1e-3, atol=1e-3) for name, points in atlas.maps.items())
    assert np.array_equal(back.place(atlas.mu, "umap2"), atlas.mu[:, :2] * 2 + 1)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_a_damaged_file_says_how_to_make_it_again(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vae_2_c1.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"vae_2_c1.npz could not be read .*: make it again with python -m cnnviz.atlas vae_2_c1"):
        load_atlas(path)
    with pytest.raises(ValueError, match="No such file"):
        load_atlas(tmp_path / "other.npz")


def test_new_points_on_a_pca_map_are_where_the_pca_puts_them() -> None:
    atlas = small()
    assert np.allclose(atlas.place(atlas.mu[:7], "pca2"), atlas.maps["pca2"][:7], atol=1e-3)


def test_the_way_back_from_a_map() -> None:
    flat, deep = small(2), small(3)
    assert latent_at(flat, "plain", flat.mu, np.array([0.5, -1.0]))[1] is EXACT
    assert latent_at(flat, "plain", flat.mu, np.array([0.5, -1.0]))[0].tolist() == [0.5, -1.0]
    latent, how = latent_at(flat, "pca2", flat.maps["pca2"], flat.maps["pca2"][3])
    assert how is PLANE and np.allclose(latent, flat.mu[3], atol=1e-3), "two dimensions lose nothing on their plane"
    latent, how = latent_at(deep, "umap2", deep.maps["umap2"], deep.maps["umap2"][11])
    assert how is NEIGHBOURS_SAID and np.linalg.norm(latent - deep.mu[11]) < 0.5 * np.linalg.norm(deep.mu.mean(0) - deep.mu[11])
    assert nearest(deep, deep.mu[11])[0] == 11


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_atlas_matches_its_checkpoint(path: Path) -> None:
    atlas, coder = load_atlas(path), engine.coder(path.stem)
    checkpoint = path.with_suffix(".safetensors")
    assert atlas.card["checkpoint"] == hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert atlas.mu.shape == (10_000, coder.latent_size) and (atlas.logvar is None) != coder.variational
    assert {name: points.shape for name, points in atlas.maps.items()} == {
        f"{kind}{size}": (10_000, size) for kind in ("umap", "pca") for size in (2, 3)
    }
    assert all(np.isfinite(points).all() for points in atlas.maps.values())
    need(coder.card.data)
    test = datasets.load(coder.card.data, "test")
    assert np.array_equal(atlas.labels, test.labels.numpy())
    labels = test.labels[SOME].numpy() if coder.labels else None
    found = engine.encode(path.stem, test.images[SOME, 0].numpy() / np.float32(255), labels)
    assert np.allclose(atlas.mu[SOME], found.mu, rtol=1e-3, atol=1e-3)
    assert np.allclose(atlas.loss[SOME], found.loss, rtol=1.5e-3)
    if coder.variational:
        assert np.allclose(atlas.logvar[SOME], found.logvar, rtol=1e-3, atol=1e-3)
    for size in (2, 3):
        assert np.allclose(atlas.maps[f"pca{size}"], pca(atlas.mu, size), atol=0.02 * np.abs(atlas.mu).max())
        error = np.linalg.norm(atlas.place(atlas.mu, f"umap{size}") - atlas.maps[f"umap{size}"], axis=1)
        assert np.median(error) < 0.1 * atlas.card[f"spread_{size}d"], "the placement has learned the map"


def test_atlases_stay_small_and_the_checkpoints_too() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.safetensors")) < 15e6
    assert sum(path.stat().st_size for path in COMMITTED) < 15e6


def test_encode_and_decode_are_the_models() -> None:
    images = np.random.default_rng(1).random((3, 28, 28), dtype=np.float32)
    for name in ("ae_2", "vae_16_c1"):
        model = engine.coder(name).model
        with torch.inference_mode():
            mu = model.encode(torch.from_numpy(images)[:, None])
            mu = mu[0] if isinstance(mu, tuple) else mu
            pictures = model.decode(mu).sigmoid()[:, 0]
        assert np.allclose(engine.encode(name, images).mu, mu.numpy(), atol=1e-5)
        assert np.allclose(engine.decode(name, mu.numpy()), pictures.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: engine.coder("vae_3"), "no auto-encoder 'vae_3': give ae_"),
        (lambda: engine.encode("ae_2", np.zeros((28, 28))), r"shape \(28, 28\) cannot be encoded: give \(B,28,28\)"),
        (lambda: engine.decode("ae_2", np.zeros((1, 3))), r"shape \(1, 3\) cannot be decoded: give \(B,2\)"),
    ],
)
def test_what_no_auto_encoder_takes(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_conditional_network_draws_the_digit_that_it_is_asked_for() -> None:
    """The MNIST classifier agrees about at least 95 % of what is drawn from the prior."""
    labels = np.arange(10).repeat(100)
    latents = np.random.default_rng(0).normal(size=(len(labels), 16)).astype(np.float32)
    pictures = engine.decode("vae_conditional", latents, labels)
    agreed = engine.classify("lenet_modern_mnist", pictures[:, None]).labels == labels
    assert agreed.mean() >= 0.95, f"{agreed.mean():.1%}"


def test_more_kl_weight_gives_less_kl_and_a_worse_reconstruction() -> None:
    for size in (2, 16):
        cards = [engine.coder(f"vae_{size}_c{weight}").card.metrics for weight in ("025", "1", "4", "10")]
        for less, more in pairwise(cards):
            assert less["kl"] > more["kl"] and less["reconstruction"] < more["reconstruction"]


@pytest.mark.parametrize(("name", "most"), [("vae_16_c1", 98), ("vae_2_c1", 145)])
def test_the_plain_vaes_reach_their_bound(name: str, most: float) -> None:
    assert engine.coder(name).card.metrics["loss"] <= most
