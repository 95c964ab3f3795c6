"""The explorer in Chromium: its decoder equals torch's, every control moves the picture at once, Python hears of the rest."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.browser_decoder import decoder_message
from cnnviz.latent import decode_pictures
from cnnviz.models.autoencoder import FORMS
from cnnviz.models.vae import VAE
from cnnviz.ui.components import decoder
from tests.browser.apps.latent_explorer_app import network
from tests.test_browser_decoder import with_history

APP = Path(__file__).parent / "apps" / "latent_explorer_app.py"
COMPONENTS = Path(decoder.__file__).parents[1]
SCRIPTS = [COMPONENTS / name for name in ("decoder/safetensors.js", "decoder/decoder.js", "latent_explorer/draws.js")]
SETTLED = re.compile(r"\d+")
SIDE = 28
# decoded(latents, labels) -> pictures, and the shortest of the times of one
DECODE = """([base64, latents, labels]) => {
    const decoder = new Decoder(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))), pictures = [];
    let best = Infinity;
    for (let turn = 0; turn < 10; turn++) latents.forEach((latent, k) => {
        const began = performance.now(), picture = decoder.decode(latent, labels?.[k]);
        best = Math.min(best, performance.now() - began);
        if (turn === 9) pictures.push([...picture]);
    });
    return { pictures, best };
}"""

RED = """(canvas) => { const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return [height, width, [...data.filter((_, k) => k % 4 === 0)]]; }"""
DRAG = """(input) => { for (let k = 0; k <= 40; k++) { input.value = k / 20; input.dispatchEvent(new Event("input")); } }"""
TOO_WIDE = """(root) => { const right = (element) => element.getBoundingClientRect().right;
    return [...root.querySelectorAll("*")].filter((each) => right(each) > right(root) + 1).map((each) => each.className); }"""


def truth(model: VAE, latents: torch.Tensor, labels: torch.Tensor | None = None) -> np.ndarray:
    return decode_pictures(model, latents, labels)


@pytest.fixture
def scripts(page: Page) -> Page:
    page.add_script_tag(content="\n".join(script.read_text("utf-8") for script in SCRIPTS))
    return page


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("size", "width", "classes"), [(1, 4, 0), (2, 16, 0), (16, 16, 0), (2, 16, 10)])
def test_the_browsers_decoder_equals_torchs(scripts: Page, form: str, size: int, width: int, classes: int) -> None:
    torch.manual_seed(size)
    model = with_history(VAE(size, width, form, classes), size)
    latents, labels = 2 * torch.randn(10, size), torch.arange(10) if classes else None
    with torch.no_grad():  # untrained, it draws all in one grey: its logits get mean 0 and spread 2
        logits, last = model.decode(latents, labels), model.decoder.conv
        last.weight.mul_(2 / logits.std())
        last.bias.sub_(logits.mean()).mul_(2 / logits.std())
    sent = [base64.b64encode(decoder_message(model)).decode(), latents.tolist(), labels.tolist() if labels is not None else None]
    got = scripts.evaluate(DECODE, sent)
    wanted = truth(model, latents, labels)
    assert wanted.std() > 0.05, "the pictures are all grey: nothing is compared"
    assert np.abs(np.array(got["pictures"]).reshape(-1, SIDE, SIDE) - wanted).max() <= 2e-5
    assert got["best"] < 4, "ms"


def test_half_precision_is_read_exactly(scripts: Page) -> None:
    read = scripts.evaluate("() => Array.from({ length: 0x7c00 }, (_, bits) => [fromHalf(bits), fromHalf(bits | 0x8000)])")
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)  # all that are finite and not negative
    assert np.array_equal(np.array(read), np.stack([halves, -halves], 1))


def test_draws_are_normal_and_follow_their_seed(scripts: Page) -> None:
    first, again, other = (np.array(scripts.evaluate("(seed) => normals(seed, 40001)", seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert len(first) == 40_001
    assert (first.mean(), first.std()) == pytest.approx((0, 1), abs=0.02)  # four standard errors
    assert (np.abs(first) > 1.96).mean() == pytest.approx(0.05, abs=0.005)
    firsts = scripts.evaluate("() => Array.from({ length: 4000 }, (_, seed) => normals(seed, 1)[0])")
    assert (np.mean(firsts), np.std(firsts)) == pytest.approx((0, 1), abs=0.07)  # neighbouring seeds are no neighbours


class Explorer:
    """The mounted component: what it shows, read from its own numbers."""

    def __init__(self, page: Page, address: str, **query: object) -> None:
        self.page = page
        self.sent: list[object] = []  # messages to the server
        self.received: list[int] = []  # bytes of those from it
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: self.sent.append(frame)))
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: self.received.append(len(frame))))
        page.goto(f"{address}/?{'&'.join(f'{key}={value}' for key, value in query.items())}")
        self.root: Locator = page.locator("[data-settled]")
        expect(self.root).to_have_attribute("data-settled", SETTLED, timeout=90_000)  # a fresh server imports torch first
        self.model = network(int(query.get("size", 2)), str(query.get("form", "upsample")), int(query.get("classes", 0)))

    def settle(self) -> None:
        expect(self.root).to_have_attribute("data-settled", SETTLED)

    @property
    def z(self) -> list[float]:
        return self.root.evaluate("(root) => [...root.view.z]")

    def shown(self) -> np.ndarray:
        return np.array(self.root.evaluate("(root) => [...root.view.picture.values]")).reshape(SIDE, SIDE)

    def levels(self, canvas: str, nth: int = 0) -> np.ndarray:
        """The red of every pixel of a canvas, (height, width)."""
        height, width, red = self.root.locator(canvas).nth(nth).evaluate(RED)
        return np.array(red).reshape(height, width)

    def wanted(self, z: list[float], label: int | None = None) -> np.ndarray:
        return truth(self.model, torch.tensor([z], dtype=torch.float32), None if label is None else torch.tensor([label]))[0]

    def agrees(self, z: list[float], label: int | None = None) -> None:
        self.settle()
        assert self.z == pytest.approx(z, abs=1e-9)
        assert np.abs(self.shown() - self.wanted(z, label)).max() <= 1e-5
        assert np.abs(self.levels(".decoded") - 255 * self.wanted(z, label)).max() <= 0.51

    def rests(self, z: list[float], label: int | None = None) -> None:
        expect(self.page.get_by_text(f"rest {[float(each) for each in z]} label {label}", exact=True)).to_be_visible()


def test_it_opens_at_the_start_and_a_slider_moves_it(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=2)
    explorer.agrees([0.5, 0.5])
    expect(page.get_by_text("no rest")).to_be_visible()
    sent = len(explorer.sent)
    slider = page.get_by_label("z 1", exact=True)
    slider.evaluate(DRAG)
    assert len(explorer.sent) == sent, "a moving slider says nothing to the server"
    explorer.agrees([2.0, 0.5])
    explorer.rests([2.0, 0.5])
    slider.press("ArrowLeft")
    explorer.agrees([1.99, 0.5])
    slider.press("Shift+ArrowLeft")
    explorer.agrees([1.89, 0.5])
    assert page.locator(".dim output").all_inner_texts() == ["1.89", "0.50"]
    explorer.rests([1.89, 0.5])
    assert len(explorer.sent) > sent


def test_a_strip_shows_what_its_number_alone_changes(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=16)
    z, film = [0.5] * 16, explorer.levels(".film canvas", 5)  # z7: the used ones are 1 2 3 5 6 7 9 ...
    for k in (0, 4, 8):
        changed = [-3 + 0.75 * k if d == 6 else value for d, value in enumerate(z)]
        assert np.abs(film[:, k * SIDE : (k + 1) * SIDE] - 255 * explorer.wanted(changed)).max() <= 0.51
    box = page.locator(".film canvas").nth(5).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 8.5 / 9, box["y"] + 5)  # its last picture
    explorer.agrees([3.0 if d == 6 else value for d, value in enumerate(z)])
    assert np.array_equal(explorer.levels(".film canvas", 5), film)
    assert not np.array_equal(explorer.levels(".film canvas", 0)[:, :SIDE], film[:, :SIDE])


def test_dimensions_that_are_not_used_are_folded(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=16)
    fold = page.get_by_text("4 of 16 dimensions are not used by this network")
    expect(page.get_by_label("z 4", exact=True)).not_to_be_visible()
    assert explorer.levels(".film canvas", 12).max() == 0  # nothing is decoded for what nobody sees
    fold.click()
    expect(page.get_by_label("z 4", exact=True)).to_be_visible()
    page.wait_for_function("(root) => root.view.dimensions.turns.stale.every((each) => !each)", arg=explorer.root.element_handle())
    assert explorer.levels(".film canvas", 12).max() > 0


def test_the_plane_and_its_cross(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=2, form="transposed")
    tiles = explorer.levels("canvas.tiles")
    for row, col in ((0, 0), (3, 12), (15, 8)):
        middle = [3 * ((2 * col + 1) / 16 - 1), -3 * ((2 * row + 1) / 16 - 1)]
        tile = tiles[row * SIDE : (row + 1) * SIDE, col * SIDE : (col + 1) * SIDE]
        assert np.abs(tile - 255 * explorer.wanted(middle)).max() <= 0.51
    plane = page.locator(".plane")
    box = plane.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25, steps=8)
    page.mouse.up()
    explorer.settle()
    assert explorer.z == pytest.approx([1.5, 1.5], abs=0.02)
    before = explorer.z
    plane.press("ArrowRight")
    plane.press("Shift+ArrowDown")
    explorer.agrees([round(before[0] + 0.05, 2), round(before[1] - 0.5, 2)])
    assert np.array_equal(explorer.levels("canvas.tiles"), tiles)
    assert "over 1,000 encodings" in page.locator(".says").inner_text()
    page.get_by_label("Encodings").uncheck()
    expect(page.locator("canvas.dots")).not_to_be_visible()


def test_zero_draws_and_the_way_back(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=16)
    draw = page.get_by_role("button", name="Draw from N(0, 1)")
    draw.click()
    explorer.settle()
    first = explorer.z
    explorer.agrees(first)
    draw.click()
    explorer.settle()
    second = explorer.z
    assert first != second and page.get_by_label("seed").input_value() == "2"
    page.get_by_label("seed").fill("1")
    page.get_by_label("seed").press("Enter")
    explorer.agrees(first)
    explorer.rests(first)
    page.get_by_role("button", name="Zero").click()
    explorer.agrees([0.0] * 16)
    page.get_by_role("button", name="Back to the start").click()
    explorer.agrees([0.5] * 16)


def test_a_conditional_network_draws_what_it_is_told(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=2, classes=10)
    explorer.agrees([0.5, 0.5], label=2)
    for label in (0, 9):
        tile = explorer.levels(".choices canvas", label)
        assert np.abs(tile - 255 * explorer.wanted([0.5, 0.5], label)).max() <= 0.51
    tiles = explorer.levels("canvas.tiles")
    page.get_by_role("radio", name="7").click()
    explorer.agrees([0.5, 0.5], label=7)
    explorer.rests([0.5, 0.5], label=7)
    page.get_by_role("radio", name="7").press("ArrowRight")
    explorer.agrees([0.5, 0.5], label=8)
    assert not np.array_equal(explorer.levels("canvas.tiles"), tiles)


def test_a_new_start_moves_it_without_sending_the_weights_again(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=2)
    assert max(explorer.received) > 100_000
    tiles = explorer.levels("canvas.tiles")
    page.get_by_label("z 2", exact=True).press("ArrowRight")
    explorer.rests([0.5, 0.51])
    explorer.received.clear()
    field = page.get_by_role("spinbutton", name="start")
    field.fill("-1.25")
    field.press("Enter")
    expect(page.get_by_text("no rest")).to_be_visible()
    expect(page.locator(".dim output").first).to_have_text("−1.25")
    explorer.agrees([-1.25, -1.25])
    assert max(explorer.received) < 20_000
    assert np.array_equal(explorer.levels("canvas.tiles"), tiles)


def test_the_picture_is_read_and_saved(page: Page, serve) -> None:
    explorer = Explorer(page, serve(APP), size=2)
    wanted = explorer.wanted([0.5, 0.5])
    box = page.locator(".decoded").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 5.5 / SIDE, box["y"] + box["height"] * 20.5 / SIDE)
    expect(page.locator(".which")).to_have_text(f"Row 20, column 5: {wanted[20, 5]:.3f} of 1")
    page.locator(".screen").press("ArrowRight")
    expect(page.locator(".which")).to_have_text(f"Row 20, column 6: {wanted[20, 6]:.3f} of 1")
    with page.expect_download() as download:
        page.locator(".picture .save").click()
    assert download.value.suggested_filename == "decoded (0.50, 0.50).png"
    saved = np.asarray(Image.open(io.BytesIO(Path(download.value.path()).read_bytes())).convert("L"))
    assert saved.shape == (448, 448)
    assert np.abs(saved[8::16, 8::16] - 255 * wanted).max() <= 0.51


@pytest.mark.parametrize("query", [{"size": 2}, {"size": 16}, {"size": 2, "classes": 10}])
def test_nothing_is_wider_than_a_small_window(page: Page, serve, query: dict[str, int]) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    explorer = Explorer(page, serve(APP), **query)
    assert explorer.root.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
