"""The map in Chromium: hovering shows the right picture and neighbours, hands move it, a click, a lasso and the files are exact."""

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.figures.colours import CLASSES
from tests.browser.apps.latent_map_app import COUNT, NAMES, SIDE, grid, latents

APP = Path(__file__).parent / "apps" / "latent_map_app.py"
NEAR = 8
# Where dot i lies on the stage; what is under the middle of dot i on the canvas of dots; the grey of a card's or strip's picture
PLACE = "(root, i) => { const { x, y } = root.view.projection; return [x[i], y[i]]; }"
COLOUR = """(root, i) => { const { x, y } = root.view.projection, { canvas, ratio } = root.view.dots;
    return [...canvas.getContext("2d").getImageData(Math.round(x[i] * ratio), Math.round(y[i] * ratio), 1, 1).data]; }"""
GREY = "(canvas) => [...new Set(canvas.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, k) => k % 4 < 3))]"
MARKER = "(root) => root.view.markers[0].at"
WATCH = """(root) => { root.seen = [];
    const look = () => { root.seen.push(root.view.markers[0].at[0]); requestAnimationFrame(look); };
    look(); }"""
SCALE = "(root) => root.view.projection.scale"
TOO_WIDE = """(root) => { const edge = root.getBoundingClientRect().right;
    const outside = (each) => each.getBoundingClientRect().right > edge + 1;
    return [...root.querySelectorAll("*")].filter(outside).map((each) => each.className); }"""


def opened(page: Page, serve, query: str = "") -> Locator:
    page.goto(f"{serve(APP)}/?{query}")
    root = page.locator("[data-drawn]")
    expect(root).to_be_visible(timeout=60_000)
    page.wait_for_timeout(500)  # the sheet, and the layout's last change of width
    return root


def still(root: Locator) -> None:
    """Wait until nothing moves."""
    before, now = "", root.get_attribute("data-drawn")
    while before != now:
        root.page.wait_for_timeout(120)
        before, now = now, root.get_attribute("data-drawn")


def at(root: Locator, dot: int) -> tuple[float, float]:
    """Where a dot lies on the screen."""
    box, (x, y) = root.locator(".stage").bounding_box(), root.evaluate(PLACE, dot)
    return box["x"] + 1 + x, box["y"] + 1 + y  # past the border


def point(root: Locator, dot: int) -> None:
    root.page.mouse.move(*at(root, dot))
    expect(root.locator(".card .text")).to_contain_text(f"number {dot}")


def nearest(dot: int) -> list[int]:
    distance = np.linalg.norm(latents().astype(float) - latents()[dot], axis=1)
    return [int(each) for each in np.argsort(distance, kind="stable") if each != dot][:NEAR]


def test_hovering_shows_the_dot_and_its_neighbours(page: Page, serve) -> None:
    messages: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: messages.append(frame)))
    root = opened(page, serve)
    assert messages
    messages.clear()
    for dot in (0, 137, COUNT - 1):
        point(root, dot)
        assert root.locator(".card .text > *").all_inner_texts() == [
            NAMES[dot % 4], f"number {dot}", f"loss (nats): {dot / 4:.4g}",
        ]  # fmt: skip
        assert root.locator(".card canvas").evaluate(GREY) == [dot % 256]
        near = nearest(dot)
        assert [figure.evaluate(GREY) for figure in root.locator(".strip canvas").all()] == [[each % 256] for each in near]
        far = [np.linalg.norm(latents()[each].astype(float) - latents()[dot]) for each in near]
        said = [f"{NAMES[each % 4]} · {value:.2f}" for each, value in zip(near, far, strict=True)]
        assert root.locator(".strip figcaption").all_inner_texts() == said
        card = root.locator(".card").bounding_box()
        stage = root.locator(".stage").bounding_box()
        assert card["x"] >= stage["x"]
        assert card["x"] + card["width"] <= stage["x"] + stage["width"]
        assert root.locator(".card canvas").bounding_box()["width"] == 112
    page.mouse.move(5, 5)
    expect(root.locator(".card")).to_be_hidden()
    assert not messages


def test_a_click_tells_python_the_dot_or_the_place(page: Page, serve) -> None:
    root = opened(page, serve)
    page.mouse.click(*at(root, 42))
    expect(page.get_by_text("index 42 place None")).to_be_visible()
    page.mouse.click(at(root, 0)[0] - 60, at(root, 42)[1])
    expect(page.get_by_text(re.compile(r"index 42 place \("))).to_be_visible()
    place = [float(each) for each in re.search(r"place \((.*)\)", page.get_by_text("index 42 place").inner_text())[1].split(",")]
    assert place == pytest.approx([-60 / root.evaluate(SCALE), 2], abs=1.5 / root.evaluate(SCALE))
    page.mouse.dblclick(*at(root, 7))
    expect(page.get_by_text("index 7 place None")).to_be_visible()


def test_the_hand_moves_and_enlarges(page: Page, serve) -> None:
    root = opened(page, serve)
    start, scale = np.array(at(root, 210)), root.evaluate(SCALE)
    hand = np.floor(start)  # a wheel's event has whole pixels
    page.mouse.move(*hand)
    page.mouse.wheel(0, -400)
    still(root)
    zoom = root.evaluate(SCALE) / scale
    assert zoom == pytest.approx(np.e, abs=0.01)
    assert at(root, 210) == pytest.approx(hand + zoom * (start - hand), abs=0.1)  # what is under the hand stays there
    here = np.array(at(root, 210))
    page.mouse.down()
    page.mouse.move(hand[0] + 50, hand[1] - 30, steps=4)
    page.mouse.up()
    still(root)
    assert at(root, 210) == pytest.approx([here[0] + 50, here[1] - 30], abs=0.1)
    expect(page.get_by_text("index None place None")).to_be_visible()  # a drag is no click
    page.get_by_role("button", name="Reset").click()
    still(root)
    assert at(root, 210) == pytest.approx(start, abs=0.1)


def test_three_dimensions_turn(page: Page, serve) -> None:
    root = opened(page, serve, "dimensions=3")
    before = np.array([root.evaluate(PLACE, dot) for dot in range(0, COUNT, 50)])
    x, y = at(root, 210)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 20, steps=4)
    page.mouse.up()
    still(root)
    assert np.abs(np.array([root.evaluate(PLACE, dot) for dot in range(0, COUNT, 50)]) - before).max() > 20
    # Turning keeps lengths: the projected places and the depth are the points, rotated and enlarged
    scale, half = root.evaluate(SCALE), root.evaluate("(root) => root.view.projection.half")
    screen = np.array([root.evaluate(PLACE, dot) for dot in range(COUNT)]) / scale
    depth = np.array(root.evaluate("(root) => [...root.view.projection.depth]")) * 3.5 * half
    turned, points = np.column_stack([screen, depth]), grid(3)
    expected = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert np.linalg.norm(turned[:, None] - turned[None], axis=2) == pytest.approx(expected, abs=2e-3)
    assert np.linalg.det(np.linalg.lstsq(points - points[0], turned - turned[0])[0]) == pytest.approx(-1, abs=1e-3)  # y points down


def test_the_legend_hides_and_isolates(page: Page, serve) -> None:
    root = opened(page, serve)
    shade = [int(CLASSES[1][k : k + 2], 16) for k in (1, 3, 5)] + [255]
    assert root.evaluate(COLOUR, 41) == shade
    chips = root.locator(".chip")
    assert chips.all_inner_texts() == list(NAMES)
    chips.nth(1).click()
    still(root)
    assert root.evaluate(COLOUR, 41)[3] == 0
    page.mouse.move(*at(root, 41))
    expect(root.locator(".card .text")).not_to_contain_text("number 41")
    chips.nth(1).click()
    still(root)
    assert root.evaluate(COLOUR, 41) == shade
    chips.nth(2).dblclick()
    still(root)
    assert [chip.get_attribute("aria-pressed") for chip in chips.all()] == ["false", "false", "true", "false"]
    assert [root.evaluate(COLOUR, dot)[3] for dot in (40, 41, 42, 43)] == [0, 0, 255, 0]
    chips.nth(2).dblclick()
    assert [chip.get_attribute("aria-pressed") for chip in chips.all()] == ["true"] * 4


def test_a_lasso_counts_and_goes_into_a_file(page: Page, serve) -> None:
    root = opened(page, serve)
    gap = at(root, 1)[0] - at(root, 0)[0]
    left, bottom = at(root, 2 * SIDE + 3)
    right, top = at(root, 8 * SIDE + 9)  # rows 2 to 8, columns 3 to 9
    half = gap / 2
    page.get_by_role("button", name="Lasso").click()
    page.mouse.move(left - half, bottom + half)
    page.mouse.down()
    for corner in ((right + half, bottom + half), (right + half, top - half), (left - half, top - half)):
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
    page.mouse.move(5, 5)
    inside = [row * SIDE + col for row in range(2, 9) for col in range(3, 10)]
    expect(root.locator(".strip .title")).to_have_text(f"{len(inside)} dots in the lasso")
    counts = np.bincount([dot % 4 for dot in inside], minlength=4)
    order = np.argsort(-counts, kind="stable")
    said = [f"{NAMES[k]}: {100 * counts[k] / len(inside):.1f} % ({counts[k]})" for k in order]
    assert root.locator(".share span").all_inner_texts() == said
    still(root)
    assert root.evaluate(COLOUR, inside[0])[:3] != root.evaluate(COLOUR, 0)[:3]  # class d inside, class a outside
    assert root.evaluate(COLOUR, 4 * SIDE + 4)[:3] == [int(CLASSES[0][k : k + 2], 16) for k in (1, 3, 5)]
    assert min(root.evaluate(COLOUR, 0)[:3]) > 180  # the same class, faint
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
    assert [int(row["number"]) for row in rows] == inside
    assert all(float(row["across"]) == int(row["number"]) % SIDE for row in rows)
    assert all(float(row["up"]) == int(row["number"]) // SIDE for row in rows)
    assert all(float(row["loss (nats)"]) == int(row["number"]) / 4 for row in rows)
    assert all(row["class"] == NAMES[int(row["number"]) % 4] for row in rows)
    root.locator(".stage").press("Escape")
    expect(root.locator(".share")).to_have_count(0)
    expect(page.get_by_role("button", name="CSV")).to_be_hidden()


def test_keys_reach_every_dot(page: Page, serve) -> None:
    root = opened(page, serve)
    root.locator(".stage").focus()
    for key, dot in (("ArrowRight", 1), ("ArrowUp", SIDE + 1), ("ArrowRight", SIDE + 2), ("ArrowDown", 2), ("ArrowLeft", 1)):
        page.keyboard.press(key)
        expect(root.locator(".spoken")).to_contain_text(f"number {dot},")
    page.keyboard.press("Enter")
    expect(page.get_by_text("index 1 place None")).to_be_visible()
    before = root.evaluate(SCALE)
    root.locator(".stage").press("+")
    assert root.evaluate(SCALE) == pytest.approx(1.25 * before)
    root.locator(".stage").press("0")
    assert root.evaluate(SCALE) == pytest.approx(before)


def test_numbers_have_a_scale_and_the_map_a_picture(page: Page, serve) -> None:
    root = opened(page, serve, "colour=loss+(nats)")
    ends = np.quantile(np.arange(COUNT) / 4, [0.01, 0.99], method="nearest")
    assert root.locator(".ramp").inner_text().split("\n") == ["loss (nats)", f"≤ {ends[0]:.4g}", f"≥ {ends[1]:.4g}"]
    shades = [sum(root.evaluate(COLOUR, dot)[:3]) for dot in (0, 100, 200, 300, COUNT - 1)]
    assert shades == sorted(shades)
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    picture = np.asarray(Image.open(download.value.path()).convert("RGB")).astype(int)
    stage = root.locator(".stage").bounding_box()
    assert picture.shape[1] == pytest.approx(stage["width"], abs=3)
    assert picture.shape[0] == pytest.approx(stage["height"] + 30, abs=3)
    x, y = root.evaluate(PLACE, 200)
    assert picture[round(y) + 30, round(x)].tolist() == root.evaluate(COLOUR, 200)[:3]
    assert (picture[:30].min(axis=2) < 200).any()  # the legend


def test_the_own_digit_and_a_new_map_move_smoothly(page: Page, serve) -> None:
    root = opened(page, serve)
    assert root.evaluate(MARKER) == [3, 3]
    root.evaluate(WATCH)
    page.get_by_label("marker").fill("9")
    page.get_by_label("marker").press("Enter")
    page.wait_for_function("(root) => root.view.markers[0].at[0] === 9", arg=root.element_handle())
    way = sorted(set(root.evaluate("(root) => root.seen")))
    assert way[0] == 3
    assert way[-1] == 9
    assert len([each for each in way if 3 < each < 9]) >= 5
    started = root.evaluate(PLACE, 19)
    page.get_by_text("squeezed").click()
    page.wait_for_function("(root) => root.view.start", arg=root.element_handle())
    page.wait_for_function("(root) => !root.view.start", arg=root.element_handle())
    still(root)
    assert at(root, 19)[0] - at(root, 0)[0] == pytest.approx(9.5 * root.evaluate(SCALE), abs=0.01)
    assert started != root.evaluate(PLACE, 19)


@pytest.mark.parametrize("width", [560, 1024, 1366])
@pytest.mark.parametrize("colour", ["class", "rest"])
def test_it_fits_the_screen(page: Page, serve, width: int, colour: str) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    root = opened(page, serve, f"colour={colour}")
    point(root, 57)
    assert root.evaluate(TOO_WIDE) == []
    assert root.bounding_box()["height"] < 620
