"""The page Attribution in Chromium: pointing, walking by keys, stopping, links, files, and a first screen without scrolling."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.images import decode_image


def opened(page: Page, app_url: str, query: str = "") -> Locator:
    page.goto(f"{app_url}/attribution{query}")
    expect(page.locator(".maps canvas")).to_have_count(10, timeout=40_000)  # a fresh server imports and loads first
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")
    return page.locator(".maps")


def written(view: Locator) -> list[str]:
    return view.locator("output").all_text_contents()


def number(text: str) -> float:
    return float(text.split(": ")[1].replace("−", "-"))


def csv_rows(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with open(download.value.path(), newline="") as file:
        return list(csv.DictReader(file))


def test_pointing_reads_the_same_place_in_all_maps_and_the_numbers_are_the_files(page: Page, app_url: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    view = opened(page, app_url)
    page.wait_for_timeout(500)
    assert sent  # the page itself was asked for
    sent.clear()
    box = view.locator("canvas").nth(2).bounding_box()
    assert box
    page.mouse.move(box["x"] + 13.5 / 28 * box["width"], box["y"] + 8.5 / 28 * box["height"])
    expect(view.locator("output").first).to_have_text(re.compile(r"^\(8, 13\): "))
    shown = written(view)
    assert len(shown) == 10 and all(text.startswith("(8, 13): ") for text in shown) and view.locator(".mark:visible").count() == 10
    page.wait_for_timeout(300)
    assert not sent
    rows = csv_rows(page)
    assert len(rows) == 28 * 28
    place = next(row for row in rows if (row["row"], row["column"]) == ("8", "13"))
    expected = [float(value) for name, value in place.items() if name not in ("row", "column")]
    by_method = [expected[method * 2 + label] for label in (0, 1) for method in range(5)]
    for text, value in zip(shown, by_method, strict=True):
        assert number(text) == pytest.approx(value, rel=6e-3, abs=2e-3)
    page.mouse.move(5, 5)
    expect(view.locator("output").first).to_have_text("")


def test_the_arrow_keys_walk_and_speak(page: Page, app_url: str) -> None:
    view = opened(page, app_url)
    view.locator(".map").first.focus()
    page.keyboard.press("ArrowRight")
    expect(view.locator("output").first).to_have_text(re.compile(r"^\(14, 15\): "))
    page.keyboard.press("Shift+ArrowUp")
    expect(view.locator("output").last).to_have_text(re.compile(r"^\(4, 15\): "))
    expect(view.locator(".spoken")).to_have_text(re.compile(r"^Row 4, column 15: Saliency for 3: .*Occlusion for "))


def test_a_zero_is_white_and_signs_are_orange_and_blue(page: Page, app_url: str) -> None:
    view = opened(page, app_url, "?attribution_over=false")
    colours = view.locator("canvas").nth(2).evaluate(
        """(canvas) => {
             const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
             return { corner: [...data.slice(0, 3)], warm: [...data].filter((v, i) => i % 4 === 0 && v > data[i + 2] + 30).length,
                      cold: [...data].filter((v, i) => i % 4 === 2 && v > data[i - 2] + 30).length };
           }"""
    )
    assert colours["corner"] == [255, 255, 255] and colours["warm"] > 20 and colours["cold"] > 5


def test_the_first_screen_shows_all_maps(page: Page, app_url: str) -> None:
    view = opened(page, app_url)
    last = view.locator("canvas").last.bounding_box()
    assert last and last["y"] + last["height"] < 768
    page.set_viewport_size({"width": 1024, "height": 768})
    for part in (view.locator("canvas").last, page.get_by_role("radiogroup").first):
        expect(part).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024


def test_classes_layer_and_switches_travel_in_the_link(page: Page, app_url: str, browser) -> None:
    view = opened(page, app_url)
    page.get_by_role("combobox", name="Class", exact=True).click()
    page.get_by_role("option", name="7", exact=True).click()
    expect(view.locator(".class").first).to_have_text(re.compile("^7: probability"))
    page.get_by_text("ReLU", exact=True).click()
    expect(view.locator(".head").nth(3)).to_contain_text("conv2, signed")
    page.wait_for_url(re.compile("attribution_relu=false"))
    fresh = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    other = opened(fresh, app_url, "?" + page.url.partition("?")[2])
    expect(other.locator(".class").first).to_have_text(re.compile("^7: probability"))
    expect(other.locator(".head").nth(3)).to_contain_text("conv2, signed")
    fresh.context.close()


def test_the_sheet_is_a_picture_of_all_maps(page: Page, app_url: str) -> None:
    opened(page, app_url)
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    image = decode_image(download.value.path().read_bytes())
    assert tuple(image.shape) == (3, 2 * 224 + 8, 5 * 224 + 4 * 8)
    assert np.allclose(image[:, :, 224:232], 1)


def test_a_new_drawing_gives_new_maps(page: Page, app_url: str) -> None:
    view = opened(page, app_url)
    expect(view.locator(".class").first).to_have_text(re.compile("^3: "))
    page.get_by_role("button", name="Ready digit 1", exact=True).click()
    expect(view.locator(".class").first).to_have_text(re.compile("^1: "))


def test_the_deletion_check_is_drawn(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("tab", name="Deletion check").click()
    expect(page.get_by_text("Deleting by")).to_be_visible(timeout=40_000)
    expect(page.locator(".js-plotly-plot .legendtext")).to_have_count(6)  # 4.7 MB of script first
    page.wait_for_url(re.compile("attribution_tab=Deletion"))


def test_a_slow_method_can_be_stopped_and_goes_on(page: Page, serve) -> None:
    page.goto(serve(Path(__file__).parent / "apps" / "slow_attribution_app.py"))
    stop = page.get_by_role("button", name="Stop").and_(page.locator("[data-testid=stMain] button"))
    expect(stop).to_be_visible(timeout=40_000)
    expect(page.get_by_text(re.compile(r"^Occlusion: \d+ of 169 passes$"))).to_be_visible(timeout=60_000)
    expect(page.locator(".maps canvas")).to_have_count(8)  # the others are there already
    stop.click()
    expect(page.get_by_text("Stopped: 8 of 10 are finished.")).to_be_visible()
    page.wait_for_timeout(1_500)
    expect(page.locator(".maps canvas")).to_have_count(8)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".maps canvas")).to_have_count(10, timeout=60_000)
    expect(page.get_by_text("Stopped")).to_have_count(0)


def test_choices_that_another_network_has_not_are_new_in_the_browser_too(page: Page, app_url: str) -> None:
    opened(page, app_url, "?inside_network=cifar_small")
    box = {name: page.get_by_role("combobox", name=name) for name in ("Class", "Grad-CAM's layer", "Network")}
    box["Class"].click()
    page.get_by_role("option", name="3 cat").click()
    expect(page.locator(".maps .class").first).to_contain_text("3 cat")
    box["Network"].click()
    page.get_by_role("option", name="LeNet, modern (28x28), MNIST").click()
    expect(box["Class"]).to_have_value("most probable")
    expect(box["Grad-CAM's layer"]).to_have_value("conv2")
    page.get_by_text("One scale").click()  # what the browser shows is what it sends
    page.wait_for_url(re.compile("attribution_shared=false"))
    expect(box["Class"]).to_have_value("most probable")
    assert "class1" not in page.url and "layer" not in page.url
