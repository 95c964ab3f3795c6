"""The common slips with an output's numbers: each a function from a claim to the numbers that one gets by making it."""

from dataclasses import replace
from math import prod

import torch.nn.functional as F

from cnnviz.convolution import convolve
from cnnviz.slide_check.claim import Claim, Rows, as_rows, as_tensor, computed_output, kernel, truth
from cnnviz.slide_check.common import SETTING_SLIPS, CommonSlip


def kernel_flipped(claim: Claim) -> Rows | None:
    flipped = None if claim.layer.mode else kernel(claim).flip(tuple(range(1, claim.layer.dimensions + 1)))
    return None if flipped is None else computed_output(claim, claim.sides, weight=flipped)


def kernel_transposed(claim: Claim) -> Rows | None:
    if claim.layer.mode or claim.layer.dimensions != 2:
        return None
    height, width = kernel(claim).shape[1:]
    swapped = replace(claim.sides, kernel_size=(width, height))
    return computed_output(claim, swapped, weight=kernel(claim).transpose(1, 2))


def output_transposed(claim: Claim) -> Rows | None:
    return tuple(zip(*truth(claim), strict=True)) if claim.layer.dimensions == 2 else None


def sign(claim: Claim) -> Rows | None:
    return tuple(tuple(-value for value in row) for row in truth(claim))


def bias_forgotten(claim: Claim) -> Rows | None:
    return None if claim.layer.mode else truth(replace(claim, bias=0.0))


def padded_before_only(claim: Claim) -> Rows | None:
    return _padded_by(claim, before=1, after=0)


def padded_after_only(claim: Claim) -> Rows | None:
    return _padded_by(claim, before=0, after=1)


def _padded_by(claim: Claim, before: int, after: int) -> Rows | None:
    """The output with that many times the padding before and after the input."""
    if claim.spec.transposed or claim.layer.mode or claim.spec.padding_mode != "zeros":
        return None
    x, spec = as_tensor(claim.input, claim.layer.dimensions), claim.sides
    border = [n for side in reversed(spec.along(x.dim() - 1)) for n in (before * side.padding, after * side.padding)]
    without = replace(spec, padding=(0,) * (x.dim() - 1))
    return as_rows(convolve(F.pad(x, border), kernel(claim)[None], without) + claim.bias)


def mean_for_max(claim: Claim) -> Rows | None:
    return computed_output(claim, claim.sides, mode="average") if claim.layer.mode == "max" else None


def max_for_mean(claim: Claim) -> Rows | None:
    return computed_output(claim, claim.sides, mode="max") if claim.layer.mode == "average" else None


def sum_for_mean(claim: Claim) -> Rows | None:
    count = prod(side.kernel_size for side in claim.sides.along(claim.layer.dimensions))
    rows = truth(claim) if claim.layer.mode == "average" else None
    return rows and tuple(tuple(value * count for value in row) for row in rows)


OUTPUT_SLIPS = [
    CommonSlip("kernel flipped", "the kernel was turned by 180 degrees: layers slide it as printed "
               "(cross-correlation), the mathematical convolution flips it first", kernel_flipped),
    CommonSlip("kernel's rows and columns swapped", "the kernel was read column by column", kernel_transposed),
    CommonSlip("output's rows and columns swapped", "the numbers are right but written column by column",
               output_transposed),
    CommonSlip("wrong sign", "every number has the other sign: usually one flip or one subtraction too many", sign),
    CommonSlip("bias forgotten", "the sums are right, but the bias was not added to them", bias_forgotten),
    CommonSlip("padding on one side only", "zeros were put above and left of the input only: padding is all round",
               padded_before_only),
    CommonSlip("padding on one side only", "zeros were put below and right of the input only: padding is all round",
               padded_after_only),
    *SETTING_SLIPS,
    CommonSlip("mean instead of max", "each window was averaged, max pooling keeps its largest value", mean_for_max),
    CommonSlip("max instead of mean", "each window's largest value was kept, average pooling takes the mean",
               max_for_mean),
    CommonSlip("sum instead of mean", "the window was summed but not divided by its count of places", sum_for_mean),
]  # fmt: skip
