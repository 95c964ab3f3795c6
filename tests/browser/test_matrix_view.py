"""The matrix in Chromium: a hovered row is the window of its output, with the numbers that torch computes."""

import re
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.browser.apps.matrix_view_app import small

APP = Path(__file__).parent / "apps" / "matrix_view_app.py"
# The place of a cell on the canvas, in CSS px, and what its hovering marks, read from the component's own boxes.
FIND = """([name, flat]) => { for (const host of document.querySelectorAll('*')) {
    const root = host.shadowRoot?.querySelector('[data-drawn]'), view = root?.view; if (!view) continue;
    const box = view.boxes.find((b) => b.name === name), k = flat - box.offset;
    return [box.x + (k % box.w + 0.5) * box.cell, box.y + (Math.floor(k / box.w) + 0.5) * box.cell]; } }"""


def hover(page: Page, name: str, flat: int) -> str:
    """What is said of a hovered cell."""
    x, y = page.evaluate(FIND, [name, flat])
    page.locator("canvas").hover(position={"x": x, "y": y})
    expect(page.locator(".says")).not_to_contain_text("Hover")
    page.wait_for_timeout(60)
    return page.locator(".says").inner_text()


def number(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("form", ["matrix", "patches", "transpose"])
def test_every_value_is_that_of_torch(form: str, page: Page, serve) -> None:
    page.goto(f"{serve(APP)}/?form={form}")
    page.locator("[data-drawn]").wait_for()
    bench = small()
    truth = torch.nn.functional.conv2d(bench.x, bench.weight, stride=2)
    if form == "transpose":
        truth = torch.nn.functional.conv_transpose2d(truth, bench.weight, stride=2)
    for flat, value in enumerate(truth.flatten().tolist()):
        said = hover(page, "output", flat)
        assert number(re.search(r"= (\S+?):", said)[1]) == value
        assert f"row {flat} of the matrix" in said


def test_a_hovered_row_marks_its_window(page: Page, serve) -> None:
    page.goto(f"{serve(APP)}/?form=patches")
    page.locator("[data-drawn]").wait_for()
    bench, windows = small(), torch.nn.functional.unfold(small().x[None], 2, stride=2)[0].T  # (positions, taps)
    place = {tuple(at): value for at, value in zip(torch.cartesian_prod(torch.arange(4), torch.arange(6)).tolist(),
                                                   bench.x.flatten().tolist(), strict=True)}  # fmt: skip
    for row, window in enumerate(windows.tolist()):
        for column, value in enumerate(window):
            said = hover(page, "entries", row * len(window) + column)
            where, shown = re.search(r"The entry is input \((.*?)\) = (\S+)\.$", said).groups()
            top, left = 2 * (row // 3), 2 * (row % 3)
            assert tuple(map(int, where.split(", "))) == (top + column // 2, left + column % 2)
            assert number(shown) == value == place[top + column // 2, left + column % 2]
            assert f"Row {row} is the window of output ({row // 3}, {row % 3})" in said


def test_keys_walk_through_the_entries(page: Page, serve) -> None:
    page.goto(f"{serve(APP)}/?form=matrix")
    page.locator(".matrix").focus()
    for key, row, column in (("ArrowRight", 0, 0), ("ArrowRight", 0, 1), ("ArrowDown", 1, 1), ("ArrowLeft", 1, 0)):
        page.keyboard.press(key)
        expect(page.locator(".says")).to_contain_text(f"Row {row} makes output (0, {row}), column {column} reads")
