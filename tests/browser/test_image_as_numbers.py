"""The page Image as numbers in Chromium: PyTorch's numbers, no message while hovering, a link that opens it all."""

import re
import urllib.parse
from collections.abc import Callable

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from cnnviz.images import sample_image, to_cmyk, to_grey
from cnnviz.ui.components.pixel_lens import View

IMAGE = sample_image("china", 256)  # (3, 171, 256)
LAYERS = {"grey": to_grey(IMAGE), "red": IMAGE[:1], "green": IMAGE[1:2], "blue": IMAGE[2:], "rgb": IMAGE}
HEIGHT, WIDTH = IMAGE.shape[1:]
REST = 300  # ms; as in pixel_lens.js


@pytest.fixture
def show(page: Page, app_url: str) -> Callable[..., Locator]:
    def open_link(**link: object) -> Locator:
        page.goto(f"{app_url}/image_as_numbers?{urllib.parse.urlencode({'picture_size': 256, **link})}")
        lens = page.locator(".lens")
        expect(lens.locator(".cell.here")).to_be_visible()
        return lens

    return open_link


def expected(view: View) -> list[str]:
    """What stands in the cells, from the tensor."""
    top, left, rows, cols = view.window(HEIGHT, WIDTH)
    patch = LAYERS[view.channel][:, top : top + rows, left : left + cols].flatten(1).T
    cells = [[f"{v:.3f}" if view.scale == "0-1" else f"{v * 255:.0f}" for v in pixel] for pixel in patch.tolist()]
    return ["\n".join(f"{name} {n}" for name, n in zip("RGB", cell, strict=True)) if len(cell) == 3 else cell[0]
            for cell in cells]  # fmt: skip


def place_of(lens: Locator, row: int, col: int) -> tuple[float, float]:
    """Where the middle of a pixel is on the screen."""
    box = lens.locator("canvas").bounding_box()
    assert box
    return box["x"] + (col + 0.5) * box["width"] / WIDTH, box["y"] + (row + 0.5) * box["height"] / HEIGHT


def test_hovered_numbers_are_the_tensor_s_and_the_server_hears_nothing(page, show):
    sent: list[int] = []
    page.on("websocket", lambda socket: _count(socket, sent))
    lens = show(row=80, col=60)
    page.wait_for_timeout(REST + 200)
    sent.clear()
    for row, col in ((0, 0), (170, 255), (37, 91), (100, 200), (1, 254)):
        page.mouse.move(*place_of(lens, row, col))
        expect(lens.locator(".place")).to_have_text(f"Row {row}, column {col}")
        assert lens.locator(".cell").all_text_contents() == expected(View(row, col))
    page.wait_for_timeout(REST + 200)
    assert not sent
    page.mouse.move(5, 5)
    expect(lens.locator(".place")).to_have_text("Row 80, column 60")  # back to the pinned place


def _count(socket: WebSocket, sent: list[int]) -> None:
    socket.on("framesent", lambda _: sent.append(1))


def test_click_keys_and_choices_go_into_a_link_that_opens_the_same(page, show, browser: Browser):
    lens = show()
    page.mouse.click(*place_of(lens, 120, 33))
    lens.locator(".picture").focus()
    for key in ("ArrowUp", "ArrowRight", "Shift+ArrowDown", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    lens.get_by_text("All three").click()
    lens.get_by_text("0–1", exact=True).click()
    view = View(129, 24, "rgb", "0-1")
    expect(lens.locator(".cell").first).to_have_text(expected(view)[0], use_inner_text=False)
    assert lens.locator(".cell").all_text_contents() == expected(view)
    page.wait_for_url(re.compile(r"row=129.*"))
    link = {name: value for name, [value] in urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query).items()}
    assert {"row": "129", "col": "24", "channel": "rgb", "scale": "0-1", "picture_size": "256"}.items() <= link.items()
    student = browser.new_context().new_page()
    student.goto(page.url)
    expect(student.locator(".lens .cell.here")).to_be_visible()
    assert student.locator(".lens .cell").all_text_contents() == expected(view)
    student.context.close()


@pytest.mark.parametrize("channel", LAYERS)
def test_channels_scales_and_ranges(show, channel):
    lens = show(row=90, col=128)
    lens.locator(f'input[value="{channel}"]').check(force=True)
    for scale, grid in (("0-255", "16x12"), ("0-1", "8x8")):
        lens.locator(f'input[value="{scale}"]').check(force=True)
        if channel != "rgb":
            lens.locator(f'input[value="{grid}"]').check(force=True)
        expect(lens.locator(".cell").first).not_to_have_text("")  # new cells are filled at the next frame
        assert lens.locator(".cell").all_text_contents() == expected(View(90, 128, channel, scale, grid))
    whole = LAYERS[channel]
    text = lens.locator(".shape").inner_text()
    assert f"{tuple(whole.shape)}" in text and f"= {whole.numel():,} numbers" in text
    assert f"from {whole.min():.3f} to {whole.max():.3f}, mean {whole.double().mean():.3f}" in text


def test_the_inks_are_python_s(show):
    inks = to_cmyk(IMAGE)
    for row, col in ((20, 200), (110, 60), (0, 0)):
        lens = show(row=row, col=col)
        shown = [int(re.findall(r"\d+", text)[0]) for text in lens.locator(".ink span").all_text_contents()]
        assert max(abs(100 * inks[:, row, col] - torch.tensor(shown))) <= 0.5001


@pytest.mark.parametrize(("width", "scheme", "channel", "scale"), [
    (1024, "dark", "rgb", "0-1"), (1024, "light", "grey", "0-1"), (1366, "light", "grey", "0-255"),
])  # fmt: skip
def test_it_fits_the_screen_and_no_number_is_cut(page, show, width, scheme, channel, scale):
    page.set_viewport_size({"width": width, "height": 768})
    page.emulate_media(color_scheme=scheme)
    lens = show(row=90, col=128, channel=channel, scale=scale)
    overflow = "cells => cells.some(c => c.scrollWidth > c.clientWidth || c.scrollHeight > c.clientHeight + 1)"
    assert not lens.locator(".cell").evaluate_all(overflow)
    box = lens.bounding_box()
    assert box and box["x"] + box["width"] <= width and box["y"] + box["height"] <= 768


@pytest.mark.parametrize(("link", "row", "col"), [
    ({"row": 100, "col": 200}, int(100.5 / 171 * 28), int(200.5 / 256 * 28)),  # a pinned place stays at the same part
    ({}, 14, 14),
])  # fmt: skip
def test_another_picture_of_another_size(page, show, link, row, col):
    lens = show(**link)
    page.get_by_role("button", name=re.compile("Picture")).first.click()
    page.get_by_text("digit", exact=True).click()
    expect(lens.locator(".shape")).to_contain_text("(1, 28, 28)")
    expect(lens.locator(".place")).to_have_text(f"Row {row}, column {col}")
    page.wait_for_url(re.compile(f"(?=.*\\brow={row}\\b)(?=.*\\bcol={col}\\b)"))
