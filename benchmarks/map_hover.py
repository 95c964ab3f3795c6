"""The map of ten thousand digits under a moving pointer in Chromium: frames, and the main thread's tasks.

"hover": another dot, with its picture and its neighbours, in each frame. "pan": the dragged map is drawn anew in each frame;
"turn": the same in three dimensions. As in `hover`, the pointer is moved inside the page, once for each animation frame. A
screen of 60 Hz shows a frame every 16.7 ms.
"""

from playwright.sync_api import Page, sync_playwright

from benchmarks.chromium_trace import traced
from benchmarks.hover import summary
from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

MOVES = 180  # 3 s at 60 a second
FRAME = 16.7  # ms
# A spiral over the map, pressed or not; resolves with the number of dots that were
# pointed at, or of maps that were drawn, and the map's dimensions.
SPIRAL = """([moves, pressed]) => new Promise((done) => {
    const found = [...document.querySelectorAll('*')].find((each) => each.shadowRoot?.querySelector('.latent-map'));
    const root = found.shadowRoot.querySelector('.root'), { view } = root, stage = root.querySelector('.stage');
    const box = stage.getBoundingClientRect(), seen = new Set(), pointerId = 1;
    const at = (step) => ({ clientX: box.left + box.width * (0.5 + 0.3 * (step / moves) * Math.cos(step / 3)),
        clientY: box.top + box.height * (0.5 + 0.4 * (step / moves) * Math.sin(step / 3)),
        bubbles: true, composed: true, pointerId });
    stage.setPointerCapture = () => {};   // there is no real pointer to capture
    if (pressed) stage.dispatchEvent(new PointerEvent('pointerdown', at(0)));
    let step = 0;
    const move = () => {
        seen.add(pressed ? root.dataset.drawn : view.hovered);
        if (step === moves) {
            stage.dispatchEvent(new PointerEvent('pointerup', at(step)));
            return done([seen.size, view.projection.dimensions]);
        }
        stage.dispatchEvent(new PointerEvent('pointermove', at(++step)));
        requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
})"""


def measure(page: Page, what: str) -> str:
    """What one kind of movement costs."""
    seen: list[list[int]] = []
    trace = traced(page, lambda: seen.append(page.evaluate(SPIRAL, [MOVES, what != "hover"])))
    count, dimensions = seen[0]
    late = sum(used > FRAME for used in trace.used)
    return (
        f"{count} {'dots' if what == 'hover' else 'maps drawn'} in {dimensions}-D; frames: {summary(trace.frames)}; "
        f"tasks: {summary(trace.tasks)}; processor time of tasks: {summary(trace.used)}; {late} above {FRAME} ms"
    )


def main() -> None:
    with sync_playwright() as playwright, streamlit_server(ROOT / "app.py") as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for what, query in (("hover", ""), ("pan", ""), ("turn", "?latent_dimensions=3-D&latent_kind_2=UMAP")):
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            page.goto(f"{server.url}/latent_space{query}")
            page.locator(".latent-map [data-drawn], [data-drawn] .latent-map").first.wait_for(timeout=90_000)
            page.wait_for_timeout(6_000)  # the warm-up thread is done
            print(f"{what:6} {measure(page, what)}", flush=True)
            page.context.close()
        browser.close()
