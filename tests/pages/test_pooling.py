"""The page Pooling: its defaults, its extremes, a padding that does not fit, and its code."""

import pytest
import torch

from cnnviz.images import sample_image, to_grey
from tests.pages.opened import PYTORCH, opened, run_code


def test_it_opens_on_max_pooling_by_eight():
    page = opened("pooling", {"pooling_end": PYTORCH})
    expected = torch.nn.functional.max_pool2d(to_grey(sample_image("china", 512)), 8)
    assert torch.equal(run_code(page)["result"], expected)


@pytest.mark.parametrize("state", [
    {"pooling_size": 32, "pooling_stride": 1, "pooling_padding": 16, "pooling_mode": "average", "picture_size": 128},
    {"pooling_size": 1, "pooling_stride": 32, "pooling_ceil": True, "pooling_colour": True},
])  # fmt: skip
def test_extreme_settings(state):
    assert not opened("pooling", state).error


@pytest.mark.parametrize(("state", "words"), [
    ({"pooling_size": 4, "pooling_padding": 3}, "padding 3 is more than half"),
    ({"pooling_size": 32, "pooling_stride": 1, "picture": "digit"}, "28x28"),
])  # fmt: skip
def test_what_does_not_fit_is_explained_and_the_settings_stay(state, words):
    page = opened("pooling", state)
    assert len(page.error) == 1 and words in page.error[0].value
    assert page.slider(key="pooling_size").value == state["pooling_size"]


def test_the_answer_is_computed():
    page = opened("pooling", {"pooling_end": "Exercise"})
    assert "of 196" in page.markdown[-1].value and "of 4" in page.markdown[-1].value
