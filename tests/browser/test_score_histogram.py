"""The histogram in Chromium: its counts are Python's at every threshold, hands and keys move it, and it saves a picture."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.anomalies.roc import auroc, confusion, roc_curve
from tests.browser.apps.score_histogram_app import SETS

APP = Path(__file__).parent / "apps" / "score_histogram_app.py"
CELLS = ("caught", "missed", "alarms", "right")
AT = "(root, value) => { const { axis, sheet } = root.view; return sheet.left + axis.share(value) * sheet.wide; }"
SET = "(root, value) => { root.view.set(value); root.view.paint(); }"
POINTS = "(root) => root.view.points.map(({ falls, hits }) => [falls, hits])"
SHARES = "(root) => [root.view.bins.edges, ...root.view.bins.parts]"
TOO_WIDE = """(root) => { const edge = root.getBoundingClientRect().right;
    const outside = (each) => each.getBoundingClientRect().right > edge + 1;
    return [...root.querySelectorAll("*")].filter(outside).map((each) => each.className); }"""
TWO_KEYS = """(root) => { const { view } = root, { sheet, axis } = view, stage = root.querySelector(".stage");
    for (const shiftKey of [false, true]) stage.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", shiftKey }));
    return [view.threshold, axis.value(axis.share(40) + 11 / sheet.wide)]; }"""
ON_CURVE = """(root, [falls, hits]) => { const { roc } = root.view, box = roc.canvas.getBoundingClientRect();
    return [box.left + roc.left + falls * roc.wide, box.top + roc.top + (1 - hits) * roc.high]; }"""


def opened(page: Page, serve, query: str = "") -> Locator:
    page.goto(f"{serve(APP)}/?{query}")
    root = page.locator("[data-threshold]")
    expect(root).to_be_visible(timeout=60_000)
    return root


def threshold(root: Locator) -> float:
    return float(root.get_attribute("data-threshold"))


def cells(root: Locator) -> list[int]:
    return [int(root.locator(f".{name}").inner_text().replace(",", "")) for name in CELLS]


def counts(sets: str, value: float) -> list[int]:
    found = confusion(*SETS[sets], value)
    return [found.true_positives, found.false_negatives, found.false_positives, found.true_negatives]


def place(root: Locator, value: float) -> tuple[float, float]:
    box = root.locator(".stage canvas").bounding_box()
    return box["x"] + root.evaluate(AT, value), box["y"] + 120


@pytest.mark.parametrize("sets", ["overlap", "apart", "wide"])
def test_counts_and_curve_are_pythons(page: Page, serve, sets: str) -> None:
    root = opened(page, serve, f"sets={sets}")
    for value in (0.5, 30.0, 30.1, 40.0, 50.0, 50.001, 79.75, 7000.0, -3.0):
        root.evaluate(SET, value)
        assert cells(root) == counts(sets, value), value
    normal, anomalous = SETS[sets]
    false, true, _ = roc_curve(normal, anomalous)
    assert np.allclose(root.evaluate(POINTS), np.stack([false, true], 1), atol=1e-12), "few scores: no point is left out"
    edges, *parts = root.evaluate(SHARES)
    for scores, shares in zip((normal, anomalous), parts, strict=True):
        counted = np.histogram(scores.astype(np.float32), bins=edges)[0] / len(scores)
        assert np.allclose(shares, counted, atol=1e-12) and sum(shares) == pytest.approx(1)
    assert (root.locator(".log").get_attribute("aria-pressed") == "true") == (sets == "wide")
    assert root.evaluate("(root) => root.view.header.auroc") == f"{auroc(normal, anomalous):.4f}"


def test_a_drag_is_silent_until_it_rests(page: Page, serve) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    root = opened(page, serve)
    page.mouse.move(*place(root, 40))
    page.mouse.down()
    before = len(sent)
    close = "([root, value]) => Math.abs(Number(root.dataset.threshold) - value) < 0.5"
    for value in (42, 45, 55, 60):
        page.mouse.move(*place(root, value))
        page.wait_for_function(close, arg=[root.element_handle(), value])
        assert cells(root) == counts("overlap", threshold(root))
    assert len(sent) == before, "nothing is sent while the hand moves"
    page.mouse.up()
    expect(page.get_by_text(f"moved {threshold(root)}")).to_be_visible()
    assert threshold(root) == pytest.approx(60, abs=0.5)


def test_keys_move_it_and_two_presses_before_a_frame_both_count(page: Page, serve) -> None:
    root = opened(page, serve)
    stage = root.locator(".stage")
    stage.focus()
    steps = root.evaluate(TWO_KEYS)
    assert steps[0] == pytest.approx(steps[1], rel=1e-4)
    expect(page.get_by_text(f"moved {steps[0]}")).to_be_visible()
    page.keyboard.press("Home")
    expect(root.locator(".said")).to_contain_text("above no score: everything is called an anomaly")
    assert cells(root) == counts("overlap", -1e9)
    page.keyboard.press("End")
    expect(root.locator(".said")).to_contain_text("above every score: nothing is called an anomaly")
    assert cells(root) == [0, 200, 0, 100]
    expect(stage).to_have_attribute("aria-valuenow", str(threshold(root)))


def test_the_curve_is_a_handle_too(page: Page, serve) -> None:
    root = opened(page, serve)
    false, true, thresholds = roc_curve(*SETS["overlap"])
    at = int(np.flatnonzero(thresholds == 44)[0])
    x, y = root.evaluate(ON_CURVE, [false[at], true[at]])
    page.mouse.click(x, y)
    page.wait_for_function("(root) => Math.abs(Number(root.dataset.threshold) - 44) < 2", arg=root.element_handle())
    assert cells(root) == counts("overlap", threshold(root))


def test_an_opening_threshold_far_away_and_another_set(page: Page, serve) -> None:
    root = opened(page, serve, "threshold=100000")
    expect(root.locator(".said")).to_contain_text("above every score")
    assert cells(root) == [0, 200, 0, 100]
    root.locator(".stage").focus()
    page.keyboard.press("Home")
    page.get_by_role("combobox", name="sets").click()
    page.get_by_role("option", name="equal").click()
    expect(root.locator(".caught")).to_have_text("0")
    assert threshold(root) == 100000, "another set opens at its own threshold"
    root.locator(".stage").focus()
    page.keyboard.press("Home")
    expect(root.locator(".caught")).to_have_text("4")
    assert cells(root) == [4, 0, 10, 0]


def test_bins_speak_and_the_mark_says_its_share(page: Page, serve) -> None:
    root = opened(page, serve, "own=40.25")
    expect(root.locator(".marked")).to_have_text("your drawing: 40.3 nats; 20.0 % of the normal pictures score as much or more.")
    page.mouse.move(*place(root, 40))
    expect(root.locator(".card")).to_contain_text(re.compile(r"[\d.]+ to [\d.]+ nats\s+calm: 2.0 %\s+strange: [\d.]+ %"))
    edges, calm, strange = root.evaluate(SHARES)
    k = int(np.searchsorted(edges, 40, "right")) - 1
    expect(root.locator(".card")).to_contain_text(f"strange: {100 * strange[k]:.1f} %")
    assert calm[k] == pytest.approx(0.02)


def test_the_picture_holds_both_drawings(page: Page, serve) -> None:
    root = opened(page, serve)
    with page.expect_download() as download:
        root.locator(".png").click()
    picture = np.asarray(Image.open(download.value.path()).convert("RGB")).astype(int)
    boxes = [root.locator(f"{part} canvas").bounding_box() for part in (".stage", ".roc")]
    assert picture.shape[1] == pytest.approx(sum(box["width"] for box in boxes), abs=2)
    for colour in ((0, 114, 178), (230, 159, 0)):
        near = np.abs(picture - colour).sum(2) < 30
        assert near[:30].any() and near[30:].any(), "legend and outline"


@pytest.mark.parametrize("width", [560, 1024])
def test_it_fits_the_screen(page: Page, serve, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    root = opened(page, serve)
    assert root.evaluate(TOO_WIDE) == []


def test_the_page_keeps_a_linked_threshold_and_shows_the_chosen_picture(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/denoising_and_anomalies?denoising_tab=Anomalies&anomalies_kind=noise&threshold=300")
    root = page.locator("[data-threshold]")
    expect(root).to_have_attribute("data-threshold", "300", timeout=60_000)
    expect(root.locator(".caught")).to_have_text("1,000")
    expect(page.get_by_text("anomaly: noise, number")).to_be_visible()
    root.locator(".stage").focus()
    page.keyboard.press("Home")
    expect(root.locator(".missed")).to_have_text("0")
    page.wait_for_function("(value) => new URL(location).searchParams.get('threshold') === value", arg=f"{threshold(root):.5g}")
    page.get_by_role("button", name="Yours: your drawing").click()
    expect(page.get_by_text("your drawing", exact=True).last).to_be_visible()
    expect(page.get_by_text("anomaly: noise, number")).to_have_count(0)
    expect(page.get_by_text("pixels' losses add up to a reconstruction score")).to_be_visible()
    expect(page.get_by_role("button", name="Yours: your drawing")).to_have_attribute("aria-pressed", "true")


def test_the_kind_of_anomalies_outlasts_another_network(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/denoising_and_anomalies?denoising_tab=Anomalies&anomalies_kind=rotated")
    legend = page.locator(".score-histogram .legend")
    expect(legend).to_contain_text("MNIST rotated by 90°", timeout=60_000)
    page.get_by_role("combobox", name="Auto-encoder").click()
    page.get_by_role("option", name="Fashion").click()
    expect(legend).to_contain_text("Fashion-MNIST rotated by 90°")
    page.get_by_role("radio", name="reconstruction", exact=True).click()
    expect(page.locator(".score-histogram .stage")).to_be_visible()
    page.wait_for_url("**/*anomalies_score=reconstruction*")
    expect(legend).to_contain_text("Fashion-MNIST rotated by 90°")


def test_the_scores_stay_however_many_other_numbers_come(page: Page, serve) -> None:
    root = opened(page, serve, "sets=many")
    for turn in range(1, 31):  # more than the browser keeps
        page.get_by_role("button", name="other numbers").click()
        expect(root.locator(".marked")).to_contain_text(f"your drawing: {40 + turn}.0 nats")
