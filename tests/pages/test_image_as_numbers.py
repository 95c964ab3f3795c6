"""The page Image as numbers: its defaults, the two corners of its settings, hostile links, a bad file, the exercise."""

import math
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.images import sample_image, to_grey
from cnnviz.ui.components.pixel_lens import OPENING, View

APP = str(Path(__file__).parents[2] / "app.py")
HEIGHT, WIDTH = 342, 512  # "china" at 512


def opened(tab: str = "The same in PyTorch", **link: str) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=20).switch_page("pages/image_as_numbers.py")
    for name, value in link.items():
        page.query_params[name] = value
    page.session_state["numbers_end"] = tab
    page.run()
    assert not page.exception
    return page


def patch_of(page: AppTest) -> torch.Tensor:
    """What the page's own PyTorch code computes."""
    result: dict = {}
    exec(page.code[0].value, result)
    return result["patch"]


def test_it_opens_on_the_roof_of_china_in_grey():
    page = opened()
    assert page.title[0].value == "Image as numbers"
    top, left = int(OPENING * HEIGHT) - 8, int(OPENING * WIDTH) - 6
    grey = (to_grey(sample_image("china", 512))[0] * 255).round()
    assert torch.equal(patch_of(page), grey[top : top + 16, left : left + 12])
    assert patch_of(page).std() > 30  # something to see


@pytest.mark.parametrize(("link", "window"), [
    ({"row": "0", "col": "0", "channel": "rgb", "scale": "0-1", "grid": "16x12"}, (slice(8), slice(8))),
    ({"row": "341", "col": "511", "channel": "blue", "scale": "0-1", "grid": "8x8"},
     (slice(334, 342), slice(504, 512))),
])  # fmt: skip
def test_a_link_opens_its_very_numbers_at_the_corners(link, window):
    image = sample_image("china", 512)
    expected = image[:, *window] if link["channel"] == "rgb" else image[2, *window]
    assert torch.equal(patch_of(opened(**link)), expected)


@pytest.mark.parametrize("hostile", [
    {"row": "-1", "col": "abc", "channel": "infrared", "scale": "2", "grid": "100x100"},
    {"row": "9" * 40, "col": "1e3", "channel": "", "scale": "0-255 ", "grid": "__class__"},
    {"row": None, "col": [1], "channel": ["grey"], "scale": {}, "grid": 3},
])  # fmt: skip
def test_what_is_not_a_view_is_the_default(hostile):
    assert View.read(hostile, HEIGHT, WIDTH) == View.read({}, HEIGHT, WIDTH)
    if all(isinstance(value, str) for value in hostile.values()):
        assert torch.equal(patch_of(opened(**hostile)), patch_of(opened()))


def test_a_place_outside_a_smaller_picture_moves_to_its_border():
    assert View.read({"row": 500, "col": 3}, 28, 28) == View(27, 3)
    assert View.read({}, 28, 28) == View(14, 14)
    assert View(27, 3).window(28, 28) == (12, 0, 16, 12)
    assert View(2, 4).window(5, 6) == (0, 0, 5, 6)
    assert View(14, 14, channel="rgb").window(28, 28) == (10, 10, 8, 8)


def test_what_the_browser_says_reaches_the_code_and_the_link():
    page = opened()
    page.session_state["numbers_lens"] = {
        "view": {"row": 200, "col": 100, "channel": "red", "scale": "0-255", "grid": "8x8"}
    }
    page.run()
    assert torch.equal(patch_of(page), (sample_image("china", 512)[0, 196:204, 96:104] * 255).round())
    link = {name: "".join(page.query_params[name]) for name in ("row", "col", "channel", "scale", "grid")}
    assert link == {"row": "200", "col": "100", "channel": "red", "scale": "0-255", "grid": "8x8"}


@pytest.mark.parametrize("view", [None, 7, "view", [1, 2], {}, {"row": {"a": 1}, "col": -3}])
def test_a_browser_that_sends_nonsense_gets_the_default(view):
    page = opened()
    page.session_state["numbers_lens"] = {"view": view}
    assert not page.run().exception
    assert torch.equal(patch_of(page), patch_of(opened()))


def test_a_text_file_called_png_gets_one_message_and_the_picture_stays():
    page = opened(row="7", col="9")
    before = patch_of(page)
    page.file_uploader(key="picture_file").upload("notes.png", b"no picture at all\n").run()
    assert not page.exception
    assert len(page.error) == 1 and "The file holds text, not a picture" in page.error[0].value
    assert torch.equal(patch_of(page), before)


def test_the_exercise_computes_its_answer():
    texts = [element.value for element in opened(tab="Exercise").markdown]
    assert any("(3, 2160, 3840)" in text for text in texts)
    answer = next(text for text in texts if "weights, and" in text)
    assert f"**{math.prod((3, 3840, 2160)):,}**" in answer and "24,883,200" in answer
    assert f"{3 * HEIGHT * WIDTH:,}" in answer
