"""From a key press to the new picture on screen, in Chromium: the filter page beside a minimal page, in turns.

The clock runs in the browser, from the keydown event to the animation frame in which the new picture is there.
"""

import statistics
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

PRESSES = 40
GAUSSIAN = "filters_kernel=Gaussian+blur"
PICTURE = """() => document.querySelector('[data-testid="stImage"] img')"""
# What changes when a new picture stands on the screen: the loaded image's address, or the component's stamp.
MINIMAL_STATE = """() => { const i = document.querySelector('[data-testid="stImage"] img');
    return i && i.complete ? i.currentSrc : null; }"""
TRACE_STATE = """() => { for (const host of document.querySelectorAll('*')) if (host.shadowRoot) {
    const root = host.shadowRoot.querySelector('[data-drawn]'); if (root) return root.dataset.drawn; } return null; }"""
CLOCK = """(state) => { window.__took = []; let before = null, started = 0;
    document.addEventListener('keydown', () => { before = state(); started = performance.now(); }, true);
    const look = () => { if (started && state() !== null && state() !== before) {
        window.__took.push(performance.now() - started); started = 0; } requestAnimationFrame(look); };
    requestAnimationFrame(look); }"""


def opened(browser: Browser, url: str, state: str, control: str) -> Page:
    """A page whose control, a slider or a kernel's cell, has the focus and whose clock runs."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(url)
    focused = page.get_by_role("textbox" if control.startswith("weight") else "slider", name=control)
    focused.wait_for()
    page.wait_for_function(f"({state})() !== null")
    page.wait_for_timeout(6_000)  # the warm-up thread is done
    page.evaluate(f"({CLOCK})({state})")
    focused.focus()
    return page


def press(page: Page, key: str) -> None:
    """Press a key and wait until its picture is there."""
    count = page.evaluate("window.__took.length")
    page.keyboard.press(key)
    page.wait_for_function("(count) => window.__took.length > count", arg=count)
    page.wait_for_timeout(150)


def summary(took: list[float]) -> str:
    took = sorted(took)
    return f"median {statistics.median(took):6.1f} ms, 95th percentile {took[int(0.95 * (len(took) - 1))]:6.1f} ms"


def measure(pages: dict[str, tuple[Path, str, str, str]], presses: int = PRESSES) -> dict[str, list[float]]:
    """Key to picture, in ms, of each page {name: (app, path, state, control)}, pressed in turns."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        servers = [streamlit_server(app) for app, *_ in pages.values()]
        started = [server.__enter__() for server in servers]
        try:
            views = {
                name: opened(browser, f"{server.url}/{path}", state, control)
                for (name, (_, path, state, control)), server in zip(pages.items(), started, strict=True)
            }
            for turn in range(presses):
                for view in views.values():
                    view.bring_to_front()
                    press(view, "ArrowUp" if turn % 10 < 5 else "ArrowDown")
            return {name: view.evaluate("window.__took.slice(2)") for name, view in views.items()}
        finally:
            browser.close()
            for server in servers:
                server.__exit__(None, None, None)


def main() -> None:
    took = measure({
        "minimal page": (ROOT / "benchmarks" / "apps" / "minimal.py", "", MINIMAL_STATE, "value"),
        "a cell of the kernel, 3x3": (ROOT / "app.py", "image_filters", TRACE_STATE, "weight in row 2, column 3"),
        "a cell of the kernel, 9x9": (ROOT / "app.py", f"image_filters?{GAUSSIAN}", TRACE_STATE, "weight in row 5, column 5"),
        "sigma of a Gaussian blur": (ROOT / "app.py", f"image_filters?{GAUSSIAN}", TRACE_STATE, "sigma"),
    })  # fmt: skip
    base = statistics.median(took["minimal page"])
    for name, values in took.items():
        print(f"{name:25} {summary(values)}, ratio {statistics.median(values) / base:.2f}")
