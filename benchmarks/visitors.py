"""Simulated visitors: each changes a kernel on a 512 px picture every 2 s; one server, over the websocket on loopback.

Bounded: at most 200 visitors and about 40 s a row. Printed beside the same load on a minimal page (a slider and an `st.image`).
A browser draws a changed kernel's result itself (`rerun` times that), and Python answers with what goes with it; the last row has
Python compute and send each picture, as it does where a kernel changes its size.
"""

import asyncio
import os
import random
import re
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import websockets

from tests.browser.server import ROOT, Server, streamlit_server
from tests.browser.visitor import visitor

PERIOD = 2.0  # s between two changes of one visitor
RAMP = 6.0  # s in which the visitors arrive
SECONDS = 24.0  # s measured
CROWDS = (50, 200)


@dataclass
class Load:
    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def _visit(server: Server, address: str, slider: str, arrive: float, end: float, load: Load, drawn: bool) -> None:
    """Arrive, then move the slider every PERIOD until `end`; what comes in the last SECONDS is counted."""
    await asyncio.sleep(arrive)
    try:
        async with visitor(server.port, address, slider) as session:
            session.drawn = drawn
            await asyncio.sleep(random.random() * PERIOD)
            while (started := time.perf_counter()) < end:
                took = await session.run(session.lowest + random.randint(0, 20) / 20 * (session.highest - session.lowest))
                load.errors += session.errors
                if started >= end - SECONDS:
                    load.milliseconds.append(took)
                await asyncio.sleep(max(0.0, PERIOD - took / 1e3))
    except (OSError, TimeoutError, ValueError, websockets.WebSocketException) as error:
        load.errors.append(f"{type(error).__name__}: {error}"[:80])


def megabytes(pid: int) -> float:
    """Resident memory of a process, in MB (Linux)."""
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else float("nan")


def seconds(pid: int) -> float:
    """Processor time of a process so far, in s (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _first(server: Server, address: str, slider: str) -> None:
    """Somebody who was there before the class."""
    async with visitor(server.port, address, slider) as session:
        await session.run(session.lowest)


async def _crowd(server: Server, address: str, slider: str, visitors: int, drawn: bool) -> tuple[Load, float, float, float]:
    """The load, the server's memory half-way and at the end, and its processor time for a change in the second half, in ms."""
    load = Load()
    end = time.perf_counter() + RAMP + PERIOD + SECONDS
    visits = [_visit(server, address, slider, i * RAMP / visitors, end, load, drawn) for i in range(visitors)]
    tasks = [asyncio.create_task(visit) for visit in visits]
    await asyncio.sleep(RAMP + PERIOD + SECONDS / 2)
    halfway, used, done = megabytes(server.process.pid), seconds(server.process.pid), len(load.milliseconds)
    await asyncio.gather(*tasks)
    each = 1e3 * (seconds(server.process.pid) - used) / max(len(load.milliseconds) - done, 1)
    return load, halfway, megabytes(server.process.pid), each


def row(app: Path, address: str, slider: str, visitors: int, *, drawn: bool = True) -> str:
    with streamlit_server(app) as server:
        asyncio.run(_first(server, address, slider))
        time.sleep(6)  # the warm-up thread is done
        load, halfway, final, each = asyncio.run(_crowd(server, address, slider, visitors, drawn))
    took = sorted(load.milliseconds) or [float("nan")]
    return (
        f"median {statistics.median(took):6.1f} ms   95th percentile {took[int(0.95 * (len(took) - 1))]:6.1f} ms   "
        f"{len(took)} changes, {each:.1f} ms of processor each   memory {halfway:.0f} MB half-way, {final:.0f} MB at the end   "
        f"errors {len(load.errors)} {load.errors[:1] or ''}"
    )


def main() -> None:
    minimal = ROOT / "benchmarks" / "apps" / "minimal.py"
    for visitors in CROWDS:
        print(f"{visitors:4} visitors, minimal page : {row(minimal, '', 'value', visitors)}", flush=True)
        address = "image_filters?filters_kernel=Gaussian+blur"
        print(f"{visitors:4} visitors, image filters: {row(ROOT / 'app.py', address, 'sigma', visitors)}", flush=True)
    sent = row(ROOT / "app.py", address, "sigma", visitors, drawn=False)
    print(f"{visitors:4} visitors, sent pictures: {sent}", flush=True)
