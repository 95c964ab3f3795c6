"""The generator in Chromium: its pictures equal torch's, its sliders say nothing while they move, Python hears of the rest."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz import engine
from cnnviz.generation import draws, member
from cnnviz.ui.latent.reading import atlas

APP = Path(__file__).parent / "apps" / "generator_app.py"
DRAWN, SIDE, STEP, COUNT = re.compile(r"\d+"), 28, 29, 36
CHOSEN = "walks_view=A+chosen+digit"
CS = (0.25, 1, 4, 10)
RED = """(canvas) => { const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return [...data.filter((_, k) => k % 4 === 0)]; }"""
SHOWN = "(root, n) => root.view.view.sheets[n].places.map(({ shelf, k }) => [...shelf.pictures[k]])"
DRAG = """(input, [from, to, step]) => { for (let value = from; value <= to; value += step) {
    input.value = value; input.dispatchEvent(new Event("input")); } }"""
TOO_WIDE = """(root) => { const right = (element) => element.getBoundingClientRect().right;
    return [...root.querySelectorAll("*")].filter((each) => right(each) > right(root) + 1).map((each) => each.className); }"""


class Sheets:
    """The mounted generator: what it shows, read from its own numbers and from its canvases."""

    def __init__(self, page: Page, address: str, query: str = "") -> None:
        self.page = page
        self.sent: list[object] = []  # messages to the server
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: self.sent.append(frame)))
        page.goto(f"{address}/?{query}")
        self.root: Locator = page.locator("[data-ahead]")
        expect(self.root).to_have_attribute("data-ahead", "done", timeout=90_000)  # a fresh server imports torch first

    def settle(self) -> None:
        expect(self.root).to_have_attribute("data-drawn", DRAWN)

    def slider(self, name: str) -> Locator:
        return self.page.get_by_label(name)

    def agrees(self, sheet: int, name: str, z: np.ndarray, label: int | None = None) -> None:
        """A sheet is what torch decodes from z, in its numbers and on its canvas."""
        self.settle()
        wanted = engine.decode(name, z, None if label is None else np.full(len(z), label))
        shown = np.array(self.root.evaluate(SHOWN, sheet)).reshape(-1, SIDE, SIDE)
        assert np.abs(shown - wanted).max() <= 2e-5
        levels = np.array(self.root.locator("canvas").nth(sheet).evaluate(RED)).reshape(6 * STEP - 1, 6 * STEP - 1)
        for k in (0, 7, 35):
            top, left = STEP * (k // 6), STEP * (k % 6)
            assert np.abs(levels[top : top + SIDE, left : left + SIDE] - 255 * wanted[k]).max() <= 0.51

    def rests(self, **query: str) -> None:
        """The link says so."""
        for name, value in query.items():
            expect(self.page).to_have_url(re.compile(rf"[?&]walks_{name}={value}(&|$)"))


def test_the_same_draws_through_both_while_the_temperature_is_dragged(page: Page, serve) -> None:
    sheets = Sheets(page, serve(APP))
    eps = draws(COUNT, 16, seed=1)
    sheets.agrees(0, "ae_16", eps)
    sheets.agrees(1, "vae_16_c1", eps)
    sent = len(sheets.sent)
    heat = sheets.slider("Temperature")
    heat.evaluate(DRAG, [1, 2.5, 0.05])
    assert len(sheets.sent) == sent, "a moving slider says nothing to the server"
    expect(page.locator(".t output")).to_have_text("2.50")
    sheets.agrees(0, "ae_16", np.float32(2.5) * eps)
    sheets.agrees(1, "vae_16_c1", np.float32(2.5) * eps)
    sheets.rests(temperature="2.5")
    assert len(sheets.sent) > sent
    heat.evaluate(DRAG, [0, 0, 1])
    sheets.agrees(1, "vae_16_c1", np.zeros((COUNT, 16), np.float32))
    page.get_by_role("button", name="New draws").click()
    page.wait_for_function("(root) => root.view.data.seed === 2", arg=sheets.root.element_handle())
    expect(page.locator(".t output")).to_have_text("0.00")  # the hand stays where it was
    heat.evaluate(DRAG, [1, 1, 1])
    sheets.agrees(1, "vae_16_c1", draws(COUNT, 16, seed=2))


def test_the_family_follows_its_slider_without_the_server(page: Page, serve) -> None:
    sheets = Sheets(page, serve(APP), "walks_seed=3&walks_dimensions=2-D&walks_c=4")
    eps = draws(COUNT, 2, seed=3)
    sheets.agrees(1, "vae_2_c4", eps)
    sent = len(sheets.sent)
    slider = sheets.slider("C, the weight of KL")
    slider.evaluate(DRAG, [0, 3, 1])
    assert len(sheets.sent) == sent, "a moving slider says nothing to the server"
    for step, c in enumerate(CS):
        slider.evaluate(DRAG, [step, step, 1])
        expect(page.locator(".c output")).to_have_text(f"{c:g}")
        sheets.agrees(1, f"vae_2_c{f'{c:g}'.replace('.', '')}", eps)
        found = member(atlas(f"vae_2_c{f'{c:g}'.replace('.', '')}"))
        expect(page.locator(".family figcaption")).to_contain_text(
            f"C = {c:g}: reconstruction {found.reconstruction:.1f} nats, KL {found.kl:.1f} nats"
        )
        assert page.locator(".point.chosen title").text_content() == (
            f"C = {c:g}: reconstruction {found.reconstruction:.2f} nats, KL {found.kl:.2f} nats"
        )
    sheets.agrees(0, "ae_2", eps)
    page.locator(".point .dot").first.click()
    expect(page.locator(".c output")).to_have_text("0.25")
    sheets.agrees(1, "vae_2_c025", eps)
    sheets.rests(c="0.25")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = download.value.path().read_text("utf-8").splitlines()
    assert len(rows) == 6 and float(rows[1].split(",")[-2]) == pytest.approx(member(atlas("ae_2")).reconstruction)


def test_the_drawings_are_files_that_look_as_on_the_page(page: Page, serve) -> None:
    Sheets(page, serve(APP))
    files = {"family": ("family of 16 dimensions, C = 1.svg", []),
             "cloud": ("encodings in 16 dimensions, C = 1, T = 1.00.svg", ["AE", "VAE, C = 1", "draws: 0 ± 1.00"])}  # fmt: skip
    for figure, (name, key) in files.items():
        with page.expect_download() as download:
            page.locator(f".{figure}").get_by_role("button", name="SVG").click()
        assert download.value.suggested_filename == name
        root = ElementTree.parse(download.value.path()).getroot()
        texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
        shown = page.locator(f".{figure} svg text")
        assert [element.text for element in texts] == [*shown.all_text_contents(), *key]
        assert {element.get("fill") for element in texts} == {shown.first.evaluate("(text) => getComputedStyle(text).fill")}


def test_at_rest_the_family_is_decoded_ahead(page: Page, serve) -> None:
    sheets = Sheets(page, serve(APP))
    at_once = """([root, input]) => new Promise((done) => { input.value = 3; input.dispatchEvent(new Event("input"));
        requestAnimationFrame(() => done(root.dataset.drawn !== "")); })"""
    slider = sheets.slider("C, the weight of KL")
    assert page.evaluate(at_once, [sheets.root.element_handle(), slider.element_handle()]), "the next frame has all pictures"
    sheets.agrees(1, "vae_16_c10", draws(COUNT, 16, seed=1))


def test_a_chosen_digit_and_the_same_hand_for_every_digit(page: Page, serve) -> None:
    sheets = Sheets(page, serve(APP), f"{CHOSEN}&walks_digit=5&walks_temperature=0.5")
    z = draws(COUNT, 16, seed=1) / 2
    sheets.agrees(0, "vae_conditional", z, 5)
    shown = np.array(sheets.root.evaluate(SHOWN, 1)).reshape(10, 10, SIDE, SIDE)
    for label in range(10):
        assert np.abs(shown[label] - engine.decode("vae_conditional", z[:10], np.full(10, label))).max() <= 2e-5
    sent = len(sheets.sent)
    page.get_by_role("radio", name="8").evaluate("(button) => button.click()")
    assert len(sheets.sent) == sent, "it is not asked of the server"
    sheets.agrees(0, "vae_conditional", z, 8)
    expect(page.get_by_role("radio", name="8")).to_have_attribute("aria-checked", "true")
    sheets.rests(digit="8", temperature="0.5")
    page.get_by_role("radio", name="8").evaluate("""(button) => { for (let k = 0; k < 3; k++)
        button.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true })); }""")
    sheets.agrees(0, "vae_conditional", z, 1)  # 9, 0, 1: three presses before one frame
    box = page.locator(".grid").bounding_box()
    assert box
    page.mouse.click(box["x"] + 20, box["y"] + box["height"] * 0.45)
    sheets.agrees(0, "vae_conditional", z, 4)


def test_a_sheet_is_saved_with_what_it_is(page: Page, serve) -> None:
    sheets = Sheets(page, serve(APP))
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").nth(1).click()
    assert download.value.suggested_filename == "VAE 16 dimensions C 1 MNIST seed 1 temperature 1.00.png"
    pixels = np.array(Image.open(io.BytesIO(download.value.path().read_bytes())).convert("L"), np.float32)
    side = 4 * (6 * STEP - 1)
    assert pixels.shape == (side + 40, side) and pixels[:40].min() < 100 < 255 == pixels[:40].max()
    wanted = engine.decode("vae_16_c1", draws(COUNT, 16, seed=1))
    assert np.abs(pixels[40::4, ::4][:SIDE, :SIDE] - 255 * wanted[0]).max() <= 0.51
    assert np.array_equal(pixels[40::4, ::4], pixels[43::4, 3::4])
    assert sheets.sent


def test_a_link_that_lies_opens_the_usual_state(page: Page, serve) -> None:
    sheets = Sheets(page, serve(APP), "walks_temperature=9&walks_c=7&walks_digit=x&walks_seed=-4&walks_dimensions=3-D&walks_view=x")
    sheets.agrees(1, "vae_16_c1", draws(COUNT, 16, seed=1))


@pytest.mark.parametrize("query", ["", CHOSEN])
def test_nothing_is_wider_than_a_small_window(page: Page, serve, query: str) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    sheets = Sheets(page, serve(APP), query)
    assert sheets.root.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
