"""The latent space: a drawn line to its dot on the map, painted, in Chromium; and 1,000 latents decoded against the bare network.

The clock of the drawing runs in the browser: from the pointer event that drew the last ink to the first task after the
animation frame that shows the dot of this drawing on its way.
"""

import statistics
import time

import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks.rerun import summary
from benchmarks.stroke import one_line
from cnnviz import engine
from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

LINES = 30
LATENTS = 1_000
BATCH = 250
TURNS = 15
CLOCK = """() => {
    const roots = [...document.querySelectorAll('*')].map((host) => host.shadowRoot).filter(Boolean);
    const pad = roots.map((root) => root.querySelector('.root:has(.pad)')?.view).find(Boolean);
    const map = roots.map((root) => root.querySelector('.latent-map')?.view).find(Boolean);
    window.__inked = 0; window.__took = []; window.__pad = pad;
    pad.ink.addEventListener('pointermove', (event) => { if (event.buttons) window.__inked = event.timeStamp; }, true);
    const paint = map.paint.bind(map); let last = String(map.markers[0].place);
    map.paint = () => { paint(); const now = String(map.markers[0].place); if (now === last) return; last = now;
        setTimeout(() => window.__took.push(performance.now() - window.__inked)); }; }"""


def drawn(page: Page) -> list[float]:
    """Milliseconds from a line's last ink to its dot."""
    page.evaluate(CLOCK)
    box = page.locator("canvas.ink").bounding_box()
    assert box
    return [one_line(page, box, number, rest=250) for number in range(LINES)][2:]


def decoding() -> tuple[float, float]:
    """Milliseconds of engine.decode and of the bare network in batches, the medians of turns taken one after the other."""
    latents = np.random.default_rng(0).normal(size=(LATENTS, 16)).astype(np.float32)
    model, took = engine.coder("vae_16_c1").model, {"ours": [], "bare": []}
    for _ in range(TURNS):
        began = time.perf_counter()
        engine.decode("vae_16_c1", latents)
        took["ours"].append(time.perf_counter() - began)
        began = time.perf_counter()
        with torch.inference_mode():
            for some in torch.from_numpy(latents).split(BATCH):
                model.decode(some).sigmoid()
        took["bare"].append(time.perf_counter() - began)
    return 1e3 * statistics.median(took["ours"][2:]), 1e3 * statistics.median(took["bare"][2:])


def main() -> None:
    torch.set_num_threads(1)  # as in the server
    ours, bare = decoding()
    print(f"{LATENTS:,} latents of 16 dimensions: {ours:.1f} ms, bare {bare:.1f} ms, ratio {ours / bare:.2f}", flush=True)
    with sync_playwright() as playwright, streamlit_server(ROOT / "app.py") as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
        page.goto(f"{server.url}/latent_space?latent_source=draw")
        page.locator("canvas.ink").wait_for(timeout=60_000)
        page.locator(".latent-map").wait_for()
        page.wait_for_timeout(6_000)  # the warm-up thread is done
        print(f"a drawn line to its dot on the map: {summary(drawn(page))}", flush=True)
        browser.close()
