"""The tab Denoise: its numbers against the networks, a hand and links that lie, an empty drawing, no data set, its code."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import mse_loss

from cnnviz import engine
from cnnviz.denoising import NETWORKS, load_curves
from cnnviz.noise import KINDS, add_noise
from cnnviz.ui.anomalies.clean_digit import OPENING, REFERENCE, digit_at
from cnnviz.ui.anomalies.denoise_notes import answer
from cnnviz.ui.anomalies.denoise_tab import spoil, verdict
from cnnviz.ui.components.denoise_view import DEEP, SIDE, Dial, Shown, denoise_view
from tests.pages.opened import PYTORCH, opened, run_code, sent

PAGE = "denoising_and_anomalies"


def pictures_of(app: Any) -> tuple[dict[str, Any], np.ndarray]:
    """What the view was sent: its header, and the pictures (columns,28,28)."""
    header, (_, pixels) = sent(app, "denoise_view")
    return header, np.frombuffer(pixels, "<u2").reshape(5, SIDE, SIDE) / DEEP


def test_it_opens_at_the_noise_that_was_trained_on_and_its_errors_are_the_pictures() -> None:
    header, pictures = pictures_of(opened(PAGE))
    assert (header["dial"]["name"], header["level"]) == ("gaussian", 0.5)
    assert header["dial"]["trained"] == engine.coder("ae_denoising").noise
    clean = digit_at(OPENING)[0]
    assert np.abs(pictures[0] - clean).max() <= 0.5 / DEEP
    noisy = add_noise(torch.from_numpy(clean)[None, None], "gaussian", 0.5, torch.Generator().manual_seed(0))[0, 0].numpy()
    assert np.abs(pictures[1] - noisy).max() <= 0.6 / DEEP
    for name, picture in zip(NETWORKS, pictures[2:], strict=True):
        assert np.abs(picture - engine.decode(name, engine.encode(name, noisy[None]).mu)[0]).max() <= 1e-4
    for column, picture in zip(header["columns"], pictures, strict=True):
        if column["title"] != "Clean":
            assert column["own"][0] == pytest.approx(((picture - pictures[0]) ** 2).mean(), abs=1e-5)
    assert header["columns"][1]["own"][1] == "∞" and header["columns"][0]["own"] == [None, None]
    best = min(header["columns"][1:], key=lambda column: column["own"][0])
    assert f"Nearest to the clean picture: {best['title']}, squared error {best['own'][0]:.4f}" in header["verdict"]
    curves = load_curves().curves["gaussian"]
    assert [mean[0] for mean in header["columns"][3]["means"]] == list(curves["ae_denoising"].squared)
    assert not any("trained" in remark for remark in header["remarks"])


@pytest.mark.parametrize(
    ("hand", "level"),
    [
        ({"kind": "gaussian", "level": 0.8, "asked": 7}, 0.8), ({"kind": "gaussian", "level": 7, "asked": 1}, 0.5),
        ({"kind": "gaussian", "level": float("nan"), "asked": -1}, 0.5), ({"kind": "box", "level": 4, "asked": 2}, 0.5),
        ({"kind": "gaussian", "level": "0.8", "asked": "x"}, 0.5), ([], 0.5), ({"kind": "gaussian", "level": 1 / 3}, 0.33),
    ],
)  # fmt: skip
def test_the_level_is_the_hands_and_nonsense_changes_nothing(hand: Any, level: float) -> None:
    app = opened(PAGE, {"denoise_view": {"hand": hand}})
    header, _ = pictures_of(app)
    asked = hand.get("asked") if isinstance(hand, dict) else 0
    assert header["level"] == level and header["asked"] == (asked if isinstance(asked, int) and asked > 0 else 0)
    assert any("more than the 0.5" in remark for remark in header["remarks"]) == (level > 0.5)


@pytest.mark.parametrize(
    ("kind", "named", "level"),
    [("gaussian", "99", 1.0), ("gaussian", "x", 0.5), ("salt", "0.3", 0.3), ("box", "-4", 0.0), ("box", "13.7", 14.0)],
)  # fmt: skip
def test_a_level_from_a_link(kind: str, named: str, level: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.query_params", {f"denoise_{kind}": named, "denoise_draw": "-1"})
    header, _ = pictures_of(opened(PAGE, {"denoise_kind": kind}))
    assert (header["dial"]["name"], header["level"]) == (kind, level)
    assert header["levels"] == list(load_curves().levels[kind])
    assert ("never on this kind" in "".join(header["remarks"])) == (kind != "gaussian")


def test_the_box_stands_where_the_picture_is_black_and_another_draw_moves_it() -> None:
    app = opened(PAGE, {"denoise_kind": "box"})
    header, pictures = pictures_of(app)
    row, column, side = header["box"]
    assert side == header["level"] == KINDS["box"].usual
    inside = np.zeros((SIDE, SIDE), bool)
    inside[row : row + side, column : column + side] = True
    assert np.array_equal(pictures[1], np.where(inside, 0, pictures[0]))
    app.button(key="denoise_again").click().run()
    assert pictures_of(app)[0]["box"] != header["box"]


def test_an_empty_drawing_is_cleaned_like_any_other_and_said_to_be_empty() -> None:
    app = opened(PAGE, {"denoise_source": "draw", "denoise_pad": {"drawing": f"0:1:{b64encode(bytes(784)).decode()}"}})
    header, pictures = pictures_of(app)
    assert pictures[0].max() == 0 and "The picture is empty" in header["remarks"][0]


def test_the_number_names_a_picture_of_the_test_set() -> None:
    app = opened(PAGE, {"denoise_digit": 9_999})
    _, pictures = pictures_of(app)
    assert np.abs(pictures[0] - digit_at(9_999)[0]).max() <= 0.5 / DEEP


def test_without_the_data_set_the_clean_picture_is_a_reconstruction_and_that_is_said(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    header, pictures = pictures_of(opened(PAGE))
    assert any("MNIST is not on this machine" in remark for remark in header["remarks"])
    assert REFERENCE not in NETWORKS
    assert np.abs(pictures[0] - digit_at(OPENING)[0]).max() <= 0.5 / DEEP


@pytest.mark.parametrize(("kind", "level"), [("gaussian", 0.37), ("salt", 0.29), ("box", 11), ("box", 0)])
def test_the_code_gives_the_pictures_of_the_page(kind: str, level: float) -> None:
    hand = {"kind": kind, "level": level, "asked": 1}
    app = opened(PAGE, {"denoise_kind": kind, "denoising_end": PYTORCH, "denoise_draw": 3, "denoise_view": {"hand": hand}})
    names, (header, pictures) = run_code(app), pictures_of(app)
    assert header["level"] == level
    assert np.abs(names["noisy"][0, 0].numpy() - pictures[1]).max() <= 1 / DEEP
    for name, picture, column in zip(NETWORKS, pictures[2:], header["columns"][2:], strict=True):
        assert np.abs(names["cleaned"][name][0, 0].numpy() - picture).max() <= 1e-4
        assert mse_loss(names["cleaned"][name], names["x"]).item() == pytest.approx(column["own"][0], rel=1e-4)


def test_the_verdict_says_when_cleaning_does_not_help() -> None:
    blank = np.zeros((SIDE, SIDE), np.float32)
    noisy, other, better = Shown("Noisy", blank, squared=0.01), Shown("A", blank, squared=0.02), Shown("B", blank, squared=0.004)
    assert verdict([noisy, other]) == (
        "Cleaning does not help here: the noisy picture's squared error, 0.0100, is below the best network's, 0.0200 (A)."
    )
    assert verdict([noisy, other, better]).startswith("Nearest to the clean picture: B, squared error 0.0040, 2.5 times less")


def test_a_draw_is_the_same_every_time_and_pictures_are_checked() -> None:
    picture = np.full((SIDE, SIDE), 0.5, np.float32)
    first, again, other = (spoil(picture, "salt", 0.2, draw).noisy for draw in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    with pytest.raises(ValueError, match=r"bad: a picture of 28 x 28 in \[0,1\] is needed"):
        denoise_view([Shown("bad", picture + 1)], key="x", dial=Dial("box", "side", "px", 20, 1), level=1, levels=[], pictures=0)


def test_the_exercise_is_computed() -> None:
    assert "Denoising auto-encoder: σ ≈ 0." in answer() and "10,000 test pictures" in answer()
