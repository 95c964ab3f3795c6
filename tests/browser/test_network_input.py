"""The input of a network in Chromium: links, the way back to a drawing, and wrongly classified test pictures."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_digit_pad import SEVEN, clear, draw, settled

APP = Path(__file__).parent / "apps" / "network_input_app.py"
NET = "net=lenet_modern_mnist"


def test_a_drawing_is_still_there_after_a_look_at_the_test_set(page: Page, serve) -> None:
    page.goto(f"{serve(APP)}/?{NET}")
    page.locator(".answer").wait_for()
    expect(page.locator(".best")).to_have_text("3")
    clear(page)
    draw(page, SEVEN)
    expect(page.locator(".best")).to_have_text("7")
    drawn = settled(page)["levels"]
    page.get_by_role("radio", name="test set").click()
    expect(page.locator(".truth")).to_have_text("✓ right")
    page.get_by_role("radio", name="draw").click()
    page.locator("canvas.ink").wait_for()
    expect(page.locator(".best")).to_have_text("7")
    assert settled(page)["levels"].equal(drawn)


def test_next_wrong_shows_one_that_is_wrong_and_the_link_carries_it(page: Page, serve) -> None:
    page.goto(f"{serve(APP)}/?{NET}&net_source=test+set")
    page.locator(".answer").wait_for()
    expect(page.locator(".truth")).to_have_text("✓ right")
    page.get_by_role("button", name="Next wrong").click()
    expect(page.locator(".truth")).to_contain_text("✗ it is")
    best = page.locator(".best").inner_text()
    page.wait_for_url("**net_index=*")
    page.reload()
    page.locator(".answer").wait_for()
    expect(page.locator(".truth")).to_contain_text("✗ it is")
    expect(page.locator(".best")).to_have_text(best)


@pytest.mark.parametrize("link", ["net_source=nonsense", "net_source=test+set&net_index=999999", "net_source=test+set&net_index=x",
                                  "net_source=draw&net=lenet_fashion", "net_source=picture&picture=nothing"])  # fmt: skip
def test_a_strange_link_opens_a_good_page(link: str, page: Page, serve) -> None:
    page.goto(f"{serve(APP)}/?{NET if 'net=' not in link else ''}&{link}")
    page.locator(".answer").wait_for()
    expect(page.locator(".best")).not_to_be_empty()
    expect(page.get_by_test_id("stException")).to_have_count(0)
