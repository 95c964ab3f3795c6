"""Chains of operations: a worked example, agreement with the loops, the link, error messages."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cnnviz.chain import KINDS, MAX_STEPS, Step, apply_chain, from_link, pool_image, to_link
from cnnviz.convolution import PADDING_MODES, ConvSpec, output_size, pool
from cnnviz.kernels import KERNELS, filter_image, kernel_from_text, sobel

MANY = settings(max_examples=300, deadline=None, database=None)
HALVE = ConvSpec(2, stride=2)
TABLE = [[0.0, 1, 2, 3], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]


def test_pooling_of_the_printed_table() -> None:
    image = torch.tensor([TABLE])
    assert pool_image(image, HALVE)[0].tolist() == [[6, 8], [3, 4]]
    assert pool_image(image, HALVE, "average")[0].tolist() == [[3, 5], [2, 2]]


def test_a_chain_of_all_kinds_by_eye() -> None:
    steps = [
        Step("filter", "-1 1", ConvSpec((1, 2))),
        Step("relu"),
        Step("max pool", spec=ConvSpec((2, 1), stride=(2, 1))),
        Step("average pool", spec=ConvSpec((1, 3))),
        Step("threshold", level=0.5),
    ]
    image = torch.tensor([[[0.0, 1, 1, 3], [2, 2, 0, 0]]])
    pictures = [picture[0].tolist() for picture in apply_chain(image, steps)]
    assert pictures == [
        [[1, 0, 2], [0, -2, 0]],
        [[1, 0, 2], [0, 0, 0]],
        [[1, 0, 2]],
        [[1]],
        [[1]],
    ]
    assert apply_chain(image, []) == []
    assert apply_chain(image, [Step("threshold", level=1.0)])[0][0].tolist() == [[0, 0, 0, 1], [1, 1, 0, 0]]


def test_the_detector_of_the_course_filter_then_the_largest_score() -> None:
    angle = KERNELS["diagonal angle"][None]
    steps = [Step("filter", "diagonal angle", ConvSpec(3)), Step("max pool", spec=ConvSpec(1))]
    assert apply_chain(angle, steps)[-1].item() == pytest.approx(2.49, abs=1e-6)


def test_a_step_uses_named_kernels_typed_kernels_and_the_flip() -> None:
    image = torch.rand(1, 12, 12, generator=torch.Generator().manual_seed(0))
    spec = ConvSpec(3, padding=1, padding_mode="replicate")
    assert torch.equal(apply_chain(image, [Step("filter", "Sobel x", spec)])[0], sobel(image).gx)
    (typed,) = apply_chain(image, [Step("filter", "1/3, 1; 0, -1", flip=True)])
    assert torch.equal(typed, filter_image(image, kernel_from_text("1/3 1; 0 -1"), flip=True))


@st.composite
def poolings(draw: st.DrawFn) -> tuple[Tensor, ConvSpec, str]:
    mode = draw(st.sampled_from(["max", "average"]))
    pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
    size = draw(pairs)
    padding = tuple(draw(st.integers(0, side // 2)) for side in size)
    dilation = draw(st.integers(1, 2)) if mode == "max" else 1
    spec = ConvSpec(size, draw(pairs), padding, dilation, ceil_mode=draw(st.booleans()))
    height, width = draw(st.integers(8, 14)), draw(st.integers(8, 14))
    return torch.randn(2, height, width, generator=torch.Generator().manual_seed(draw(st.integers(0, 99)))), spec, mode


@given(poolings())
@MANY
def test_pooling_equals_the_explicit_loop(drawn: tuple[Tensor, ConvSpec, str]) -> None:
    image, spec, mode = drawn
    found = pool_image(image, spec, mode)
    assert found.shape[1:] == output_size(spec, image.shape[1:])
    assert torch.allclose(found, pool(image, spec, mode).values, atol=1e-6)


# The link

sides = st.one_of(st.integers(1, 9), st.tuples(st.integers(1, 9), st.integers(1, 9)))
specs = st.builds(
    ConvSpec,
    sides,
    stride=sides,
    padding=st.integers(0, 9),
    dilation=sides,
    padding_mode=st.sampled_from(PADDING_MODES),
)
pool_specs = st.builds(ConvSpec, st.integers(4, 9), stride=sides, padding=st.integers(0, 2), ceil_mode=st.booleans())
kernels = st.one_of(st.sampled_from(sorted(KERNELS)), st.just("1/9 -2; ·, x\t_*%+\n−"), st.text(max_size=20))
steps_drawn = st.lists(
    st.one_of(
        st.builds(Step, st.just("filter"), kernels, st.one_of(st.none(), specs), st.booleans()),
        st.builds(Step, st.sampled_from(["max pool", "average pool"]), spec=pool_specs),
        st.just(Step("relu")),
        st.builds(Step, st.just("threshold"), level=st.floats(-1e6, 1e6)),
    ),
    max_size=MAX_STEPS,
)


@given(steps_drawn)
@MANY
def test_a_chain_survives_its_link(steps: list[Step]) -> None:
    assert from_link(to_link(steps)) == steps


def test_a_link_is_short_and_readable() -> None:
    steps = [
        Step("filter", "Sobel x", ConvSpec(3, padding=1, padding_mode="replicate"), flip=True),
        Step("relu"),
        Step("max pool", spec=ConvSpec((2, 3), stride=2, ceil_mode=True)),
        Step("threshold", level=0.25),
    ]
    assert to_link(steps) == "filter_Sobel x_flip_k3_p1_replicate*relu*maxpool_k2x3_s2x2_ceil*threshold_0.25"
    assert to_link([]) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "fliter_Sobel x",
            "the link is damaged at step 1, 'fliter_Sobel x': 'fliter' is no operation; there are filter, max",
        ),
        ("relu*", "damaged at step 2, ''"),
        ("relu*filter", "damaged at step 2, 'filter': a filter needs a kernel"),
        ("threshold", "a threshold needs a level"),
        ("threshold_big", "the level 'big' is no number"),
        ("threshold_nan", "the level nan is no number"),
        ("maxpool", "max pool needs the size of its window"),
        ("maxpool_s2", "the kernel_size is missing, for example k3"),
        ("maxpool_k2_kk", "'kk' is no setting of max pool"),
        ("maxpool_k2_p9", "padding 9 is more than half of the pooling's kernel_size 2"),
        ("maxpool_k2_reflect", "does not go with pooling"),
        ("averagepool_k2_d2", "dilation 2 does not go with average pooling"),
        ("maxpool_k2_flip", "'flip' is no setting of max pool"),
        ("filter_Sobel x_k0", "kernel_size 0 is too small"),
        ("filter_Sobel x_k3_p9999", "padding 9999 is too large for a step of a chain: give 64 or less"),
        ("filter_Sobel x_k3_p99999", "'p99999' is no setting of filter"),
        ("filter_Sobel x_k3_ceil", "ceil_mode=False"),
        ("relu_k3", "relu has no settings"),
        ("*".join(["relu"] * 6), "a chain has at most 5 steps, not 6"),
    ],
)
def test_a_damaged_link_says_where(text: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        from_link(text)
    assert message in str(raised.value)


@given(st.text(alphabet="filterSobl x_k3sp1*relumaxpoon-.ceh%0", max_size=40))
@MANY
def test_any_damage_is_a_value_error(text: str) -> None:
    try:
        steps = from_link(text)
    except ValueError:
        return
    assert from_link(to_link(steps)) == steps


# Error messages


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Step("relu"), Step("filter", "1 x")], "step 2 (filter with its own kernel): row 1, column 2 is 'x'"),
        ([Step("filter", "")], "step 1 (filter with its own kernel): the kernel is empty"),
        ([Step("filter", "Sobel x", ConvSpec(5))], "step 1 (filter Sobel x): the kernel has the size (3, 3)"),
        (
            [Step("max pool", spec=HALVE)] * 3,
            "step 3 (max pool): kernel_size 2 does not fit a 1x2 input with padding 0",
        ),
        ([Step("relu")] * 6, "a chain has at most 5 steps, not 6"),
        (
            [Step("filter", "1e6 1e6 1e6 1e6")] * 5,
            "step 5 (filter with its own kernel): some values are no longer finite numbers: make the kernels smaller",
        ),
    ],
)
def test_errors_name_the_step(steps: list[Step], message: str) -> None:
    image = torch.full((1, 4, 8), 1e6)
    with pytest.raises(ValueError) as raised:
        apply_chain(image, steps)
    assert message in str(raised.value)


def test_impossible_steps_are_refused() -> None:
    for kind in KINDS:
        assert Step(kind, spec=HALVE).kind == kind
    with pytest.raises(ValueError, match="the step 'blur' is unknown: it must be one of filter, max pool"):
        Step("blur")
    with pytest.raises(ValueError, match="max pool needs the size of its window"):
        Step("max pool")
    with pytest.raises(ValueError, match="groups=1"):
        Step("filter", "identity", ConvSpec(3, groups=3))
    with pytest.raises(ValueError, match="is for 3 dimensions"):
        Step("max pool", spec=ConvSpec((2, 2, 2)))
    with pytest.raises(ValueError, match="the level inf is no number"):
        Step("threshold", level=math.inf)
    with pytest.raises(ValueError, match="the level 2e\\+06 is too large: a level lies between -1,000,000 and 1,000,000"):
        Step("threshold", level=2e6)
