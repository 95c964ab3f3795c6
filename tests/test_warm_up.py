"""No rerun walks the heap: neither Streamlit's own collection after a run nor an automatic one."""

import asyncio
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.browser.server import streamlit_server
from tests.browser.visitor import visitor

ROOT = Path(__file__).parents[1]
APP = ROOT / "tests" / "browser" / "apps" / "full_collections.py"


async def _counts(port: int, reruns: int) -> tuple[int, int]:
    """The full collections in the visitors' threads before and after some reruns."""
    async with visitor(port, "", "value") as session:
        before = int(session.texts[-1])
        for value in range(1, reruns + 1):
            await session.run(value)
        return before, int(session.texts[-1])


def test_the_setting_is_in_the_file() -> None:
    assert tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["runner"]["postScriptGC"] is False


@pytest.mark.parametrize(("environment", "expected"), [({}, 0), ({"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"}, 10)])
def test_a_rerun_triggers_no_full_collection(environment: dict[str, str], expected: int, monkeypatch) -> None:
    """Exactly none with the app's settings; with Streamlit's default the same count sees one after each run (but for the last)."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # A thread of its own: the browser tests leave an event loop in this one.
    with streamlit_server(APP) as server, ThreadPoolExecutor(1) as thread:
        before, after = thread.submit(asyncio.run, _counts(server.port, 20)).result()
    assert after - before == 0 if expected == 0 else after - before >= expected
