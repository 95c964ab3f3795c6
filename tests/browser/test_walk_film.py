"""The films in Chromium: each frame is the one that Python computed, both in step; playing sends nothing; a click picks an end."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz import engine
from cnnviz.ui.walks.ends import PAIRS
from tests.browser.apps.walk_film_app import DOTS, FRAMES, grey, losses

APP = Path(__file__).parent / "apps" / "walk_film_app.py"
# The number of the frame, and the first pixel of each film, at one moment
SHOWN = """(root) => [Number(root.dataset.frame), ...[...root.querySelectorAll("canvas.frame")].map((canvas) =>
    canvas.getContext("2d").getImageData(14, 14, 1, 1).data[0])]"""
WATCH = """(root) => { root.seen = []; const shown = SHOWN;
    const look = () => { root.seen.push(shown(root)); if (root.seen.length < 90) requestAnimationFrame(look); };
    requestAnimationFrame(look); }""".replace("SHOWN", SHOWN)
PLACE = "(root, [film, dot]) => [...root.view.tracks[film].map.places.slice(2 * dot, 2 * dot + 2)]"
TOO_WIDE = """(root) => { const edge = root.getBoundingClientRect().right;
    const outside = (each) => each.getBoundingClientRect().right > edge + 1;
    return [...root.querySelectorAll("*")].filter(outside).map((each) => each.className); }"""


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    root = page.locator("[data-walk]")
    expect(root).to_be_visible(timeout=60_000)
    page.wait_for_function("(root) => root.view.tracks.every(({ map }) => map.places)", arg=root.element_handle())
    return root


def at(root: Locator, film: int, dot: int) -> tuple[float, float]:
    box, (x, y) = root.locator("canvas.over").nth(film).bounding_box(), root.evaluate(PLACE, [film, dot])
    return box["x"] + x, box["y"] + y


def test_scrubbing_shows_the_frame_that_python_computed(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    for number in (0, 5, FRAMES - 1, 2):
        root.locator(".scrub").fill(str(number))
        assert root.evaluate(SHOWN) == [number, grey(0, number), grey(1, number)]
        (first, _), (second, kl) = losses(0), losses(1)
        both = f"BCE {second[number]:.1f} + KL {kl[number]:.1f}\n= {second[number] + kl[number]:.1f} nats"
        words = [f"BCE {first[number]:.1f} nats\nremark {number}", f"{both}\nremark {number}"]
        assert root.locator(".words").all_inner_texts() == words
        expect(root.locator(".where")).to_have_text(f"{number + 1} / {FRAMES}, t = {number / (FRAMES - 1):.2f}")


def test_playing_moves_on_in_step_and_sends_nothing(page: Page, serve) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda message: sent.append(message)))
    root = opened(page, serve(APP))
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")
    root.locator(".scrub").fill("0")
    before = len(sent)
    root.evaluate(WATCH)
    root.get_by_role("button", name="Play").click()
    page.wait_for_function("(root) => root.seen.length === 90", arg=root.element_handle())
    seen = root.evaluate("(root) => root.seen")
    assert len({number for number, *_ in seen}) > 3
    assert all(pixels == [grey(0, number), grey(1, number)] for number, *pixels in seen)
    root.get_by_role("button", name="Pause").click()
    expect(root).to_have_attribute("data-playing", "false")
    assert sent and len(sent) == before


def test_keys_step_and_play(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    film = root.locator(".film")
    film.focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")  # faster than frames of the screen
    assert root.evaluate(SHOWN)[0] == 3
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert root.evaluate(SHOWN)[0] == FRAMES - 1
    page.keyboard.press("Space")
    expect(root).to_have_attribute("data-playing", "true")
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-playing", "false")


def test_pointing_at_the_strip_shows_a_frame_for_as_long(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    root.locator(".scrub").fill("4")
    box = root.locator(".course").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 60)
    expect(root).to_have_attribute("data-frame", str(FRAMES - 1))
    page.mouse.move(box["x"] - 30, box["y"] + 60)
    expect(root).to_have_attribute("data-frame", "4")
    page.mouse.move(box["x"] + 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(box["x"] - 30, box["y"] + 60)
    expect(root).to_have_attribute("data-frame", "0")


def test_a_click_on_a_dot_of_either_map_picks_the_chosen_end(page: Page, serve) -> None:
    root = opened(page, serve(APP))
    page.mouse.move(*at(root, 0, 137))
    expect(root.locator(".card").first).to_have_text("z · number 137")
    page.wait_for_function("() => window.cnnvizPictures?.has('walk sheet')")
    page.mouse.move(*at(root, 0, 30))
    picture = root.locator(".card canvas").first
    assert picture.evaluate("(canvas) => canvas.getContext('2d').getImageData(3, 3, 1, 1).data[0]") == 30
    page.mouse.click(*at(root, 0, 30))
    expect(page.get_by_text("A is 30")).to_be_visible()
    page.get_by_role("radio", name="B").click()
    expect(root.locator(".foot")).to_contain_text("it becomes B")
    page.mouse.click(*at(root, 1, DOTS - 1))
    expect(page.get_by_text(f"B is {DOTS - 1}")).to_be_visible()


@pytest.mark.parametrize("width", [1024, 700])
def test_nothing_leaves_a_narrow_page(page: Page, serve, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    root = opened(page, serve(APP))
    assert root.evaluate(TOO_WIDE) == []


def test_on_the_page_a_dot_becomes_an_end_and_the_link_says_so(page: Page, app_url: str) -> None:
    root = opened(page, f"{app_url}/walks_and_generation")
    walk = root.get_attribute("data-walk")
    index = PAIRS[1].a
    page.mouse.click(*at(root, 1, index))  # the dot in front there, perhaps another
    expect(root).not_to_have_attribute("data-walk", walk)
    chosen = int(page.get_by_role("spinbutton", name="A: test digit").input_value())
    expect(root.locator(".end").first).to_contain_text(f"number {chosen:,}")
    page.wait_for_url(f"**walks_from={chosen}**")
    again = opened(page, page.url)
    expect(again.locator(".end").first).to_contain_text(f"number {chosen:,}")
    page.get_by_role("button", name=PAIRS[2].title).click()
    expect(again.locator(".end").first).to_contain_text(f"number {PAIRS[2].a:,}")
    expect(again.locator(".end").last).to_contain_text(f"number {PAIRS[2].b:,}")
    assert engine.coder("ae_16").latent_size == PAIRS[2].size
    expect(page.get_by_text("UMAP bends the way")).to_be_visible()


def test_the_downloads_hold_both_films(page: Page, app_url: str, tmp_path: Path) -> None:
    from PIL import Image

    root = opened(page, f"{app_url}/walks_and_generation")
    for kind in ("GIF", "PNG", "CSV"):
        with page.expect_download() as found:
            page.get_by_role("button", name=kind).click()
        found.value.save_as(tmp_path / kind)
    root.locator(".scrub").fill("0")
    with Image.open(tmp_path / "GIF") as gif:
        assert gif.n_frames == 60 and gif.size == (2 * 140 + 8, 140)
        shown = np.asarray(gif.convert("L")).astype(int)
    assert abs(shown[70, 70] - root.evaluate(SHOWN)[1]) <= 1 and abs(shown[70, 218] - root.evaluate(SHOWN)[2]) <= 1
    with Image.open(tmp_path / "PNG") as strip:
        assert strip.size == (15 * 87 - 3, 2 * 84 + 8)
    rows = (tmp_path / "CSV").read_text().splitlines()
    assert rows[0] == "frame,t,ae_2 BCE (nats),vae_2_c1 BCE (nats),vae_2_c1 KL (nats)" and len(rows) == 61
