"""The trace in Chromium: from a logit down to a pixel by clicks, at a stroke, back, by link, and into a file."""

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.trace import Source, chain, make_trace, strongest_path
from tests.browser.apps.unit_trace_app import OPENING, looked_at

APP = Path(__file__).parent / "apps" / "unit_trace_app.py"
# Where on its canvas the largest product of the first part lies, read from the component's own numbers.
STRONGEST = """(root) => { const view = root.view, [h, w] = view.header.terms.shape, { boxes } = view;
    const depth = view.header.terms.shape[2];
    const sizes = [...view.products.subarray(0, h * w)].map((x, i) => view.places[i * depth] < 0 ? -1 : Math.abs(x));
    const cell = sizes.indexOf(Math.max(...sizes));
    return { x: boxes.x.at(-1) + (cell % w + 0.5) * boxes.w + 1, y: (Math.floor(cell / w) + 0.5) * boxes.h + 1 }; }"""


@pytest.fixture(scope="module")
def truth():
    network, image, activations = looked_at(OPENING)
    return make_trace(network.graph, network.rows, activations), image


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    root = page.locator("[data-unit]")
    expect(root).to_have_attribute("data-drawn", re.compile(r"\d"), timeout=90_000)  # a fresh server imports torch first
    return root


def unit(root: Locator) -> Source:
    layer, place = root.get_attribute("data-unit").split(" ")
    return Source(layer, tuple(map(int, place.split(","))))


def shown(text: str) -> float:
    """A number as the page writes it."""
    digits, _, power = text.replace("−", "-").partition(" · 10")
    return float(digits) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def arrived(page: Page, root: Locator, before: Source) -> Source:
    expect(root).not_to_have_attribute("data-unit", f"{before.layer} {','.join(map(str, before.place))}")
    return unit(root)


def test_clicks_lead_from_the_prediction_to_a_pixel(page: Page, serve, truth) -> None:
    trace, image = truth
    root = opened(page, serve(APP))
    here, steps = unit(root), 0
    assert here == Source("fc3", (int(trace.output("fc3").argmax()),))
    while root.get_attribute("data-base") != "Input":
        base = chain(trace, *here)[0]
        value = float(trace.output(here.layer)[here.place])
        assert shown(root.locator(".headline .value").inner_text()[2:]) == pytest.approx(value, abs=6e-6)
        expect(root.locator(".headline .check")).to_have_class(re.compile("good"))
        spot = root.evaluate(STRONGEST)
        root.locator(".part canvas").first.click(position=spot)
        before, here, steps = here, arrived(page, root, here), steps + 1
        assert here in base.inputs, f"{here} is not read by {before}"
    assert steps >= 7
    channel, row, col = here.place
    said = root.locator(".plain").inner_text()
    assert f"row {row}, column {col}" in said
    assert shown(re.search(r"grey: (\S+) of 1", said)[1]) == pytest.approx(float(image[channel, row, col]), abs=6e-5)
    assert parse_qs(urlsplit(page.url).query) == {"t_layer": ["input"], "t_unit": [f"{channel},{row},{col}"]}


def test_following_the_strongest_and_going_back(page: Page, serve, truth) -> None:
    trace, _ = truth
    root = opened(page, serve(APP))
    start = unit(root)
    path = strongest_path(trace, *start)
    page.get_by_role("button", name="Follow the strongest").click()
    expect(root).to_have_attribute("data-base", "Input")
    assert unit(root) == path[-1]
    trail = root.locator(".trail button")
    assert [words.split(" ")[0] for words in trail.all_inner_texts()] == [layer for layer, _ in path[:-1]]
    page.get_by_role("button", name="Back").click()
    expect(trail).to_have_count(len(path) - 2)
    assert unit(root) == path[-2]
    trail.nth(1).click()
    expect(trail).to_have_count(1)
    assert unit(root) == path[1]
    page.get_by_role("button", name="Prediction").click()
    expect(trail).to_have_count(0)
    assert unit(root) == start


def test_a_link_opens_its_unit_and_the_file_adds_up(page: Page, serve, truth) -> None:
    trace, _ = truth
    root = opened(page, f"{serve(APP)}/?t_layer=relu2&t_unit=3,5,5")
    assert unit(root) == Source("relu2", (3, 5, 5))
    assert root.locator(".step .who").all_inner_texts() == ["conv2 · Conv2d", "relu2 · ReLU"]
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
    terms = [float(row["product"]) for row in rows if row["what"] == "term"]
    bias = next(float(row["product"]) for row in rows if row["what"] == "bias")
    assert len(terms) == 6 * 25
    assert sum(terms) + bias == pytest.approx(float(trace.output("conv2")[3, 5, 5]), rel=1e-5)


def test_keys_reach_a_cell_and_open_it(page: Page, serve) -> None:
    root = opened(page, f"{serve(APP)}/?t_layer=pool1&t_unit=3,5,5")
    root.locator(".part canvas").first.focus()
    for key, place in (("ArrowRight", "(3, 10, 10)"), ("ArrowRight", "(3, 10, 11)"), ("ArrowDown", "(3, 11, 11)")):
        page.keyboard.press(key)
        expect(root.locator(".said")).to_contain_text(f"relu1 {place}")
    page.keyboard.press("Enter")
    expect(root).to_have_attribute("data-unit", "relu1 3,11,11")
