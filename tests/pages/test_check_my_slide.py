"""The page Check my slide: its opening slip, every example, bad text, extremes, and its code."""

import pytest
import torch

from cnnviz.matrix_text import parse_matrix
from cnnviz.presets import SLIPS
from cnnviz.ui.slide_form import OPENING, field_key
from tests.pages import opened as pages
from tests.pages.opened import PYTORCH, run_code

EDGE = OPENING["output"]
LOADABLE = [name for name, slip in SLIPS.items() if slip.claim]


def opened(state=None, example=EDGE):
    """The page with an example's fields as in `state`, {field: text}."""
    fields = {field_key(example, name): value for name, value in (state or {}).items()}
    return pages.opened("check_my_slide", fields | ({} if example == EDGE else {"slide_example": example}))


def drawn(page) -> str:
    """The verdict and its tables, as HTML."""
    return next(block.proto.body for block in page.get("html") if "verdict" in block.proto.body and "<table" in block.proto.body)


def test_it_opens_on_a_slip_of_the_notes_and_names_it():
    page = opened()
    assert 'class="verdict wrong"' in drawn(page) and "row 1, column 2 is −30, not 30, and 7 more differ" in drawn(page)
    assert any("Kernel flipped" in each.value for each in page.markdown)


@pytest.mark.parametrize("name", LOADABLE)
def test_every_example_loads_and_gets_its_verdict(name):
    page = opened(example=name)
    assert not page.error
    right = SLIPS[name].truth().right
    assert f'class="verdict {"right" if right else "wrong"}"' in drawn(page)


@pytest.mark.parametrize("state", [
    {"what": "size", "size_size": "10000 1", "size_kernel": "1", "size_stride": "9999 1",
     "size_claimed": "2 1"},
    {"kind": "conv1d", "output_input": "1 2 3", "output_weight": "1", "output_claim": "1\t2\t3"},
    {"what": "parameters", "kind": "max_pool", "parameters_claimed": "0"},
    {"kind": "max_pool", "output_kernel": "6", "output_claim": "[[10]]"},
    {"kind": "transposed2d", "output_input": "7", "output_weight": r"\begin{bmatrix}1&2\\3&4\end{bmatrix}",
     "output_claim": "np.array([[7, 14], [21, 28]])"},
])  # fmt: skip
def test_extreme_settings_that_are_right(state):
    page = opened(state)
    assert not page.error and 'class="verdict right"' in drawn(page)


@pytest.mark.parametrize(("state", "words"), [
    ({"output_input": "1 2\n3"}, "Input: row 2 has 1 number, row 1 has 2"),
    ({"output_weight": "1 0; 0 abc"}, "Kernel: row 2, column 2: 'abc' is not a number"),
    ({"output_claim": ""}, "The slide says: the matrix is empty"),
    ({"output_stride": "0"}, "stride is 0: give a number from 1 to 10,000"),
    ({"output_padding": "1.5"}, "padding is '1.5': give one whole number"),
    ({"output_stride": "10001"}, "stride is 10001: give a number from 1"),
    ({"output_weight": "\n".join(["1 " * 7] * 7)}, "kernel_size 7 does not fit a 6x6 input"),
    ({"what": "size", "size_kernel": "9"}, "kernel_size 9 does not fit a 7x7 input with padding 0"),
    ({"what": "size", "size_size": "7 7 7"}, "Input size is '7 7 7': give one whole number, or height and width"),
    ({"what": "parameters", "parameters_groups": "2"}, "groups 2 does not divide in_channels 3"),
    ({"kind": "conv1d"}, "Kernel: it has 3 rows"),
    ({"kind": "transposed2d", "output_output_padding": "1"}, "output_padding 1 must be below"),
])  # fmt: skip
def test_bad_text_is_named_and_stays(state, words):
    page = opened(state)
    assert len(page.error) == 1 and words in page.error[0].value
    fields = {each.key: each.value for each in [*page.text_input, *page.text_area]}
    for name, text in state.items():
        if name not in ("what", "kind"):
            assert fields[field_key(EDGE, name)] == text


def test_changing_what_is_claimed_loses_nothing():
    page = opened({"output_claim": "1 2"})
    page.segmented_control(key=field_key(EDGE, "what")).set_value("size").run()
    page.segmented_control(key=field_key(EDGE, "what")).set_value("output").run()
    assert page.text_area(key=field_key(EDGE, "output_claim")).value == "1 2"


def test_the_code_computes_what_the_page_says():
    page = pages.opened("check_my_slide", {"slide_end": PYTORCH})
    names = run_code(page)
    result = names["layer"](names["x"])[0, 0].detach()
    assert torch.equal(result, -torch.tensor(parse_matrix("0 30 30 0; 0 30 30 0; 0 30 30 0; 0 30 30 0")))


def test_the_answer_is_computed():
    page = pages.opened("check_my_slide", {"slide_end": "Exercise"})
    assert page.markdown[-1].value.startswith("12 of 16")  # the last column's windows begin on a 0
