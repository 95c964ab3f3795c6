"""Convolution as matrices: small cases by eye, agreement with PyTorch, the adjoint identity, error messages."""

import dataclasses
import math
from collections import Counter

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from cnnviz.convolution import PADDING_MODES, ConvSpec, convolve, output_size
from cnnviz.convolution_matrix import MatrixCounts, matrix, matrix_counts, patch_weights, patches

MANY = settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
EACH = settings(MANY, max_examples=100)  # of each kind


def test_length_5_to_length_3_is_a_band_of_the_three_weights() -> None:
    weight = torch.tensor([[[1.0, 2, 3]]])
    expected = [[1, 2, 3, 0, 0], [0, 1, 2, 3, 0], [0, 0, 1, 2, 3]]
    assert matrix(weight, ConvSpec(3), 5).tolist() == expected
    assert matrix(weight, ConvSpec(3, transposed=True), 3).tolist() == torch.tensor(expected).T.tolist()
    assert matrix_counts(weight, ConvSpec(3), 5) == MatrixCounts(3, 5, nonzeros=9, distinct_weights=3, dense_weights=15)


def test_padding_modes_add_to_the_entries_that_the_border_mirrors() -> None:
    weight = torch.tensor([[[1.0, 2, 4]]])
    rows = {mode: matrix(weight, ConvSpec(3, padding=1, padding_mode=mode), 3)[0].tolist() for mode in PADDING_MODES}
    assert rows == {"zeros": [2, 4, 0], "reflect": [2, 5, 0], "replicate": [3, 4, 0], "circular": [2, 4, 1]}


def test_patches_of_the_four_by_four_example() -> None:
    image = torch.tensor([[[0.0, 1, 2, 3], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]])
    windows = patches(image, ConvSpec(2, stride=2))
    assert windows.tolist() == [[0, 1, 5, 6], [2, 3, 7, 8], [3, 2, 1, 2], [1, 0, 3, 4]]
    weights = patch_weights(torch.tensor([[[[3.0, 5], [2, 2]]]]), ConvSpec(2))
    assert weights.tolist() == [[3], [5], [2], [2]]
    assert (windows @ weights).flatten().tolist() == [27, 51, 25, 17]


def test_a_group_reads_its_own_block_of_columns() -> None:
    weights = patch_weights(torch.tensor([[[1.0, 2]], [[3, 4]]]), ConvSpec(2, groups=2))
    assert weights.tolist() == [[1, 0], [2, 0], [0, 3], [0, 4]]


def test_counts_of_a_padded_layer_of_several_channels() -> None:
    # 3 x 3 kernel over 4 x 4 with padding 1: along one dimension 2 + 3 + 3 + 2 taps meet the input.
    counts = matrix_counts(torch.zeros(2, 3, 3, 3), ConvSpec(3, padding=1), (4, 4))
    assert counts == MatrixCounts(32, 48, nonzeros=2 * 3 * 10 * 10, distinct_weights=54, dense_weights=32 * 48)


@st.composite
def layers(
    draw: st.DrawFn, kinds: tuple[str, ...] = (*PADDING_MODES, "transposed")
) -> tuple[ConvSpec, tuple[int, ...], Tensor, Tensor]:
    """Settings, with an input that they fit and a weight, in one or two dimensions (sometimes three)."""
    dimensions = draw(st.sampled_from([1, 1, 2, 2, 2, 3]))

    def numbers(low: int, high: int) -> st.SearchStrategy:
        return st.tuples(*[st.integers(low, high)] * dimensions)

    kind = draw(st.sampled_from(kinds))
    fields = {
        "kernel_size": numbers(1, 3),
        "stride": numbers(1, 3),
        "padding": numbers(0, 2),
        "dilation": numbers(1, 3),
    }
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    groups = draw(st.sampled_from([1, 2, 3]))
    if kind == "transposed":
        limits = zip(drawn["stride"], drawn["dilation"], strict=True)
        drawn["output_padding"] = draw(st.tuples(*(st.integers(0, max(pair) - 1) for pair in limits)))
    else:
        drawn["padding_mode"] = kind
    spec = ConvSpec(**drawn, groups=groups, transposed=kind == "transposed")
    least = next(n for n in range(1, 10) if fits(spec, (n,) * dimensions))
    size = draw(numbers(least, least + (1 if dimensions == 3 else 3)))
    ins, outs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    x = torch.randn(ins, *size, generator=generator, dtype=torch.float64)
    channels = (ins, outs // groups) if spec.transposed else (outs, ins // groups)
    return spec, size, x, torch.randn(*channels, *spec.kernel_size, generator=generator, dtype=torch.float64)


def fits(spec: ConvSpec, size: tuple[int, ...]) -> bool:
    try:
        return bool(output_size(spec, size))
    except ValueError:
        return False


def by_torch(x: Tensor, weight: Tensor, spec: ConvSpec) -> Tensor:
    """The layer as torch.nn.functional computes it."""
    shared = {"stride": spec.stride, "dilation": spec.dilation, "groups": spec.groups}
    if spec.transposed:
        name = f"conv_transpose{spec.dimensions}d"
        return getattr(F, name)(x[None], weight, padding=spec.padding, output_padding=spec.output_padding, **shared)[0]
    border = [padding for padding in reversed(spec.padding) for _ in range(2)]
    padded = F.pad(x[None], border, mode="constant" if spec.padding_mode == "zeros" else spec.padding_mode)
    return getattr(F, f"conv{spec.dimensions}d")(padded, weight, **shared)[0]


@pytest.mark.parametrize("kind", [*PADDING_MODES, "transposed"])  # each by itself, so that each is drawn as often
def test_matrix_and_patches_equal_torch(kind: str) -> None:
    seen: Counter = Counter()

    @EACH
    @given(layers(kinds=(kind,)))
    def check(drawn: tuple) -> None:
        spec, size, x, weight = drawn
        seen[spec.dimensions] += 1
        expected = by_torch(x, weight, spec)
        product = (matrix(weight, spec, size) @ x.flatten()).reshape(expected.shape)
        torch.testing.assert_close(product, expected, rtol=1e-12, atol=1e-12)
        if not spec.transposed:
            rows = patches(x, spec)
            assert rows.shape == (math.prod(expected.shape[1:]), x.shape[0] * math.prod(spec.kernel_size))
            product = (rows @ patch_weights(weight, spec)).T.reshape(expected.shape)
            torch.testing.assert_close(product, expected, rtol=1e-12, atol=1e-12)
            if spec.dimensions == 2 and spec.padding_mode == "zeros":
                unfolded = F.unfold(x[None], spec.kernel_size, spec.dilation, spec.padding, spec.stride)[0].T
                assert torch.equal(rows, unfolded)

    check()
    assert seen.total() > 20, seen


@MANY
@given(layers(kinds=("zeros",)))
def test_the_transposed_matrix_is_the_transposed_convolution(drawn: tuple) -> None:
    spec, size, x, weight = drawn
    sides = spec.along(len(size))
    left_over = tuple((n + 2 * s.padding - s.reach) % s.stride for n, s in zip(size, sides, strict=True))
    back = dataclasses.replace(spec, transposed=True, output_padding=left_over)
    output = output_size(spec, size)
    assert output_size(back, output) == size
    assert torch.equal(matrix(weight, back, output), matrix(weight, spec, size).T)
    y = torch.randn(len(weight), *output, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    there, again = (convolve(x, weight, spec) * y).sum(), (x * convolve(y, weight, back)).sum()
    torch.testing.assert_close(there, again, rtol=1e-10, atol=1e-10)  # <Wx, y> = <x, W^T y>


@MANY
@given(layers())
def test_the_adjoint_of_the_matrix_is_the_gradient(drawn: tuple) -> None:
    spec, size, x, weight = drawn
    x = x.requires_grad_()
    y = by_torch(x, weight, spec)
    back = torch.randn(y.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    (gradient,) = torch.autograd.grad(y, x, back)
    adjoint = (matrix(weight, spec, size).T @ back.flatten()).reshape(x.shape)
    torch.testing.assert_close(adjoint, gradient, rtol=1e-10, atol=1e-10)


@MANY
@given(layers())
def test_counts_are_those_of_the_matrix(drawn: tuple) -> None:
    spec, size, _, weight = drawn
    counts = matrix_counts(weight, spec, size)
    entries = matrix(weight.abs(), spec, size)
    assert (counts.rows, counts.columns) == entries.shape
    assert counts.nonzeros == (entries > 0).sum()
    assert counts.dense_weights == entries.numel()
    assert counts.distinct_weights == weight.numel()


@pytest.mark.parametrize(
    ("weight", "spec", "size", "message"),
    [
        ((1, 1, 3), ConvSpec(3), (5, 5), r"the weight has shape \(1, 1, 3\): 2 input sizes need 4 dimensions"),
        ((1, 1, 3, 3), ConvSpec(5), (5, 5), r"the weight has shape \(1, 1, 3, 3\).*need \(1, 1, 5, 5\)"),
        ((3, 1, 3, 3), ConvSpec(3, groups=2), (5, 5), "groups 2 does not divide out_channels 3"),
        ((1, 1, 7, 7), ConvSpec(7), (5, 5), "kernel_size 7 does not fit a 5x5 input"),
        ((1, 1, 1, 1), ConvSpec(1), (100, 100), "a matrix of 10,000 x 10,000 is too large: at most 20,000,000 entries"),
    ],
)
def test_matrix_refuses_with_value_rule_and_way_out(weight: tuple, spec: ConvSpec, size: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        matrix(torch.zeros(weight), spec, size)


def test_patches_refuse_transposed_convolution_and_ceil_mode() -> None:
    with pytest.raises(ValueError, match="a transposed convolution reads no patches"):
        patches(torch.zeros(1, 5, 5), ConvSpec(3, transposed=True))
    with pytest.raises(ValueError, match="ceil_mode is for pooling"):
        patches(torch.zeros(1, 5, 5), ConvSpec(3, ceil_mode=True))
