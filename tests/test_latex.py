"""The worked sum as LaTeX: its terms, its parts and its value."""

import re
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.bench.choice import Choice, choice_of
from cnnviz.latex import latex_number, worked_sum
from cnnviz.presets import PRESETS

PRINTED = "Guide 1.1: a convolution with numbers"


def test_the_printed_example() -> None:
    terms = r"3 \cdot 0 + 3 \cdot 1 + 2 \cdot 2 + 0 \cdot 2 + 0 \cdot 2 + 1 \cdot 0 + 3 \cdot 0 + 1 \cdot 1 + 2 \cdot 2"
    assert worked_sum(choice_of(PRESETS[PRINTED]).bench(), (0, 0, 0)) == f"y_{{0,0,0}} = {terms} = 12"
    assert worked_sum(choice_of(PRESETS["Max pooling 2x2"]).bench(), (0, 0, 0)) == r"y_{0,0,0} = \max(0, 1, 5, 6) = 6"
    assert worked_sum(choice_of(PRESETS["Mean pooling 2x2"]).bench(), (0, 0, 1)) == r"y_{0,0,1} = \frac{2 + 3 + 7 + 8}{4} = 5"


def value_of(text: str) -> float:
    """The sum that a line of LaTeX writes out, worked out from its own terms."""
    text = re.sub(r"\\underbrace\{(.*?)\}_\{\\text\{bias\}\}", r"\1", text)
    fraction = re.fullmatch(r"\\frac\{(.*)\}\{(\d+)\}", text)
    if fraction:
        return value_of(fraction[1]) / int(fraction[2])
    return eval(text.replace(r"\cdot", "*").replace(r"\max", "max"), {"max": lambda *values: max(values)})


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d", "Conv1d", "ConvTranspose1d", "MaxPool1d", "AvgPool1d"]),
    st.integers(1, 2), st.integers(0, 1), st.integers(1, 2), st.sampled_from([1, 2]), st.sampled_from(["", "-3"]), st.booleans(),
    st.sampled_from(["zeros", "reflect", "circular"]), st.integers(0, 50),
)  # fmt: skip
def test_the_terms_make_the_value(
    layer: str, stride: int, padding: int, dilation: int, groups: int, bias: str, counted: bool, mode: str, seed: int
) -> None:
    bench = Choice(
        layer, in_channels=2, out_channels=4, groups=groups, stride=(stride,) * 3, padding=(padding,) * 3,
        dilation=(dilation,) * 3, padding_mode=mode, bias=bias, seed=seed, count_include_pad=counted,
    ).bench()  # fmt: skip
    for place in list(product(*(range(n) for n in bench.output.shape)))[::7]:
        text = worked_sum(bench, place)
        value = float(bench.output[place])
        lines = text.replace("\\begin{aligned}\n", "").replace("\n\\end{aligned}", "").replace("&", "").split(" \\\\\n")
        for line in lines:
            written, result = line.split(" = ")[1:]
            assert value_of(written) == pytest.approx(float(result), abs=1e-3)
        assert lines[-1].split(" = ")[0] == f"y_{{{','.join(map(str, place))}}}"
        assert float(lines[-1].split(" = ")[-1]) == pytest.approx(value, abs=1e-4)


def test_bias_and_channels_are_named() -> None:
    text = worked_sum(Choice(in_channels=2, bias="-1", seed=3).bench(), (0, 1, 1))
    assert text.startswith("\\begin{aligned}\ns_{0} &= ")
    assert r"\underbrace{(-1)}_{\text{bias}}" in text
    assert latex_number(torch.tensor(-0.25)) == "-0.25" and latex_number(float("-inf")) == r"-\infty" and latex_number(-0.0) == "0"


def test_a_place_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="channel 1 is outside the output"):
        worked_sum(Choice().bench(), (1, 0, 0))
    with pytest.raises(ValueError, match="outside the output of size"):
        worked_sum(Choice().bench(), (0, 3, 0))
