"""The page Edges (Sobel): its defaults, its extremes, its code, and its computed answer."""

import pytest
import torch

from cnnviz.images import sample_image, to_grey
from cnnviz.kernels import sobel
from tests.pages.opened import PYTORCH, opened, run_code


def test_it_opens_on_four_pictures():
    page = opened("edges", {"edges_end": PYTORCH})
    expected = torch.cat(sobel(to_grey(sample_image("china", 512))))
    assert torch.allclose(run_code(page)["result"], expected, atol=1e-5)


@pytest.mark.parametrize("state", [
    {"edges_border": "valid", "edges_threshold": 4.0, "picture": "digit"},
    {"edges_border": "circular", "edges_threshold": 0.0, "picture": "zone plate", "picture_size": 1024},
])  # fmt: skip
def test_extreme_settings(state):
    page = opened("edges", state)
    assert not page.error


def test_the_answer_is_computed():
    page = opened("edges", {"edges_end": "Exercise"})
    answer = page.markdown[-1].value
    assert "= 4$" in answer and "-4" in answer and "0°" in answer
