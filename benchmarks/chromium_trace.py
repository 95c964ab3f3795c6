"""Chromium's own performance trace of what a page does: its frames and the tasks of its main thread, in milliseconds."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import Page

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline.frame", "toplevel"]
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")  # of Chromium's older and newer traces
LEAST = 200  # microseconds of a task that counts
PATIENCE = 100  # times 50 ms that a trace is waited for


@dataclass(frozen=True)
class Trace:
    """Milliseconds: between presented frames, of each task on the clock, and of the processor's time in each task.

    On a machine that does other things too the clock counts their time as well, the processor's time does not.
    """

    frames: list[float]
    tasks: list[float]
    used: list[float]


def traced(page: Page, move: Callable[[], object]) -> Trace:
    """The trace of a page while `move` runs."""
    client = page.context.new_cdp_session(page)
    events: list[dict] = []
    done: list[bool] = []
    client.on("Tracing.dataCollected", lambda chunk: events.extend(chunk["value"]))
    client.on("Tracing.tracingComplete", lambda _: done.append(True))
    client.send("Tracing.start", {"traceConfig": {"includedCategories": CATEGORIES}})
    move()
    client.send("Tracing.end")
    for _ in range(PATIENCE):
        if done:
            break
        page.wait_for_timeout(50)
    else:
        raise TimeoutError("Chromium's trace did not come")
    named = [event for event in events if event["name"] == "thread_name"]
    mains = {(event["pid"], event["tid"]) for event in named if event["args"]["name"] == "CrRendererMain"}
    tasks = [event for event in events if event["name"] in TASKS and (event["pid"], event["tid"]) in mains]
    tasks = [event for event in tasks if event.get("dur", 0) > LEAST]
    drawn = sorted(event["ts"] for event in events if event["name"] == "DrawFrame")
    return Trace(
        [(after - before) / 1e3 for before, after in pairwise(drawn)],
        [event["dur"] / 1e3 for event in tasks],
        [event["tdur"] / 1e3 for event in tasks if "tdur" in event],
    )
