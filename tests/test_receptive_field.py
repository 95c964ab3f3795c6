"""Receptive fields: published chains, agreement with the gradient of one output, error message."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.convolution import ConvSpec, output_size, pooling_call, pytorch_call
from cnnviz.receptive_field import ReceptiveField, receptive_fields


def test_the_exercise_of_a_convolution_and_a_pooling() -> None:
    # Convolution 3, stride 2, padding 1: the first output sees pixels -1, 0, 1. The pool sees four of them: -1 to 7.
    chain = [ConvSpec(3, stride=2, padding=1), ConvSpec(4)]
    assert receptive_fields(chain) == [ReceptiveField(3, 2, 0.0), ReceptiveField(9, 2, 3.0)]
    assert receptive_fields([]) == []


def test_two_kernels_of_three_see_as_much_as_one_of_five() -> None:
    pair, single = receptive_fields([ConvSpec(3), ConvSpec(3)]), receptive_fields([ConvSpec(5)])
    assert pair[-1] == single[-1] == ReceptiveField(5, 1, 2.0)


def test_alexnet_and_vgg16_have_their_published_fields() -> None:
    # Araujo, Norris and Sim, Distill 2019, table of receptive fields: AlexNet 195, VGG-16 212.
    pool3, conv3 = ConvSpec(3, stride=2), ConvSpec(3, padding=1)
    alexnet = [ConvSpec(11, stride=4), pool3, ConvSpec(5, padding=2), pool3, conv3, conv3, conv3, pool3]
    assert receptive_fields(alexnet)[-1].size == 195
    pool2 = ConvSpec(2, stride=2)
    vgg16 = [layer for convolutions in (2, 2, 3, 3, 3) for layer in [conv3] * convolutions + [pool2]]
    assert receptive_fields(vgg16)[-1].size == 212


def test_rectangular_settings_give_one_number_per_dimension() -> None:
    fields = receptive_fields([ConvSpec(3), ConvSpec((1, 2), stride=(2, 1), dilation=(1, 3))])
    assert fields == [ReceptiveField((3, 3), (1, 1), (1.0, 1.0)), ReceptiveField((3, 6), (2, 1), (1.0, 2.5))]


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[ConvSpec], list[str]]:
    """A chain of one to three layers in one or two dimensions, with the code of each in PyTorch."""
    dimensions = draw(st.sampled_from([1, 2]))

    def numbers(low: int, high: int) -> st.SearchStrategy:
        return st.tuples(*[st.integers(low, high)] * dimensions)

    specs, calls = [], []
    for _ in range(draw(st.integers(1, 3))):
        pooling = draw(st.booleans())
        kernel_size = draw(numbers(1, 3))
        padding = draw(st.tuples(*(st.integers(0, k // 2 if pooling else 2) for k in kernel_size)))
        dilation = (1,) * dimensions if pooling else draw(numbers(1, 2))
        spec = ConvSpec(kernel_size, draw(numbers(1, 2)), padding, dilation)
        specs.append(spec)
        calls.append(pooling_call(spec, "average") if pooling else pytorch_call(spec, 1, 1, bias=False))
    return specs, calls


@settings(max_examples=150, deadline=None, database=None)
@given(chains())
def test_the_gradient_of_one_output_fills_the_field(chain: tuple[list[ConvSpec], list[str]]) -> None:
    specs, calls = chain
    size = (65,) * len(specs[0].kernel_size)
    network = nn.Sequential(*(eval(call, {"nn": nn}) for call in calls)).double()
    for parameter in network.parameters():
        nn.init.ones_(parameter)  # positive weights: nothing cancels
    x = torch.zeros(1, 1, *size, dtype=torch.float64, requires_grad=True)
    y = network(x)
    place = tuple(n // 2 for n in y.shape[2:])  # far from the padding of every layer
    (gradient,) = torch.autograd.grad(y[(0, 0, *place)], x)
    field = receptive_fields(specs)[-1]
    touched = gradient[0, 0].nonzero()
    for dim, at in enumerate(place):
        centre, half = field.start[dim] + at * field.jump[dim], (field.size[dim] - 1) / 2
        assert touched[:, dim].min() == centre - half
        assert touched[:, dim].max() == centre + half
    for spec in specs:
        size = output_size(spec, size)
    assert y.shape[2:] == size


def test_a_transposed_convolution_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"layer 2 is a transposed convolution.*give a chain of convolutions and poolings"
    ):
        receptive_fields([ConvSpec(3), ConvSpec(3, transposed=True)])
    with pytest.raises(ValueError, match="is for 2 dimensions"):
        receptive_fields([ConvSpec((3,)), ConvSpec((3, 3))])
