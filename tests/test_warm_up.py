"""No rerun walks the heap: neither Streamlit's own collection after a run nor an automatic one."""

import asyncio
import time
import tomllib
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.browser.server import streamlit_server
from tests.browser.visitor import visitor

ROOT = Path(__file__).parents[1]
RERUNS = 20
REST = 2.0  # s: what the last run left to do has been done
PATIENCE = 20.0  # s in which a run's collection is seen, however busy the machine is
APP = ROOT / "tests" / "browser" / "apps" / "full_collections.py"


async def _counted(port: int) -> int:
    """The full collections in the visitors' threads that some reruns cause."""
    async with visitor(port, "", "value") as session:
        before = int(session.texts[-1])
        for value in range(RERUNS):
            await session.run(value)
        await asyncio.sleep(REST)
        await session.run(RERUNS)
        return int(session.texts[-1]) - before


async def _seen(port: int) -> int:
    """How many of five times a rerun is followed by a full collection: a later run has to count one more."""
    times = 0
    async with visitor(port, "", "value") as session:
        for _ in range(5):
            before, end, value = int(session.texts[-1]), time.monotonic() + PATIENCE, 0
            while int(session.texts[-1]) == before and time.monotonic() < end:
                value += 1
                await session.run(value % 100)
                await asyncio.sleep(0.1)
            times += int(session.texts[-1]) > before
    return times


def test_the_setting_is_in_the_file() -> None:
    assert tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["runner"]["postScriptGC"] is False


def _ask(question: Callable[[int], Coroutine[None, None, int]]) -> int:
    # A thread of its own: the browser tests leave an event loop in this one.
    with streamlit_server(APP) as server, ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, question(server.port)).result()


def test_a_rerun_triggers_no_full_collection() -> None:
    assert _ask(_counted) == 0


def test_the_count_sees_the_collections_of_streamlits_default(monkeypatch) -> None:
    """Two runs close together may share one, so each is given the time that it needs."""
    monkeypatch.setenv("STREAMLIT_RUNNER_POST_SCRIPT_GC", "true")
    assert _ask(_seen) == 5
