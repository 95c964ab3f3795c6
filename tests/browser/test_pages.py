"""What a visitor does on the picture pages: follows links, edits a kernel, brings a picture, takes results away."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.convolution import ConvSpec
from cnnviz.images import sample_image, to_grey
from cnnviz.kernels import KERNELS, filter_image
from tests.browser.server import ROOT, streamlit_server

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


def settle(page: Page) -> None:
    """Wait until the page has been drawn and no run is under way."""
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")
    page.wait_for_timeout(300)


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    settle(page)
    return page


def caption(page: Page) -> str:
    """The shape and the range below the last picture."""
    return page.locator("figcaption").filter(has_text="values").last.inner_text()


@pytest.mark.parametrize("name", ["", *PAGES])
def test_no_request_leaves_the_machine(page: Page, app_url: str, name: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    opened(page, f"{app_url}/{name}")
    assert requests
    assert [url for url in requests if not url.startswith((app_url, app_url.replace("http", "ws"), "data:", "blob:"))] == []


def test_the_first_visitor_of_a_fresh_server_may_come_by_a_link(page: Page) -> None:
    with streamlit_server(ROOT / "app.py") as server:
        opened(page, f"{server.url}/edges?edges_border=zeros")
        expect(page.get_by_role("heading", level=1)).to_have_text("Edges (Sobel)")
        expect(page.get_by_test_id("stSidebarNavLink").first).to_have_text("Start")
        expect(page.get_by_role("combobox", name="Border")).to_have_value("zeros")
        page.get_by_test_id("stSidebarNavLink").filter(has_text="Pooling").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")


def test_the_start_page_leads_to_each_lesson(page: Page, app_url: str) -> None:
    opened(page, app_url)
    for picture in page.get_by_test_id("stImage").locator("img").all():
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_test_id("stMain").get_by_role("link", name="Edges (Sobel)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edges (Sobel)")


def test_an_edited_kernel_is_in_the_link(page: Page, app_url: str, browser) -> None:
    opened(page, f"{app_url}/image_filters?picture=disc&picture_size=128")
    before = caption(page)
    cell = page.get_by_label("weight in row 2, column 3")
    cell.click()
    cell.fill("7")
    cell.press("Enter")
    page.wait_for_url(re.compile("filters_cells"))
    settle(page)
    after = caption(page)
    assert after != before
    fresh = browser.new_context(viewport={"width": 1024, "height": 768}).new_page()
    opened(fresh, page.url)
    assert caption(fresh) == after
    assert fresh.get_by_label("weight in row 2, column 3").input_value() == "7"
    kernel = KERNELS["Sobel x"].clone()
    kernel[1, 2] = 7
    result = filter_image(to_grey(sample_image("disc", 128)), kernel, ConvSpec((3, 3), padding=1, padding_mode="replicate"))
    assert f"{float(result.max()):.3g}" in after
    fresh.context.close()


RESULT = """() => { for (const host of document.querySelectorAll('*')) {
    const canvas = [...(host.shadowRoot?.querySelectorAll('canvas.pixels') ?? [])].at(-1);
    if (canvas) return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]; } }"""


def drawn_result(page: Page) -> list[int]:
    """The last picture's pixels, RGBA, as soon as there are any."""
    page.wait_for_function(f"() => ({RESULT})()?.length > 0")
    return page.evaluate(RESULT)


@pytest.mark.parametrize("query", [
    "filters_show=signed", "filters_show=absolute&filters_channels=colour&filters_border=zeros", "filters_kernel=sharpen",
    "filters_stride=2&filters_dilation=2&filters_operation=true+convolution&filters_border=reflect",
    "filters_border=valid&filters_channels=colour",
])  # fmt: skip
def test_the_browser_draws_what_python_computes(page: Page, app_url: str, query: str) -> None:
    """An edited cell's result is drawn and described at once, as Python does where the link is opened, but for a rounded level."""
    frames: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(bytes(frame))))
    opened(page, f"{app_url}/image_filters?picture=flower&picture_size=128&{query}")
    drawn_result(page)
    page.get_by_label("weight in row 2, column 3").focus()
    frames.clear()
    drawn = page.evaluate(f"""async () => {{
        const input = (root => root.querySelector('[aria-label="weight in row 2, column 3"]'))(
            [...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('.cells')).shadowRoot);
        input.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowUp', bubbles: true }}));
        return ({RESULT})(); }}""")
    page.wait_for_url(re.compile("filters_cells"))
    settle(page)
    assert drawn_result(page) == drawn, "Python's answer leaves the picture"
    assert sum(map(len, frames)) < 40_000, "and does not send it again"
    fresh = opened(page.context.new_page(), page.url)
    computed = drawn_result(fresh)
    difference = np.abs(np.array(drawn) - np.array(computed))
    assert len(set(computed)) > 10
    assert difference.max() <= 6 and (difference > 0).mean() < 0.01
    assert caption(fresh) == caption(page)
    lens = [each.get_by_label("The sum behind one pixel").inner_text() for each in (page, fresh)]
    assert lens[0] == lens[1], "the same pixel is traced first"


def test_numbers_are_worded_as_python_words_them(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/image_filters?picture=digit")
    source = (ROOT / "cnnviz/ui/components/picture_trace/foresee.js").read_text("utf-8")
    spread = np.random.default_rng(0).normal(size=500) * 10.0 ** np.random.default_rng(1).integers(-12, 12, 500)
    halves = [1.125, 1.375, -10.25, 10.75, 100.5, 101.5, 1005.0, 0.0, 999.5, 0.9995, 9.995, 1e-4, 99999.0]
    numbers = [float(value) for value in [*spread.astype(np.float32), *halves]]
    worded = page.evaluate(f"(numbers) => {{ {source}; return numbers.map(threeDigits); }}", numbers)
    assert worded == [f"{value:.3g}".replace("-", "−") for value in numbers]


@pytest.mark.parametrize(("kernel", "dial", "key"), [
    ("Gaussian blur", "sigma", "ArrowUp"), ("Gabor", "angle", "ArrowRight"), ("Gabor", "wavelength", "ArrowDown"),
])  # fmt: skip
def test_a_dial_acts_at_once_and_python_agrees(page: Page, app_url: str, kernel: str, dial: str, key: str) -> None:
    """The kernel that the browser makes, and its result, are Python's, and the address carries the number."""
    opened(page, f"{app_url}/image_filters?picture=flower&picture_size=128&filters_kernel={kernel.replace(' ', '+')}")
    texts = "[...root().querySelectorAll('.cells input')].map((input) => input.title || input.value)"
    root = "const root = () => [...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('.dial')).shadowRoot;"
    drawn_result(page)
    before = page.evaluate(f"() => {{ {root} return {texts}; }}")
    page.get_by_role("slider", name=dial).focus()
    foreseen, pixels = page.evaluate(f"""async () => {{ {root}
        const input = root().querySelector('[name="{dial}"]');
        input.step{"Down" if key == "ArrowDown" else "Up"}();
        input.dispatchEvent(new Event('input', {{ bubbles: true }}));
        return [{texts}, ({RESULT})()]; }}""")
    page.wait_for_url(re.compile(f"filters_{dial}"))
    settle(page)
    assert foreseen != before
    computed = page.evaluate(f"() => {{ {root} return {texts}; }}")
    numbers = [[float(text.replace("−", "-")) for text in grid] for grid in (foreseen, computed)]
    np.testing.assert_allclose(*numbers, rtol=2e-7, atol=1e-12)
    value = page.get_by_role("slider", name=dial).input_value()
    fresh = opened(page.context.new_page(), page.url)
    difference = np.abs(np.array(pixels) - np.array(drawn_result(fresh)))
    assert difference.max() <= 6 and (difference > 0).mean() < 0.01
    assert caption(fresh) == caption(page)
    assert fresh.get_by_role("slider", name=dial).input_value() == value


def test_the_choice_of_a_picture_goes_along_and_back_is_one_press(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/pooling?picture=digit")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Edges").click()
    page.wait_for_url(re.compile(r"/edges\?picture=digit"))
    slider = page.get_by_role("slider", name="Hide magnitudes below")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    page.wait_for_url(re.compile("edges_threshold"))
    page.go_back()
    page.wait_for_url(re.compile(r"/pooling\?picture=digit"))


def test_back_finds_the_lesson_as_it_was_left(page: Page, app_url: str) -> None:
    address = f"{app_url}/image_filters?picture=digit&filters_kernel=Gaussian+blur"
    opened(page, address)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Edges").click()
    page.wait_for_url(re.compile(r"/edges\?picture=digit$"))
    page.go_back()
    page.wait_for_url(address)
    expect(page.get_by_test_id("stSelectbox").first.locator("input")).to_have_value("Gaussian blur")


def test_a_bad_cell_keeps_what_was_typed(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/image_filters?picture=digit")
    cell = page.get_by_label("weight in row 1, column 1")
    cell.click()
    cell.fill("abc")
    cell.press("Enter")
    expect(page.get_by_text("row 1, column 1 is 'abc'")).to_be_visible()
    assert cell.input_value() == "abc"
    cell.fill("2")
    cell.press("Enter")
    expect(page.get_by_text("row 1, column 1 is 'abc'")).to_be_hidden()


def test_pictures_come_and_stay(page: Page, app_url: str, tmp_path: Path) -> None:
    opened(page, f"{app_url}/image_filters")
    good, bad = io.BytesIO(), b"\x89PNG\r\n\x1a\n and then nothing"
    Image.new("RGB", (60, 33), (10, 200, 30)).save(good, "PNG")
    page.get_by_role("button", name=re.compile("Picture: ")).click()
    chooser = page.locator("input[type=file]").first
    chooser.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": good.getvalue()})
    expect(page.locator("figcaption").first).to_contain_text("1×33×60")
    chooser.set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": bad})
    expect(page.get_by_text(re.compile(r"bad\.png: "))).to_be_visible()
    expect(page.locator("figcaption").first).to_contain_text("1×33×60")
    page.get_by_role("radio", name="disc").click()
    expect(page.get_by_text(re.compile(r"bad\.png: "))).to_be_hidden()
    page.get_by_role("radio", name="your own").click()
    expect(page.locator("figcaption").first).to_contain_text("1×33×60")
    page.keyboard.press("Escape")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Edges").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edges (Sobel)")
    expect(page.locator("figcaption").first).to_contain_text("1×33×60")


def test_only_the_last_refusal_is_seen(page: Page, app_url: str) -> None:
    """A file over the limit is refused by Streamlit in the browser, without a run that could take back our own message."""
    opened(page, f"{app_url}/pooling")
    page.get_by_role("button", name="Picture: china").click()
    field, refusal = page.locator('input[type="file"]').first, page.get_by_test_id("stAlert")
    field.set_input_files({"name": "text.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(refusal).to_contain_text("text.png")
    field.set_input_files({"name": "big.png", "mimeType": "image/png", "buffer": bytes(11_000_000)})
    expect(page.get_by_test_id("stFileChipIconError")).to_be_visible()
    expect(refusal).not_to_be_visible()


def test_the_webcam_is_a_picture(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/image_filters")
    page.get_by_role("button", name=re.compile("Picture: ")).click()
    page.get_by_text("Use the webcam").click()
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    page.get_by_role("button", name="Take Photo").click()
    expect(page.get_by_role("button", name="Picture: webcam.jpg")).to_be_visible()


def test_results_can_be_taken_away(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/image_filters?picture=disc&filters_border=zeros")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Values").click()
    values = np.load(saved.value.path())
    expected = filter_image(to_grey(sample_image("disc", 512)), KERNELS["Sobel x"]).numpy()
    assert saved.value.suggested_filename == "filtered.npy"
    np.testing.assert_allclose(values, expected, atol=1e-6)
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG").click()
    assert Image.open(saved.value.path()).size == expected.shape[:0:-1]


@pytest.mark.parametrize("name", ["image_filters", "edges", "pooling", "filter_chain"])
def test_the_whole_lesson_is_on_a_projector(page: Page, app_url: str, name: str) -> None:
    """At 1366 x 768 and at 1920 x 1080 the pictures and the traced sum are there without scrolling."""
    opened(page, f"{app_url}/{name}")
    for width, height in ((1366, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        box = page.locator(".lens").bounding_box()
        assert box and box["y"] + box["height"] <= height


