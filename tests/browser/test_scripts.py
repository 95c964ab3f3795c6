"""A component's long script goes to the browser once, a browser that has lost it gets it again, and the newest message stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import cnnviz.ui.components.picture_trace as picture_trace

APPS = Path(__file__).parent / "apps"
MAIN = (Path(picture_trace.__file__).parent / "main.js").read_bytes().strip()  # a part of the long script

# Every script of a component is 20 MB longer, so that several messages wait for it.
SLOW = """window.Blob = class extends Blob {
    constructor(parts, options) {
        super(options?.type === "text/javascript" ? [...parts, "\\n", " ".repeat(2e7)] : parts, options);
    } };"""


@pytest.fixture
def frames(page: Page) -> list[bytes]:
    """The messages that the page has received, as they come."""
    received: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(bytes(frame))))
    return received


def moved(page: Page) -> None:
    """One step of the dial sigma, and Python's answer to it."""
    page.get_by_role("slider", name="sigma").press("ArrowRight")
    page.wait_for_url("**/*filters_sigma=1.6*")
    page.wait_for_timeout(1500)  # for what may come after the answer


def opened(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/image_filters?filters_kernel=Gaussian+blur")
    page.get_by_role("slider", name="sigma").wait_for()
    page.wait_for_timeout(1500)  # the scripts are heard


def test_a_long_script_is_sent_once(page: Page, app_url: str, frames: list[bytes]) -> None:
    opened(page, app_url)
    assert any(MAIN in frame for frame in frames)
    frames.clear()
    moved(page)
    assert any(b"cnnviz.picture_trace.again" in frame for frame in frames)
    assert not any(MAIN in frame for frame in frames)


def test_a_browser_without_the_script_asks_for_it(page: Page, app_url: str, frames: list[bytes]) -> None:
    opened(page, app_url)
    page.evaluate("window.cnnvizScripts = {}")
    frames.clear()
    moved(page)
    assert any(MAIN in frame for frame in frames)
    expect(page.get_by_role("slider", name="sigma")).to_have_value("1.6")


def test_the_newest_message_stays_though_all_wait_for_the_same_script(page: Page, serve: Callable[[Path], str]) -> None:
    page.add_init_script(SLOW)
    page.goto(serve(APPS / "overtaken_app.py"))
    expect(page.locator(".maps canvas")).to_have_count(8 * 4)
    page.wait_for_timeout(500)  # all that waited is handed over by now
    assert page.locator(".maps canvas").count() == 8 * 4
