"""From a new picture to all maps of all layers, drawn in Chromium.

The clock runs in the browser: from the key press that moves the slider to another picture to the first task after the animation
frame in which its maps are on the screen. Every press is a picture that no cache has. LeNet and the CIFAR network have all their
maps drawn, ResNet-18 the first of each layer. Weights that are not in the repository are random: that changes no time.
"""

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.rerun import summary
from tests.browser.server import CHROMIUM, FLAGS, ROOT, streamlit_server

PRESSES = 40
NETWORKS = {"LeNet": "lenet_modern_mnist", "CIFAR network": "cifar_cnn", "ResNet-18": "resnet18"}
CLOCK = """() => {
    const all = [...document.querySelectorAll('*')];
    const root = all.map((host) => host.shadowRoot?.querySelector('.root[data-maps]')).find(Boolean);
    window.__took = []; let pressed = 0;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
        if (pressed) window.__took.push(performance.now() - pressed); pressed = 0; })))
        .observe(root, { attributeFilter: ['data-picture'] });
    return Number(root.dataset.maps); }"""
DRAWN = "() => [...document.querySelectorAll('*')].some((host) => host.shadowRoot?.querySelector('.root[data-maps]'))"


def opened(browser: Browser, url: str) -> tuple[Page, int]:
    """A page whose slider has the focus and whose clock runs, and the number of its maps."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(url)
    page.wait_for_function(DRAWN, timeout=60_000)
    page.wait_for_timeout(6_000)  # the warm-up thread is done
    maps = page.evaluate(f"({CLOCK})()")
    page.get_by_role("slider", name="picture").focus()
    return page, maps


def on_screen(browser: Browser) -> None:
    """Key press to maps."""
    with streamlit_server(ROOT / "benchmarks" / "apps" / "activations.py") as server:
        for title, name in NETWORKS.items():
            page, maps = opened(browser, f"{server.url}/?network={name}")
            for count in range(PRESSES):
                page.keyboard.press("ArrowRight")
                page.wait_for_function("(count) => window.__took.length > count", arg=count)
                page.wait_for_timeout(120)
            print(f"{title:14} {summary(page.evaluate('window.__took.slice(2)'))}, {maps:,} maps", flush=True)
            page.context.close()


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        on_screen(browser)
        browser.close()


if __name__ == "__main__":
    main()
