"""From a stroke on the digit pad to its prediction, painted, in Chromium.

The clock runs in the browser: from the pointer event that drew the last ink to the first task after the animation frame
that shows the network's answer to this very drawing. "one line": a line drawn at once on a pad that was at rest.
"while drawing": the pen stays down and moves 60 times a second; the time between two painted answers.
"""

import statistics
from itertools import pairwise

from playwright.sync_api import FloatRect, Page, sync_playwright

from benchmarks.rerun import summary
from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

LINES = 40
MOVES = 240  # at 60 a second: 4 s
# Finds the component that has a `name` in it, and keeps a list of the moments at which an answer had been painted.
CLOCK = """() => {
    const found = (name) => { for (const host of document.querySelectorAll('*')) {
        const view = host.shadowRoot?.querySelector(`.root:has(.${name})`)?.view; if (view) return view; } };
    const pad = (window.__pad = found('pad')), answer = found('answer');
    window.__inked = 0; window.__painted = []; window.__took = [];
    pad.ink.addEventListener('pointermove', (event) => { if (event.buttons) window.__inked = event.timeStamp; }, true);
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
        const now = performance.now(); window.__painted.push(now); window.__took.push(now - window.__inked); })))
        .observe(answer.root, { attributeFilter: ['data-drawn'] }); }"""


def one_line(page: Page, box: FloatRect, number: int, *, rest: int = 100) -> float:
    """Draw a short line in two events; the milliseconds to its answer (window.__took). Every tenth time the pad is cleared first.

    rest: milliseconds before the next line, for what else the page does with this one.
    """
    if number % 10 == 0:
        page.get_by_role("button", name="Clear").click()
        page.wait_for_timeout(4 * rest)
    left, top = box["x"] + box["width"] * (0.15 + 0.07 * (number % 10)), box["y"] + box["height"] * (0.2 + 0.05 * (number % 7))
    page.mouse.move(left, top)
    page.mouse.down()
    page.wait_for_timeout(100)
    page.wait_for_function("() => !window.__pad.flying")  # the dot that begins it has its answer
    page.wait_for_timeout(rest / 2)
    count = page.evaluate("window.__took.length")
    page.mouse.move(left + box["width"] * 0.1, top + box["height"] * 0.3)
    page.wait_for_function("(count) => window.__took.length > count", arg=count)
    page.mouse.up()
    page.wait_for_timeout(rest)
    return float(page.evaluate("(count) => window.__took[count]", count))


def between_answers(page: Page, box: FloatRect) -> list[float]:
    """Milliseconds between painted answers while the pen zigzags."""
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(400)
    count = page.evaluate("window.__painted.length")
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    for step in range(MOVES):
        page.mouse.move(box["x"] + 40 + (step * 5 % 160), box["y"] + 40 + 160 * step / MOVES)
        page.wait_for_timeout(1000 / 60)
    page.mouse.up()
    painted = page.evaluate("window.__painted")[count:]
    return [after - before for before, after in pairwise(painted)]


def measure(page: Page) -> dict[str, list[float]]:
    """Milliseconds of both kinds on a page with the pad and a prediction."""
    page.locator("canvas.ink").wait_for()
    page.locator(".answer").wait_for()
    page.wait_for_timeout(6_000)  # the warm-up thread is done
    page.evaluate(CLOCK)
    box = page.locator("canvas.ink").bounding_box()
    assert box
    return {"one line": [one_line(page, box, number) for number in range(LINES)][2:], "while drawing": between_answers(page, box)}


def main() -> None:
    pages = {
        "pad and prediction alone": (ROOT / "tests" / "browser" / "apps" / "digit_pad_app.py", ""),
        "Filters and activations": (ROOT / "app.py", "filters_and_activations"),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, (app, path) in pages.items():
            with streamlit_server(app) as server:
                page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
                page.goto(f"{server.url}/{path}")
                took = measure(page)
                print(f"{name:25} one line: {summary(took['one line'])}", flush=True)
                seconds = 1e3 / statistics.mean(took["while drawing"])
                print(f"{'':25} while drawing: {summary(took['while drawing'])}, {seconds:.0f} answers a second", flush=True)
                page.context.close()
        browser.close()
