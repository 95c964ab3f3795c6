"""picture_trace in Chromium: its sums are PyTorch's, its cells can be typed in, hovering asks nothing of the server."""

import json
import re
import urllib.parse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, WebSocket, expect

from cnnviz.ui.components import picture_trace as trace
from cnnviz.ui.components.pixels import pixels
from tests.browser.apps.picture_trace_app import results

APP = Path(__file__).parent / "apps" / "picture_trace_app.py"
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
UNEVEN = [[0.5, -1.25, 2.0], [3.0, 0.125, -0.75], [1.5, -2.5, 0.1], [0.3, 0.7, -0.2]]  # (4,3), no symmetry
ONE_FILTER = {"picture": "noise 24x32", "steps": [{"kind": "filter", "kernel": SOBEL, "padding": 1}], "grid": True}


@pytest.fixture
def show(page: Page, serve: Callable[[Path], str]) -> Callable[[dict], Locator]:
    """show(case) -> the lens, once it traces its first place."""

    def open_case(case: dict) -> Locator:
        page.goto(f"{serve(APP)}/?case={urllib.parse.quote(json.dumps(case))}")
        lens = page.locator(".lens[data-value]")
        expect(lens).not_to_have_attribute("data-value", "NaN")
        return lens

    return open_case


def pixel(page: Page, panel: int, row: int, column: int, shape: torch.Size) -> tuple[float, float]:
    """Where the middle of a pixel of a panel is on the screen."""
    box = page.locator(".panel .pixels").nth(panel).bounding_box()
    assert box
    return (
        box["x"] + (column + 0.5) * box["width"] / shape[-1],
        box["y"] + (row + 0.5) * box["height"] / shape[-2],
    )


def hover(page: Page, panel: int, row: int, column: int, shape: torch.Size) -> float:
    """Point at a pixel and return the value that the lens shows for it."""
    page.mouse.move(*pixel(page, panel, row, column, shape))
    lens = page.locator(f'.lens[data-panel="{panel}"][data-row="{row}"][data-col="{column}"]')
    lens.wait_for()
    return float(lens.get_attribute("data-value") or "nan")


def heard(page: Page) -> dict:
    """What the harness app's Python knows."""
    return json.loads(page.get_by_text("heard {").inner_text().removeprefix("heard "))


def wait_heard(page: Page, **wanted: object) -> dict:
    for _ in range(200):
        known = heard(page)
        if all(known[name] == value for name, value in wanted.items()):
            return known
        page.wait_for_timeout(20)
    raise AssertionError(f"wanted {wanted}, heard {known}")


def places(shape: torch.Size) -> list[tuple[int, int]]:
    """Corners, edges and the middle."""
    height, width = shape[-2:]
    return [(r, c) for r in sorted({0, height // 2, height - 1}) for c in sorted({0, width // 2 - 1, width - 1})]


FILTERS = [
    {"kind": "filter", "kernel": UNEVEN, "padding": [2, 1], "padding_mode": "reflect", "flip": True},
    {"kind": "filter", "kernel": UNEVEN, "padding": 3, "padding_mode": "replicate", "dilation": 2, "stride": 2},
    {"kind": "filter", "kernel": UNEVEN, "padding": [1, 2], "padding_mode": "circular", "stride": [1, 3]},
    {"kind": "filter", "kernel": UNEVEN, "padding": [3, 4], "dilation": [2, 3], "flip": True},
    {"kind": "filter", "kernel": [[1.0, -2.0, 4.0, -8.0, 0.5]], "stride": 3},
]
POOLS = [
    {"kind": "pool", "mode": "max", "size": 3, "stride": 2, "padding": 1},
    {"kind": "pool", "mode": "max", "size": [2, 3], "stride": [3, 2], "dilation": 2},
    {"kind": "pool", "mode": "average", "size": 3, "stride": 2, "padding": 1},
    {"kind": "pool", "mode": "average", "size": [3, 4], "stride": [2, 3], "padding": 1, "count_include_pad": False},
]
EDGES = [
    {"kind": "filter", "kernel": SOBEL, "padding": 1},
    {"kind": "filter", "kernel": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], "padding": 1},
    {"kind": "magnitude", "of": [1, 2]},
    {"kind": "angle", "of": [1, 2]},
    {"kind": "threshold", "level": 1.5, "of": 3},
]
CHAIN = [
    {"kind": "filter", "kernel": UNEVEN, "padding": 2, "padding_mode": "reflect", "stride": 2},
    {"kind": "relu", "of": 1},
    {"kind": "filter", "kernel": SOBEL, "dilation": 2, "flip": True, "padding": 1, "of": 2},
    {"kind": "pool", "mode": "average", "size": 2, "stride": 1, "padding": 1, "of": 3},
    {"kind": "threshold", "level": 0.2, "above": 1.0, "of": 4},
]


@pytest.mark.parametrize(
    "case",
    [
        {"picture": "noise 23x31", "steps": FILTERS},
        {"picture": "noise 23x31", "steps": POOLS},
        {"picture": "noise 24x30", "steps": POOLS, "ceil_mode": True},
        {"picture": "noise 16x18", "steps": EDGES},
        {"picture": "noise 33x41", "steps": CHAIN},
    ],
    ids=["filters", "pools", "pools with ceil_mode", "edges", "chain"],
)
def test_traced_values_are_pytorchs(show: Callable[[dict], Locator], page: Page, case: dict) -> None:
    show(case | {"height": 560})
    for panel, values in enumerate(results(case)[1:], 1):
        for row, column in places(values.shape):
            assert hover(page, panel, row, column, values.shape) == pytest.approx(
                values[0, row, column].item(), rel=1e-12, abs=1e-12
            ), (case["steps"][panel - 1], row, column)


def test_channels_are_traced_one_by_one(show: Callable[[dict], Locator], page: Page) -> None:
    case = {"picture": "colour 20x26", "steps": [FILTERS[0], POOLS[2] | {"of": 1}]}
    show(case)
    for panel, values in enumerate(results(case)[1:], 1):
        for channel, name in enumerate(("Red", "Green", "Blue")):
            page.get_by_role("button", name=name).click()
            for row, column in places(values.shape)[::3]:
                traced = hover(page, panel, row, column, values.shape)
                assert traced == pytest.approx(values[channel, row, column].item(), rel=1e-12)


def number(text: str) -> float:
    return float(text.strip(" ()").replace("−", "-"))


def test_the_written_sum_is_exact(show: Callable[[dict], Locator], page: Page) -> None:
    lens = show(ONE_FILTER)
    page.get_by_role("button", name="0–255").click()
    values = results(ONE_FILTER)[1]
    for row, column in [(0, 0), (7, 9), (23, 31), (23, 5)]:
        hover(page, 1, row, column, values.shape)
        terms, total = lens.locator(".sum").inner_text().split("=")
        products = [number(x) * number(w) for x, w in re.findall(r"(\S+)\s·\s(\S+)", terms)]
        shown = [number(text) for text in lens.locator(".matrix").nth(2).locator(".cells > div").all_inner_texts()]
        assert shown == products and len(products) == 9
        assert sum(products) == number(total) == round(values[0, row, column].item() * 255)


def test_a_rounded_sum_says_so(show: Callable[[dict], Locator], page: Page) -> None:
    lens = show(ONE_FILTER)
    values = results(ONE_FILTER)[1]
    row, column = next((r, c) for r in range(1, 9) for c in range(1, 9) if values[0, r, c].abs() > 0.1)
    value = hover(page, 1, row, column, values.shape)
    assert lens.locator(".sum").inner_text().split("≈")[1].strip().replace("−", "-") == f"{value:.4f}"


def test_large_kernels_keep_their_sum(show: Callable[[dict], Locator], page: Page) -> None:
    kernel = [[(i - 7) * (j - 6) / 90 for j in range(15)] for i in range(15)]
    case = {"picture": "noise 40x40", "steps": [{"kind": "filter", "kernel": kernel, "padding": 7}], "grid": True}
    lens = show(case)
    values = results(case)[1]
    assert hover(page, 1, 3, 20, values.shape) == pytest.approx(values[0, 3, 20].item(), rel=1e-12)
    assert set(lens.locator(".matrix .cells > div").all_inner_texts()) == {""}
    assert number(lens.locator(".value").inner_text()) == pytest.approx(values[0, 3, 20].item(), abs=5e-5)
    padding = lens.locator(".matrix").first.locator(".padding")
    assert padding.count() == 4 * 15


def test_the_winner_of_a_maximum_is_marked(show: Callable[[dict], Locator], page: Page) -> None:
    case = {"picture": "noise 14x14", "steps": [POOLS[0]]}
    lens = show(case)
    values = results(case)[1]
    value = hover(page, 1, 0, 2, values.shape)
    winner = lens.locator(".winner")
    assert winner.count() == 1 and number(winner.inner_text()) == pytest.approx(value, abs=5e-4)
    assert lens.locator(".padding").count() == 3


def test_hovering_the_input_traces_the_pixel_centred_there(show: Callable[[dict], Locator], page: Page) -> None:
    case = {"picture": "noise 24x32", "steps": [FILTERS[0] | {"kernel": SOBEL, "padding": 1, "stride": 2}]}
    lens = show(case)
    page.mouse.move(*pixel(page, 0, 10, 16, torch.Size((24, 32))))
    expect(lens).to_have_attribute("data-col", "8")
    assert (lens.get_attribute("data-panel"), lens.get_attribute("data-row")) == ("1", "5")


def test_hovering_sends_nothing_and_keeps_pace(show: Callable[[dict], Locator], page: Page) -> None:
    frames: list[object] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: frames.append(frame))
        socket.on("framereceived", lambda frame: frames.append(frame))

    page.on("websocket", listen)
    blur = {"kind": "filter", "kernel": [[0.04] * 5] * 5, "padding": 2}
    case = {"picture": "scene 512", "steps": [blur], "grid": True}
    lens = show(case)
    page.wait_for_timeout(500)
    before = len(frames)
    assert before > 0
    page.evaluate("""() => { window.stamps = []; const tick = (t) => { stamps.push(t); requestAnimationFrame(tick); };
                     requestAnimationFrame(tick); }""")
    box = page.locator(".panel .marks").nth(1).bounding_box()
    assert box
    seen = set()
    for k in range(60):
        page.mouse.move(box["x"] + 20 + 4 * k, box["y"] + 40 + 3 * k)
        seen.add((lens.get_attribute("data-row"), lens.get_attribute("data-col")))
    stamps = page.evaluate("window.stamps")
    gaps = sorted(later - sooner for sooner, later in pairwise(stamps))
    print(f"frames while hovering: median {gaps[len(gaps) // 2]:.1f} ms, 95 % {gaps[len(gaps) * 95 // 100]:.1f} ms")
    assert len(seen) > 30
    assert len(frames) == before


def test_an_overtaken_message_leaves_the_view_alone(show: Callable[[dict], Locator], page: Page) -> None:
    """Streamlit runs the clean-up of a message that a newer one has overtaken, while the component stays on the page."""
    show(ONE_FILTER)
    row = page.locator(".root[data-drawn] > *").first
    row.evaluate("(element) => { element.marked = true; }")
    page.get_by_label("weight in row 2, column 2").click()
    page.keyboard.type("12.5", delay=15)
    wait_heard(page, cells=[["-1", "0", "1"], ["-2", "12.5", "2"], ["-1", "0", "1"]])
    assert row.evaluate("(element) => element.marked"), "the view was made anew, and what the visitor did in it is lost"


def test_a_cell_is_typed_and_everything_follows(show: Callable[[dict], Locator], page: Page) -> None:
    lens = show(ONE_FILTER)
    drawn = int(page.locator(".root[data-drawn]").get_attribute("data-drawn") or 0)
    page.get_by_label("weight in row 2, column 2").click()
    page.keyboard.type("12.5", delay=15)
    wait_heard(page, cells=[["-1", "0", "1"], ["-2", "12.5", "2"], ["-1", "0", "1"]], bad=[])
    changed = [[-1, 0, 1], [-2, 12.5, 2], [-1, 0, 1]]
    values = results(ONE_FILTER | {"steps": [{"kind": "filter", "kernel": changed, "padding": 1}]})[1]
    assert hover(page, 1, 4, 6, values.shape) == pytest.approx(values[0, 4, 6].item(), rel=1e-12)
    assert int(page.locator(".root[data-drawn]").get_attribute("data-drawn") or 0) > drawn
    assert page.get_by_label("weight in row 2, column 2").input_value() == "12.5"
    expect(lens).to_have_attribute("data-pinned", "false")


def test_keys_step_and_move_in_the_kernel(show: Callable[[dict], Locator], page: Page) -> None:
    show(ONE_FILTER)
    page.get_by_label("weight in row 1, column 1").click()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("7")
    page.keyboard.press("ArrowLeft")  # the caret goes before the 7: still in this cell
    page.keyboard.press("ArrowLeft")  # row 1, column 3
    page.keyboard.press("Control+ArrowDown")
    page.keyboard.type("9")
    wait_heard(page, cells=[["1", "-1", "1.1"], ["7", "0", "9"], ["-1", "0", "1"]])


def test_rubbish_stays_is_named_and_marked(show: Callable[[dict], Locator], page: Page) -> None:
    lens = show(ONE_FILTER)
    cell = page.get_by_label("weight in row 1, column 2")
    cell.click()
    page.keyboard.type("abc")
    wait_heard(page, bad=[[0, 1]], cells=[["-1", "abc", "1"], ["-2", "0", "2"], ["-1", "0", "1"]])
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    wait_heard(page, bad=[[0, 1], [0, 2]])
    expect(cell).to_have_attribute("aria-invalid", "true")
    assert cell.input_value() == "abc"
    assert page.get_by_label("weight in row 1, column 3").input_value() == ""
    expect(page.get_by_label("weight in row 2, column 2")).to_have_attribute("aria-invalid", "false")
    expect(lens).not_to_have_attribute("data-value", "NaN")


def test_a_preset_replaces_what_was_typed(show: Callable[[dict], Locator], page: Page) -> None:
    show(ONE_FILTER)
    page.get_by_label("weight in row 1, column 1").click()
    page.keyboard.type("3")
    wait_heard(page, cells=[["3", "0", "1"], ["-2", "0", "2"], ["-1", "0", "1"]])
    page.get_by_role("button", name="Preset").click()
    expect(page.get_by_label("weight in row 2, column 2")).to_have_value("−4")
    expect(page.get_by_label("weight in row 1, column 1")).to_have_value("0")


def test_a_place_is_traced_and_pinned_by_keyboard(show: Callable[[dict], Locator], page: Page) -> None:
    lens = show(ONE_FILTER | {"start": [1, 5, 6]})
    expect(lens).to_have_attribute("data-row", "5")
    page.locator(".panel .frame").nth(1).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    wait_heard(page, pinned=[1, 6, 18])
    values = results(ONE_FILTER)[1]
    assert float(lens.get_attribute("data-value") or "nan") == pytest.approx(values[0, 6, 18].item(), rel=1e-12)
    page.mouse.move(*pixel(page, 1, 2, 2, values.shape))
    page.wait_for_timeout(100)
    expect(lens).to_have_attribute("data-col", "18")
    page.keyboard.press("Escape")
    wait_heard(page, pinned=None)
    page.mouse.click(*pixel(page, 1, 3, 4, values.shape))
    wait_heard(page, pinned=[1, 3, 4])
    page.mouse.click(*pixel(page, 1, 3, 4, values.shape))
    wait_heard(page, pinned=None)


def test_before_and_after(show: Callable[[dict], Locator], page: Page) -> None:
    show({"picture": "noise 24x32", "steps": [POOLS[0]]})
    page.get_by_role("button", name="Compare").click()
    divider = page.get_by_role("slider")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    assert page.locator(".panel").count() == 1
    box = divider.bounding_box()
    assert box
    page.mouse.move(box["x"] + 14, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + 60)
    page.mouse.up()
    dragged = int(divider.get_attribute("aria-valuenow") or 0)
    assert 20 < dragged < 45
    divider.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", str(dragged + 2))
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".panel")).to_have_count(2)


def test_the_input_is_sent_once_and_takes_no_room(show: Callable[[dict], Locator], page: Page) -> None:
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    show(ONE_FILTER | {"picture": "scene 512"})
    expect(page.locator(".st-key-carrier")).to_be_hidden()
    page.wait_for_timeout(300)
    first = sum(received)
    page.get_by_label("weight in row 2, column 2").click()
    page.keyboard.type("4")
    wait_heard(page, cells=[["-1", "0", "1"], ["-2", "4", "2"], ["-1", "0", "1"]])
    page.wait_for_timeout(300)
    assert first > 2 * 512 * 512  # the input and the result
    assert 512 * 512 < sum(received) - first < 1.5 * 512 * 512  # the result only


def test_what_cannot_be_shown_is_refused() -> None:
    shape = (1, 4, 4)
    with pytest.raises(ValueError, match=r"panel 1 \(B\) reads panel \(1,\): it can read panels 0 to 0"):
        panels = [trace.Panel("A", shape), trace.Panel("B", shape, operation=trace.Relu(of=1))]
        trace.picture_trace(panels, picture_id="x", key="x")
    with pytest.raises(ValueError, match=r"panel 0 \(A\) of shape \(1, 4, 4\) has pixels \(4, 5\)"):
        trace.picture_trace([trace.Panel("A", shape, np.zeros((4, 5), np.uint8))], picture_id="x", key="x")
    with pytest.raises(ValueError, match="pixels takes uint8"):
        pixels("x", np.zeros((4, 4)), key="x")


def test_what_a_browser_sends_is_checked() -> None:
    assert trace._checked_cells([["1", "2"], ["x" * 99, ""]]) == (("1", "2"), ("x" * trace.MAX_TYPED, ""))
    for cells in ([], [[]], [["1"], ["1", "2"]], [["1"] * 16], [["1"]] * 16):
        with pytest.raises(ValueError, match="edited kernel"):
            trace._checked_cells(cells)
    panels = [trace.Panel("A", (1, 4, 5))]
    assert trace._checked_place([0, 3, 4], panels) == (0, 3, 4)
    assert {trace._checked_place(place, panels) for place in (None, [0, 4, 0], [1, 0, 0], [0, 1.5, 0], "012")} == {None}
