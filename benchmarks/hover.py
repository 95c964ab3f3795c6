"""Hovering over the filter page's result in Chromium: the time between presented frames, and the main thread's tasks.

The pointer is moved inside the page, once for each animation frame: moves that Playwright sends come 33 ms apart and would
measure Playwright. A screen of 60 Hz shows a frame every 16.7 ms.
"""

import statistics

from playwright.sync_api import sync_playwright

from benchmarks.chromium_trace import traced
from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

MOVES = 180  # 3 s at 60 a second
KERNELS = {"3x3": "Sobel+x", "11x11": "Gabor"}
# A zigzag over the last picture; resolves with [frames, places that the lens traced].
CROSS = """(moves) => new Promise((done) => {
    const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('[data-drawn]')).shadowRoot;
    const frame = [...root.querySelectorAll('.panel .frame')].at(-1), box = frame.getBoundingClientRect();
    const lens = root.querySelector('.lens'), seen = new Set();
    let step = 0;
    const move = () => {
        seen.add(`${lens.dataset.row} ${lens.dataset.col}`);
        if (step === moves) return done([step, seen.size]);
        const clientX = box.left + box.width * ((step * 7) % 100) / 100, clientY = box.top + (box.height * step) / moves;
        frame.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY, bubbles: true, composed: true }));
        step++;
        requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
})"""


def summary(milliseconds: list[float]) -> str:
    if not milliseconds:
        return "none"
    ordered = sorted(milliseconds)
    high = ordered[int(0.95 * (len(ordered) - 1))]
    return f"{len(ordered)}, median {statistics.median(ordered):5.1f}, 95th percentile {high:5.1f}, longest {ordered[-1]:5.1f} ms"


def main() -> None:
    with sync_playwright() as playwright, streamlit_server(ROOT / "app.py") as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, kernel in KERNELS.items():
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            page.goto(f"{server.url}/image_filters?filters_kernel={kernel}")
            page.locator("[data-drawn]").wait_for()
            page.wait_for_timeout(6_000)  # the warm-up thread is done
            seen: list[int] = []
            trace = traced(page, lambda page=page, seen=seen: seen.append(page.evaluate(CROSS, MOVES)[1]))
            print(
                f"{name:6} {seen[0]} places traced; frames: {summary(trace.frames)}; tasks: {summary(trace.tasks)}; "
                f"processor time of tasks: {summary(trace.used)}",
                flush=True,
            )
            page.context.close()
        browser.close()
