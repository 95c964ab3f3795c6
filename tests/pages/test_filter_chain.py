"""The page Filter chain: its defaults, its cards, a damaged link, and its code."""

import pytest
import torch
import torch.nn.functional as F

from cnnviz.chain import MAX_STEPS, apply_chain, from_link
from cnnviz.images import sample_image, to_grey
from cnnviz.ui.chain_controls import FIRST
from tests.pages.opened import PYTORCH, opened, run_code

GREY = to_grey(sample_image("china", 512))


def test_it_opens_on_a_layer_by_hand():
    page = opened("filter_chain", {"chain_end": PYTORCH})
    assert torch.allclose(run_code(page)["result"], apply_chain(GREY, from_link(FIRST))[-1], atol=1e-5)


def test_cards_write_the_link():
    page = opened("filter_chain")
    page.selectbox(key="chain_kind_0").set_value("average pool").run()
    page.number_input(key="chain_size_0").set_value(3).run()
    steps = from_link(page.session_state["chain_steps"])
    assert torch.allclose(apply_chain(GREY, steps)[0], F.avg_pool2d(GREY, 3))
    page.selectbox(key="chain_kind_1").set_value("(remove this step)").run()
    assert len(from_link(page.session_state["chain_steps"])) == len(steps) - 1


def test_at_most_five_and_at_least_no_step():
    page = opened("filter_chain")
    page.button(key="chain_add").click().run()
    assert len(from_link(page.session_state["chain_steps"])) == MAX_STEPS and page.button(key="chain_add").disabled
    empty = opened("filter_chain", {"chain_steps": ""})
    assert not empty.error


def test_a_damaged_link_is_explained_and_can_be_mended():
    page = opened("filter_chain", {"chain_steps": "filter_Sobel x_k3*melt"})
    assert len(page.error) == 1 and "melt" in page.error[0].value
    assert page.text_input(key="chain_steps").value == "filter_Sobel x_k3*melt"
    assert not page.text_input(key="chain_steps").set_value("relu").run().error


def test_a_step_that_does_not_fit_names_itself():
    page = opened("filter_chain", {"chain_steps": "maxpool_k32_s32*maxpool_k32_s32"})
    assert len(page.error) == 1 and "step 2" in page.error[0].value


@pytest.mark.parametrize(("steps", "size", "apart"), [
    ("maxpool_k64_s1", 64, 1),
    ("filter_box 3", 3, 1),  # a filter without settings keeps the size, and reads 3 × 3 all the same
    ("filter_1 2; 3 4_k2*averagepool_k33_s33*relu", 34, 33),
])  # fmt: skip
def test_the_receptive_field_of_any_link(steps, size, apart):
    page = opened("filter_chain", {"chain_steps": steps})
    text = next(text.value for text in page.markdown if "depends on" in text.value)
    assert f"depends on {size} × {size} input" in text and f"{apart} px further right" in text


def test_the_cards_show_what_the_link_says():
    page = opened("filter_chain", {"chain_steps": "threshold_5000.0*maxpool_k60_s2"})
    assert page.number_input(key="chain_level_0").value == 5000 and page.number_input(key="chain_size_1").value == 60
    assert "is too large" in opened("filter_chain", {"chain_steps": "threshold_1e9"}).error[0].value
