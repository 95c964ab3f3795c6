"""The common slips with an output's size: each a function from a claim to the size that one gets by making it."""

from collections.abc import Callable
from math import ceil, floor

from cnnviz.slide_check.claim import Claim, Rows, exact_size, truth
from cnnviz.slide_check.common import (
    CommonSlip,
    default_pooling_stride,
    dilation_left_out,
    output_padding_left_out,
    padding_left_out,
    stride_left_out,
    transposed_for_forward,
)


def missing_floor(claim: Claim) -> Rows | None:
    return _sizes(claim)


def plus_one_in_the_divisor(claim: Claim) -> Rows | None:
    return _sizes(claim, plus=0, extra=1)


def missing_plus_one(claim: Claim) -> Rows | None:
    return _sizes(claim, floor, plus=0)


def ceil_for_floor(claim: Claim) -> Rows | None:
    return _sizes(claim, ceil)


def padded_on_one_side(claim: Claim) -> Rows | None:
    return _sizes(claim, floor, paddings=1)


def sides_swapped(claim: Claim) -> Rows | None:
    return (truth(claim)[0][::-1],) if claim.layer.dimensions == 2 else None


def _sizes(claim: Claim, rounded: Callable[..., float] = float, **changes: int) -> Rows | None:
    """The forward size rule with a change, rounded in some way."""
    return None if claim.spec.transposed else (tuple(float(rounded(n)) for n in exact_size(claim, **changes)),)


SIZE_SLIPS = [
    CommonSlip("missing floor", "the division was not rounded down: a window that does not fit whole is not counted",
               missing_floor),
    CommonSlip("(X - F) / (S + 1)", "the 1 counts the first window: it is added after dividing by the stride, "
               "(X - F) / S + 1", plus_one_in_the_divisor),
    CommonSlip("missing + 1", "the steps were counted, but not the window from which they start", missing_plus_one),
    CommonSlip("ceil instead of floor", "the division was rounded up: that is ceil_mode, which is off by default",
               ceil_for_floor),
    CommonSlip("padding on one side only", "the padding was added once: it goes on both sides, so it counts twice",
               padded_on_one_side),
    CommonSlip("padding left out", "the size was computed without the padding", padding_left_out),
    CommonSlip("stride left out", "the size was computed with stride 1", stride_left_out),
    CommonSlip("dilation left out", "the kernel was taken without the gaps that dilation puts into it",
               dilation_left_out),
    CommonSlip("output_padding left out", "the rule ends with + output_padding + 1", output_padding_left_out),
    CommonSlip("pooling stride default", "PyTorch's pooling steps by its kernel_size unless a stride is given: the "
               "settings say another stride", default_pooling_stride),
    CommonSlip("height and width swapped", "a size is written (height, width): rows first", sides_swapped),
    CommonSlip("forward and transposed mixed up", "this is the size that the other direction gives",
               transposed_for_forward),
]  # fmt: skip
