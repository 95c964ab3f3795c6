"""The page Attribution: the maps against the library, why a map is empty, stop and go on, its check, its code."""

import contextlib
import csv
import io
import threading
import time

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz import engine
from cnnviz.attribution import FILLS, fill, grad_cam, integrated_gradients, saliency
from cnnviz.digit import SIDE
from cnnviz.engine import normalised
from cnnviz.ui.attribution import work
from cnnviz.ui.attribution.check import curves_csv, verdict
from cnnviz.ui.attribution.controls import RANKED, Settings, label_of, opening_layer
from cnnviz.ui.attribution.maps import maps_csv
from cnnviz.ui.attribution.methods import METHODS, Found, largest, panel_of, scores_of, signed_map, unit
from cnnviz.ui.attribution.work import Job
from cnnviz.ui.components.attribution_view import LEVELS
from cnnviz.ui.components.digit_pad.opening import opening
from cnnviz.ui.network.prediction import percent
from tests.pages.opened import PYTORCH, opened, run_code, sent

LENET = "lenet_modern_mnist"
SETTINGS = Settings("black", 64, 25, 0.15, 4, 2, "conv2", True)


def shown(app) -> tuple[dict, list[np.ndarray]]:
    """What the grid of maps was sent: its header, and the maps (H,W), row by row."""
    header, blobs = sent(app, "attribution_view")
    panels = [panel for row in header["rows"] for panel in row["panels"] if panel["map"]]
    maps = [
        np.frombuffer(blob, "<i2").reshape(header["shape"]) * (panel["largest"] / LEVELS)
        for panel, blob in zip(panels, blobs[2:], strict=True)
    ]
    return header, maps


def settled(state: dict | None = None):
    """The page once all its work is done: on a busy machine some of it comes after the first drawing."""
    app = opened("attribution", state)
    for _ in range(600):
        if not app.get("progress"):
            break
        time.sleep(0.05)
        app.run()
    assert not app.get("progress") and not app.exception
    return app


def the_three() -> torch.Tensor:
    """What stands on the pad at first."""
    return torch.from_numpy(opening().copy())[None] / 255


def test_it_opens_on_two_classes_and_five_methods_that_are_the_librarys() -> None:
    app = settled()
    assert not app.error
    header, maps = shown(app)
    assert [head[0] for head in header["heads"]] == list(METHODS) and len(maps) == 10 and header["shape"] == [28, 28]
    network, image = engine.network(LENET), the_three()
    scores = engine.classify(LENET, image[None].numpy())
    labels = np.argsort(-scores.probabilities[0])[:2]
    for row, label in zip(header["rows"], labels, strict=True):
        assert row["label"].startswith(f"{label}: probability {percent(scores.probabilities[0, label])}, score ")
    for number, label in enumerate(labels):
        expected = saliency(scores_of(network), image.to(network.device), int(label)).sum(0).cpu().numpy()
        np.testing.assert_allclose(maps[5 * number], expected, atol=2e-4 * np.abs(expected).max())
        black = torch.zeros_like(image, device=network.device)
        *_, shares = integrated_gradients(scores_of(network), image.to(network.device), int(label), baseline=black)
        note = header["rows"][number]["panels"][2]["note"]
        assert note == f"Σ {shares.difference + shares.gap:.2f} of {shares.difference:.2f}, gap {shares.gap:.2g}".replace("-", "−")
        assert maps[5 * number + 2].sum() == pytest.approx(shares.difference + shares.gap, abs=0.02)
        cam = grad_cam(network.graph, normalised(network, image[None]), int(label), "conv2")
        assert maps[5 * number + 3].min() >= 0 and maps[5 * number + 3].max() <= float(cam.signed.max()) + 1e-5


def test_both_classes_on_one_scale_or_each_on_its_own() -> None:
    for one in (True, False):
        header, maps = shown(settled({"attribution_shared": one, "attribution_relu": False}))
        top, second = ([panel["limit"] for panel in row["panels"]] for row in header["rows"])
        sizes = [float(np.abs(values).max()) for values in maps]
        if one:
            assert top == second == pytest.approx([max(pair) for pair in zip(sizes[:5], sizes[5:], strict=True)], rel=1e-3)
        else:
            assert [*top, *second] == pytest.approx(sizes, rel=1e-3)
        assert maps[3].min() < 0  # without the ReLU


def test_any_two_classes_and_the_other_settings() -> None:
    state = {
        "attribution_class1": "7", "attribution_class2": "7", "attribution_fill": "white", "attribution_steps": 4,
        "attribution_samples": 1, "attribution_noise": 0, "attribution_size28": 28, "attribution_stride28": 28,
        "attribution_layer": "conv1", "attribution_over": False,
    }  # fmt: skip
    header, maps = shown(settled(state))
    assert [row["label"][:2] for row in header["rows"]] == ["7:", "7:"] and not header["over"]
    np.testing.assert_array_equal(maps[0], maps[5])
    np.testing.assert_allclose(maps[0], maps[1], rtol=1e-4, atol=1e-5)  # one copy without noise
    assert header["heads"][3][1] == "conv1, ReLU" and header["heads"][4][1] == "score lost, 28 × 28"
    assert np.ptp(maps[4]) == pytest.approx(0, abs=1e-5)  # one patch hides all


@pytest.mark.parametrize(("name", "layer"), [("dense_mnist", None), ("lenet5_mnist", "c3"), ("lenet_fashion", "conv2")])
def test_other_networks(name: str, layer: str | None) -> None:
    app = settled({"inside_network": name})
    header, maps = shown(app)
    assert not app.error and opening_layer(engine.network(name)) == layer
    assert len(maps) == (10 if layer else 8)
    if layer is None:
        panel = header["rows"][0]["panels"][3]
        assert not panel["map"] and panel["message"] == "This network has no convolution whose maps Grad-CAM could weigh."


def test_one_place_is_no_map_and_says_so() -> None:
    header, _ = shown(settled({"inside_network": "lenet5_mnist", "attribution_layer": "c5"}))
    assert "maps of c5 have one place only" in header["rows"][0]["panels"][3]["message"]


def test_what_a_link_brings_that_does_not_fit_is_set_aside() -> None:
    app = settled({"attribution_class1": "99", "attribution_layer": "nowhere"})
    assert app.selectbox(key="attribution_class1").value == RANKED[0]
    assert app.selectbox(key="attribution_layer").value == "conv2" and not app.error


def test_an_empty_map_says_why() -> None:
    values = torch.full((4, 4), -0.5)
    cam = Found(1, 1, values, None, (-0.5, -0.5), 16, "The weighted sum lies between -0.5 and -0.5: the ReLU removes all of it.")
    panel = panel_of("Grad-CAM", cam, SETTINGS, 1.0)
    assert panel.message.endswith("the ReLU removes all of it. Switch “ReLU” off to see it.") and not panel.values.any()
    signed = Settings(**{**vars(SETTINGS), "relu": False})
    assert panel_of("Grad-CAM", cam, signed, 1.0).message == ""
    assert largest([cam], signed) == 0.5 and largest([cam], SETTINGS) == 1.0
    nothing = Found(1, 1, torch.zeros(4, 4))
    assert panel_of("Saliency", nothing, SETTINGS, 1.0).message.startswith("The gradient is zero everywhere")
    assert "looks like “black” already" in panel_of("Occlusion", nothing, SETTINGS, 1.0).message
    assert "no score to share out" in panel_of("Integrated gradients", nothing, SETTINGS, 1.0).message
    damaged = panel_of("Saliency", Found(1, 1, torch.full((4, 4), float("nan"))), SETTINGS, 1.0)
    assert damaged.values is None and "not all finite" in damaged.message
    assert panel_of("Occlusion", Found(1, 1, values), SETTINGS, 1.0).note == "nowhere above 0: nothing speaks for it"
    assert panel_of("Occlusion", None, SETTINGS, 1.0).message == "Not computed yet."


def test_a_blank_picture_against_black_is_explained_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.network_input.opening", lambda: np.zeros((SIDE, SIDE), np.uint8))
    header, _ = shown(settled())
    messages = [panel["message"] for panel in header["rows"][0]["panels"]]
    assert "no score to share out" in messages[2] and "looks like “black” already" in messages[4]


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """All jobs are slow: none ends before this event."""
    work._shelf.clear()
    monkeypatch.setattr(work, "AT_ONCE", -1.0)
    done, event = work.finish, threading.Event()

    def waiting(job, report):
        while not event.wait(0.01):
            report(Found(0, 10, torch.zeros(1, 1)))
        done(job, report)

    monkeypatch.setattr(work, "finish", waiting)
    return event


def test_a_slow_job_shows_its_bar_can_be_stopped_and_goes_on(monkeypatch: pytest.MonkeyPatch, go: threading.Event) -> None:
    monkeypatch.setattr(work, "LEFT", 1.0)
    app = opened("attribution")
    header, maps = shown(app)
    assert not maps and {panel["message"] for row in header["rows"] for panel in row["panels"]} == {"Not computed yet."}
    assert len(app.get("progress")) == 1
    app.button(key="attribution_stop").click().run()
    assert "Stopped: 0 of 10 are finished." in app.info[0].value and not app.exception and not app.get("progress")
    for _ in range(500):
        if not work._under_way:
            break
        time.sleep(0.02)
    assert not work._under_way  # the thread has heard of it
    go.set()
    app.button(key="attribution_go").click().run()
    for _ in range(600):
        if len(shown(app)[1]) == 10:
            break
        time.sleep(0.05)
        app.run()
    assert len(shown(app)[1]) == 10 and not app.info and not app.get("progress")


def test_one_visitors_stop_leaves_the_job_to_another(go: threading.Event) -> None:
    first, second = opened("attribution"), opened("attribution")
    (running,) = work._under_way.values()
    first.button(key="attribution_stop").click().run()
    assert "Stopped" in first.info[0].value and list(work._under_way.values()) == [running]
    go.set()
    running.future.result(10)
    second.run()
    assert len(shown(second)[1]) == 1 and len(shown(first)[1]) == 0
    running.seen -= work.LEFT + 1
    with pytest.raises(work._Stopped):
        running.hear(Found(1, 10, torch.zeros(1, 1)))


def test_what_goes_wrong_in_a_thread_is_shown_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(job, report):
        raise ValueError("the network has gone home")

    def polled() -> None:
        from concurrent.futures import Future

        from cnnviz.ui.attribution import work

        failed: Future[None] = Future()
        failed.set_exception(ValueError("the network has gone home"))
        work._show_progress(work.Job("Saliency", "nobody", (), iter), work._Running(future=failed))

    app = AppTest.from_function(polled).run()
    assert [each.value for each in app.error] == ["the network has gone home"] and not app.exception
    done, found = work.finish, Found(1, 1, torch.ones(1, 1))
    job = work.Job("Saliency", LENET, ("again",), lambda network: iter([found]))
    monkeypatch.setattr(work, "finish", wrong)
    assert isinstance(work._started(job).future.exception(10), ValueError) and not work._under_way
    monkeypatch.setattr(work, "finish", done)
    assert work._started(job).future.exception(10) is None and work.result(job) is found


def test_the_deletion_check_compares_with_chance() -> None:
    app = settled({"attribution_tab": "Deletion check"})
    assert not app.error
    text = next(each.value for each in app.markdown if each.value.startswith("Deleting by"))
    assert "8 random orders give 0." in text and "takes the class 3 (probability > 99.9% at first) away fastest" in text
    assert len(app.get("plotly_chart")) == 1


def test_the_exercise_computes_its_gaps() -> None:
    app = settled({"attribution_end": "Exercise"})
    network, image = engine.network(LENET), the_three()
    picture = image.to(network.device)
    text = next(each.value for each in app.markdown if "numerical integral" in each.value)
    for steps in (4, 64):
        *_, found = integrated_gradients(scores_of(network), picture, 3, baseline=0 * picture, steps=steps)
        assert f"{found.difference + found.gap:.4f}" in text
    assert f"differ by {found.difference:.4f}" in text


@pytest.mark.parametrize("name", [LENET, "lenet5_mnist", "dense_mnist"])
def test_the_code_prints_what_is_on_screen(name: str) -> None:
    state = {"inside_network": name, "attribution_end": PYTORCH, "attribution_relu": False, "attribution_fill": "blurred"}
    app = settled(state)
    header, maps = shown(app)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        names = run_code(app)
    for values, method in ((names["saliency"], 0), (names["attribution"].sum(0), 2)):
        expected = maps[method]
        np.testing.assert_allclose(values.detach().numpy(), expected, atol=3e-4 * np.abs(expected).max())
    assert f"Σ {float(names['attribution'].sum()):.2f}".replace("-", "−") in header["rows"][0]["panels"][2]["note"]
    if name != "dense_mnist":
        low, high = float(names["cam"].min()), float(names["cam"].max())
        assert header["rows"][0]["panels"][3]["note"] == f"signed {low:.2g} to {high:.2g}".replace("-", "−")
    assert "difference of the scores" in printed.getvalue()


@pytest.mark.parametrize("name", list(FILLS))
def test_the_codes_baselines_are_the_librarys(name: str) -> None:
    from torch.nn import functional as F

    from cnnviz.ui.attribution.code import BASELINES

    image = torch.rand(3, 9, 8, generator=torch.Generator().manual_seed(0))
    mean = torch.tensor([0.1, 0.2, 0.3]).view(3, 1, 1)
    made = eval(BASELINES[name], {"torch": torch, "F": F, "image": image, "mean": mean})
    assert torch.equal(made, fill(name, image, (0.1, 0.2, 0.3)))


def test_files_to_take_away() -> None:
    network = engine.network(LENET)
    cam = Found(1, 1, torch.tensor([[-1.0, 4.0]]), None, (-1, 4), 4)
    found = {("Saliency", 3): Found(1, 1, torch.tensor([[0.1, -2.0]])), ("Grad-CAM", 3): cam}
    rows = list(csv.reader(io.StringIO(maps_csv(network, found, SETTINGS).decode())))
    assert rows[0] == ["row", "column", "Saliency: 3", "Grad-CAM: 3"]
    assert [[np.float32(cell) for cell in row] for row in rows[1:]] == [[0, 0, np.float32(0.1), 0], [0, 1, -2, 4]]
    assert signed_map(found["Grad-CAM", 3], SETTINGS).tolist() == [[0, 4]]


def test_the_verdict_and_its_table() -> None:
    from cnnviz.attribution import Curve

    falling, level = Curve((0, 1), (1.0, 0.0), 2, 2), Curve((0, 1), (1.0, 1.0), 2, 2)
    text = verdict({"Saliency": level, "Occlusion": falling}, [Curve((0, 1), (1.0, 0.2), 2, 2)], "3", 0.9)
    assert "Deleting by **Occlusion**" in text and "No better than chance here: Saliency." in text
    assert curves_csv({"Occlusion": falling}, [level]).splitlines() == ["deleted,Occlusion,random 0", "0,1.0,1.0", "1,0.0,1.0"]


def test_small_rules() -> None:
    network, probabilities = engine.network("cifar_small"), np.array([0.2, 0.5, 0.3])
    assert [label_of(network, choice, probabilities) for choice in (*RANKED, "0 airplane")] == [1, 2, 0]
    assert label_of(network, RANKED[1], np.array([1.0])) == 0
    assert unit("SmoothGrad", SETTINGS) == "mean slope of 25"
    with pytest.raises(ValueError, match="no fill 'pink'"):
        work.finish(Job("x", LENET, ("pink",), lambda network: iter([fill("pink", torch.zeros(1, 2, 2), ())])))


@pytest.mark.parametrize(("probability", "written"), [
    (0.0, "< 0.1%"), (1e-9, "< 0.1%"), (0.0005, "0.1%"), (0.5, "50.0%"), (0.99949, "99.9%"), (0.99951, "> 99.9%"), (1.0, "> 99.9%"),
])  # fmt: skip
def test_a_probability_is_not_rounded_to_certainty(probability: float, written: str) -> None:
    assert percent(probability) == written
