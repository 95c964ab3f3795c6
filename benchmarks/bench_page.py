"""The convolution bench: a changed setting beside a minimal page with an empty component, frames while it steps and is
hovered at 16 x 16 x 4 channels, and an animation of 60 frames as GIF.
"""

import statistics
import time
from functools import partial

import torch
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.chromium_trace import traced
from benchmarks.rerun import CLOCK, TRACE_STATE, press, summary
from cnnviz.bench.animation import frame_count, gif
from cnnviz.bench.choice import Choice
from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

PRESSES = 30
MOVES = 240  # of the pointer: 4 s at one a frame
FRAME = 16.7  # ms of a frame at 60 Hz
# A zigzag of so many moves over the canvas, one before each frame.
MOVE = """(canvas, moves) => new Promise((done) => { let step = 0; const box = canvas.getBoundingClientRect();
    const move = () => { if (step === moves) { done(); return; }
        const at = { clientX: box.x + box.width * (step * 7 % 100) / 100, clientY: box.y + box.height * step / moves };
        canvas.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true })); step++; requestAnimationFrame(move); };
    requestAnimationFrame(move); })"""
# What is to be read of a new grid: the size rule over it and the count of its places. They are written as the grid is drawn.
GRID_STATE = """() => { for (const host of document.querySelectorAll('*')) if (host.shadowRoot) { const root = host.shadowRoot;
    const words = ['.rule', '.where'].map((name) => root.querySelector(name)?.textContent);
    if (words.every(Boolean)) return words.join(); } return null; }"""
SMALL = "bench_size_rows=7&bench_size_columns=7"
LARGE = "&".join(
    f"bench_{name}={value}"
    for name, value in {"size_rows": 16, "size_columns": 16, "in_channels": 4, "out_channels": 4, "padding_columns": 1}.items()
)


def opened(browser: Browser, url: str, state: str) -> Page:
    """A page whose field "Stride" has the focus and whose clock runs until `state` changes."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(url)
    field = page.get_by_role("spinbutton", name="Stride")
    field.wait_for()
    page.wait_for_function(f"({state})() !== null")
    page.wait_for_timeout(6_000)  # the warm-up thread is done
    page.evaluate(f"({CLOCK})({state})")
    field.focus()
    return page


def reruns(browser: Browser) -> None:
    """Key press to new grid, in turns with the minimal page, whose component waits for the server."""
    minimal, app = ROOT / "benchmarks" / "apps" / "minimal_component.py", ROOT / "app.py"
    with streamlit_server(minimal) as bare, streamlit_server(app) as full:
        views = {
            "minimal page": opened(browser, bare.url, TRACE_STATE),
            "7x7, kernel 3": opened(browser, f"{full.url}/convolution_arithmetic?{SMALL}", GRID_STATE),
            "16x16, 4 channels": opened(browser, f"{full.url}/convolution_arithmetic?{LARGE}", GRID_STATE),
        }
        for turn in range(PRESSES):
            for view in views.values():
                view.bring_to_front()
                press(view, "ArrowUp" if turn % 4 < 2 else "ArrowDown")
        took = {name: view.evaluate("window.__took.slice(2)") for name, view in views.items()}
        base = statistics.median(took["minimal page"])
        for name, values in took.items():
            print(f"{name:18} {summary(values)}, ratio {statistics.median(values) / base:.2f}", flush=True)
        for view in views.values():
            view.context.close()


def frames(browser: Browser) -> None:
    """Chromium's own trace while the bench plays at 30 steps a second and the pointer crosses its grids.

    The pointer is moved from inside the page, once a frame: moves sent from outside come through a second process, late and
    in bursts, and what is measured then is their delivery.
    """
    with streamlit_server(ROOT / "app.py") as server:
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.goto(f"{server.url}/convolution_arithmetic?{LARGE}")
        page.locator("[data-drawn]").wait_for()
        page.wait_for_timeout(6_000)
        canvas = page.locator("canvas")
        for what in ("hovering", "playing and hovering"):
            if what != "hovering":
                page.get_by_label("Speed").select_option("30")
                page.get_by_role("button", name="Play").click()
            trace = traced(page, partial(canvas.evaluate, MOVE, MOVES))
            print(f"{what:21} frames:    {summary(trace.frames)}", flush=True)
            for name, tasks in {"tasks": trace.tasks, "processor": trace.used}.items():
                late = f"{sum(task > FRAME for task in tasks)} of {len(tasks)} over {FRAME} ms"
                print(f"{'':21} {name + ':':10} {summary(tasks)}, longest {max(tasks):.1f} ms, {late}", flush=True)


def films() -> None:
    """Seconds for a GIF of about 60 frames."""
    torch.set_num_threads(1)
    for name, choice in {
        "8x8, one channel": Choice(size=(8, 8, 8), padding=(1, 1, 1)),
        "8x8, 4 channels": Choice(size=(8, 8, 8), padding=(1, 1, 1), in_channels=4, out_channels=4),
        "transposed, 8x8": Choice("ConvTranspose2d", size=(8, 8, 8), stride=(2, 2, 2)),
    }.items():
        bench = choice.bench()
        started = time.perf_counter()
        data = gif(bench)
        print(f"GIF {name:17} {frame_count(bench)} frames in {time.perf_counter() - started:.2f} s, {len(data) / 1e3:.0f} kB")


def main() -> None:
    films()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        reruns(browser)
        frames(browser)
        browser.close()


if __name__ == "__main__":
    main()
