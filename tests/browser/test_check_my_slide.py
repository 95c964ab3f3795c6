"""What a lecturer does on Check my slide: pastes from a spreadsheet, loads an example, and passes the link on."""

from playwright.sync_api import Page, expect


def test_a_pasted_claim_is_judged_and_the_link_opens_the_same(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/check_my_slide")
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("Wrong")
    field = page.get_by_label("The slide says", exact=True)
    field.fill("0\t-30\t-30\t0\n" * 4)
    field.press("Control+Enter")
    expect(verdict).to_contain_text("Right")
    expect(page.locator("td.claimed")).to_have_count(0)
    field.fill("0 -30 -30 0\n0 -30 -30 0\n0 -30 -31 0\n0 -30 -30 0")
    field.press("Control+Enter")
    expect(verdict).to_contain_text("row 3, column 3 is −30, not −31")
    expect(page.locator("td.claimed.first")).to_have_text("−31")
    page.wait_for_url("**output_claim=**")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".verdict")).to_contain_text("row 3, column 3 is −30, not −31")
    expect(page.get_by_label("The slide says", exact=True)).to_have_value("0 -30 -30 0\n0 -30 -30 0\n0 -30 -31 0\n0 -30 -30 0")


def test_an_example_fills_the_form_and_the_link(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/check_my_slide")
    page.get_by_role("combobox", name="Start from").click()
    page.get_by_role("option", name="Size without floor").click()
    expect(page.locator(".verdict")).to_contain_text("the height is 3, not 3.5")
    expect(page.get_by_text("Missing floor")).to_be_visible()
    page.wait_for_url("**Size+without+floor**")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".verdict")).to_contain_text("the height is 3, not 3.5")
    expect(page.get_by_label("stride", exact=True)).to_have_value("2")


def test_bad_text_keeps_what_was_typed(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/check_my_slide")
    expect(page.locator(".verdict")).to_be_visible()
    field = page.get_by_label("Kernel", exact=True)
    field.fill("1 0 -1\n2 x -2\n1 0 -1")
    field.press("Control+Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Kernel: row 2, column 2: 'x' is not a number")
    expect(field).to_have_value("1 0 -1\n2 x -2\n1 0 -1")
