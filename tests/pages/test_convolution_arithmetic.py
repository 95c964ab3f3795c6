"""The bench page under AppTest: defaults, presets, extremes, and settings that do not fit."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.presets import PRESETS
from cnnviz.ui.components.convolution_bench.desk import MOST_TYPED, Desk
from tests.pages.opened import APP, header_of, opened, run_code


def bench_page(numbers: dict[str, str] | None = None, **state: object) -> AppTest:
    """The page with these texts in its number fields and these widgets."""
    return opened("convolution_arithmetic", {"bench_numbers": numbers, **state} if numbers else state)


def shown(page: AppTest) -> dict[str, Any]:
    """The header of the one component on the page: what `pack` has put before the numbers."""
    (component,) = page.get("bidi_component")
    return header_of(component.proto)


def is_drawn(page: AppTest) -> bool:
    header = shown(page)
    drawn = bool(header.get("scenes") or header.get("entries") or header.get("volume"))
    assert drawn != bool(header["desk"]["message"])
    return drawn


def test_it_opens_on_the_printed_example() -> None:
    page = bench_page()
    assert not page.error and is_drawn(page)
    assert page.selectbox(key="preset").value == "Guide 1.1: a convolution with numbers"
    assert "The first output is 12" in page.caption[0].value
    labels = [[field["label"] for field in row] for row in shown(page)["desk"]["rows"]]
    assert labels == [["Input rows", "Input columns"], ["In channels", "Out channels"], ["Kernel", "Stride"],
                      ["Padding", "Dilation"], ["Groups"]]  # fmt: skip
    assert shown(page)["desk"]["rule"].endswith("+ 1 = 3")


@pytest.mark.parametrize("tab", ["Step by step", "As a matrix"])
@pytest.mark.parametrize("name", [*PRESETS][::6])
def test_presets_open_in_both_views(tab: str, name: str) -> None:
    page = bench_page(bench_tab=tab, preset=name)
    assert is_drawn(page) != ("pool" in PRESETS[name].kind and tab == "As a matrix")


def test_a_picked_preset_sets_every_control() -> None:
    page = bench_page({"stride_columns": "3"}, bench_input="random")
    before = shown(page)["desk"]["epoch"]
    page.selectbox(key="preset").set_value("Guide 4.7: transposed, odd").run()
    assert page.selectbox(key="bench_layer").value == "ConvTranspose2d"
    desk = shown(page)["desk"]
    assert desk["texts"]["output_padding_columns"] == "1" and desk["texts"]["stride_columns"] == "2"
    assert desk["epoch"] > before  # the browser takes them over
    assert is_drawn(page)


@pytest.mark.parametrize(
    ("numbers", "state", "said"),
    [
        ({"size_rows": "10000"}, {}, "input rows 10000 is more than"),
        ({"kernel_size_columns": "0"}, {}, "kernel_size 0 is too small"),
        ({"padding_columns": "-1"}, {}, "padding -1 is too small"),
        ({"stride_columns": "2.5"}, {}, "stride is 2.5: it must be a whole number: give 2 or 3"),
        ({"stride_columns": "two"}, {}, "stride is “two”, which is no number: give a whole number, 1 or more"),
        ({"stride_columns": ""}, {}, "stride is empty: give a whole number, 1 or more"),
        ({"padding_columns": "<b>$x$"}, {}, "padding is “<b>$x$”, which is no number"),
        ({"kernel_size_columns": "7"}, {}, "kernel_size 7 does not fit a 5x5 input"),
        ({"groups": "2", "in_channels": "3"}, {}, "groups 2 does not divide in_channels 3"),
        ({"output_padding_columns": "4"}, {"bench_layer": "ConvTranspose2d"}, "output_padding 4 must be below"),
        ({"size_depth": "1e3"}, {"bench_layer": "Conv3d"}, "input depth 1000 is more than"),
        ({}, {"bench_input": "typed", "bench_input_text": "1 2\nx 4"}, "row 2, column 1: 'x' is not a number"),
        ({}, {"bench_input": "typed", "bench_input_text": "1 2\n3"}, "row 2 has 1 number, row 1 has 2"),
    ],
)
@pytest.mark.parametrize("tab", ["Step by step", "As a matrix"])
def test_bad_settings_are_answered_and_kept(numbers: dict[str, str], state: dict[str, object], said: str, tab: str) -> None:
    page = bench_page(numbers, bench_tab=tab, **state)
    desk = shown(page)["desk"]
    assert said in desk["message"] and not page.error  # one message
    assert not is_drawn(page)
    assert desk["texts"].items() >= numbers.items()
    for key, value in state.items():
        assert page.session_state[key] == value


def test_a_way_out_is_offered() -> None:
    assert "padding 1" in shown(bench_page({"kernel_size_columns": "7"}))["desk"]["ways"]
    assert shown(bench_page({"stride_columns": "x"}))["desk"]["ways"] == ["stride 1"]


def test_a_link_opens_its_numbers_and_keeps_them() -> None:
    page = AppTest.from_file(APP, default_timeout=30).switch_page("pages/convolution_arithmetic.py")
    page.query_params["bench_stride_columns"] = "2"
    page.query_params["bench_padding_columns"] = "abc"
    page.run()
    assert shown(page)["desk"]["texts"]["stride_columns"] == "2"
    assert "padding is “abc”" in shown(page)["desk"]["message"]
    assert page.query_params["bench_padding_columns"] == "abc"
    page.selectbox(key="preset").set_value("Guide 4.7: transposed, odd").run()
    assert "bench_padding_columns" not in page.query_params


def test_rows_and_columns_have_numbers_of_their_own() -> None:
    page = bench_page({"stride_rows": "2", "apart": "true"})
    assert any(field["label"] == "Stride rows" for row in shown(page)["desk"]["rows"] for field in row)
    assert shown(page)["scenes"][0]["stride"] == [2, 1]


@pytest.mark.parametrize("sent", [None, 7, [], {}, {"epoch": 0}, {"epoch": 0, "texts": 3}, {"epoch": 1, "texts": {"stride": "2"}}])
def test_what_is_no_setting_is_not_taken(sent: object) -> None:
    assert Desk(texts={"stride": "1"}).checked(sent) is None


def test_of_a_setting_only_known_texts_are_taken() -> None:
    sent = {"epoch": 0, "texts": {"stride": "2" * 99, "padding": 3, "preset": "x"}}
    assert Desk(texts={"stride": "1", "padding": "0"}).checked(sent) == {"stride": "2" * MOST_TYPED}


def test_typed_numbers_decide_the_size() -> None:
    page = bench_page()
    page.text_area(key="bench_input_text").set_value("[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]").run()
    texts = shown(page)["desk"]["texts"]
    assert (texts["size_rows"], texts["size_columns"]) == ("3", "4")
    page.session_state["bench_numbers"] = {**page.session_state["bench_numbers"], "size_columns": "6"}
    page.run()
    assert shown(page)["scenes"][0]["input"]["shape"] == [1, 3, 6]


def test_extremes() -> None:
    large = {"size_rows": "16", "size_columns": "16", "in_channels": "4", "out_channels": "4", "padding_columns": "1"}
    page = bench_page(large, bench_weight="random")
    assert shown(page)["scenes"][0]["output"]["shape"] == [4, 16, 16]
    page = bench_page({"size_columns": "1", "kernel_size_columns": "1"}, bench_layer="Conv1d")
    assert shown(page)["scenes"][0]["output"]["shape"] == [1, 1, 1]
    page = bench_page(bench_layer="Conv3d")
    assert "Sliding box" in shown(page)["volume"]["picture"] and shown(page)["volume"]["places"] == 27
    assert "27 weights + 1 bias, 729 multiply-adds" in shown(page)["volume"]["caption"]


@pytest.mark.parametrize(("box", "at"), [(5, 5), (-1, 1), (10**9, 1), ("x", 1)])
def test_the_box_of_a_conv3d_goes_where_it_is_sent(box: object, at: int) -> None:
    page = bench_page(bench_layer="Conv3d", bench_animation={"box": box})
    assert shown(page)["volume"]["at"] == at


def test_the_sum_as_latex() -> None:
    page = bench_page(bench_animation={"worked": [0, 0, 0]})
    assert shown(page)["latex"].rstrip().endswith("12")
    assert shown(bench_page(bench_animation={"worked": [0, 9, 9]}))["latex"] == ""


def test_the_gif_is_made_on_demand() -> None:
    page = bench_page(bench_more=True)
    page.button(key="bench_film_make").click().run()
    assert not page.exception
    assert page.get("download_button")


def test_the_code_is_that_of_the_bench() -> None:
    page = bench_page({"stride_columns": "2"}, bench_more=True, bench_end="The same in PyTorch")
    assert "nn.Conv2d(1, 1, kernel_size=3, stride=2, bias=False)" in page.code[0].value
    page = bench_page({"stride_columns": "2"}, bench_more=True, bench_end="The same in PyTorch", bench_layer="Conv3d")
    assert tuple(run_code(page)["layer"](run_code(page)["x"]).shape) == (1, 1, 2, 2, 2)


def test_the_exercise_is_computed() -> None:
    page = bench_page(bench_more=True, bench_end="Exercise")
    answer = " ".join(text.value for text in page.markdown)
    assert "7×7 gives 4×4 and 8×8 gives 4×4 too" in answer and "returns 7×7" in answer and "makes it 8×8" in answer
