"""Convolution and pooling: worked examples, agreement with PyTorch over all options, properties, error messages."""

import dataclasses
import itertools
import math
from collections import Counter
from collections.abc import Callable

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.convolution import (
    PADDING_MODES,
    ConvSpec,
    convolve,
    equivalent_forward,
    equivalent_weight,
    nearest_fits,
    output_size,
    pad_input,
    pool,
    pooling_call,
    pytorch_call,
    stretched,
    unread,
    window,
)

MANY = settings(max_examples=1000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
EACH = settings(MANY, max_examples=400)  # of each kind
FEWER = settings(MANY, max_examples=300)


def matrix_of(rows: list[list[float]]) -> Tensor:
    return torch.tensor([rows], dtype=torch.float64)  # (1, height, width)


# ---- exact small cases -----------------------------------------------------------------------------------------------


def test_vertical_edge_of_tens_and_zeros_gives_0_30_30_0() -> None:
    image = matrix_of([[10, 10, 10, 0, 0, 0]] * 6)
    kernel = matrix_of([[1, 0, -1]] * 3)[None]
    assert convolve(image, kernel, ConvSpec(3)).tolist() == [[[0, 30, 30, 0]] * 4]
    true_convolution = convolve(image, kernel.flip(2, 3), ConvSpec(3))
    assert true_convolution.tolist() == [[[0, -30, -30, 0]] * 4]


def test_first_output_of_the_five_by_five_example_is_12() -> None:
    # The input and kernel of figure 1 in Dumoulin and Visin, arXiv 1603.07285.
    image = matrix_of([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
    kernel = matrix_of([[0, 1, 2], [2, 2, 0], [0, 1, 2]])[None]
    assert convolve(image, kernel, ConvSpec(3)).tolist() == [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]


def test_four_by_four_with_a_two_by_two_kernel() -> None:
    image = matrix_of([[0, 1, 2, 3], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    kernel = matrix_of([[3, 5], [2, 2]])[None]
    assert convolve(image, kernel, ConvSpec(2)).tolist() == [[[27, 39, 51], [55, 59, 63], [25, 21, 17]]]
    flipped = convolve(image, kernel.flip(2, 3), ConvSpec(2))
    assert flipped.tolist() == [[[45, 57, 69], [43, 39, 35], [21, 25, 29]]]


def test_pooling_table() -> None:
    image = matrix_of([[0, 1, 2, 3], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    largest = pool(image, ConvSpec(2, stride=2))
    assert largest.values.tolist() == [[[6, 8], [3, 4]]]
    assert largest.winners is not None and largest.winners.tolist() == [[[5, 7], [8, 15]]]
    assert pool(image, ConvSpec(2, stride=2), "average").values.tolist() == [[[3, 5], [2, 2]]]


def test_max_pooling_with_stride_one_of_figure_8() -> None:
    image = matrix_of([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
    assert pool(image, ConvSpec(3)).values.tolist() == [[[3, 3, 3], [3, 3, 3], [3, 2, 3]]]


def test_one_dimension_of_length_5_to_length_3() -> None:
    x = torch.tensor([[1.0, 2, 3, 4, 5]])
    assert convolve(x, torch.tensor([[[1.0, 10, 100]]]), ConvSpec(3)).tolist() == [[321, 432, 543]]


def test_the_diagonal_detector_scores_its_match_and_a_mismatch() -> None:
    detector = (0.1 + 0.8 * torch.eye(3, dtype=torch.float64))[None, None]
    match = convolve(detector[0], detector, ConvSpec(3)).item()
    mismatch = convolve(detector[0].flip(2), detector, ConvSpec(3)).item()
    assert match == pytest.approx(2.49, abs=1e-12)
    # the antidiagonal picture meets it in the centre: 0.81 + 4 * 0.09 + 4 * 0.01
    assert mismatch == pytest.approx(1.21, abs=1e-12)


def test_a_transposed_convolution_stamps_its_kernel() -> None:
    x, kernel = matrix_of([[1, 2]]), matrix_of([[1, 10, 100]])[None]
    assert convolve(x, kernel, ConvSpec((1, 3), transposed=True)).tolist() == [[[1, 12, 120, 200]]]
    apart = ConvSpec((1, 3), stride=(1, 3), output_padding=(0, 1), transposed=True)
    assert convolve(x, kernel, apart).tolist() == [[[1, 10, 100, 2, 20, 200, 0]]]


@pytest.mark.parametrize(
    ("spec", "size", "expected"),
    [
        (ConvSpec(3), 4, 2),  # figures 2 to 8 of the convolution arithmetic guide, as far as the course shows them
        (ConvSpec(4, padding=2), 5, 6),
        (ConvSpec(3, padding=1), 5, 5),
        (ConvSpec(3, padding=2), 5, 7),
        (ConvSpec(3, stride=2), 5, 2),
        (ConvSpec(3, stride=2, padding=1), 5, 3),
        (ConvSpec(3), 512, 510),
        (ConvSpec(5), 7, 3),
        (ConvSpec(5, stride=2), 7, 2),
        (ConvSpec(5, stride=3), 7, 1),  # 1.67 without the floor
        (ConvSpec(5, stride=3, padding=1), 7, 2),  # 2.33 without the floor
        (ConvSpec(5, stride=3, padding=2), 7, 3),
        (ConvSpec(3, stride=2, padding=1), 6, 3),  # 3.5 without the floor
        (ConvSpec(3, stride=2, padding=1), 256, 128),
        (ConvSpec(4), 128, 125),
        (ConvSpec(4, stride=4), 128, 32),
        (ConvSpec(11, stride=4), 227, 55),
        (ConvSpec(11, stride=4, padding=2), 224, 55),
        (ConvSpec(11, stride=4), 224, 54),
        (ConvSpec(3, stride=2, ceil_mode=True), 4, 2),
        (ConvSpec(2, stride=2, padding=1, ceil_mode=True), 3, 2),  # a third window would start past the input
        (ConvSpec(3, transposed=True), 2, 4),
        (ConvSpec(3, stride=2, padding=1, transposed=True), 3, 5),
        (ConvSpec(3, stride=2, padding=1, output_padding=1, transposed=True), 3, 6),
        (ConvSpec(3, stride=2, padding=1), 10**12, 5 * 10**11),
    ],
)
def test_worked_sizes(spec: ConvSpec, size: int, expected: int) -> None:
    assert output_size(spec, (size, size)) == (expected, expected)
    assert output_size(spec, size) == (expected,)


def test_a_window_names_its_places_and_what_the_padding_mirrors() -> None:
    spec = ConvSpec((2, 3), stride=(2, 1), padding=(0, 1), padding_mode="reflect")
    seen = window(spec, (1, 0), (5, 4))
    assert seen.padded == ((2, 3), (0, 1, 2))
    assert seen.inputs == ((2, 3), (-1, 0, 1))
    assert seen.is_padding == ((False, False), (True, False, False))
    assert seen.sources == ((2, 3), (1, 0, 1))
    assert window(dataclasses.replace(spec, padding_mode="zeros"), (1, 3), (5, 4)).sources[1] == (2, 3, None)


def test_a_window_of_a_transposed_convolution_has_holes() -> None:
    seen = window(ConvSpec(3, stride=2, transposed=True), 1, 2)  # stretched input: 0 0 a 0 b 0 0
    assert seen.padded == ((1, 2, 3),)
    assert seen.inputs == ((None, 0, None),)
    assert seen.is_padding == ((True, False, False),)
    assert seen.sources == ((None, 0, None),)


def test_a_window_of_ceil_mode_stands_out_past_the_input() -> None:
    seen = window(ConvSpec(2, stride=2, ceil_mode=True), 1, 3)
    assert (seen.padded, seen.inputs) == (((2, 3),), ((2, 3),))
    assert (seen.is_padding, seen.sources) == (((False, True),), ((2, None),))


def test_unread_places_are_the_floor_and_the_gaps() -> None:
    assert unread(ConvSpec(3, stride=2, padding=1), 6) == ((7,),)
    assert unread(ConvSpec(1, stride=3), (7, 5)) == ((1, 2, 4, 5), (1, 2, 4))
    assert unread(ConvSpec(3), 5) == ((),)


# ---- agreement with PyTorch ------------------------------------------------------------------------------------------


@st.composite
def layers(draw: st.DrawFn, kind: str, pooling: bool = False) -> tuple[dict, tuple[int, ...], int, int]:
    """Settings, valid or not, with an input size and channel counts: small, mostly 2-d, more often valid than not.

    kind: "transposed", or a forward layer's padding mode.
    """
    dimensions = draw(st.sampled_from([1, 2, 2, 2, 3] if not pooling else [1, 2, 2, 3]))
    most = 3 if dimensions == 3 else 7

    def numbers(low: int, high: int) -> st.SearchStrategy:
        return st.integers(low, high) | st.tuples(*[st.integers(low, high)] * dimensions)

    fields = {
        "kernel_size": draw(numbers(1, 2 if dimensions == 3 else 4)),
        "stride": draw(numbers(1, 3)),
        "padding": draw(st.just(0) | numbers(0, 2 if pooling else 3)),
        "dilation": draw(st.just(1) | numbers(1, 3)),
    }
    if pooling:
        fields["ceil_mode"] = draw(st.booleans())
    else:
        fields["groups"] = draw(st.sampled_from([1, 1, 2, 3]))
    if kind == "transposed":
        fields |= {"transposed": True, "output_padding": draw(st.just(0) | numbers(0, 2))}
    elif not pooling:
        fields["padding_mode"] = kind
    groups = fields.get("groups", 1)
    multiple = st.integers(1, 2).map(lambda n: n * groups)
    channels = (draw(multiple | st.integers(1, 4)), draw(multiple | st.integers(1, 4)))
    return fields, draw(st.tuples(*[st.integers(1, most)] * dimensions)), *channels


def answer(compute: Callable, *refusals: type[Exception]) -> Tensor | tuple | None:
    """What it computes, None where it refuses."""
    try:
        return compute()
    except refusals:
        return None


def draw_tensors(*shapes: tuple[int, ...], seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


@pytest.mark.parametrize("kind", [*PADDING_MODES, "transposed"])  # each by itself, so that each is drawn as often
def test_convolve_equals_torch_and_refuses_what_torch_refuses(kind: str) -> None:
    seen: Counter = Counter()
    transposed = kind == "transposed"

    @EACH
    @given(layers(kind), st.booleans())
    def check(drawn: tuple, with_bias: bool) -> None:
        fields, size, ins, outs = drawn
        dimensions, groups = len(size), fields["groups"]
        kernel = (
            fields["kernel_size"] if isinstance(fields["kernel_size"], tuple) else (fields["kernel_size"],) * dimensions
        )
        channels = (ins, max(outs // groups, 1)) if transposed else (outs, max(ins // groups, 1))
        x, weight, bias = draw_tensors(
            (ins, *size), (*channels, *kernel), (max(outs // groups, 1) * groups if transposed else outs,)
        )

        def by_torch() -> Tensor:
            options = {name: value for name, value in fields.items() if name != "transposed"}
            made_for = channels[1] * groups if transposed else outs
            name = f"Conv{'Transpose' if transposed else ''}{dimensions}d"
            layer = getattr(nn, name)(ins, made_for, **options, bias=with_bias, dtype=torch.float64)
            parameters = {"weight": weight, **({"bias": bias} if with_bias else {})}
            return torch.func.functional_call(layer, parameters, x[None])[0]

        expected = answer(by_torch, RuntimeError, ValueError)
        found = answer(lambda: convolve(x, weight, ConvSpec(**fields), bias if with_bias else None), ValueError)
        seen["refused" if found is None else "computed"] += 1
        assert (found is None) == (expected is None)
        if found is not None:
            assert found.shape[1:] == output_size(ConvSpec(**fields), size)
            torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
            single = convolve(x.float(), weight.float(), ConvSpec(**fields), bias.float() if with_bias else None)
            torch.testing.assert_close(single, expected.float(), rtol=1e-5, atol=1e-5)

    check()
    assert len(seen) == 2 and min(seen.values()) > 50, seen  # each kind of answer was drawn


def test_pool_equals_torch_and_refuses_what_torch_refuses() -> None:
    seen: Counter = Counter()

    @MANY
    @given(layers("zeros", pooling=True), st.sampled_from(["max", "average"]), st.booleans(), st.booleans())
    def check(drawn: tuple, mode: str, count_include_pad: bool, ties: bool) -> None:
        fields, size, channels, _ = drawn
        if mode == "average":
            fields = {**fields, "dilation": 1}
        (x,) = draw_tensors((channels, *size))
        x = x.round() if ties else x

        def by_torch() -> tuple[Tensor, Tensor | None]:
            options = {name: value for name, value in fields.items() if name != "dilation" or mode == "max"}
            if mode == "max":
                return getattr(nn, f"MaxPool{len(size)}d")(**options, return_indices=True)(x[None])
            return getattr(nn, f"AvgPool{len(size)}d")(**options, count_include_pad=count_include_pad)(x[None]), None

        expected = answer(by_torch, RuntimeError, ValueError)
        found = answer(lambda: pool(x, ConvSpec(**fields), mode, count_include_pad=count_include_pad), ValueError)
        seen["refused" if found is None else mode] += 1
        assert (found is None) == (expected is None)
        if found is not None:
            torch.testing.assert_close(found[0], expected[0][0], rtol=1e-12, atol=1e-12)
            if mode == "max":
                real = (
                    found[0] > -math.inf
                )  # a window of padding alone has no winner; PyTorch names a place all the same
                assert torch.equal(found[1][real], expected[1][0][real]) and (found[1][~real] == -1).all()

    check()
    assert len(seen) == 3 and min(seen.values()) > 100, seen


# ---- properties ------------------------------------------------------------------------------------------------------


def valid(fields: dict, size: tuple[int, ...]) -> ConvSpec | None:
    try:
        spec = ConvSpec(**fields)
        output_size(spec, size)
    except ValueError:
        return None
    return spec


@FEWER
@given(st.booleans().flatmap(layers))
def test_windows_gather_what_the_convolution_reads(drawn: tuple) -> None:
    fields, size, _, _ = drawn
    spec = valid({**fields, "groups": 1}, size)
    if spec is None:
        return
    x = torch.arange(1.0, math.prod(size) + 1).reshape(1, *size)
    padded = (stretched(x, spec) if spec.transposed else pad_input(x, spec))[0]
    read = torch.zeros(padded.shape, dtype=torch.bool)
    for place in itertools.product(*map(range, output_size(spec, size))):
        seen = window(spec, place, size)
        for taps, sources in zip(itertools.product(*seen.padded), itertools.product(*seen.sources), strict=True):
            read[taps] = True
            assert padded[taps] == (0 if None in sources else x[0][sources])
    for dim, places in enumerate(unread(spec, size)):
        others = [other for other in range(len(size)) if other != dim]
        touched = read.any(dim=others) if others else read
        assert places == tuple((~touched).nonzero().flatten().tolist())


@FEWER
@given(layers("transposed"))
def test_a_transposed_convolution_is_the_direct_one_over_the_stretched_input(drawn: tuple) -> None:
    fields, size, ins, outs = drawn
    spec = valid(fields, size)
    if spec is None or ins % spec.groups:
        return
    kernel = spec.expand(len(size)).kernel_size
    x, weight = draw_tensors((ins, *size), (ins, outs, *kernel))
    direct = convolve(stretched(x, spec), equivalent_weight(weight, spec), equivalent_forward(spec))
    torch.testing.assert_close(direct, convolve(x, weight, spec), rtol=1e-12, atol=1e-12)


@FEWER
@given(st.booleans().flatmap(layers))
def test_nearest_fits_fit_and_change_one_field(drawn: tuple) -> None:
    fields, size, _, _ = drawn
    try:
        spec = ConvSpec(**fields)
    except ValueError:
        return
    fits = nearest_fits(spec, size)
    if valid(fields, size):
        assert fits == []
    elif spec.padding_mode in ("zeros", "replicate"):
        assert fits
    for fit in fits:
        assert min(output_size(fit, size)) >= 1
        changed = [
            f.name
            for f in dataclasses.fields(spec)
            if getattr(fit.expand(len(size)), f.name) != getattr(spec.expand(len(size)), f.name)
        ]
        assert len(changed) == 1


@pytest.mark.parametrize("kernel_size", [4, 7, 12])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_nearest_fits_are_the_nearest(kernel_size: int, ceil_mode: bool) -> None:
    spec = ConvSpec(kernel_size, stride=2, ceil_mode=ceil_mode)
    for fit in nearest_fits(spec, 3):
        back = {"kernel_size": 1, "padding": -1}
        name = next(name for name in back if getattr(fit, name) != getattr(spec, name))
        one_closer = dataclasses.replace(fit, **{name: getattr(fit, name) + back[name]})
        with pytest.raises(ValueError):
            output_size(one_closer, 3)


def test_convolution_is_shift_equivariant_with_circular_padding() -> None:
    x, weight = draw_tensors((2, 6, 5), (3, 2, 3, 3))
    spec = ConvSpec(3, padding=1, padding_mode="circular")
    torch.testing.assert_close(
        convolve(x.roll((2, 1), (1, 2)), weight, spec), convolve(x, weight, spec).roll((2, 1), (1, 2))
    )


# ---- calls in PyTorch ------------------------------------------------------------------------------------------------


def test_the_text_of_a_spec_is_the_pytorch_call() -> None:
    assert str(ConvSpec(3, stride=2, padding=1)) == "Conv2d(kernel_size=3, stride=2, padding=1)"
    assert str(ConvSpec((3, 5), dilation=2)) == "Conv2d(kernel_size=(3, 5), dilation=2)"
    assert str(ConvSpec((3,), transposed=True)) == "ConvTranspose1d(kernel_size=3)"
    assert (
        pytorch_call(ConvSpec(3, groups=2), 4, 8, bias=False) == "nn.Conv2d(4, 8, kernel_size=3, groups=2, bias=False)"
    )
    assert pooling_call(ConvSpec(2)) == "nn.MaxPool2d(kernel_size=2, stride=1)"


@FEWER
@given(st.booleans().flatmap(layers))
def test_the_call_builds_the_layer(drawn: tuple) -> None:
    fields, size, _, _ = drawn
    spec = valid(fields, size)
    if spec is None:
        return
    spec = spec.expand(len(size))
    layer = eval(pytorch_call(spec, 6, 12), {"nn": nn})
    for name in (
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "output_padding",
        "padding_mode",
        "transposed",
    ):
        assert getattr(layer, name) == getattr(spec, name)
    assert layer(torch.zeros(1, 6, *size)).shape[2:] == output_size(spec, size)


@FEWER
@given(layers("zeros", pooling=True), st.sampled_from(["max", "average"]), st.booleans())
def test_the_pooling_call_builds_the_layer(drawn: tuple, mode: str, count_include_pad: bool) -> None:
    fields, size, _, _ = drawn
    spec = ConvSpec(**fields)
    x = draw_tensors((2, *size))[0]
    expected = answer(lambda: pool(x, spec, mode, count_include_pad=count_include_pad), ValueError)
    if expected is None:
        return
    call = pooling_call(spec.expand(len(size)), mode, count_include_pad=count_include_pad)
    torch.testing.assert_close(eval(call, {"nn": nn})(x), expected[0])


# ---- error messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kernel_size": 0}, "kernel_size 0 is too small: it must be 1 or more"),
        ({"kernel_size": 3, "stride": 0}, "stride 0 is too small"),
        ({"kernel_size": 3, "padding": -1}, "padding -1 is too small: it must be 0 or more"),
        ({"kernel_size": 3, "dilation": (1, 0)}, "dilation 0 is too small"),
        ({"kernel_size": 3, "groups": 0}, "groups 0 is too small"),
        ({"kernel_size": 2.5}, "kernel_size is 2.5: it must be a whole number, 1 or more"),
        ({"kernel_size": True}, "kernel_size is True: it must be a whole number"),
        ({"kernel_size": 3, "groups": "2"}, "groups is '2': it must be a whole number"),
        ({"kernel_size": 3, "padding": "same"}, "padding is 'same': it must be a whole number"),
        ({"kernel_size": (3, 3), "stride": (1, 1, 1)}, r"kernel_size \(3, 3\) and stride \(1, 1, 1\) differ in length"),
        ({"kernel_size": (3, 3, 3, 3)}, "kernel_size has 4 numbers: give 1, 2 or 3"),
        ({"kernel_size": ()}, "kernel_size has 0 numbers"),
        ({"kernel_size": 3, "padding_mode": "mirror"}, "padding_mode is 'mirror': it must be one of zeros, reflect"),
        ({"kernel_size": 3, "transposed": 1}, "transposed is 1: it must be True or False"),
        (
            {"kernel_size": 3, "output_padding": 1},
            "output_padding 1 is for transposed convolution only: give output_padding 0",
        ),
        (
            {"kernel_size": 3, "stride": 2, "output_padding": 2, "transposed": True},
            "must be below the larger of stride 2 and dilation 1: give output_padding 1 or less, or stride 3 or more",
        ),
        ({"kernel_size": 3, "transposed": True, "padding_mode": "reflect"}, "give padding_mode 'zeros'"),
        ({"kernel_size": 3, "transposed": True, "ceil_mode": True}, "ceil_mode is for pooling"),
    ],
)
def test_a_spec_refuses_with_value_rule_and_way_out(fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConvSpec(**fields)


@pytest.mark.parametrize(
    ("spec", "size", "message"),
    [
        (
            ConvSpec(7),
            (5, 5),
            "kernel_size 7 does not fit a 5x5 input with padding 0: give kernel_size 5 or less, or padding 1 or more",
        ),
        (ConvSpec((3, 7)), (5, 5), r"give kernel_size \(3, 5\) or less, or padding \(0, 1\) or more"),
        (
            ConvSpec(3, dilation=3),
            5,
            "with dilation 3 spans 7 places and does not fit an input of length 5 with padding 0",
        ),
        (ConvSpec(3, dilation=3), 5, "kernel_size 2 or less, or padding 1 or more, or dilation 2 or less"),
        (
            ConvSpec(3, padding=4, padding_mode="reflect"),
            4,
            "which is 3 along a side of 4: give padding 3 or less, or padding_mode",
        ),
        (
            ConvSpec(3, padding=5, padding_mode="circular"),
            (4, 9),
            "padding 5 is more than padding_mode 'circular' can fill on a 4x9",
        ),
        (
            ConvSpec(1, padding=1, transposed=True),
            (1, 1),
            "padding 1 crops all that .* a 1x1 input, to -1x-1: give kernel_size 3 or more",
        ),
        (ConvSpec(1, padding=1, transposed=True), (1, 1), "or padding 0"),
        (ConvSpec(3), (0, 5), "input size 0 is too small: it must be 1 or more"),
        (ConvSpec(3), (4.0, 5), "input size is 4.0: it must be a whole number"),
        (ConvSpec((3, 3)), 5, r"kernel_size \(3, 3\) is for 2 dimensions, the input has 1"),
        (ConvSpec(3), (5, 5, 5, 5), "the input has 4 dimensions: give 1, 2 or 3 sizes"),
    ],
)
def test_sizes_refuse_with_value_rule_and_way_out(spec: ConvSpec, size: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        output_size(spec, size)


@pytest.mark.parametrize(
    ("x", "weight", "spec", "message"),
    [
        ((3, 5, 5), (4, 2, 3, 3), ConvSpec(3), r"the weight has shape \(4, 2, 3, 3\).*need \(4, 3, 3, 3\)"),
        ((3, 5, 5), (4, 3, 3, 3), ConvSpec(5), r"need \(4, 3, 5, 5\)"),
        (
            (3, 5, 5),
            (4, 1, 3, 3),
            ConvSpec(3, groups=2),
            "groups 2 does not divide in_channels 3, whose divisors are 1, 3",
        ),
        (
            (4, 5, 5),
            (3, 2, 3, 3),
            ConvSpec(3, groups=2),
            "groups 2 does not divide out_channels 3, whose divisors are 1, 3",
        ),
        (
            (3, 5, 5),
            (4, 3, 3),
            ConvSpec(3),
            r"the weight has shape \(4, 3, 3\): an input \(3, 5, 5\) needs 4 dimensions",
        ),
        ((5,), (5,), ConvSpec(3), "1 to 3 sizes, no batch"),
        ((1, 101, 100), (1, 1, 1, 1), ConvSpec(1), "101x100 places are too many .* at most 10,000"),
        ((1, 9, 9), (1, 1, 1, 1), ConvSpec(1, stride=10000, padding=10000), "more than 10,000,000"),
        ((1, 9, 9), (1, 1, 1, 1), ConvSpec(1, stride=10000, transposed=True), "more than 10,000,000"),
    ],
)
def test_convolve_refuses_with_value_rule_and_way_out(x: tuple, weight: tuple, spec: ConvSpec, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        convolve(torch.zeros(x), torch.zeros(weight), spec)


def test_convolve_refuses_ceil_mode_a_wrong_bias_and_mixed_types() -> None:
    x, weight = torch.zeros(1, 5, 5), torch.zeros(2, 1, 3, 3)
    with pytest.raises(ValueError, match="ceil_mode is for pooling"):
        convolve(x, weight, ConvSpec(3, ceil_mode=True))
    with pytest.raises(
        ValueError, match=r"the bias has shape \(1,\): give one number for each of the 2 output channels"
    ):
        convolve(x, weight, ConvSpec(3), torch.zeros(1))
    with pytest.raises(ValueError, match=r"the weight is torch\.float64, the input torch\.float32"):
        convolve(x, weight.double(), ConvSpec(3))


@pytest.mark.parametrize(
    ("spec", "mode", "message"),
    [
        (
            ConvSpec(3, padding=2),
            "max",
            "padding 2 is more than half of the pooling's kernel_size 3: give padding 1 or less",
        ),
        (ConvSpec(3, dilation=2), "average", "dilation 2 does not go with average pooling"),
        (ConvSpec(3, groups=2), "max", "groups 2 does not go with pooling"),
        (ConvSpec(3, padding_mode="circular"), "max", "padding_mode 'circular' does not go with pooling"),
        (ConvSpec(3, transposed=True), "max", "pooling has no transposed form"),
        (ConvSpec(3), "median", "mode is 'median': it must be 'max' or 'average'"),
        (ConvSpec(6), "max", "kernel_size 6 does not fit a 5x5 input with padding 0: give kernel_size 5 or less"),
    ],
)
def test_pool_refuses_with_value_rule_and_way_out(spec: ConvSpec, mode: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pool(torch.zeros(1, 5, 5), spec, mode)


def test_the_way_out_of_a_pooling_respects_half_of_the_kernel() -> None:
    spec = ConvSpec(2, dilation=5)
    with pytest.raises(ValueError, match=r"give kernel_size 1, or padding 2 or more, or dilation 1$"):
        output_size(spec, 2, pooling=False)
    with pytest.raises(ValueError, match=r"give kernel_size 1, or dilation 1$"):
        pool(torch.zeros(1, 2), spec)


def test_a_window_outside_the_output_and_a_stretch_of_a_direct_convolution_are_refused() -> None:
    with pytest.raises(ValueError, match=r"place \(0, 3\) is outside the output of size \(3, 3\)"):
        window(ConvSpec(3), (0, 3), (5, 5))
    with pytest.raises(ValueError, match=r"only a transposed convolution has an equivalent direct one"):
        stretched(torch.zeros(1, 5, 5), ConvSpec(3))
    with pytest.raises(ValueError, match=r"it crops its output: use `stretched`"):
        pad_input(torch.zeros(1, 5, 5), ConvSpec(3, transposed=True))
    with pytest.raises(ValueError, match=r"1000000 places are too many to list"):
        unread(ConvSpec(3), 1_000_000)


def test_pool_refuses_integers() -> None:
    with pytest.raises(ValueError, match="floating-point"):
        pool(torch.zeros(1, 5, 5, dtype=torch.int64), ConvSpec(3))
