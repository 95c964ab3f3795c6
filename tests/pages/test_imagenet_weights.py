"""ImageNet weights, above all on the page Architectures: answered with where they are here, fetched, stopped, absent, damaged."""

import threading
from pathlib import Path

import pytest
import torch

from cnnviz import engine, pretrained
from cnnviz.engine.library import Library
from cnnviz.models import build_model
from cnnviz.ui import cached
from cnnviz.ui.architecture import fetching, weights
from cnnviz.ui.architecture.weights import Answer, answers_html
from tests.pages.opened import opened

NAME = "squeezenet1_1"
STATE = {"architectures_network": NAME}
FETCH = "architectures_fetch"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """torch's cache, empty; and nothing remembered of other tests."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    monkeypatch.setattr(engine, "_library", Library())
    monkeypatch.setattr(fetching, "_downloads", {})
    weights._answers.clear()
    return tmp_path / "checkpoints"


def words(app) -> str:
    return "\n".join(each.value for each in [*app.markdown, *app.caption, *app.info, *app.error])


def test_the_answer_is_the_networks(folder: Path) -> None:
    torch.manual_seed(0)
    model = build_model(NAME).eval()
    folder.mkdir()
    torch.save(model.state_dict(), folder / pretrained.FILES[NAME])
    app = opened("architectures", STATE)
    assert not app.error and FETCH not in [button.key for button in app.button]
    picture = engine.fit(engine.network(NAME), cached.sample(cached.DEFAULT_SAMPLE, 512))
    mean, std = (torch.tensor(moments)[:, None, None] for moments in pretrained.moments(NAME))
    with torch.inference_mode():
        values, labels = model(((picture - mean) / std)[None])[0].softmax(0).topk(5)
    classes = engine.network(NAME).classes
    assert answers_html([Answer(classes[label], value) for label, value in zip(labels, values.tolist(), strict=True)]) in words(app)
    assert f"the 5 likeliest of 1,000 classes; all others together {1 - float(values.sum()):.1%}" in words(app)


def test_names_are_text_and_bars_are_probabilities() -> None:
    html = answers_html([Answer("<b>cat</b>", 0.75), Answer("dog", 0.125)])
    assert "&lt;b&gt;cat&lt;/b&gt;" in html and "<b>cat" not in html and "width:75.0%" in html and ">12.5%<" in html


def test_networks_without_such_weights_do_not_speak_of_them() -> None:
    app = opened("architectures")
    assert "ImageNet" not in words(app) and FETCH not in [button.key for button in app.button]


def test_without_network_the_page_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionError("the name is not known")

    monkeypatch.setattr(pretrained, "address", lambda name: "https://weights.test/file")
    monkeypatch.setattr(pretrained, "fetch_file", lambda *_, **__: refuse())
    app = opened("architectures", STATE)
    assert "Not on this machine yet: fetch them from torchvision, 5 MB" in app.button(key=FETCH).help
    assert not app.error and app.dataframe
    app.button(key=FETCH).click().run()
    _ended(NAME)
    app.run()
    assert not app.exception and app.dataframe and "**1,235,496** parameters" in words(app)
    assert [error.value[:45] for error in app.error] == ["The weights of SqueezeNet 1.1 could not be do"]
    assert app.button(key=FETCH)  # to try again
    assert not opened("architectures", STATE).error, "another visitor has tried nothing"


@pytest.mark.parametrize("page", ["filters_and_activations", "attribution"])
def test_the_pages_that_need_the_weights_say_what_went_wrong(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionError("the name is not known")

    monkeypatch.setattr(pretrained, "address", lambda name: "https://weights.test/file")
    monkeypatch.setattr(pretrained, "fetch_file", lambda *_, **__: refuse())
    app = opened(page, {"inside_network": NAME})
    assert not app.error and "are not on this machine" in words(app)
    app.button(key="inside_network_fetch").click().run()
    _ended(NAME)
    app.run()
    assert not app.exception
    assert [error.value[:45] for error in app.error] == ["The weights of SqueezeNet 1.1 could not be do"]
    assert app.button(key="inside_network_fetch")  # to try again
    app.selectbox(key="inside_network").set_value("lenet_modern_mnist").run()
    assert not app.exception and not app.error, "the page goes on with what is here"


def test_damaged_weights_are_named_and_the_page_goes_on(folder: Path) -> None:
    folder.mkdir()
    (folder / pretrained.FILES[NAME]).write_bytes(b"no weights")
    app = opened("architectures", STATE)
    assert len(app.error) == 1 and "is damaged" in app.error[0].value and app.dataframe


def test_a_download_moves_is_one_for_all_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    half, go_on = threading.Event(), threading.Event()

    def fetch(name: str, progress, stop) -> None:
        progress(3, 6)
        half.set()
        go_on.wait(20)
        if stop():
            raise ValueError("stopped after 3 bytes")

    monkeypatch.setattr(pretrained, "fetch", fetch)
    app = opened("architectures", STATE)
    app.button(key=FETCH).click().run()
    assert half.wait(20)
    download = fetching.start(NAME)
    assert download is fetching.under_way(NAME) and (download.have, download.total) == (3, 6)
    other = opened("architectures", STATE)
    other.button(key="architectures_stop").click().run()
    assert download.stopping and other.button(key="architectures_stop").disabled
    go_on.set()
    _ended(NAME)
    app.run()
    assert [info.value for info in app.info] == ["Stopped after 3 bytes"] and not app.error
    assert app.button(key=FETCH) and fetching.start(NAME) is not download


def _ended(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == f"weights of {name}":
            thread.join(20)
    assert fetching.under_way(name) is None
