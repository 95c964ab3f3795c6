"""Claims of slides: the verdict, the first difference, and the slip that gives the claimed value."""

from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some

from cnnviz.convolution import ConvSpec
from cnnviz.presets import SLIPS
from cnnviz.slide_check import KINDS, Claim, agree, check, pytorch_code, truth, worked_sum
from cnnviz.slide_check import SLIPS as COMMON

SLOW_OR_SIFTED = [HealthCheck.filter_too_much, HealthCheck.too_slow]
FEWER = settings(max_examples=100, deadline=None, database=None, suppress_health_check=SLOW_OR_SIFTED)

EDGE = ((10.0, 10.0, 10.0, 0.0, 0.0, 0.0),) * 6
VERTICAL = ((1.0, 0.0, -1.0),) * 3


def edge(claimed: list[list[float]]) -> Claim:
    return Claim("conv2d", "output", ConvSpec(3), tuple(map(tuple, claimed)), EDGE, VERTICAL)


def test_a_right_claim() -> None:
    verdict = check(edge([[0, 30, 30, 0]] * 4))
    assert verdict.right and not verdict.rounded and verdict.first_difference is None and verdict.slips == []


def test_the_first_difference_in_reading_order() -> None:
    claimed = [[0.0, 30, 30, 0] for _ in range(4)]
    claimed[1][2], claimed[2][0] = 31, 7
    verdict = check(edge(claimed))
    assert not verdict.right
    assert [d.place for d in verdict.differences] == [(1, 2), (2, 0)]
    first = verdict.first_difference
    assert first is not None and (first.claimed, first.computed) == (31, 30)


def test_another_shape_differs_where_one_of_the_two_ends() -> None:
    first = check(edge([[0, 30, 30]] * 4)).first_difference
    assert first is not None and (first.place, first.claimed, first.computed) == ((0, 3), None, 0)


@pytest.mark.parametrize(
    ("claimed", "computed", "right"),
    [(2.0, 2.0, True), (1.67, 5 / 3, True), (1.7, 5 / 3, True), (1.66, 5 / 3, False), (2.0, 5 / 3, False),
     (54.0, 54.25, False), (2.43, 2.49, False), (0.1 + 0.2, 0.3, True), (5 / 3, 5 / 3, True), (1e6, 1e6 + 1, False)],
)  # fmt: skip
def test_a_number_may_be_rounded_to_its_own_decimals_only(claimed: float, computed: float, right: bool) -> None:
    assert agree(claimed, computed) is right


NOTES_SLIPS = {  # the slips of the notes that are one of the common ones
    "Exercise: convolve, then pool": "pooling stride default",
    "Edge by the formula": "kernel flipped",
    "Size without floor": "missing floor",
    "Order of a picture's sides": "height and width swapped",
    "(X - F) / (S + 1), stride 1": "(X - F) / (S + 1)",
    "(X - F) / (S + 1), stride 2": "(X - F) / (S + 1)",
    "(X - F) / (S + 1), stride 3": "(X - F) / (S + 1)",
    "Pad until it fits": "ceil instead of floor",
    "Sobel on a step": "kernel flipped",
    "AlexNet's input": "ceil instead of floor",
    "Channels in the count": "weights without the input channels",
}


@pytest.mark.parametrize("name", NOTES_SLIPS)
def test_the_slips_of_the_notes_are_recognised(name: str) -> None:
    claim = SLIPS[name].claim
    assert claim is not None
    verdict = check(claim)
    assert not verdict.right and NOTES_SLIPS[name] in [slip.name for slip in verdict.slips]


def test_the_true_convolution_of_the_notes_forward_example_is_a_flipped_kernel() -> None:
    forward = SLIPS["Forward by hand"].claim
    assert forward is not None and check(forward).right
    flipped = replace(forward, claimed=((45.0, 57.0, 69.0), (43.0, 39.0, 35.0), (21.0, 25.0, 29.0)))
    assert [slip.name for slip in check(flipped).slips] == ["kernel flipped"]


# --- properties over random layers ----------------------------------------------------------------------------------


def rows(draw: some.DrawFn, height: int, width: int) -> tuple[tuple[float, ...], ...]:
    row = some.lists(some.integers(-9, 9).map(float), min_size=width, max_size=width).map(tuple)
    return tuple(draw(some.lists(row, min_size=height, max_size=height)))


@some.composite
def claims(draw: some.DrawFn) -> Claim:
    """A claim with settings that may not fit; what it claims is one number."""
    kind, what = draw(some.sampled_from(list(KINDS))), draw(some.sampled_from(list(COMMON)))
    layer = KINDS[kind]

    def pair(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(some.integers(low, high)) for _ in range(layer.dimensions))

    kernel = pair(1, 3)
    try:
        spec = ConvSpec(
            kernel, pair(1, 3), padding=pair(0, 2), dilation=1 if layer.mode == "average" else pair(1, 2),
            output_padding=pair(0, 1) if layer.transposed else 0, transposed=layer.transposed,
            groups=draw(some.sampled_from([1, 2])) if what == "parameters" and not layer.mode else 1,
        )  # fmt: skip
        height = draw(some.integers(1, 6)) if layer.dimensions == 2 else 1
        claim = Claim(
            kind, what, spec, ((0.0,),), rows(draw, height, draw(some.integers(1, 6))),
            None if layer.mode else rows(draw, kernel[0] if layer.dimensions == 2 else 1, kernel[-1]),
            float(draw(some.integers(-2, 2))), pair(1, 9), 2 * draw(some.integers(1, 4)), 2 * draw(some.integers(1, 4)),
            draw(some.booleans()),
        )  # fmt: skip
        truth(claim)
    except ValueError:
        assume(False)
    return claim


@FEWER
@given(claims())
def test_what_the_engine_computes_is_right(claim: Claim) -> None:
    verdict = check(replace(claim, claimed=truth(claim)))
    assert verdict.right and verdict.computed == truth(claim)


@FEWER
@given(claims(), some.data())
def test_what_a_slip_gives_is_recognised_as_that_slip(claim: Claim, data: some.DataObject) -> None:
    slip = data.draw(some.sampled_from(COMMON[claim.what]))
    try:
        value = slip.value(claim)
    except ValueError:
        value = None
    assume(value is not None)
    assert value is not None
    verdict = check(replace(claim, claimed=value))
    assert verdict.right or slip.name in [found.name for found in verdict.slips]


@FEWER
@given(claims())
def test_the_code_prints_what_the_engine_computes(claim: Claim) -> None:
    printed: list[object] = []
    exec(pytorch_code(claim), {"print": printed.append})
    result = printed[0]
    expected = truth(claim)
    if claim.what == "output":
        assert isinstance(result, torch.Tensor)
        torch.testing.assert_close(result.detach().double().reshape(len(expected), -1), torch.tensor(expected).double())
    else:
        assert tuple(map(float, result if claim.what == "size" else [result])) == expected[0]  # type: ignore[arg-type, list-item]


@FEWER
@given(claims(), some.data())
def test_the_worked_sum_ends_in_the_output(claim: Claim, data: some.DataObject) -> None:
    claim = replace(claim, what="output") if claim.what != "output" else claim
    try:
        output = truth(claim)
    except ValueError:
        assume(False)
    place = (data.draw(some.integers(0, len(output) - 1)), data.draw(some.integers(0, len(output[0]) - 1)))
    left, right = worked_sum(claim, place).replace("−", "-").replace("·", "*").split(" = ")
    number = float(right) if "/" not in right else eval(right)
    assert number == pytest.approx(output[place[0]][place[1]], abs=1e-5)
    assert eval(left.replace("max(", "max([").replace(")", "])") if "max" in left else left) == pytest.approx(number, abs=1e-5)


@pytest.mark.parametrize("what", COMMON)
def test_each_slip_has_a_case_of_its_own(what: str) -> None:
    """Every slip function gives, for some layer, a value that no other slip of another name gives."""
    alone = set()
    for claim in EXAMPLES[what]:
        for slip in COMMON[what]:
            value = slip.value(claim)
            if value is not None and value != truth(claim):
                names = {found.name for found in check(replace(claim, claimed=value)).slips}
                alone |= {slip.name} if names == {slip.name} else set()
    assert alone == {slip.name for slip in COMMON[what]}


X = tuple(tuple(float((3 * r * r + 5 * c + r * c) % 11) for c in range(6)) for r in range(5))
K = ((1.0, 2.0, -1.0), (0.0, 3.0, 5.0), (4.0, -2.0, 7.0))
EXAMPLES = {
    "output": [
        Claim("conv2d", "output", ConvSpec(3, padding=1, dilation=1), ((0.0,),), X, K, 2.0),
        Claim("conv2d", "output", ConvSpec(3, stride=2, padding=1), ((0.0,),), X, K),
        Claim("conv2d", "output", ConvSpec(3, padding=2, dilation=2), ((0.0,),), X, K),
        Claim("transposed2d", "output", ConvSpec(3, stride=2, output_padding=1, transposed=True), ((0.0,),), X, K),
        Claim("max_pool", "output", ConvSpec(2), ((0.0,),), X),
        Claim("average_pool", "output", ConvSpec(2), ((0.0,),), X),
    ],
    "size": [
        Claim("conv2d", "size", ConvSpec(4, stride=3, padding=1), ((0.0,),), input_size=(20, 31)),
        Claim("conv2d", "size", ConvSpec(3, padding=1, dilation=3), ((0.0,),), input_size=(17, 30)),
        Claim("conv2d", "size", ConvSpec(3, padding=4), ((0.0,),), input_size=(17, 30)),
        Claim("transposed2d", "size", ConvSpec(3, stride=2, output_padding=1, transposed=True), ((0.0,),),
              input_size=(5, 9)),
        Claim("max_pool", "size", ConvSpec(3, stride=2), ((0.0,),), input_size=(20, 31)),
    ],
    "parameters": [
        Claim("conv2d", "parameters", ConvSpec(5, groups=2), ((0.0,),), in_channels=6, out_channels=8),
        Claim("conv2d", "parameters", ConvSpec(5), ((0.0,),), in_channels=6, out_channels=8, has_bias=False),
        Claim("max_pool", "parameters", ConvSpec(2), ((0.0,),), in_channels=6),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("conv4d", "size", ConvSpec(3), ((3.0,),)), "the kind is 'conv4d': it must be one of conv2d, conv1d"),
        (("conv2d", "colour", ConvSpec(3), ((3.0,),)), "what is claimed is 'colour'"),
        (("transposed2d", "size", ConvSpec(3), ((3.0,),)), "transposed=False, which is not a transposed2d"),
        (("conv2d", "size", ConvSpec(3), ((3.0, 3.0, 3.0),), None, None, 0.0, (7, 7)), "the claimed size has 3 numbers"),
        (("conv2d", "size", ConvSpec(3), ((3.0,),), None, None, 0.0, (7,)), "the input size is (7,): give 2"),
        (("conv2d", "output", ConvSpec(3), ((3.0,),)), "give the input and the kernel"),
        (("conv2d", "parameters", ConvSpec(3), ((3.0, 4.0),)), "the claimed count has 2 numbers: give one"),
        (("conv2d", "parameters", ConvSpec(3, groups=4), ((3.0,),)), "groups 4 does not divide in_channels 1"),
        (("conv1d", "output", ConvSpec(1), ((3.0,),), ((1.0,), (2.0,)), ((1.0,),)), "the input has 2 rows"),
    ],
)
def test_a_claim_that_says_nothing_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError) as error:
        Claim(*arguments)
    assert message in str(error.value)


def test_a_layer_that_does_not_fit_is_a_message() -> None:
    with pytest.raises(ValueError, match="kernel_size 7 does not fit a 5x5 input"):
        check(Claim("conv2d", "size", ConvSpec(7), ((1.0,),), input_size=(5, 5)))
