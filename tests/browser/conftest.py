"""Browser tests: a real Streamlit server and a real Chromium.

Without Chromium they are skipped with one line; with CNNVIZ_BROWSER_TESTS=required a missing Chromium is a failure.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.server import CHROMIUM, FLAGS, HOW_TO_GET_ONE, ROOT, streamlit_server

PATIENCE = 30_000  # ms: a busy machine is slow, and a test that passes waits no longer than it must
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CNNVIZ_BROWSER_TESTS") == "required":
            pytest.fail(HOW_TO_GET_ONE)
        pytest.skip(HOW_TO_GET_ONE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh visitor on a 1366 x 768 screen; an uncaught error of the page's scripts fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """serve(path of an app) -> address of a server that runs it; one server an app, stopped at the end."""
    urls: dict[Path, str] = {}
    with ExitStack() as servers:

        def start(app: Path) -> str:
            if app not in urls:
                urls[app] = servers.enter_context(streamlit_server(app)).url
            return urls[app]

        yield start


@pytest.fixture(scope="session")
def app_url(serve: Callable[[Path], str]) -> str:
    return serve(ROOT / "app.py")
