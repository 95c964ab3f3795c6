"""The work behind the page: what is quick is done at once, what is slow shows its progress and can be stopped.

A finished result is kept under the words that ask for it, so nothing is computed twice, and a slow job that several visitors
want runs once. Slow jobs run in threads of their own, one a core at most: a page that waited for them could not hear a click.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import streamlit as st

from cnnviz import engine
from cnnviz.engine import Network
from cnnviz.ui.frame import plain, speaking_errors

AT_ONCE = 0.3  # seconds that a page may compute before it is drawn; what takes longer comes after it, with a bar
EVERY = 0.3  # seconds between two looks at a slow job
LEFT = 10.0  # seconds after which a job that nobody looks at any more is given up: a busy server may be slow to look

_pool = ThreadPoolExecutor(os.cpu_count() or 1, "attribution")
_lock = threading.Lock()
_under_way: dict[tuple[Any, ...], "_Running"] = {}


class Progress(Protocol):
    """What a job yields on its way; the last is its result."""

    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Job:
    """A piece of work by name. words: all that its result depends on. run: yields Progress, on the network's device."""

    title: str
    network: str
    words: tuple[Any, ...]
    run: Callable[[Network], Iterator[Any]]


class _TooSlow(Exception):
    """There is no time left before the page is drawn."""


@st.cache_resource(max_entries=512, show_spinner=False)
def _shelf(network: str, title: str, words: tuple[Any, ...]) -> list[Any]:
    """Where one result lies once it is there; what was asked for longest ago is dropped."""
    return []


def result(job: Job) -> Any:
    """The job's result; None until it is finished."""
    return next(iter(_shelf(job.network, job.title, job.words)), None)


def do_at_once(jobs: Sequence[Job]) -> list[Job]:
    """Finish what can be finished before the page is drawn; returns what cannot."""
    deadline = time.perf_counter() + AT_ONCE

    def report(step: Progress) -> None:
        if step.done < step.total and time.perf_counter() > deadline:
            raise _TooSlow

    for job in jobs:
        if result(job) is None:
            if time.perf_counter() > deadline or _name(job) in _under_way:
                break
            try:
                finish(job, report)
            except _TooSlow:
                break
    return [job for job in jobs if result(job) is None]


def do_the_rest(jobs: Sequence[Job], waiting: Sequence[Job], *, key: str) -> None:
    """Have the next waiting job done beside the page as far as it is drawn; where it was stopped, a button to go on.

    waiting: those of the jobs whose results were not there when the page was drawn, though by now they may be.
    """
    state = st.session_state
    asked = tuple(_name(job) for job in jobs)
    stopped = bool(waiting) and state.get(f"{key}_stopped") == asked
    state[f"{key}_next"] = (waiting[0], asked) if waiting and not stopped else None
    if stopped:
        with st.container(horizontal=True, vertical_alignment="center"):
            done = len(jobs) - len(waiting)
            st.info(f"Stopped: {done} of {len(jobs)} are finished.", icon=":material/stop_circle:", width="stretch")
            st.button("Go on", icon=":material/play_arrow:", key=f"{key}_go", on_click=_set, args=(f"{key}_stopped", None))
    if not state.get(f"{key}_whole") and state.get(f"{key}_shown") != (bool(waiting) and not stopped and _name(waiting[0])):
        st.rerun()  # only a fragment was run, and the bar stands outside


@contextmanager
def progress_above(*, key: str) -> Iterator[None]:
    """Round what draws a page: the bar of the job that its `do_the_rest` left stands above it.

    Outside of the page's own fragment: a fragment within one that is run again just then may reach the browser before the
    container that it stands in.
    """
    place, state = st.container(), st.session_state
    state[f"{key}_whole"], state[f"{key}_next"], state[f"{key}_shown"] = True, None, False
    try:
        yield
    finally:
        state[f"{key}_whole"] = False
    if state[f"{key}_next"]:
        job, asked = state[f"{key}_next"]
        running = _started(job)
        state[f"{key}_shown"] = _name(job)
        with place.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                st.fragment(_show_progress, run_every=EVERY)(job, running)
            st.button("Stop", icon=":material/stop_circle:", key=f"{key}_stop", on_click=_set, args=(f"{key}_stopped", asked))


def _show_progress(job: Job, running: "_Running") -> None:
    running.seen = time.monotonic()
    assert running.future  # see _started
    with speaking_errors():
        if running.future.done():
            running.future.result()  # raises what went wrong
            st.rerun()  # where there is no result, the job was given up: it begins again
        st.progress(running.done / running.total, plain(f"{job.title}: {running.done} of {running.total} passes"))


class _Stopped(Exception):
    """Nobody looks at the job any more."""


@dataclass(eq=False)
class _Running:
    """A slow job under way, as its thread tells of it to all who look at it. seen: when one of them last did.

    A visitor who presses Stop, turns to something else or leaves only looks away: another may still want it.
    """

    done: int = 0
    total: int = 1
    seen: float = field(default_factory=time.monotonic)
    future: Future[None] | None = None

    def hear(self, step: Progress) -> None:
        if time.monotonic() > self.seen + LEFT:
            raise _Stopped
        self.done, self.total = step.done, step.total

    def work(self, job: Job) -> None:
        try:
            with suppress(_Stopped):
                finish(job, self.hear)
        finally:  # after an error too: those who look at it have its future, and the next one tries again
            with _lock:
                del _under_way[_name(job)]


def _started(job: Job) -> _Running:
    """The job under way, begun if nobody has: in a thread, since a click in a fragment does not interrupt what runs there."""
    with _lock:
        running = _under_way.get(_name(job))
        if running is None:
            running = _under_way[_name(job)] = _Running()
            running.future = _pool.submit(running.work, job)
        running.seen = time.monotonic()
        return running


def _name(job: Job) -> tuple[Any, ...]:
    return job.network, job.title, job.words


def finish(job: Job, report: Callable[[Any], object] = lambda step: None) -> None:
    """Do the job, unless its result is there; report hears of each step."""
    if result(job) is not None:
        return

    def run(network: Network) -> Any:
        for step in job.run(network):  # the last one is the result
            report(step)
        return step

    found = engine.compute(job.network, run)
    _shelf(job.network, job.title, job.words).append(found)


def _set(name: str, value: object) -> None:
    st.session_state[name] = value
