"""Check a printed claim about a layer: right or wrong, where it first differs, and which common slip gives it."""

from cnnviz.slide_check.check import SLIPS, Difference, Verdict, agree, check
from cnnviz.slide_check.claim import KINDS, WHATS, Claim, Kind, Rows, exact_size, pytorch_code, truth
from cnnviz.slide_check.common import CommonSlip
from cnnviz.slide_check.worked import worked_sum

__all__ = [
    "KINDS",
    "SLIPS",
    "WHATS",
    "Claim",
    "CommonSlip",
    "Difference",
    "Kind",
    "Rows",
    "Verdict",
    "agree",
    "check",
    "exact_size",
    "pytorch_code",
    "truth",
    "worked_sum",
]
