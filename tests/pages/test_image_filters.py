"""The page Image filters: its defaults, extreme settings, bad cells, bad files, and its own PyTorch code."""

import io

import pytest
import torch
from PIL import Image

from cnnviz.convolution import ConvSpec
from cnnviz.images import sample_image, to_grey
from cnnviz.kernels import KERNELS, filter_image, gaussian, kernel_from_text
from cnnviz.ui.components.picture_trace import Dial
from cnnviz.ui.filter_controls import FilterOptions
from cnnviz.ui.filter_view import strongest
from tests.pages.opened import PYTORCH, opened, run_code, traced

GREY = to_grey(sample_image("china", 512))
CODE = {"filters_end": PYTORCH}


def png(size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(file, "PNG")
    return file.getvalue()


def test_it_opens_on_an_edge_filter():
    page = opened("image_filters", CODE)
    assert page.title[0].value == "Image filters"
    assert page.selectbox(key="filters_kernel").value == "Sobel x"
    spec = ConvSpec((3, 3), padding=1, padding_mode="replicate")
    assert torch.allclose(run_code(page)["result"], filter_image(GREY, KERNELS["Sobel x"], spec), atol=1e-6)
    rule = traced(page)["rule"]
    assert rule == "H′ = ⌊(342 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 342,   W′ = ⌊(512 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 512"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            {"filters_kernel": "Gaussian blur", "filters_sigma": 5.0, "filters_size": 15, "filters_channels": "colour",
             "filters_border": "circular", "filters_dilation": 4, "filters_stride": 4, "filters_show": "absolute"},
            lambda: filter_image(
                sample_image("china", 512), gaussian(15, 5.0),
                ConvSpec((15, 15), 4, 28, 4, padding_mode="circular"),
            ),
        ),
        (
            {"filters_kernel": "custom", "filters_cells": "1 2 3 4", "filters_border": "valid", "filters_normalise": True,
             "filters_operation": "true convolution", "picture": "digit"},
            lambda: filter_image(
                to_grey(sample_image("digit")), torch.tensor([[1.0, 2, 3, 4]]) / 10, ConvSpec((1, 4)), flip=True
            ),
        ),
    ],
)  # fmt: skip
def test_its_code_computes_the_same_at_extreme_settings(state, expected):
    page = opened("image_filters", CODE | state)
    assert not page.error
    assert torch.allclose(run_code(page)["result"], expected(), atol=1e-5)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("1 · 3", "row 1, column 2 is empty"),
        ("1 NaN 3; 0 0 0", "column 2 is 'NaN'"),
        ("1e308 0", "1e308"),
        ("1 2; 3", "row 2 has 1 column"),
        ("", "the kernel is empty"),
    ],
)
def test_a_bad_cell_gets_one_message_and_everything_stays(cells, words):
    page = opened("image_filters", {"filters_kernel": "custom", "filters_cells": cells, "filters_dilation": 2})
    assert [words in error.value for error in page.error] == [True]
    assert page.session_state["filters_cells"] == cells and page.session_state["filters_dilation"] == 2
    assert page.selectbox(key="filters_kernel").set_value("sharpen").run().error == []  # and the way out works


def test_a_kernel_larger_than_the_picture_says_so():
    wide = "; ".join(["1 " * 15] * 15)
    state = {"filters_kernel": "custom", "filters_cells": wide, "filters_border": "valid", "filters_dilation": 4}
    page = opened("image_filters", state | {"picture": "digit"})
    assert len(page.error) == 1 and "28x28" in page.error[0].value


def test_an_upload_replaces_the_sample_and_a_bad_one_replaces_nothing():
    page = opened("image_filters")
    page.file_uploader(key="picture_file").upload("mine.png", png()).run()
    assert not page.error and page.session_state["picture"] == "upload"
    assert traced(page)["panels"][1]["shape"] == [1, 30, 40]
    page.file_uploader(key="picture_file").upload("text.png", b"no picture at all").run()
    assert len(page.error) == 1 and "text.png" in page.error[0].value
    assert traced(page)["panels"][1]["shape"] == [1, 30, 40]  # the good picture is still there
    page.pills(key="picture").set_value("flower").run()
    assert traced(page)["panels"][1]["shape"] == [1, 342, 512]


@pytest.mark.parametrize("name", list(KERNELS))
def test_every_named_kernel_runs(name):
    page = opened("image_filters", CODE | {"filters_kernel": name, "picture": "digit"})
    assert not page.error
    expected = filter_image(to_grey(sample_image("digit")), KERNELS[name], ConvSpec((3, 3), padding=1, padding_mode="replicate"))
    assert torch.allclose(run_code(page)["result"], expected, atol=1e-5)


def test_a_message_shows_what_was_typed_as_it_was_typed():
    """As Markdown, a link's cell could make its reader's browser load a picture from anywhere."""
    page = opened("image_filters", {"filters_kernel": "custom", "filters_cells": "![a](http://e.x/y) $x$"})
    assert r"'!\[a\](http://e.x/y)'" in page.error[0].value


def test_downloads_come_and_go_with_a_kernel_that_fits():
    page = opened("image_filters", {"filters_kernel": "custom", "filters_cells": "1 x"})
    assert [button.label for button in page.get("download_button")] == []
    page.session_state["filters_cells"] = "1 2"
    page.run()
    assert [button.label for button in page.get("download_button")] == ["PNG", "Values"]


@pytest.mark.parametrize("state", [{"filters_sigma": "2.34"}, {"filters_sigma": 2.31, "filters_size": 12}, {"filters_size": 9}])
def test_numbers_of_a_link_become_the_nearest_step(state):
    page = opened("image_filters", {"filters_kernel": "Gaussian blur", "picture": "digit"} | state)
    dials = {dial["name"]: dial["value"] for dial in traced(page)["grid"]["dials"]}
    assert dials == {"sigma": 2.3 if "filters_sigma" in state else 1.5, "size": 11 if state.get("filters_size") == 12 else 9}
    kernel = kernel_from_text("; ".join(map(" ".join, traced(page)["grid"]["cells"])))
    assert torch.equal(kernel, gaussian(int(dials["size"]), dials["sigma"]))


@pytest.mark.parametrize(("value", "nearest"), [
    ("nan", 1.5), ("", 1.5), (None, 1.5), ([2], 1.5), ("1e400", 5.0), (-7, 0.3), ("0.96", 1.0), (5, 5.0),
])  # fmt: skip
def test_a_dial_takes_no_number_that_it_does_not_have(value, nearest):
    assert Dial("sigma", 0.3, 5.0, 0.1, 1.5).nearest(value) == pytest.approx(nearest, abs=1e-12)


@pytest.mark.parametrize(("text", "cells"), [
    ("1 2; 3", (("1", "2"), ("3", ""))),
    ("7 " * 40, (("7",) * 15,)),
    ("7;" * 40, (("7",),) * 15),
])  # fmt: skip
def test_the_grid_can_be_drawn_whatever_a_link_holds(text, cells):
    options = FilterOptions(colour=False, stride=1, dilation=1, border="zeros", flip=False, normalise=False, show="signed")
    assert options.grid(text).cells == cells


def test_the_first_traced_pixel_is_the_middle_one_of_the_strongest():
    values = torch.zeros(1, 5, 4)
    values[0, :, 2] = -3
    assert strongest(values) == (2, 2)
