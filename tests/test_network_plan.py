"""A self-built network: exact small plans, agreement with PyTorch's modules, the round trip, messages at the layer."""

import contextlib
import io

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.layer_table import layer_table, totals
from cnnviz.network_plan import EXAMPLES, MOST_LAYERS, NetworkPlan, PlanLayer, build, fit, parse_plan, pytorch_code

RESIDUAL = EXAMPLES["Small residual network"]


def test_a_plan_by_eye() -> None:
    plan = parse_plan("3x32x32 conv16k3s2p1 BN, relu max2 avg2s1 drop50 flatten lin10")
    assert plan.input_shape == (3, 32, 32)
    assert plan.layers[0] == PlanLayer("conv", 16, 3, 2, 1) and plan.layers[5] == PlanLayer("drop", 50)
    assert plan.names == ["conv1", "bn1", "relu1", "pool1", "pool2", "drop1", "flatten1", "fc1"]
    assert fit(plan) == ([*[(16, 16, 16)] * 3, (16, 8, 8), *[(16, 7, 7)] * 2, (784,), (10,)], None)
    assert str(plan) == "3x32x32 conv16k3s2p1 bn relu max2 avg2s1 drop50 flatten lin10"


def test_a_layer_keeps_only_what_its_kind_has() -> None:
    assert PlanLayer("relu", 7, 3, 1, 1) == PlanLayer("relu")
    assert PlanLayer("max", 7, 2, 2) == PlanLayer("max", 0, 2, 2)
    assert hash(parse_plan(RESIDUAL)) == hash(parse_plan(RESIDUAL))


def test_the_modern_lenet_of_the_course_built_again() -> None:
    plan = parse_plan(EXAMPLES["LeNet, modern"])
    assert totals(layer_table(build(plan), plan.input_shape)).parameters == 61_706


def test_a_skip_adds_what_its_layer_made() -> None:
    plan = parse_plan("1x1x2 relu conv1k1 skip1 skip0")
    network = build(plan)
    with torch.no_grad():
        network.conv1.weight.fill_(10)
        network.conv1.bias.fill_(1)
    assert network(torch.tensor([[[[2.0, -3.0]]]])).flatten().tolist() == [(20 + 1) + 2 + 2, (0 + 1) + 0 - 3]
    rows = {row.name: row for row in layer_table(network, plan.input_shape)}
    assert rows["add1"].inputs == ("conv1", "relu1") and rows["add1"].kind == "Add"


KINDS = st.one_of(
    st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2)).map(lambda n: PlanLayer("conv", *n)),
    st.tuples(st.sampled_from(["max", "avg"]), st.integers(2, 3), st.integers(1, 3), st.integers(0, 1)).map(
        lambda n: PlanLayer(n[0], 0, *n[1:])
    ),
    st.sampled_from(["bn", "relu", "gap", "flatten"]).map(PlanLayer),
    st.builds(PlanLayer, st.just("drop"), st.integers(0, 99)),
    st.builds(PlanLayer, st.just("lin"), st.integers(1, 9)),
    st.builds(PlanLayer, st.just("skip"), st.integers(0, 5)),
)
PLANS = st.builds(
    NetworkPlan,
    st.tuples(st.integers(1, 3), st.integers(4, 12), st.integers(4, 12)),
    st.lists(KINDS, min_size=1, max_size=7).map(tuple),
)


@given(PLANS)
@settings(max_examples=200, deadline=None)
def test_text_and_back(plan: NetworkPlan) -> None:
    assert parse_plan(str(plan)) == plan


@given(PLANS)
@settings(max_examples=150, deadline=None)
def test_what_fits_is_what_pytorch_runs(plan: NetworkPlan) -> None:
    shapes, fault = fit(plan)
    begun = NetworkPlan(plan.input_shape, plan.layers[: len(shapes)]) if shapes else None
    if begun:
        network = build(begun).eval()
        outputs: list[tuple[int, ...]] = []
        for module in network.children():
            module.register_forward_hook(lambda module, args, output: outputs.append(tuple(output.shape[1:])))
        network(torch.zeros(1, *plan.input_shape))
        assert outputs == shapes
    if fault:
        assert fault.startswith(f"layer {len(shapes) + 1}, ")
        with pytest.raises(ValueError, match=f"layer {len(shapes) + 1}"):
            build(plan)


@given(PLANS.filter(lambda plan: fit(plan).fault is None))
@settings(max_examples=60, deadline=None)
def test_the_code_builds_the_same_network(plan: NetworkPlan) -> None:
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(pytorch_code(plan), names)
    network, own = names["network"], build(plan).eval()
    assert {n: p.shape for n, p in network.named_parameters()} == {n: p.shape for n, p in own.named_parameters()}
    assert printed.getvalue().splitlines()[-1] == f"{(1, *fit(plan).shapes[-1])} {sum(p.numel() for p in own.parameters())}"
    network.load_state_dict(own.state_dict())
    x = torch.rand(2, *plan.input_shape)
    torch.testing.assert_close(network(x), own(x))
    assert [type(m) for m in network.children()] == [type(m) for m in own.children() if type(m).__module__.startswith("torch")]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples(name: str) -> None:
    plan = parse_plan(EXAMPLES[name])
    assert str(plan) == EXAMPLES[name]
    assert (fit(plan).fault is not None) == ("not fit" in name)
    if fit(plan).fault is None:
        assert isinstance(build(plan), nn.Module) and fit(plan).shapes[-1] == (10,)


@pytest.mark.parametrize(("text", "message"), [
    ("conv3k3", "the network begins with 'conv3k3': begin with the input"),
    ("", "the network begins with ''"),
    ("3x32x32", "the network has 0 layers"),
    ("0x32x32 relu", "the input is 0x32x32: give 1 to 4,096 channels"),
    ("3x32x32 relu conf16", "layer 2: 'conf16' is no layer"),
    ("3x32x32 conv16", "layer 1: 'conv16': write it like conv16k3s2p1"),
    ("3x32x32 conv16k3k5", "layer 1: 'conv16k3k5': write it like"),
    ("3x32x32 relu5", "layer 1: 'relu5': write it like relu"),
    ("3x32x32 lin", "layer 1: 'lin': write it like lin10"),
    ("3x32x32 max2k3", "layer 1: 'max2k3': write it like max2 or"),
    ("3x32x32 conv0k3", "layer 1: the out_channels is 0: give 1 to 4,096"),
    ("3x32x32 drop100", "layer 1: the rate, in per cent, is 100: give 0 to 99"),
    ("3x32x32 max2p2", "layer 1: padding 2 is more than half"),
    ("3x32x32" + " relu" * (MOST_LAYERS + 1), f"give 1 to {MOST_LAYERS}"),
])  # fmt: skip
def test_text_that_is_no_network(text: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_plan(text)
    assert message in str(error.value)


@pytest.mark.parametrize(("text", "message"), [
    ("3x8x8 relu conv4k9", "layer 2, convolution: kernel_size 9 does not fit a 8x8 input"),
    ("3x8x8 lin10", "layer 1, linear: it takes a vector and gets maps, 3x8x8: put flatten before it"),
    ("3x8x8 flatten max2", "layer 2, max pooling: it takes maps and gets 192 numbers: put it before flatten"),
    ("3x8x8 flatten gap", "layer 2, global average pooling: it takes maps"),
    ("3x8x8 relu max2 skip1", "layer 3, skip: it cannot add 3x8x8, from layer 1, to 3x4x4"),
    ("3x8x8 relu skip1", "layer 2, skip: it adds the output of layer 1: give one of 0 (the input) to 0"),
    ("3x8x8 relu skip9", "layer 2, skip: it adds the output of layer 9"),
    ("3x8x8 skip0", "layer 1, skip: it adds the output of layer 0: give a layer before it"),
    ("3x2000x2000 flatten lin4096", "layer 2, linear: it would have 49,152,000,000 weights"),
    ("3x2000x2000 conv4096k1", "layer 1, convolution: it would make 16,384,000,000 numbers"),
])  # fmt: skip
def test_a_layer_that_does_not_fit_is_explained(text: str, message: str) -> None:
    assert message in str(fit(parse_plan(text)).fault)
    with pytest.raises(ValueError):
        pytorch_code(parse_plan(text))
