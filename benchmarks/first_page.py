"""From `streamlit run` to the first page usable in Chromium: seconds, for the start page and for each lesson."""

import subprocess
import sys
import time

from playwright.sync_api import sync_playwright

from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

PAGES = ("", "image_as_numbers", "image_filters", "edges", "pooling", "filter_chain", "latent_space")


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for path in PAGES:
            started = time.perf_counter()
            with streamlit_server(ROOT / "app.py") as server:
                answers = time.perf_counter() - started
                page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
                page.goto(f"{server.url}/{path}")
                page.get_by_role("heading", level=1).wait_for()
                title = time.perf_counter() - started
                page.locator('[data-testid="stStatusWidget"]').wait_for(state="detached")
                page.locator("[data-testid=stMain] canvas, [data-testid=stImage] img").first.wait_for()
                print(
                    f"/{path:18} server {answers:4.2f} s, title {title:4.2f} s, "
                    f"pictures and controls {time.perf_counter() - started:4.2f} s",
                    flush=True,
                )
                page.context.close()
        browser.close()
    code = "import time; t = time.perf_counter(); import torch; print(f'{time.perf_counter() - t:.2f}')"
    imported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    print(f"for comparison, `import torch` alone takes {imported} s")
