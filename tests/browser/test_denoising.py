"""The denoising view in Chromium: the slider asks while it is dragged, what it shows is what Python sent, and it can be saved."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.figures.colours import DIVERGING, ZERO
from tests.browser.apps.denoise_view_app import LEVELS, SIDE, columns
from tests.browser.test_latent_explorer import TOO_WIDE

APP = Path(__file__).parent / "apps" / "denoise_view_app.py"
PIXELS = """(canvas) => { const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return [...data.filter((_, k) => k % 4 < 3)]; }"""
# Many moves of a hand, faster than any server: the values of 0.5 to 0.9 and back to 0.8.
HURRY = """(input) => { for (let k = 50; k <= 100; k++) { input.value = (k <= 90 ? k : 180 - k) / 100;
    input.dispatchEvent(new Event("input", { bubbles: true })); } }"""
WATCHED = """(root) => { const { view } = root, load = view.load; root.shown = [];
    view.load = function (message) { load.call(this, message); root.shown.push(Number(this.input.value)); }; }"""


def opened(page: Page, address: str, settled: str = "share 0.5") -> Locator:
    page.goto(address)
    root = page.locator("[data-settled]")
    expect(root).to_have_attribute("data-settled", settled, timeout=90_000)  # a fresh server imports torch first
    return root


def colours(root: Locator, kind: str, nth: int) -> np.ndarray:
    """RGB of every pixel of a canvas, (28,28,3)."""
    return np.array(root.locator(f".{kind} canvas").nth(nth).evaluate(PIXELS)).reshape(SIDE, SIDE, 3)


def agrees(root: Locator, share: float) -> None:
    clean, *others = (column.picture for column in columns(share))
    for nth, picture in enumerate((clean, *others)):
        assert np.abs(colours(root, "picture", nth)[..., 0] - 255 * picture).max() <= 0.51
    for nth, picture in enumerate(others):
        wanted = ZERO + 127 * (picture - clean)
        near = [DIVERGING[np.clip(np.floor(wanted + by).astype(int), 0, 255)] for by in (0.49, 0.51)]  # a half may go either way
        got = colours(root, "difference", nth)
        assert all(((got == near[0]) | (got == near[1])).all(axis=2).ravel())


def test_the_pictures_and_numbers_are_those_that_were_sent(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    agrees(root, 0.5)
    assert [text for text in root.locator(".number").all_inner_texts() if text] == ["0.5000", "0.2500", "∞", "50.0"]
    assert root.locator(".number.best").all_inner_texts() == ["0.2500", "50.0"]
    expect(root.locator(".verdict")).to_have_text("verdict 0.5")
    expect(root.locator(".trained")).to_have_text("trained at 0.25")
    root.locator(".picture canvas").first.press("ArrowUp")
    noisy, cleaned = (column.picture[13, 14] for column in columns(0.5)[1:])
    clean = columns(0.5)[0].picture[13, 14]
    expect(root.locator(".reading")).to_have_text(f"Row 13, column 14: Clean {clean:.3f}, Noisy {noisy:.3f}, Cleaned {cleaned:.3f}")


def test_a_hurried_hand_is_followed_without_a_queue_and_never_pushed_back(page: Page, serve) -> None:
    root = opened(page, serve(APP) + "/?seconds=0.3")
    root.evaluate(WATCHED)
    page.get_by_role("slider", name="share").evaluate(HURRY)
    expect(root).to_have_attribute("data-settled", "share 0.8")
    agrees(root, 0.8)
    assert page.get_by_role("slider", name="share").input_value() == "0.8"
    assert root.evaluate("(root) => root.view.header.asked") == 2  # the first move, and where the hand was when that was answered
    assert set(root.evaluate("(root) => root.shown")) == {0.8}, "an answer to an older question moved the slider"


def test_keys_move_it_and_the_other_kind_keeps_its_own_level(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    slider = page.get_by_role("slider", name="share")
    for _ in range(3):
        slider.press("ArrowRight")
    expect(root).to_have_attribute("data-settled", "share 0.53")
    agrees(root, 0.53)
    expect(root.locator(".box")).to_be_hidden()
    page.get_by_role("radio", name="box").click()
    expect(root).to_have_attribute("data-settled", "box 10")
    expect(root.locator(".dial output")).to_have_text("10 px")
    expect(root.locator(".trained")).to_be_hidden()
    inside, whole = root.locator(".box").bounding_box(), root.locator(".picture canvas").nth(1).bounding_box()
    assert inside and whole
    assert (inside["y"] - whole["y"]) / whole["height"] == pytest.approx(4 / 28, abs=0.01)
    assert (inside["x"] - whole["x"]) / whole["width"] == pytest.approx(5 / 28, abs=0.01)
    assert inside["width"] / whole["width"] == pytest.approx(6 / 28, abs=0.01)


def test_the_plot_reads_and_sets_the_level(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    plot = root.locator(".plot svg")
    box = plot.bounding_box()
    assert box
    left, width = box["x"] + 58, box["width"] - 58 - 14  # as PLOT in curves.js
    page.mouse.move(left + 0.72 * width, box["y"] + 100)
    expect(root.locator("figcaption")).to_have_text("share 0.75, mean: Noisy 0.7500, Cleaned 0.3750")
    page.mouse.down()
    page.mouse.move(left + 0.2 * width, box["y"] + 100, steps=10)
    page.mouse.up()
    expect(root).to_have_attribute("data-settled", "share 0.2")
    assert page.get_by_role("slider", name="share").input_value() == "0.2"
    root.get_by_role("radio", name="BCE").click()
    page.mouse.move(left + 0.2 * width, box["y"] + 100)
    expect(root.locator("figcaption")).to_contain_text("Noisy ∞, Cleaned 25.0")
    assert plot.locator('path[fill="none"]').count() == 1  # an infinite curve is not drawn
    assert plot.locator("circle").count() == 1


def test_curves_and_pictures_are_saved(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    with page.expect_download() as download:
        root.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "denoising share.csv"
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
    errors = ("squared error a pixel", "BCE in nats")
    assert rows[0] == ["share", *(f"{name}: {error}" for name in ("Noisy", "Cleaned") for error in errors)]
    assert [list(map(float, row)) for row in rows[1:]] == [[level, level, float("inf"), level / 2, 100 * level] for level in LEVELS]
    for name, button in (("denoising share.png", "PNG"), ("share noise 0.5.png", "Pictures as PNG")):
        with page.expect_download() as download:
            root.get_by_role("button", name=button, exact=True).click()
        assert download.value.suggested_filename == name
        picture = np.asarray(Image.open(io.BytesIO(Path(download.value.path()).read_bytes())).convert("RGB"))
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20
    assert picture.shape[1] == 3 * (6 * SIDE + 8) - 8


def test_nothing_is_wider_than_a_small_window(page: Page, serve) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    root = opened(page, serve(APP))
    assert root.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024


def test_on_the_page_a_hand_changes_the_noise_and_the_link(page: Page, app_url: str) -> None:
    root = opened(page, f"{app_url}/denoising_and_anomalies?denoise_digit=99999&denoise_gaussian=0.3", "gaussian 0.3")
    before = colours(root, "picture", 1)
    page.get_by_role("slider", name="σ").press("ArrowRight")
    expect(root).to_have_attribute("data-settled", "gaussian 0.31")
    page.wait_for_url("**denoise_gaussian=0.31*")
    assert not np.array_equal(colours(root, "picture", 1), before)
    page.get_by_role("button", name="New noise").click()
    page.wait_for_url("**denoise_draw=1*")
    expect(root).to_have_attribute("data-settled", "gaussian 0.31")
