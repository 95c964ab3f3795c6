"""Anomalies: AUROC and ROC against scikit-learn, stored scores against the engine's, rotation, residuals, and what fits nothing."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as their_curve

from cnnviz import anomalies as stored_scores
from cnnviz import datasets, engine
from cnnviz.anomalies import KL, LOWEST, RECONSTRUCTION, SCORES, TOTAL, chosen_score, from_atlas, load_anomalies, save_anomalies
from cnnviz.anomalies.__main__ import make, scorable
from cnnviz.anomalies.pictures import ANGLES, CONSTANT, KINDS, NOISE, needed, numbers, pictures, rotated
from cnnviz.anomalies.residual import floor, residual
from cnnviz.anomalies.roc import Confusion, auroc, confusion, roc_curve
from cnnviz.atlas import FOLDER as ATLASES
from cnnviz.atlas import load_atlas
from cnnviz.latent import Encoding
from tests.needed_data import need

FOLDER = stored_scores.FOLDER
COMMITTED = sorted(FOLDER.glob("*.npz"))
HALF = 2.0**-11  # the relative error of half precision
# Of twelve values, so that many are equal
some_scores = st.lists(st.integers(0, 12), min_size=1, max_size=40).map(lambda values: np.array(values, np.float32) / 4)


def test_four_normal_and_two_anomalies_by_hand() -> None:
    normal, anomalous = np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 5.0])
    # 3 beats 1 and 2 and ties with 3; 5 beats all four: (2 + 1/2 + 4) of 8 pairs
    assert auroc(normal, anomalous) == 6.5 / 8
    assert confusion(normal, anomalous, 3) == Confusion(true_positives=2, false_negatives=0, false_positives=2, true_negatives=2)
    found = confusion(normal, anomalous, 4.5)
    assert (found.true_positive_rate, found.false_positive_rate, found.accuracy) == (0.5, 0, 5 / 6)
    false, true, thresholds = roc_curve(normal, anomalous)
    assert thresholds.tolist() == [np.inf, 5, 4, 3, 2, 1]
    assert false.tolist() == [0, 0, 0.25, 0.5, 0.75, 1] and true.tolist() == [0, 0.5, 0.5, 1, 1, 1]


@settings(deadline=None)
@given(normal=some_scores, anomalous=some_scores)
def test_area_and_curve_are_scikit_learns(normal: np.ndarray, anomalous: np.ndarray) -> None:
    truth = np.repeat([0, 1], [len(normal), len(anomalous)])
    scores = np.concatenate([normal, anomalous])
    assert auroc(normal, anomalous) == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    ours, theirs = roc_curve(normal, anomalous), their_curve(truth, scores, drop_intermediate=False)
    assert all(np.allclose(mine, yours, atol=1e-12) for mine, yours in zip(ours, theirs, strict=True))
    assert np.trapezoid(ours[1], ours[0]) == pytest.approx(auroc(normal, anomalous), abs=1e-12)


@settings(deadline=None)
@given(normal=some_scores, anomalous=some_scores, threshold=st.floats(-1, 5))
def test_counts_keep_every_picture_and_lie_on_the_curve(normal: np.ndarray, anomalous: np.ndarray, threshold: float) -> None:
    found = confusion(normal, anomalous, threshold)
    assert found.true_positives == sum(float(score) >= threshold for score in anomalous)
    assert found.true_positives + found.false_negatives == len(anomalous)
    assert found.false_positives + found.true_negatives == len(normal)
    points = set(zip(*(rates.round(9).tolist() for rates in roc_curve(normal, anomalous)[:2]), strict=True))
    assert (round(found.false_positive_rate, 9), round(found.true_positive_rate, 9)) in points
    assert auroc(normal, anomalous) + auroc(anomalous, normal) == pytest.approx(1, abs=1e-12)


def test_thresholds_beyond_all_scores_and_between_two_of_half_precision() -> None:
    normal, anomalous = np.array([1, 2], np.float32), np.array([16777216.0], np.float32)
    assert confusion(normal, anomalous, 1e30) == Confusion(0, 1, 0, 2)
    assert confusion(normal, anomalous, -1e30) == Confusion(1, 0, 2, 0)
    assert confusion(normal, anomalous, 16777216.5).true_positives == 0, "a threshold is not rounded to the scores' precision"


@pytest.mark.parametrize(
    ("normal", "anomalous", "message"),
    [
        ([], [1.0], "there are 0 normal pictures, and a rate needs at least one: give scores of both"),
        ([1.0], [], "there are 0 anomalies"),
        ([1.0, np.nan], [1.0], "the normal pictures have a score that is not finite: leave it out"),
        ([1.0], [np.inf], "the anomalies have a score that is not finite"),
    ],
)
def test_what_has_no_rates(normal: list[float], anomalous: list[float], message: str) -> None:
    for call in (auroc, roc_curve, lambda a, b: confusion(a, b, 0.5)):
        with pytest.raises(ValueError, match=message):
            call(np.array(normal), np.array(anomalous))


def test_a_quarter_turn_moves_pixels_and_a_twelfth_keeps_the_middle() -> None:
    images = np.arange(2 * 16, dtype=np.uint8).reshape(2, 4, 4)
    for angle in (90, 180, 270):
        assert np.array_equal(rotated(images, angle), [torch.from_numpy(image).rot90(angle // 90).numpy() for image in images])
    disc = (np.hypot(*(np.mgrid[:28, :28] - 13.5)) < 9).astype(np.uint8)[None] * 200
    turned = rotated(disc, 30)
    inside = np.hypot(*(np.mgrid[:28, :28] - 13.5)) < 7
    assert (turned[0][inside] == 200).all() and turned[0][0, 0] == 0, "a disc about the middle stays where it is"
    dot = np.zeros((1, 29, 29), np.uint8)
    dot[0, 14, 24] = 255  # 10 to the right of the middle
    row, column = np.unravel_index(rotated(dot, 30)[0].argmax(), (29, 29))
    assert (row, column) == (14 - 5, 14 + 9), "counter-clockwise: 10 (sin 30, cos 30) up and right"


def test_kinds_have_their_numbers_and_the_pictures_without_data_their_content() -> None:
    assert [len(numbers(kind)) for kind in KINDS] == [2000, *[1000] * len(ANGLES), 1000, 256]
    noise, flat = pictures(NOISE, "mnist"), pictures(CONSTANT, "mnist")
    assert noise.shape == (1000, 28, 28) and abs(noise.mean() - 127.5) < 0.5 and set(np.unique(noise)) == set(range(256))
    assert np.array_equal(noise, pictures(NOISE, "fashion-mnist"))
    assert all((flat[level] == level).all() for level in range(256))
    assert (needed("other", "mnist"), needed("rotated_30", "mnist"), needed(NOISE, "mnist")) == ("fashion-mnist", "mnist", None)
    with pytest.raises(ValueError, match="no anomalies of the kind 'cats': give one of other, rotated_30"):
        pictures("cats", "mnist")


def test_pictures_of_the_data_sets_are_those_with_their_numbers() -> None:
    need("mnist")
    need("fashion-mnist")
    mnist, fashion = (datasets.load(name, "test").images[:, 0].numpy() for name in ("mnist", "fashion-mnist"))
    assert np.array_equal(pictures("other", "mnist")[7], fashion[35])
    assert np.array_equal(pictures("rotated_90", "mnist")[7], np.rot90(mnist[70]))


def encoding(count: int, *, kl: bool = True) -> Encoding:
    """Losses of eighths, which half precision keeps."""
    draw = np.random.default_rng(3)
    losses = [draw.integers(8, 800, count).astype(np.float32) / 8 for _ in range(2)]
    return Encoding(draw.integers(-30, 30, (count, 3)).astype(np.float32) / 8, None, losses[0], losses[1] if kl else None)


@pytest.mark.parametrize("kl", [True, False])
def test_what_comes_back_is_what_was_saved(kl: bool, tmp_path: Path) -> None:
    found = encoding(256, kl=kl)
    scores = stored_scores.scores_of(found, numbers(CONSTANT))
    save_anomalies(tmp_path / "new" / "small.npz", stored_scores.Anomalies("small", {CONSTANT: scores}, {"data": "mnist"}))
    back = load_anomalies(tmp_path / "new" / "small.npz")
    assert (back.name, dict(back.card), list(back.kinds)) == ("small", {"data": "mnist"}, [CONSTANT])
    for score in SCORES if kl else (RECONSTRUCTION,):
        assert np.array_equal(back.kinds[CONSTANT].by(score), chosen_score(found, score))
        lowest = np.argsort(back.kinds[CONSTANT].by(score), kind="stable")[:LOWEST]
        assert np.array_equal(back.kinds[CONSTANT].latents(lowest), found.mu[lowest]), "the lowest can be decoded"
    assert back.kinds[CONSTANT].number.tolist() == list(range(256))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip"])
def test_a_damaged_file_says_how_to_make_it_again(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vae_2_c1.npz"
    path.write_bytes(content)
    said = r"vae_2_c1.npz could not be read .*: make it again with python -m cnnviz.anomalies vae_2_c1"
    with pytest.raises(ValueError, match=said):
        load_anomalies(path)


def test_what_has_no_score_says_so() -> None:
    plain = stored_scores.scores_of(encoding(256, kl=False), numbers(CONSTANT))
    with pytest.raises(ValueError, match="has no KL, so no score 'total': give reconstruction"):
        plain.by(TOTAL)
    with pytest.raises(ValueError, match="no score 'beauty': give one of total, reconstruction, kl"):
        plain.by("beauty")
    with pytest.raises(ValueError, match=r"latents of the places \[999\] were not kept"):
        plain.latents(np.array([999]))
    big = Encoding(np.zeros((1, 2), np.float32), None, np.array([1e6], np.float32), None)
    with pytest.raises(ValueError, match="a score of 1000000 is above the 65504 of half precision"):
        stored_scores.scores_of(big, np.arange(1))


def test_every_network_without_labels_has_its_scores_and_they_are_small() -> None:
    assert [path.stem for path in COMMITTED] == scorable()
    assert sum(path.stat().st_size for path in COMMITTED) < 1e6


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_scores_are_the_networks(path: Path) -> None:
    stored, coder = load_anomalies(path), engine.coder(path.stem)
    checkpoint = ATLASES / f"{path.stem}.safetensors"
    assert stored.card["checkpoint"] == hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert tuple(stored.kinds) == KINDS
    for kind in (NOISE, CONSTANT):
        agrees(path.stem, stored.kinds[kind], pictures(kind, coder.card.data))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_scores_are_those_of_the_data_sets(path: Path) -> None:
    need("mnist")
    need("fashion-mnist")
    stored, data = load_anomalies(path), engine.coder(path.stem).card.data
    for kind in ("other", "rotated_30", "rotated_180"):
        agrees(path.stem, stored.kinds[kind], pictures(kind, data))


def agrees(name: str, scores: stored_scores.Scores, images: np.ndarray) -> None:
    """Some of the scores are what the engine finds now, and the kept latents too."""
    assert len(scores) == len(images)
    some = np.union1d(np.arange(0, len(images), 25), scores.kept)
    found = engine.encode(name, images[some] / np.float32(255))
    assert np.allclose(scores.reconstruction[some], found.reconstruction, rtol=1.01 * HALF, atol=1e-3)
    assert (scores.kl is None) == (found.kl is None)
    if found.kl is not None:
        assert np.allclose(scores.kl[some], found.kl, rtol=1.01 * HALF, atol=1e-3)
    assert np.allclose(scores.latents(scores.kept), found.mu[np.isin(some, scores.kept)], rtol=1e-3, atol=1e-3)


def test_making_scores_gives_what_is_committed() -> None:
    made = make(ATLASES / "vae_2_c1.safetensors", kinds=(CONSTANT,)).kinds[CONSTANT]
    stored = load_anomalies(FOLDER / "vae_2_c1.npz").kinds[CONSTANT]
    assert np.allclose(made.reconstruction, stored.reconstruction, rtol=2 * HALF) and np.allclose(made.kl, stored.kl, rtol=2 * HALF)
    with pytest.raises(ValueError, match="vae_conditional must be told a label with every picture"):
        make(ATLASES / "vae_conditional.safetensors")


def test_a_new_zero_is_caught_and_a_new_one_is_not() -> None:
    areas = {}
    for digit in (0, 1):
        atlas = load_atlas(ATLASES / f"vae_without_{digit}.npz")
        normal, held = (from_atlas(atlas, chosen) for chosen in (atlas.labels != digit, atlas.labels == digit))
        assert len(normal) + len(held) == 10_000 and (atlas.labels[held.number] == digit).all()
        areas[digit] = auroc(normal.by(TOTAL), held.by(TOTAL))
    assert areas[0] > 0.85 and areas[1] < 0.15
    stored, atlas = load_anomalies(FOLDER / "vae_16_c1.npz"), load_atlas(ATLASES / "vae_16_c1.npz")
    normal = from_atlas(atlas, atlas.labels >= 0)
    assert auroc(normal.by(TOTAL), stored.kinds["other"].by(TOTAL)) > 0.999
    assert auroc(normal.by(KL), stored.kinds[NOISE].by(KL)) < 0.5, "noise lies nearer to the middle of latent space than digits"


@pytest.mark.parametrize("name", ["ae_2", "vae_16_c1"])
def test_the_residual_adds_up_to_the_score(name: str) -> None:
    picture = np.random.default_rng(0).random((28, 28), dtype=np.float32)
    made, found = residual(engine.coder(name).model, picture), engine.encode(name, picture[None])
    assert made.loss == pytest.approx(float(found.reconstruction[0]), rel=1e-5)
    assert made.kl == (None if found.kl is None else pytest.approx(float(found.kl[0]), rel=1e-5))
    assert np.allclose(made.reconstruction, engine.decode(name, found.mu)[0], atol=1e-6)
    assert made.loss > float(floor(picture[None])[0])


@settings(deadline=None)
@given(level=st.floats(0, 1), guess=st.floats(0.001, 0.999))
def test_no_reconstruction_beats_the_floor(level: float, guess: float) -> None:
    picture = np.full((1, 3, 2), level)
    least = float(floor(picture)[0])
    cost = -6 * (level * np.log(guess) + (1 - level) * np.log(1 - guess))
    assert 0 <= least <= cost + 1e-9
    assert floor(np.full((1, 3, 2), 0.5))[0] == pytest.approx(6 * np.log(2))
    assert f"{floor(np.array([[[0.0, 1.0]]]))[0]}" == "0.0"
