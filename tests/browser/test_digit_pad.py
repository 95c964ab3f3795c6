"""The digit pad in Chromium: what is drawn arrives centred as by cnnviz.digit, and its prediction follows the pen."""

import base64
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect

from cnnviz.checkpoints import load_checkpoint
from cnnviz.digit import centred, plain_28
from cnnviz.ui.components.digit_pad.opening import opening

APP = Path(__file__).parent / "apps" / "digit_pad_app.py"
PAD = "document.querySelectorAll('*').values().map((e) => e.shadowRoot?.querySelector('.root:has(.pad)')?.view).find(Boolean)"
ANSWER = PAD.replace(".pad", ".answer")
# The pad's own levels and the message that went out last, as base64.
STATE = f"""() => {{ const pad = {PAD}; let text = '';
    for (const level of pad.levels) text += String.fromCharCode(level);
    return {{ levels: btoa(text), pixels: btoa(String.fromCharCode(...pad.pixels)), sent: pad.sent }}; }}"""
SEVEN = ((60, 70), (205, 70), (130, 240))


@pytest.fixture
def pad(page: Page, serve) -> Page:
    page.goto(serve(APP))
    page.locator(".answer").wait_for()
    expect(page.locator(".best")).to_have_text("3")
    return page


def draw(page: Page, points: Sequence[tuple[float, float]], steps: int = 12) -> None:
    """Draw a line through points of the pad's 280 x 280 with the mouse."""
    box = page.locator("canvas.ink").bounding_box()
    assert box
    places = [(box["x"] + x * box["width"] / 280, box["y"] + y * box["height"] / 280) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=steps)
    page.mouse.up()


def settled(page: Page) -> dict[str, torch.Tensor]:
    """The drawing (280,280) and the network's input (28,28) as the browser has them, in levels, once all is sent."""
    all_sent = "pad && !pad.flying && pad.sent.endsWith(btoa(String.fromCharCode(...pad.pixels)))"
    page.wait_for_function(f"() => {{ const pad = {PAD}; return {all_sent}; }}")
    state = page.evaluate(STATE)
    arrays = {name: torch.tensor(list(base64.b64decode(state[name]))) for name in ("levels", "pixels")}
    return {"levels": arrays["levels"].view(280, 280), "pixels": arrays["pixels"].view(28, 28)}


def clear(page: Page) -> None:
    page.get_by_role("button", name="Clear").click()


def test_the_server_knows_the_opening_drawing_before_it_is_sent(pad: Page) -> None:
    assert torch.equal(settled(pad)["pixels"], torch.from_numpy(opening().copy()).long())


def test_a_drawn_7_is_read_as_7(pad: Page) -> None:
    clear(pad)
    draw(pad, SEVEN)
    expect(pad.locator(".best")).to_have_text("7")
    state = settled(pad)
    expect(pad.get_by_text(f"sum {int(state['pixels'].sum())}", exact=True)).to_be_visible()  # Python has the same bytes
    model, card = load_checkpoint("checkpoints/lenet_modern_mnist.safetensors")
    with torch.no_grad():
        truth = model((state["pixels"][None, None] / 255 - card.mean[0]) / card.std[0])[0]
    shown = pad.evaluate(f"() => Array.from({ANSWER}.logits)")
    assert torch.allclose(torch.tensor(shown), truth, atol=1e-4)


DRAWINGS = {
    "seven": [SEVEN],
    "dot": [((200, 40), (200, 40))],
    "four in a corner": [((150, 160), (140, 220), (210, 220)), ((200, 150), (195, 265))],
    "flat line": [((20, 140), (260, 143))],
    "scribble": [tuple((140 + 100 * math.sin(2.1 * k) * k / 20, 140 + 100 * math.cos(2.1 * k) * k / 20) for k in range(20))],
    "over the border": [((20, 20), (120, 300), (279, -30))],
    "full": [((0, y), (280, y)) for y in range(0, 300, 16)],
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_browser_centres_as_python_does(name: str, pad: Page) -> None:
    clear(pad)
    for stroke in DRAWINGS[name]:
        draw(pad, stroke, steps=5)
    state = settled(pad)
    assert state["levels"].any()
    assert torch.equal((centred(state["levels"] / 255).placed * 255).round().long(), state["pixels"])
    pad.get_by_label("Centre it").uncheck()
    state = settled(pad)
    assert torch.equal((plain_28(state["levels"] / 255) * 255).round().long(), state["pixels"])


def test_every_ready_digit_is_read_and_centred_as_in_python(pad: Page) -> None:
    """The same digits, off the middle and not centred, are often read wrongly: that is what the switch is for."""
    wrong = 0
    for digit in "0123456789":
        pad.get_by_role("button", name=f"Ready digit {digit}").click()
        state = settled(pad)
        assert torch.equal((centred(state["levels"] / 255).placed * 255).round().long(), state["pixels"])
        expect(pad.locator(".best")).to_have_text(digit)
        pad.get_by_label("Centre it").uncheck()
        state = settled(pad)
        expect(pad.get_by_text(f"sum {int(state['pixels'].sum())}", exact=True)).to_be_visible()
        wrong += pad.locator(".best").inner_text() != digit
        pad.get_by_label("Centre it").check()
    assert wrong >= 3


def test_the_prediction_follows_the_pen(pad: Page) -> None:
    clear(pad)
    settled(pad)
    count = f"() => Number({ANSWER}.root.dataset.drawn)"
    before = pad.evaluate(count)
    box = pad.locator("canvas.ink").bounding_box()
    assert box
    pad.mouse.move(box["x"] + 60, box["y"] + 70)
    pad.mouse.down()
    for step in range(60):  # a second and more with the pen down
        pad.mouse.move(box["x"] + 60 + 2 * step, box["y"] + 70 + step)
        pad.wait_for_timeout(16)
    assert pad.evaluate(count) - before >= 5
    pad.mouse.up()


def test_undo_takes_back_strokes_clearing_and_ready_digits(pad: Page) -> None:
    start = settled(pad)["levels"]
    draw(pad, SEVEN)
    drawn = settled(pad)["levels"]
    assert not torch.equal(drawn, start)
    pad.get_by_role("button", name="Ready digit 5").click()
    clear(pad)
    assert not settled(pad)["levels"].any()
    undo = pad.get_by_role("button", name="Undo")
    undo.click()
    undo.click()
    assert torch.equal(settled(pad)["levels"], drawn)
    undo.focus()
    pad.keyboard.press("Control+z")
    assert torch.equal(settled(pad)["levels"], start)
    expect(undo).to_be_disabled()


def test_an_empty_pad_a_dot_and_a_full_pad_are_remarked(pad: Page) -> None:
    remark = pad.locator(".remark")
    expect(remark).to_be_empty()
    clear(pad)
    expect(remark).to_contain_text("Nothing is drawn: the network answers for a black picture")
    expect(pad.get_by_text("sum 0", exact=True)).to_be_visible()
    draw(pad, DRAWINGS["dot"][0])
    expect(remark).to_contain_text("A dot of 24 × 24 pixels, which centring enlarges to 20 × 20 of 28")
    pad.get_by_label("Brush").fill("48")
    for y in range(10, 280, 30):
        draw(pad, ((0, y), (280, y)), steps=2)
    expect(remark).to_contain_text("of the pad is ink, so no digit can be seen")


def test_python_can_empty_the_pad(pad: Page) -> None:
    draw(pad, SEVEN)
    drawn = settled(pad)["levels"]
    pad.get_by_role("button", name="Empty it from Python").click()
    pad.wait_for_function(f"() => {PAD}.epoch === 1")
    assert not torch.equal(settled(pad)["levels"], drawn)
    expect(pad.locator(".best")).to_have_text("3")  # the start again


def test_a_finger_draws_and_does_not_scroll(page: Page, serve) -> None:
    page.set_viewport_size({"width": 420, "height": 700})
    page.goto(serve(APP))
    page.locator(".answer").wait_for()
    expect(page.locator(".best")).to_have_text("3")
    clear(page)
    page.locator("canvas.ink").scroll_into_view_if_needed()
    box = page.locator("canvas.ink").bounding_box()
    assert box
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    top = page.locator("canvas.ink").evaluate("(canvas) => canvas.getBoundingClientRect().top")
    moves = [("touchMove", [(140, 40 + 10 * k)]) for k in range(1, 20)]
    for kind, points in [("touchStart", [(140, 40)]), *moves, ("touchEnd", [])]:
        touches = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    expect(page.locator(".best")).to_have_text("1")
    assert page.locator("canvas.ink").evaluate("(canvas) => canvas.getBoundingClientRect().top") == top


def test_the_temperature_acts_in_the_browser(pad: Page) -> None:
    settled(pad)
    logits = torch.tensor(pad.evaluate(f"() => Array.from({ANSWER}.logits)"), dtype=torch.float64)
    runs = pad.evaluate(f"() => {ANSWER}.root.dataset.drawn")
    for at in (-1.0, -0.4, 0.0, 0.5, 1.0):
        pad.get_by_label("Temperature").fill(str(at))
        shown = pad.evaluate(f"() => {ANSWER}.probabilities")
        assert torch.allclose(torch.tensor(shown, dtype=torch.float64), (logits / 10**at).softmax(0), atol=1e-12)
    expect(pad.locator(".answer .says")).to_contain_text("softmax(logits / 10): warmer, less sure")
    assert pad.evaluate(f"() => {ANSWER}.root.dataset.drawn") == runs  # nothing came from the server


def test_the_prediction_can_be_taken_away(pad: Page) -> None:
    settled(pad)
    pad.get_by_label("Temperature").fill("0.5")
    with pad.expect_download() as download:
        pad.get_by_role("button", name="CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "number,class,logit,probability,temperature"
    rows = torch.tensor([[float(cell.strip('"')) for cell in line.split(",")] for line in lines[1:]], dtype=torch.float64)
    assert rows[:, 0].tolist() == rows[:, 1].tolist() == list(range(10))
    assert torch.allclose(rows[:, 3], (rows[:, 2] / 10**0.5).softmax(0), atol=1e-12)
