"""The common slips with an output's size: each a function from a claim to the size that one gets by making it."""

from collections.abc import Callable
from math import ceil, floor

from cnnviz.slide_check.claim import Claim, Rows, exact_size, truth
from cnnviz.slide_check.common import SETTING_SLIPS, CommonSlip


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
    *SETTING_SLIPS,
    CommonSlip("height and width swapped", "a size is written (height, width): rows first", sides_swapped),
]  # fmt: skip
