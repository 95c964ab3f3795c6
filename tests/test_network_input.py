"""The input of a network: sources that suit it, test pictures, hostile browsers, and code that makes the same picture."""

import base64
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz import datasets, engine
from cnnviz.images import encode_png, sample_image, to_bytes
from cnnviz.ui.components.digit_pad import read_message
from cnnviz.ui.network.prediction import show_prediction
from cnnviz.ui.network_input import DRAW, PICTURE, TEST, fit_code, next_wrong, own_test_set

APP = str(Path(__file__).parent / "browser" / "apps" / "network_input_app.py")
GREY = "lenet_modern_mnist"
DIGITS = datasets.load("digits", "test")


def message(pixels: np.ndarray, *, epoch: int = 0, centred: int = 1) -> str:
    return f"{epoch}:{centred}:{base64.b64encode(pixels.astype(np.uint8).tobytes()).decode()}"


def opened(**state: object) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=30)
    for key, value in {"net": GREY, **state}.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> list[str]:
    """Source, name and truth of the input that the network looked at."""
    return next(caption.value for caption in app.caption if "truth" in caption.value).split(", ")


def made(app: AppTest) -> torch.Tensor:
    names: dict = {}
    exec(app.code[0].value, names)
    return names["image"]


def test_a_drawing_is_what_the_network_sees() -> None:
    pixels = np.arange(784).reshape(28, 28) % 256
    drawing = read_message(message(pixels), 0)
    assert drawing is not None
    assert drawing.centred
    assert (drawing.pixels == pixels).all()
    app = opened(net_source=DRAW, net_pad={"drawing": message(pixels)})
    assert shown(app)[0] == DRAW
    assert torch.equal(made(app), torch.from_numpy(pixels)[None] / 255)


@pytest.mark.parametrize(
    "hostile",
    [
        None, 7, "", "0:1:", {"a": 1}, "0:1:####", "0:1:QUJD", "0:2:QUJD", "x" * 100_000, "-1:1:" + "A" * 1048,
        "99999999999999:1:AAAA", message(np.zeros((28, 28)), epoch=1), message(np.zeros((28, 29))), message(np.zeros((28, 27))),
    ],
    ids=lambda value: str(value)[:16],
)  # fmt: skip
def test_what_a_browser_sends_is_not_trusted(hostile: object) -> None:
    assert read_message(hostile, 0) is None


def test_a_hostile_drawing_leaves_the_page_as_it_starts() -> None:
    assert shown(opened(net_source=DRAW, net_pad={"drawing": "0:1:QUJD"}))[1] == shown(opened(net_source=DRAW))[1]


def test_a_test_picture_brings_its_class(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    app = opened(net_source=TEST, net_index=7)
    assert shown(app)[::2] == [TEST, f"truth {int(DIGITS.labels[7])}"]
    assert any("MNIST, on which it was trained, is not on this machine" in caption.value for caption in app.caption)
    assert torch.equal(made(app), DIGITS.images[7] / 255)
    app = opened(net_source=TEST, net_index=9_999)  # a link made where the larger set is
    assert app.slider(key="net_index").value == len(DIGITS) - 1


def test_random_and_next_wrong_move_the_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    app = opened(net_source=TEST, net_index=0)
    app.button(key="net_wrong").click().run()
    number = app.slider(key="net_index").value
    labels = engine.classify(GREY, (DIGITS.images / 255).numpy()).labels
    assert number == (torch.from_numpy(labels) != DIGITS.labels)[1:].nonzero()[0, 0] + 1
    app.button(key="net_random").click().run()
    assert 0 <= app.slider(key="net_index").value < len(DIGITS)
    assert not app.exception


def test_next_wrong_goes_round_and_knows_when_there_is_none() -> None:
    labels = engine.classify(GREY, (DIGITS.images / 255).numpy()).labels
    wrong = (torch.from_numpy(labels) != DIGITS.labels).nonzero()[:, 0].tolist()
    assert wrong
    assert next_wrong(GREY, DIGITS, wrong[-1], lambda image: image) == wrong[0]
    right = torch.from_numpy(labels) == DIGITS.labels
    known = datasets.Data("digits", DIGITS.images[right], DIGITS.labels[right], DIGITS.classes, DIGITS.mean, DIGITS.std)
    assert next_wrong(GREY, known, 0, lambda image: image) is None


def test_sources_suit_the_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert own_test_set(engine.network(GREY)) == "digits"
    assert own_test_set(engine.network("lenet_fashion")) is None
    app = opened(net="lenet_fashion", net_source=TEST)  # chosen for a network that has test pictures here
    assert app.segmented_control(key="net_source").options == [DRAW, PICTURE]
    assert shown(app)[0] == DRAW


def test_a_picture_is_prepared_as_mnist_or_only_fitted() -> None:
    app = opened(net_source=PICTURE, picture="digit")
    assert made(app).shape == (1, 28, 28)
    assert shown(app)[0] == PICTURE
    prepared = shown(app)[1]
    app.toggle(key="net_paper").set_value(False).run()
    assert shown(app)[1] != prepared
    truth = engine.fit(engine.network(GREY), sample_image("digit", 512))
    assert torch.equal(made(app), truth)


def test_a_picture_of_one_shade_says_so_and_a_broken_one_replaces_nothing() -> None:
    app = opened(net_source=PICTURE)
    before = shown(app)[1]
    app.file_uploader(key="picture_file").upload("broken.png", b"not a picture").run()
    assert shown(app)[1] == before
    assert "broken.png" in app.error[0].value
    grey = encode_png(to_bytes(torch.full((3, 20, 20), 128 / 255)))
    app.file_uploader(key="picture_file").upload("grey.png", grey).run()
    assert any("level 128, so there is no ink" in error.value for error in app.error)
    assert not app.exception


@pytest.mark.parametrize("size", [(28, 28), (427, 640), (30, 28), (20, 90)])
def test_code_fits_as_the_engine_does(size: tuple[int, int]) -> None:
    network = engine.network(GREY)
    levels = torch.randint(0, 256, (3, *size), generator=torch.Generator().manual_seed(1))
    names: dict = {"torch": torch, "image": levels / 255}
    exec(fit_code(network, *size), names)
    assert torch.equal(names["image"], engine.fit(network, levels / 255))


def test_predictions_that_do_not_fit_say_why() -> None:
    with pytest.raises(ValueError, match=r"3 classes need logits of shape \(3,\), not \(2,\)"):
        show_prediction(np.zeros(2), "abc", key="p")
    with pytest.raises(ValueError, match="NaN or infinity"):
        show_prediction(np.array([0, np.nan]), "ab", key="p")
    with pytest.raises(ValueError, match="right class 2 does not exist: there are 0 to 1"):
        show_prediction(np.zeros(2), "ab", key="p", truth=2)
