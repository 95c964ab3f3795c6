"""Hovering over the filter page's result: the frames of Chromium's own performance trace while the pointer moves.

Printed: the time between two presented frames, and the main thread's longest tasks, while the pointer crosses the
picture at 60 moves a second. A screen of 60 Hz shows a frame every 16.7 ms.
"""

import statistics
from itertools import pairwise

from playwright.sync_api import Page, sync_playwright

from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline.frame", "toplevel"]
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")  # of Chromium's older and newer traces
MOVES = 240  # at 60 a second: 4 s
KERNELS = {"3x3": "Sobel+x", "11x11": "Gabor"}


def cross(page: Page, box: dict[str, float]) -> None:
    """Move the pointer over a box along a zigzag, one move a frame."""
    for step in range(MOVES):
        across, down = (step * 7 % 100) / 100, step / MOVES
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        page.wait_for_timeout(1000 / 60)


def traced(page: Page, box: dict[str, float]) -> tuple[list[float], list[float]]:
    """Milliseconds between presented frames, and of the renderer's main-thread tasks, while the pointer crosses the box."""
    client = page.context.new_cdp_session(page)
    events: list[dict] = []
    client.on("Tracing.dataCollected", lambda chunk: events.extend(chunk["value"]))
    client.send("Tracing.start", {"traceConfig": {"includedCategories": CATEGORIES}})
    cross(page, box)
    done: list[bool] = []
    client.on("Tracing.tracingComplete", lambda _: done.append(True))
    client.send("Tracing.end")
    while not done:
        page.wait_for_timeout(50)
    drawn = sorted(event["ts"] for event in events if event["name"] == "DrawFrame")
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["dur"] / 1e3
        for event in events
        if event["name"] in TASKS and event.get("dur", 0) > 200 and (event["pid"], event["tid"]) in mains
    ]
    return [(after - before) / 1e3 for before, after in pairwise(drawn)], tasks


def summary(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    high = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {statistics.median(ordered):5.1f}, 95th percentile {high:5.1f}, longest {ordered[-1]:5.1f} ms"


def main() -> None:
    with sync_playwright() as playwright, streamlit_server(ROOT / "app.py") as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, kernel in KERNELS.items():
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            page.goto(f"{server.url}/image_filters?filters_kernel={kernel}")
            page.locator("[data-drawn]").wait_for()
            page.wait_for_timeout(6_000)  # the warm-up thread is done
            box = page.locator("canvas").last.bounding_box()
            assert box
            frames, tasks = traced(page, box)
            print(f"{name:6} frames: {summary(frames)}; tasks of the main thread: {summary(tasks)}", flush=True)
        browser.close()
