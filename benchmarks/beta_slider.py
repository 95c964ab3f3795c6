"""From a key on the slider of C to the new sheet of pictures on screen, in Chromium, beside a minimal page, in turns.

The minimal page answers its slider with one picture by the server. The sheet's 36 pictures were decoded ahead in the browser.
"cold" is the same right after another temperature, when nothing is decoded ahead.
"""

import statistics

from playwright.sync_api import Page, sync_playwright

from benchmarks.rerun import MINIMAL_STATE, opened, press, summary
from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

PRESSES = 42
STOPS = 3  # steps from the first C to the last
PATH = "walks_and_generation?walks_tab=Generate&walks_c=0.25"
CONTROL = "C, the weight of KL"
# The stamp that the sheets write when all of them are up to date.
SHEET_STATE = """() => { for (const host of document.querySelectorAll('*')) {
    const root = host.shadowRoot?.querySelector('[data-ahead]'); if (root) return root.dataset.drawn || null; } return null; }"""
AHEAD = SHEET_STATE.replace("root.dataset.drawn || null", "root.dataset.ahead || null")
# Another temperature without a rest, in the task before the key: one frame later nothing of the other networks is decoded.
HEAT = """(value) => { for (const host of document.querySelectorAll('*')) host.shadowRoot?.querySelector('[data-ahead]')
    ?.view.set({ temperature: value }); }"""


def measure(minimal: Page, sheet: Page) -> dict[str, list[float]]:
    """Key to picture, in ms."""
    cold = []
    for turn in range(PRESSES):
        key = "ArrowUp" if turn % (2 * STOPS) < STOPS else "ArrowDown"
        for view in (minimal, sheet):
            view.bring_to_front()
            if view is sheet:
                view.wait_for_function(f"({AHEAD})() !== null")
            press(view, key)
    took = {
        name: view.evaluate("window.__took.slice(2)") for name, view in {"minimal page": minimal, "C, decoded ahead": sheet}.items()
    }
    for turn in range(PRESSES // 2):
        sheet.evaluate(HEAT, 0.5 + turn / 20)
        press(sheet, "ArrowUp" if turn % (2 * STOPS) < STOPS else "ArrowDown")
        cold.append(sheet.evaluate("window.__took.at(-1)"))
    return {**took, "C, cold": cold[2:]}


def main() -> None:
    minimal = ROOT / "benchmarks" / "apps" / "minimal.py"
    with sync_playwright() as playwright, streamlit_server(minimal) as bare, streamlit_server(ROOT / "app.py") as full:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        took = measure(
            opened(browser, bare.url, MINIMAL_STATE, "value"), opened(browser, f"{full.url}/{PATH}", SHEET_STATE, CONTROL)
        )
        base = statistics.median(took["minimal page"])
        for name, values in took.items():
            print(f"{name:18} {summary(values)}, ratio {statistics.median(values) / base:.2f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
