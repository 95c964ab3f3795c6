"""The page Filters and activations in Chromium: strips, hovering, the way to a unit's sum, filters, drawings that travel along."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from cnnviz import datasets, engine
from cnnviz.figures.colours import DIVERGING, ZERO
from cnnviz.ui.network.filters import weight_of
from cnnviz.ui.network_input import own_test_set
from tests.browser.test_digit_pad import SEVEN, clear, draw, settled

NAME = "lenet_modern_mnist"
TEST = "inside_input_source=test+set&inside_input_index=7"
MAPS = 1 + 3 * 6 + 3 * 16 + 2 * 120 + 2 * 84 + 10  # of modern LeNet, without flatten


def opened(page: Page, app_url: str, query: str = "") -> None:
    page.goto(f"{app_url}/filters_and_activations?{query}")
    expect(page.get_by_role("tab", name="What to notice")).to_be_visible(timeout=60_000)  # the page's end
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")


def found() -> dict[str, np.ndarray]:
    """What the network makes of the test picture in TEST."""
    network = engine.network(NAME)
    set_name = own_test_set(network)
    assert set_name
    image = datasets.load(set_name, "test").images[7] / 255
    return engine.activations(NAME, engine.fit(network, image).numpy())


def map_of(page: Page, layer: str, channel: int, row: float = 0.5, col: float = 0.5) -> tuple[float, float]:
    """The place of a map's unit on the screen, in shares of the map."""
    page.locator(".strips").wait_for()
    x, y = page.locator(".root[data-maps]").evaluate(
        """(root, [layer, channel, row, col]) => { const strips = [...root.querySelectorAll('.strip')];
            const strip = strips.find((one) => one.querySelector('b').textContent.split(', ')[0] === layer);
            const box = strip.querySelector('canvas').getBoundingClientRect(), view = root.view, k = Number(strip.dataset.strip);
            const t = view.tilings[k], i = view.layers[k].channels.indexOf(channel), step = t.tile + t.gap;
            return [box.left + (i % t.across) * step + col * t.w, box.top + Math.floor(i / t.across) * step + row * t.h]; }""",
        [layer, channel, row, col],
    )
    return x, y


def hover(page: Page, layer: str, channel: int, row: float = 0.5, col: float = 0.5) -> Locator:
    page.mouse.move(*map_of(page, layer, channel, row, col))
    expect(page.locator(".lens")).to_be_visible()
    return page.locator(".lens")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_whole_network_is_there_on_a_projector(page: Page, app_url: str) -> None:
    opened(page, app_url)
    expect(page.locator(".root[data-maps]")).to_have_attribute("data-maps", str(MAPS))
    for part in (page.locator(".strip").first, page.locator(".strip").last, page.locator(".ink"), page.locator(".says")):
        box = part.bounding_box()
        assert box and box["y"] > 0 and box["y"] + box["height"] <= 768
    names = [name.split(", ")[0] for name in page.locator(".strip b").all_text_contents()]
    assert names == [row.name for row in engine.network(NAME).rows if row.name != "flatten"]


def test_on_a_small_screen_nothing_is_cut_off(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    opened(page, app_url)
    pad, strips, answer = (page.locator(one).bounding_box() for one in (".board", ".strips", ".answer"))
    assert pad and strips and answer
    assert pad["x"] + pad["width"] <= strips["x"] and strips["x"] + strips["width"] <= 1024
    assert answer["y"] >= pad["y"] + pad["height"] and strips["width"] > 420


@pytest.mark.parametrize(("layer", "channel"), [("conv1", 2), ("conv2", 6), ("pool2", 9)])
def test_hovering_says_what_the_network_computed_and_the_server_hears_nothing(
    page: Page, app_url: str, layer: str, channel: int
) -> None:
    sent: list[int] = []
    page.on("websocket", lambda socket: _count(socket, sent))
    opened(page, app_url, TEST)
    page.wait_for_timeout(800)
    sent.clear()
    lens, values = hover(page, layer, channel, 0.35, 0.65), found()[layer][channel]
    expect(lens.locator(".which")).to_have_text(f"{layer}, channel {channel}")
    row, col = int(0.35 * values.shape[0]), int(0.65 * values.shape[1])
    place, _, value = lens.locator(".value").inner_text().rpartition(" ≈ ")
    assert place == f"({row}, {col})"
    assert number(value) == pytest.approx(values[row, col], abs=float(np.abs(values).max()) / 254 + 2e-3)
    low, high, mean = (number(text) for text in re.findall(r"[−\d.]+(?:e−\d+)?", lens.locator(".stats").inner_text()))
    assert (low, high, mean) == pytest.approx((float(values.min()), float(values.max()), float(values.mean())), rel=2e-3, abs=2e-3)
    page.wait_for_timeout(300)
    assert not sent


def _count(socket: WebSocket, sent: list[int]) -> None:
    socket.on("framesent", lambda frame: sent.append(len(frame)))


def test_the_pixels_are_the_maps(page: Page, app_url: str) -> None:
    """Every pixel of conv2 is the palette's colour for its value on the layer's scale, and its value is right to half a level."""
    opened(page, app_url, TEST)
    decoded, colours = page.locator(".root[data-maps]").evaluate(
        """(root) => { const strip = root.view.layers.find((one) => one.layer === 'conv2'), pen = strip.atlas.getContext('2d');
            const places = Array.from({length: 1600}, (_, k) => [Math.floor(k / 100), Math.floor(k % 100 / 10), k % 10]);
            const colour = ([i, row, col]) => [...pen.getImageData((i % strip.across) * 10 + col,
                Math.floor(i / strip.across) * 10 + row, 1, 1).data.slice(0, 3)];
            return [places.map((place) => strip.value(...place)), places.map(colour)]; }"""
    )
    values = found()["conv2"]
    limits = np.abs(values).max((1, 2))[:, None, None]
    assert (np.abs(np.array(decoded).reshape(values.shape) - values) <= limits / 254 + 1e-5).all()
    steps = ZERO + 127 * np.array(decoded) / limits.max()
    near = np.stack([DIVERGING[np.floor(steps + at).astype(int)] for at in (0.499, 0.5, 0.501)])  # the browser rounds in float32
    assert (near == np.array(colours)).all(-1).any(0).all()


@pytest.mark.parametrize(("layer", "place"), [("conv2", (6, 5, 3)), ("fc1", (17,)), ("relu1", (0, 20, 9))])
def test_the_field_and_the_sum_of_a_clicked_unit(page: Page, app_url: str, layer: str, place: tuple[int, ...]) -> None:
    opened(page, app_url, TEST)
    network, values = engine.network(NAME), found()[layer]
    channel, row, col = place if len(place) == 3 else (*place, 0, 0)
    height, width = values.shape[1:] if values.ndim == 3 else (1, 1)
    lens = hover(page, layer, channel, (row + 0.5) / height, (col + 0.5) / width)
    field = next(one for one in network.rows if one.name == layer).receptive_field
    assert field
    size = "sees the whole input" if layer == "fc1" else f"sees {field.size[0]} × {field.size[1]} pixels"
    expect(lens.locator(".sees")).to_have_text(size)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_role("tab", name="Trace")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("textbox", name="Unit")).to_have_value(",".join(map(str, place)))
    expect(page.get_by_role("combobox", name="Layer", exact=True)).to_have_value(layer)
    value = page.locator(".headline .value")
    expect(value).to_be_visible()
    assert number(value.inner_text().strip("= ")) == pytest.approx(float(values[place]), rel=1e-4, abs=1e-4)


def test_the_keyboard_reaches_every_map(page: Page, app_url: str) -> None:
    opened(page, app_url, TEST)
    page.locator(".strips").focus()
    steps = ("Down", "input", 0), ("Down", "conv1", 0), ("Right", "conv1", 1), ("Down", "relu1", 1), ("Up", "conv1", 1)
    for key, layer, channel in steps:
        page.keyboard.press(f"Arrow{key}")
        expect(page.locator(".which")).to_have_text(f"{layer}, channel {channel}")
    page.keyboard.press("Escape")
    expect(page.locator(".lens")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Trace")).to_have_attribute("aria-selected", "true")


def test_the_scale_of_a_layer_or_of_each_map(page: Page, app_url: str) -> None:
    opened(page, app_url, TEST)
    pixels = "(root) => { const c = root.querySelectorAll('.strip canvas')[2]; return c.toDataURL(); }"
    root = page.locator(".root[data-maps]")
    shared = root.evaluate(pixels)
    page.get_by_role("radio", name="each map its own").click()
    expect(page.get_by_role("radio", name="each map its own")).to_have_attribute("aria-checked", "true")
    assert root.evaluate(pixels) != shared
    page.get_by_role("radio", name="one scale a layer").click()
    assert root.evaluate(pixels) == shared


def test_a_drawing_redraws_the_strips_and_travels_to_the_maps(page: Page, app_url: str) -> None:
    opened(page, app_url)
    expect(page.locator(".best")).to_have_text("3")
    before = page.locator(".root[data-maps]").get_attribute("data-picture")
    clear(page)
    draw(page, SEVEN)
    expect(page.locator(".best")).to_have_text("7")
    settled(page)
    page.wait_for_timeout(500)  # the answer to the last of it
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")
    drawn = page.locator(".root[data-maps]").get_attribute("data-picture")
    assert drawn and drawn != before
    page.get_by_role("tab", name="Activation maps").click()
    expect(page.locator(".over")).to_be_visible()
    expect(page.locator(".root[data-maps]")).to_have_attribute("data-picture", drawn)
    page.get_by_role("tab", name="Look inside").click()
    expect(page.locator(".best")).to_have_text("7")
    expect(page.locator(".root[data-maps]")).to_have_attribute("data-picture", drawn)


def test_the_maps_of_a_block_stand_below_each_other_and_lie_over_the_input(page: Page, app_url: str) -> None:
    opened(page, app_url, f"inside_tab=Activation+maps&{TEST}&inside_maps_order=maximum")
    expect(page.locator(".strip b")).to_have_text(["conv2", "relu2", "pool2"])
    order = np.argsort(-found()["conv2"].max((1, 2)), kind="stable")
    expect(page.locator(".which")).to_have_text(f"conv2, channel {order[0]}")
    lefts = {channel: {round(map_of(page, layer, channel)[0]) for layer in ("conv2", "relu2", "pool2")} for channel in (0, 7)}
    assert all(len(places) == 1 for places in lefts.values())
    pixels = "(root) => root.querySelectorAll('.lens canvas')[1].toDataURL()"
    root = page.locator(".root[data-maps]")
    plain = root.evaluate(pixels)
    page.get_by_role("checkbox", name="overlay on the input").check()
    assert root.evaluate(pixels) != plain


def test_the_filters_form_step_by_step(page: Page, app_url: str) -> None:
    opened(page, app_url, "inside_tab=Filters")
    hover(page, "conv1", 2, 0.1, 0.1)
    value = page.locator(".lens .value")
    expect(value).to_have_text(re.compile(re.escape(_written(NAME))))
    page.get_by_role("slider", name="After steps of training").focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("stMarkdown").filter(has_text="150 weights")).to_be_visible()
    page.wait_for_url(re.compile("inside_filters_step=0"))
    expect(value).to_have_text(re.compile(re.escape(_written(f"{NAME}@0"))))


def _written(name: str) -> str:
    """The weight at (0, 0) of the third filter as the lens writes it."""
    weight = float(weight_of(engine.network(name), "conv1")[2, 0, 0, 0])
    return f"= {weight:.{4 if abs(weight) < 0.1 else 3}f}".replace("-", "−")


def test_files_can_be_taken_away(page: Page, app_url: str) -> None:
    opened(page, app_url, f"inside_tab=Activation+maps&{TEST}")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Values").click()
    np.testing.assert_allclose(np.load(saved.value.path()), found()["conv2"], rtol=1e-5, atol=1e-5)
    page.get_by_role("tab", name="Filters").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    assert len(saved.value.path().read_text().splitlines()) == 151


def test_a_climb_takes_as_many_steps_as_are_asked_for(page: Page, app_url: str) -> None:
    opened(page, app_url, "inside_tab=What+excites+a+channel")
    expect(page.get_by_text("After 256 of 256 steps")).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="How").click()
    page.get_by_role("slider", name=re.compile("^Steps")).focus()
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    expect(page.get_by_text("After 1024 of 1024 steps")).to_be_visible(timeout=90_000)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_a_climb_can_be_stopped_and_begun_again(page: Page, serve: Callable[[Path], str]) -> None:
    page.goto(serve(Path(__file__).parent / "apps" / "endless_climb_app.py"))
    lesson = page.get_by_test_id("stMain")  # Streamlit's own head gets a Stop too
    for button, after in (("Stop", "Begin again"), ("Begin again", "Stop"), ("Stop", "Begin again")):
        expect(lesson.get_by_text("After 64 of 256 steps")).to_be_visible(timeout=60_000)
        lesson.get_by_role("button", name=button).click()
        expect(lesson.get_by_role("button", name=after)).to_be_visible()
        expect(lesson.get_by_role("button", name=button)).to_be_hidden()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(lesson.get_by_text("After 64 of 256 steps")).to_be_visible()
