"""The verdict on a claim."""

from dataclasses import dataclass

from cnnviz.matrix_text import format_number
from cnnviz.slide_check.claim import Claim, Rows, truth
from cnnviz.slide_check.common import CommonSlip
from cnnviz.slide_check.count_slips import COUNT_SLIPS
from cnnviz.slide_check.output_slips import OUTPUT_SLIPS
from cnnviz.slide_check.size_slips import SIZE_SLIPS

SLIPS = {"output": OUTPUT_SLIPS, "size": SIZE_SLIPS, "parameters": COUNT_SLIPS}
EXACT = 1e-9  # relative: what is left of float64 after a few thousand additions


@dataclass(frozen=True)
class Difference:
    """The first place in reading order, (row, col) from 0, that differs; None where one of the two ends."""

    place: tuple[int, int]
    claimed: float | None
    computed: float | None


@dataclass(frozen=True)
class Verdict:
    """right: the claim says what the engine computes, maybe rounded to the claim's own decimals (`rounded`)."""

    right: bool
    rounded: bool
    computed: Rows
    differences: list[Difference]  # all of them, in reading order
    slips: list[CommonSlip]  # those that give exactly the claimed value, where it is wrong

    @property
    def first_difference(self) -> Difference | None:
        return self.differences[0] if self.differences else None


def check(claim: Claim) -> Verdict:
    """Compare a claim with what the engine computes, and name the common slips that lead to it.

    A claimed number with decimals is right where the computed one rounds to it: 1.67 for 5/3, but never 2. Raises
    ValueError where the layer does not fit its input.
    """
    computed, claimed = truth(claim), claim.rows
    differences = _differences(claimed, computed)
    if not differences:
        return Verdict(True, not _same(claimed, computed, rounding=False), computed, [], [])
    slips = [slip for slip in SLIPS[claim.what] if (value := _attempt(slip, claim)) and _same(claimed, value)]
    return Verdict(False, False, computed, differences, slips)


def _attempt(slip: CommonSlip, claim: Claim) -> Rows | None:
    """The slip's value; None where its changed settings fit nothing."""
    try:
        return slip.value(claim)
    except ValueError:
        return None


def _differences(claimed: Rows, computed: Rows) -> list[Difference]:
    """The places that differ, in reading order over both."""
    height = max(len(claimed), len(computed))
    width = max(len(claimed[0]), len(computed[0]))
    places = [((r, c), _at(claimed, r, c), _at(computed, r, c)) for r in range(height) for c in range(width)]
    return [
        Difference(place, said, is_)
        for place, said, is_ in places
        if not (said is is_ is None) and (said is None or is_ is None or not agree(said, is_))
    ]


def agree(claimed: float, computed: float, *, rounding: bool = True) -> bool:
    """Whether the claimed number is the computed one, or the computed one rounded to the claim's decimals, if any."""
    if abs(claimed - computed) <= EXACT * max(1.0, abs(computed)):
        return True
    text = format_number(claimed)
    decimals = 0 if "/" in text or "e" in text else len(text.partition(".")[2])
    return rounding and decimals > 0 and abs(claimed - computed) <= 0.5 * 10**-decimals * (1 + EXACT)


def _same(claimed: Rows, other: Rows, *, rounding: bool = True) -> bool:
    return [len(row) for row in claimed] == [len(row) for row in other] and all(
        agree(a, b, rounding=rounding)
        for row, other_row in zip(claimed, other, strict=True)
        for a, b in zip(row, other_row, strict=True)
    )


def _at(rows: Rows, row: int, col: int) -> float | None:
    return rows[row][col] if row < len(rows) and col < len(rows[row]) else None
