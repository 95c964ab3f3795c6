"""Keep Python's garbage collector out of the visitors' way, and import torch before the first of them needs it.

Streamlit runs a full garbage collection after every script run, in the visitor's thread, with the interpreter's lock
held. With torch imported that takes 120 to 450 ms, for all visitors at once. Measured with Streamlit 1.67 and torch 2.15
on two cores: a trivial rerun took 144 ms with it and 27 ms without; 50 visitors with a rerun every 2 s waited 6.4 s
(median) with it and 3 ms without.

The cure has three parts, all needed:
1. `runner.postScriptGC = false` in .streamlit/config.toml: no collection after a run;
2. `gc.freeze()` when all that stays is loaded: what lives for ever is never walked again. A collection before it would find
   a thousand of 250,000 objects and hold up the first visitor for 0.1 s;
3. a thread that collects every 10 s (7 to 17 ms), since nobody else does now: it keeps the memory down.
"""

import atexit
import gc
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from streamlit.runtime.pages_manager import PagesManager

COLLECT_EVERY = 10.0  # seconds; a collection of the unfrozen rest takes 7-17 ms
YOUNG = 20_000  # objects made between two collections of the youngest: about two runs of a lesson
NEVER = 1_000_000  # threshold of the oldest generation: only the thread below collects it


@cache
def start() -> threading.Thread:
    """Start the warm-up thread, once a process; later calls return the same thread."""
    gc.set_threshold(YOUNG, 10, NEVER)
    thread = threading.Thread(target=_work, name="warm-up", daemon=True)
    thread.start()
    return thread


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Start with the server, while the first visitor's browser still loads Streamlit's own scripts."""
    # As `st.navigation` will say in the first run, but from the start: `pages` is not Streamlit's older kind of multipage
    # app, in which a first visitor who came by a link would see the bare page and a list of files.
    PagesManager.uses_pages_directory = False
    start()
    yield


def _work() -> None:
    _load()
    gc.freeze()
    atexit.register(gc.unfreeze)  # what stays frozen is never freed, and Triton, which torchvision imports, calls that a leak
    while True:
        time.sleep(COLLECT_EVERY)
        gc.collect()


def _load() -> None:
    """Import what the lessons need and run each once: the first visitor finds it warm."""
    import torch

    # One thread a request: with many visitors at once the cores are busy anyway, and the slowest of them waits less.
    torch.set_num_threads(1)
    from cnnviz.kernels import KERNELS, filter_image
    from cnnviz.ui import cached

    filter_image(cached.sample(cached.DEFAULT_SAMPLE, 512), KERNELS["Sobel x"])
