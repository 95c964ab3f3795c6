"""The bench in Chromium: its numbers equal torch, stepping needs no server, and keys, clicks and hovers do what they say."""

import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from cnnviz.bench import Bench
from tests.browser.apps.convolution_bench_app import CASES

APP = Path(__file__).parent / "apps" / "convolution_bench_app.py"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def show(page: Page, serve):
    """show(case) -> the component's root on a fresh page."""

    def opened(case: str) -> Locator:
        page.goto(f"{serve(APP)}/?case={quote(case)}")
        root = page.locator("[data-drawn]")
        root.wait_for()
        return root

    return opened


def by_torch(bench: Bench) -> torch.Tensor:
    layer = eval(bench.call, {"nn": torch.nn})
    with torch.no_grad():
        if bench.weight is not None:
            layer.weight.copy_(bench.weight)
            if bench.bias is not None:
                layer.bias.copy_(bench.bias)
        return layer(bench.x[None])[0]


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("∞", "inf"))


def key(page: Page, *names: str) -> None:
    page.locator(".bench").focus()
    for name in names:
        page.keyboard.press(name)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def picture(page: Page) -> list[tuple[str, float, float]]:
    """The words of the exported SVG with their places on the canvas, in drawing order."""
    with page.expect_download() as download:
        page.get_by_role("button", name="SVG").click()
    words = ElementTree.parse(download.value.path()).getroot().iter(f"{SVG}text")
    return [(word.text or "", float(word.get("x")), float(word.get("y")) - 4) for word in words]


def outputs(words: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """The words of the output's cells, and what is drawn after them: all that follows the headings."""
    heads = [at for at, (text, *_) in enumerate(words) if text in "=→∗×" or text.startswith("Output")]
    return words[heads[-1] + 1 :]


def worked_out(line: str) -> tuple[float, float]:
    """The value of the terms of a sum as they are written, and the result that stands behind them."""
    written, result = re.sub(r"^.*?\) = ", "", line).rsplit(" = ", 1)
    plain = written.replace("−∞", "-inf").replace("−", "-").replace("·", "*").replace("inf", "float('inf')")
    return eval(plain, {"max": lambda *values: max(values), "float": float}), number(result)


@pytest.mark.parametrize("case", CASES)
def test_the_last_frame_shows_what_torch_computes(case: str, show, page: Page) -> None:
    show(case)
    bench = CASES[case]()
    truth = by_torch(bench)
    if bench.kind.transposed:
        page.get_by_role("button", name="Direct").click()
    key(page, "End")
    words = picture(page)
    if any(text.startswith("Output, channel 0") for text, *_ in words):  # only one channel at a readable size
        truth = truth[:1]
    shown = [number(text) for text, *_ in outputs(words)[: truth.numel()]]
    assert shown == pytest.approx(truth.flatten().tolist(), abs=0.06)


@pytest.mark.parametrize("case", ["floor", "reflect", "circular", "groups", "length", "max", "average", "transposed channels"])
def test_every_sum_is_written_out_and_right(case: str, show, page: Page) -> None:
    show(case)
    bench = CASES[case]()
    if bench.kind.transposed:
        page.get_by_role("button", name="Direct").click()
    channel = 1 if len(bench.output) > 1 else 0
    if channel:
        page.get_by_role("button", name="1", exact=True).click()
    truth = by_torch(bench)[channel].flatten().tolist()
    key(page, "Home")
    for value in truth:
        lines = page.locator(".sum div").all_inner_texts()
        for line in lines:
            terms, result = worked_out(line if " = " in line and line.startswith("output") else f") = {line.split(' ', 2)[2]}")
            assert terms == pytest.approx(result, abs=2e-3)
        assert worked_out(lines[0])[1] == pytest.approx(value, abs=1e-3)
        key(page, "ArrowRight")


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
def test_too_many_numbers_for_the_screen_get_their_window_enlarged(size: tuple[int, int], show, page: Page) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    show("large")
    x = CASES["large"]().x
    key(page, "Home", "ArrowDown", "ArrowRight")
    words = [text for text, *_ in picture(page)]
    enlarged = [at for at, text in enumerate(words) if re.fullmatch(r"channel \d", text)]
    assert enlarged and words[enlarged[0]] == "channel 0"
    for at in enlarged:
        shown = [number(text) for text in words[at - 9 : at]]
        assert shown == x[int(words[at][-1]), :3, :3].flatten().tolist()


def test_stamps_add_up(show, page: Page) -> None:
    show("transposed")
    bench = CASES["transposed"]()
    key(page, "Home", "ArrowRight")
    alone = bench.x.clone()
    alone.flatten()[2:] = 0
    after_two = torch.nn.functional.conv_transpose2d(alone[None], bench.weight, stride=2)[0, 0, :3, :5].flatten().tolist()
    shown = outputs(picture(page))[: 3 * 5]  # two stamps of 3x3, two columns apart, touch 3x5 cells
    assert [number(text) for text, *_ in shown] == after_two


def test_stepping_playing_and_hovering_need_no_server(show, page: Page) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    show("large")
    page.wait_for_timeout(500)
    before = len(sent)
    assert before > 0  # the counter counts: opening the page has sent something
    key(page, *["ArrowRight"] * 20, "ArrowLeft", "ArrowDown", "End", "Home")
    page.get_by_label("Speed").select_option("30")
    page.get_by_role("button", name="Play").click()
    box = page.locator("canvas").bounding_box()
    for step in range(40):
        page.mouse.move(box["x"] + 20 * step, box["y"] + 60 + 5 * step)
    page.wait_for_timeout(600)
    page.get_by_role("button", name="Pause").click()
    place = int(page.locator("[data-place]").get_attribute("data-place"))
    page.get_by_role("button", name="2", exact=True).click()
    page.wait_for_timeout(700)
    assert place > 5
    assert len(sent) == before


def test_keys(show, page: Page) -> None:
    show("plain")
    where = page.locator(".where")
    key(page, "ArrowRight", "ArrowRight")
    expect(where).to_have_text("3 of 9")
    key(page, "ArrowLeft", "ArrowDown")
    expect(where).to_have_text("5 of 9")
    key(page, "End")
    expect(where).to_have_text("9 of 9")
    key(page, "ArrowRight")
    expect(where).to_have_text("9 of 9")
    key(page, "Home")
    expect(where).to_have_text("1 of 9")
    page.get_by_label("Speed").select_option("30")
    key(page, " ")
    expect(where).to_have_text("9 of 9")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_click_jumps_and_a_hover_tells(show, page: Page) -> None:
    show("plain")
    bench = CASES["plain"]()
    key(page, "End")
    words = picture(page)
    _, x, y = outputs(words)[4]
    canvas = page.locator("canvas")
    canvas.click(position={"x": x, "y": y})
    expect(page.locator(".where")).to_have_text("5 of 9")
    assert int(page.locator("[data-place]").get_attribute("data-place")) == 4
    _, x, y = next(word for word in words if word[0] == f"{bench.x[0, 0, 0]:g}")  # the first cell of the input
    canvas.hover(position={"x": x, "y": y})
    expect(page.locator(".note")).to_contain_text("Input (0, 0)")
    expect(page.locator(".note")).to_contain_text("feeds 1 output place")
    _, x, y = outputs(words)[8]
    canvas.hover(position={"x": x, "y": y})
    expect(page.locator(".sum")).to_contain_text("output (2, 2)")


def test_tap_by_tap(show, page: Page) -> None:
    show("plain")
    page.get_by_role("button", name="Tap by tap").click()
    bench = CASES["plain"]()
    products = (bench.x[0, :3, :3] * bench.weight[0, 0]).flatten().cumsum(0).tolist()
    for partial in products[:-1]:
        expect(page.locator(".sum")).to_contain_text("so far")
        assert number(page.locator(".sum b").last.inner_text()) == partial
        key(page, "ArrowRight")
    expect(page.locator(".sum")).not_to_contain_text("so far")
    expect(page.locator(".where")).to_have_text("1 of 9")


def test_prediction_hides_until_revealed(show, page: Page) -> None:
    show("plain")
    value = int(by_torch(CASES["plain"]())[0, 0, 1])
    page.get_by_role("button", name="Predict").click()
    key(page, "ArrowRight")
    expect(page.locator(".sum")).to_have_text("output (0, 1) = ?")
    page.get_by_label("Your prediction").fill(str(value))
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".note")).to_contain_text("Right")
    expect(page.locator(".sum")).to_contain_text(f"= {value}".replace("-", "−"))


def test_a_cell_is_typed_and_a_bad_one_is_kept(show, page: Page) -> None:
    show("plain")
    bench = CASES["plain"]()
    _, x, y = next(word for word in picture(page) if word[0] == f"{bench.x[0, 0, 0]:g}")
    page.locator("canvas").dblclick(position={"x": x, "y": y})
    editor = page.get_by_label("Value of the cell")
    editor.fill("abc")
    editor.press("Enter")
    expect(page.locator(".note")).to_contain_text("“abc” is not a number")
    expect(editor).to_have_value("abc")
    editor.fill("-1/4")
    editor.press("Enter")
    expect(page.get_by_text("edits [('input', (0, 0, 0), -0.25)]")).to_be_visible()


def test_the_place_for_latex_is_told(show, page: Page) -> None:
    show("floor")
    key(page, "ArrowDown", "ArrowRight")
    page.get_by_role("button", name="LaTeX").click()
    expect(page.get_by_text("worked (0, 1, 1)")).to_be_visible()


def test_a_picture_is_saved(show, page: Page) -> None:
    show("groups")
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def bench_page(page: Page, app_url: str):
    """The page of the app, opened with a query."""

    def opened(query: str = "") -> Page:
        page.goto(f"{app_url}/convolution_arithmetic?{query}")
        page.locator("[data-drawn]").wait_for()
        return page

    return opened


def test_a_changed_number_draws_a_new_grid_and_stands_in_the_link(bench_page) -> None:
    page = bench_page("bench_padding_columns=1")
    expect(page.locator(".where")).to_have_text("1 of 25")
    field = page.get_by_role("spinbutton", name="Stride")
    field.press("ArrowUp")
    expect(page.locator(".where")).to_have_text("1 of 9")
    expect(field).to_have_value("2")
    expect(page.locator(".note")).to_contain_text("nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=1")
    assert "bench_stride_columns=2" in page.url  # the browser writes it itself, before the grid comes
    page.reload()
    expect(page.get_by_role("spinbutton", name="Stride")).to_have_value("2")
    expect(page.locator(".where")).to_have_text("1 of 9")


def test_typed_rubbish_stays_with_one_message_and_a_way_out(bench_page) -> None:
    page = bench_page()
    field = page.get_by_role("spinbutton", name="Kernel")
    field.fill("abc")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(re.compile("kernel_size is “abc”, which is no number"))
    expect(field).to_have_value("abc")
    expect(page.locator("canvas")).not_to_be_visible()
    page.get_by_role("button", name="Use kernel_size 3").click()
    expect(field).to_have_value("3")
    expect(page.locator(".where")).to_have_text("1 of 9")
    field.fill("7")
    expect(page.get_by_role("alert")).to_contain_text("kernel_size 7 does not fit a 5x5 input")
    page.get_by_role("button", name="Use padding 1").click()
    expect(field).to_have_value("7")
    expect(page.get_by_role("spinbutton", name="Padding")).to_have_value("1")
    expect(page.locator("canvas")).to_be_visible()


def test_rows_and_columns_apart(bench_page) -> None:
    page = bench_page()
    page.get_by_role("button", name="Rows, columns apart").click()
    page.get_by_role("spinbutton", name="Stride rows").press("ArrowUp")
    expect(page.locator(".where")).to_have_text("1 of 6")
    expect(page).to_have_url(re.compile("bench_apart=true"))


def test_a_prediction_hides_the_stamp(show, page: Page) -> None:
    show("transposed")
    page.get_by_role("button", name="Predict").click()
    key(page, "ArrowRight")
    assert [text for text, *_ in outputs(picture(page))].count("?") == 9  # a kernel of 3x3
    page.get_by_role("button", name="Reveal").click()
    assert "?" not in [text for text, *_ in outputs(picture(page))]


def test_the_latex_of_a_sum_is_shown_and_closed(bench_page) -> None:
    page = bench_page()
    page.get_by_role("button", name="LaTeX").click()
    text = page.get_by_label("LaTeX of the sum")
    expect(text).to_have_value(re.compile("= 12"))
    expect(page.locator(".katex-display")).to_be_visible()  # and how it looks when it is set
    page.get_by_role("button", name="Close").click()
    expect(text).not_to_be_visible()
