"""The common slips with a count of parameters: each a function from a claim to the count that one gets by making it."""

from dataclasses import replace
from math import prod

from cnnviz.slide_check.claim import Claim, Rows, parameter_count
from cnnviz.slide_check.common import CommonSlip


def biases_left_out(claim: Claim) -> Rows | None:
    return _count(parameter_count(replace(claim, has_bias=False)))


def biases_added(claim: Claim) -> Rows | None:
    return _count(parameter_count(replace(claim, has_bias=True)))


def without_in_channels(claim: Claim) -> Rows | None:
    return _of_weights(claim, claim.out_channels * _area(claim))


def one_filter_only(claim: Claim) -> Rows | None:
    return _count(parameter_count(replace(claim, out_channels=1, spec=replace(claim.spec, groups=1))))


def groups_ignored(claim: Claim) -> Rows | None:
    return _count(parameter_count(replace(claim, spec=replace(claim.spec, groups=1))))


def one_bias_in_all(claim: Claim) -> Rows | None:
    return _count(parameter_count(replace(claim, has_bias=False)) + 1)


def bias_for_each_slice(claim: Claim) -> Rows | None:
    slices = claim.out_channels * claim.in_channels // claim.spec.groups
    return _count(parameter_count(replace(claim, has_bias=False)) + slices)


def one_side_of_the_kernel(claim: Claim) -> Rows | None:
    side = claim.sides.along(claim.layer.dimensions)[0].kernel_size
    return _of_weights(claim, claim.out_channels * claim.in_channels // claim.spec.groups * side)


def pooling_counted(claim: Claim) -> Rows | None:
    return ((float(claim.in_channels * _area(claim)),),) if claim.layer.mode else None


def _area(claim: Claim) -> int:
    return prod(side.kernel_size for side in claim.sides.along(claim.layer.dimensions))


def _of_weights(claim: Claim, weights: int) -> Rows | None:
    return None if claim.layer.mode else _count(weights + claim.out_channels * claim.has_bias)


def _count(number: int) -> Rows:
    return ((float(number),),)


COUNT_SLIPS = [
    CommonSlip("weights without the input channels", "every filter reaches through all input channels of its group, so "
               "the kernel's area counts once for each", without_in_channels),
    CommonSlip("bias forgotten", "each output channel has one bias beside its weights", biases_left_out),
    CommonSlip("bias counted though there is none", "the layer has bias=False", biases_added),
    CommonSlip("one bias for the whole layer", "each output channel has a bias of its own", one_bias_in_all),
    CommonSlip("a bias for every kernel slice", "the slices of a filter are summed, and the sum gets one bias",
               bias_for_each_slice),
    CommonSlip("one filter only", "the layer has a filter for each output channel", one_filter_only),
    CommonSlip("groups ignored", "with groups, a filter reaches only through the input channels of its group",
               groups_ignored),
    CommonSlip("kernel's area forgotten", "a kernel has height times width weights", one_side_of_the_kernel),
    CommonSlip("pooling counted as weights", "pooling learns nothing: it has no parameters", pooling_counted),
]  # fmt: skip
