"""The tab Layer chain in a browser: cells of its table are changed, and the link keeps up."""

from playwright.sync_api import Locator, Page, expect

ROW, HEADER = 32, 38  # px, heights in the table
KERNEL, NUMBER = 465, 80  # px, places of the columns "kernel" and "#"


def change(table: Locator, x: int, row: int, text: str) -> None:
    """Type into a cell of the table, which is a canvas: rows count from 0."""
    table.click(position={"x": x, "y": HEADER + ROW * row + ROW // 2})
    table.page.keyboard.type(text)
    expect(table.page.locator("#portal input")).to_have_value(text)  # the cell's editor is loaded when it is first used
    table.page.keyboard.press("Enter")


def test_a_cell_is_changed_and_a_layer_is_moved(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/convolution_arithmetic?bench_tab=Layer+chain")
    layers = page.get_by_role("textbox", name="Layers", exact=True)
    expect(layers).to_have_value("conv8k3s2p1 max4")  # the server may be cold
    expect(page.get_by_role("img", name="Receptive fields")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").first  # the second holds what follows
    change(table, KERNEL, 0, "5")
    expect(layers).to_have_value("conv8k5s2p1 max4")
    expect(page.get_by_role("img", name="layer 1 sees 5, layer 2 sees 11")).to_be_visible()
    change(page.get_by_test_id("stDataFrame").first, NUMBER, 1, "1")
    expect(layers).to_have_value("max4 conv8k5s2p1")
    page.wait_for_url("**chain_layers=max4+conv8k5s2p1**")


def test_the_link_opens_a_chain_that_does_not_fit_and_says_where(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/convolution_arithmetic?bench_tab=Layer+chain&chain_layers=max2s2+conv4k9&chain_input=1+12+12")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Layer 2, convolution: kernel_size 9 does not fit a 6x6 input")


def test_no_column_is_hidden_on_a_narrow_screen(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{app_url}/convolution_arithmetic?bench_tab=Layer+chain&chain_input=3+224+224&chain_layers=conv512k3+conv512k3p1")
    tables = page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    expect(tables).to_have_count(2)
    for table in tables.all():
        wide, seen = table.evaluate("(scroller) => [scroller.scrollWidth, scroller.clientWidth]")
        assert 300 < wide <= seen
