"""The page Architectures in Chromium: hover, choose and walk through the drawing; the field on the picture; files; links."""

import csv
import re
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Locator, Page, WebSocket, expect

from cnnviz.layer_table import LayerRow, layer_table
from cnnviz.models import MODELS, build_model

HEAD, ROW = 38, 32  # px, in the table


def rows_of(name: str) -> dict[str, LayerRow]:
    with torch.device("meta"):
        return {row.name: row for row in layer_table(build_model(name), MODELS[name].input_shape)}


def opened(page: Page, app_url: str, query: str = "") -> Locator:
    page.goto(f"{app_url}/architectures{query}")
    view = page.locator(".facts")
    expect(view.locator("dd").first).to_be_visible()  # a fresh server imports torchvision first
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")
    return view


def block(page: Page, layer: str) -> Locator:
    return page.locator(f'.drawing [data-layer="{layer}"]')


def point_at(page: Page, layer: str) -> None:
    """Move the mouse to the front of a block, which begins at its left edge; its bounding box takes in the slanted back."""
    box = block(page, layer).bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, box["y"] + 0.6 * box["height"])


def click(page: Page, layer: str) -> None:
    point_at(page, layer)
    page.mouse.down()
    page.mouse.up()


def facts(view: Locator) -> list[str]:
    return view.locator("dd").all_text_contents()


def expected(row: LayerRow) -> list[str]:
    """Name, output, parameters, multiply-adds; then the field and the jump."""
    assert row.receptive_field
    return [row.name, " × ".join(f"{n:,}" for n in row.output_shape), f"{row.parameters:,}", f"{row.macs:,}",
            " × ".join(map(str, row.receptive_field.size)), str(row.receptive_field.jump[0])]  # fmt: skip


def test_hovering_shows_a_layer_and_the_server_hears_nothing(page: Page, app_url: str) -> None:
    sent: list[int] = []
    page.on("websocket", lambda socket: _count(socket, sent))
    view, rows = opened(page, app_url), rows_of("lenet5")
    page.wait_for_timeout(500)
    sent.clear()
    for layer in ("c1", "s2", "s4", "c5"):
        point_at(page, layer)
        expect(view.locator("dd").first).to_have_text(layer)
        shown = facts(view)
        assert [*shown[:4], *shown[5:]] == expected(rows[layer])
    page.mouse.move(5, 5)
    expect(view.locator("dd").first).to_have_text("c3")  # back to the chosen one
    page.wait_for_timeout(300)
    assert not sent


def _count(socket: WebSocket, sent: list[int]) -> None:
    socket.on("framesent", lambda frame: sent.append(len(frame)))


def test_a_block_is_chosen_and_the_link_opens_on_it(page: Page, app_url: str, browser) -> None:
    view = opened(page, app_url)
    click(page, "s4")
    page.wait_for_url(re.compile("architectures_layer=s4"))
    expect(page.get_by_role("combobox", name="Layer", exact=True)).to_have_value("s4")
    click(page, "c1")
    page.wait_for_url(re.compile("architectures_layer=c1"))
    click(page, "s4")  # the same block a second time
    page.wait_for_url(re.compile("architectures_layer=s4"))
    page.mouse.move(5, 5)
    expect(view.locator("dd").first).to_have_text("s4")
    fresh = browser.new_context(viewport={"width": 1024, "height": 768}).new_page()
    assert facts(opened(fresh, app_url, "?" + page.url.partition("?")[2]))[0] == "s4"
    expect(block(fresh, "s4")).to_have_attribute("aria-pressed", "true")
    fresh.context.close()


def test_the_keyboard_walks_through_the_layers(page: Page, app_url: str) -> None:
    view = opened(page, app_url)
    expect(page.locator(".drawing [tabindex='0']")).to_have_count(1)
    block(page, "c3").focus()
    steps = ("ArrowRight", "c3_tanh"), ("ArrowDown", "s4"), ("ArrowLeft", "c3_tanh"), ("End", "output"), ("Home", "input")
    for key, layer in steps:
        page.keyboard.press(key)
        expect(view.locator("dd").first).to_have_text(layer)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("architectures_layer=c1"))


def test_a_row_of_the_table_chooses_its_layer(page: Page, app_url: str) -> None:
    view = opened(page, app_url)
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 16, "y": HEAD + ROW * 3 + ROW // 2})  # input, c1, c1_tanh, s2
    page.wait_for_url(re.compile("architectures_layer=s2"))
    expect(view.locator("dd").first).to_have_text("s2")


@pytest.mark.parametrize("layer", ["c1", "c3"])
def test_the_field_is_drawn_where_the_table_says(page: Page, app_url: str, layer: str) -> None:
    opened(page, app_url, f"?architectures_layer={layer}")
    canvas = page.locator(".seen canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile("sees (5 × 5|14 × 14) pixels"))
    field = rows_of("lenet5")[layer].receptive_field
    assert field
    (top, bottom), (left, right) = field.span([(n - 1) // 2 for n in field.places])
    for row, col in ((top, (left + right) / 2), (bottom + 1, (left + right) / 2), ((top + bottom) / 2, left)):
        pixel = canvas.evaluate(
            """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(
                Math.round(x * canvas.width / 32), Math.round(y * canvas.height / 32), 1, 1).data]""", [col, row],
        )  # fmt: skip
        assert pixel[0] > 150 and 100 < pixel[1] < pixel[0] and pixel[2] < 80, (row, col, pixel)  # the orange of the outline


def test_another_network_and_another_size(page: Page, app_url: str) -> None:
    view = opened(page, app_url, "?architectures_layer=s4")
    network = page.get_by_role("combobox", name="Network")
    network.click()
    network.fill("ResNet-18")
    page.get_by_role("option", name="ResNet-18", exact=True).click()
    expect(page.get_by_text("11,689,512", exact=True)).to_be_visible()
    expect(page.get_by_label("Input height")).to_have_value("224")
    expect(page.get_by_role("combobox", name="Layer", exact=True)).to_have_value("layer2.1.conv2")
    assert facts(view)[:2] == ["layer2.1.conv2", "128 × 28 × 28"]
    expect(page.locator(".drawing [data-layer]")).to_have_count(len(rows_of("resnet18")))
    page.get_by_label("Input height").fill("320")
    page.get_by_label("Input height").press("Enter")
    expect(view.locator("dd").nth(1)).to_have_text("128 × 40 × 28")
    page.wait_for_url(re.compile("architectures_height=320"))


def test_a_deep_network_scrolls_in_its_frame_to_the_chosen_layer(page: Page, app_url: str) -> None:
    opened(page, app_url, "?architectures_network=ResNet-110+for+CIFAR-10&architectures_layer=stage3.17.conv2")
    frame, chosen = page.locator(".drawing").bounding_box(), block(page, "stage3.17.conv2").bounding_box()
    assert frame and chosen and frame["y"] <= chosen["y"] and chosen["y"] + chosen["height"] <= frame["y"] + frame["height"]
    page.get_by_role("button", name="Show the whole drawing").click()
    whole = page.locator(".drawing").bounding_box()
    assert whole and whole["height"] > 2 * frame["height"]


def test_the_drawing_and_the_table_can_be_taken_away(page: Page, app_url: str) -> None:
    opened(page, app_url)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Drawing", exact=True).click()
    assert saved.value.suggested_filename == "lenet5.svg"
    drawn = ElementTree.parse(saved.value.path()).getroot()
    assert {part.get("data-layer") for part in drawn.iter() if part.get("data-layer")} == set(rows_of("lenet5"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Table", exact=True).click()
    lines = list(csv.DictReader(saved.value.path().read_text().splitlines()))
    assert [line["name"] for line in lines] == [*rows_of("lenet5"), "total"] and lines[-1]["parameters"] == "60000"


def test_the_table_of_ones_own_network_is_edited(page: Page, app_url: str) -> None:
    view = opened(page, app_url, "?architectures_tab=Build+your+own&build_plan=1x28x28+conv8k3+max2+flatten+lin10")
    plan = page.get_by_role("textbox", name="The network: its input, then its layers")
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(500)  # it sets the widths of its columns
    number = {"x": 230, "y": HEAD + ROW // 2}
    table.click(position=number)  # the first click loads the editor's script
    page.wait_for_timeout(500)
    table.click(position=number)
    cell = page.locator("[id^=gdg-overlay] input")
    cell.fill("6")
    cell.press("Enter")
    expect(plan).to_have_value("1x28x28 conv6k3 max2 flatten lin10")
    expect(view.locator("dd").nth(1)).to_have_text("6 × 26 × 26")
    page.wait_for_url(re.compile("conv6k3"))
    plan.fill("1x28x28 conv6k3 max40 lin10")
    plan.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Layer 2, max pooling: kernel_size 40 does not fit a 26x26 input")
    expect(page.locator(".drawing [data-layer]")).to_have_count(2)


def test_forward_times_appear_when_asked_for(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/architectures?architectures_tab=Compare&compare_networks=LeNet-5+(1998)&compare_networks=SqueezeNet+1.1")
    expect(page.get_by_text("1,235,496")).to_be_visible()
    expect(page.get_by_text("Forward pass here")).to_have_count(0)
    page.get_by_role("button", name="Measure here").click()
    expect(page.get_by_text("Forward pass here")).to_be_visible()
    times = [float(text.split()[0].replace(",", "")) for text in page.locator("td", has_text="median of").all_text_contents()]
    assert len(times) == 2 and 0 < times[0] < times[1]


def test_the_lesson_is_on_a_projector(page: Page, app_url: str) -> None:
    """At 1366 x 768 the drawing, the picture, the chosen layer's figures and the head of the table need no scrolling."""
    view = opened(page, app_url, "?architectures_network=ResNet-18")
    for part in (page.locator(".drawing"), page.locator(".seen"), view):
        box = part.bounding_box()
        assert box and box["y"] + box["height"] <= 768
    table = page.get_by_test_id("stDataFrame").bounding_box()
    assert table and table["y"] + HEAD <= 768
