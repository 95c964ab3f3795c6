"""The verdict of “Check my slide”, drawn: right or wrong in large, the two results side by side, and the slips."""

from html import escape

import streamlit as st

from cnnviz.matrix_text import format_number
from cnnviz.quiz import Question, worked_rule
from cnnviz.slide_check import Claim, Rows, Verdict, worked_sum

# Okabe and Ito's green, vermilion and blue: told apart by the colour-blind, legible on light and dark
STYLE = """<style>
.verdict { font-size: 1.5rem; line-height: 1.3; font-weight: 700; padding: .35rem .8rem; border-radius: 8px; }
.verdict { border-left: 8px solid; }
.verdict small { font-size: 1rem; font-weight: 400; }
.verdict.right { border-color: #009E73; background: rgba(0, 158, 115, .16); }
.verdict.wrong { border-color: #D55E00; background: rgba(213, 94, 0, .16); }
.claims { display: flex; gap: .6rem 1.2rem; flex-wrap: wrap; max-height: 420px; overflow: auto; padding: .2rem; }
.claims figure { margin: 0; }
.claims figcaption { font-size: .95rem; margin-bottom: .25rem; }
.claims table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.claims td { border: 1px solid rgba(128, 128, 128, .45); min-width: 2.3rem; padding: .2rem .4rem; text-align: right; }
.claims td.claimed { background: rgba(213, 94, 0, .26); }
.claims td.computed { background: rgba(0, 114, 178, .26); }
.claims td.first { outline: 3px solid #D55E00; outline-offset: -2px; font-weight: 700; }
.claims td.computed.first { outline-color: #0072B2; }
.claims td.none { opacity: .55; }
</style>"""


def show_verdict(claim: Claim, verdict: Verdict) -> None:
    """Draw it; the widgets are the caller's."""
    st.html(STYLE + _headline(claim, verdict) + _tables(claim, verdict))
    for slip in verdict.slips:
        st.markdown(f"**{slip.name[0].upper()}{slip.name[1:]}** gives exactly this: {slip.why}.")
    if not verdict.right and not verdict.slips:
        st.markdown("None of the common slips gives this: look at the first place that differs.")
    if claim.what == "output":
        place = verdict.first_difference.place if verdict.first_difference else (0, 0)
        if place[0] < len(verdict.computed) and place[1] < len(verdict.computed[0]):
            st.markdown(f"Row {place[0] + 1}, column {place[1] + 1}: `{worked_sum(claim, place)}`")
    elif claim.what == "size" and claim.input_size:
        question = Question(claim.kind, claim.spec, claim.input_size)
        for line in worked_rule(question):
            st.latex(line)
    elif not claim.layer.mode:
        st.latex(_count_rule(claim, verdict))


def _headline(claim: Claim, verdict: Verdict) -> str:
    """Right or wrong, and the first difference in words."""
    if verdict.right:
        said = "rounded to the decimals given" if verdict.rounded else "as the engine computes it"
        return f'<div class="verdict right" role="status">Right <small>· {said}</small></div>'
    difference = verdict.first_difference
    assert difference is not None
    row, col = difference.place
    where = f"row {row + 1}, column {col + 1}" if claim.what == "output" else _side(claim, col)
    if difference.claimed is None:
        first = f"{where} is missing, it is {_text(difference.computed)}"
    elif difference.computed is None:
        first = f"{where} is {_text(difference.claimed)}, the output ends before it"
    else:
        first = f"{where} is {_text(difference.computed)}, not {_text(difference.claimed)}"
    others = len(verdict.differences) - 1
    more = f", and {others} more differ{'s' * (others == 1)}" if others and claim.what == "output" else ""
    return f'<div class="verdict wrong" role="status">Wrong <small>· {escape(first + more)}</small></div>'


def _side(claim: Claim, col: int) -> str:
    if claim.what == "parameters":
        return "the count"
    return "the length" if claim.layer.dimensions == 1 else ("the height", "the width")[col]


def _tables(claim: Claim, verdict: Verdict) -> str:
    """Claimed and computed side by side; the places that differ are coloured, the first has a frame."""
    places = [difference.place for difference in verdict.differences]
    tables = [("The slide says", claim.rows, "claimed"), ("The engine computes", verdict.computed, "computed")]
    figures = [
        f"<figure><figcaption>{title}{_shape(claim, rows)}</figcaption>{_table(rows, places, side)}</figure>"
        for title, rows, side in tables
    ]
    return f'<div class="claims">{"".join(figures)}</div>'


def _table(rows: Rows, places: list[tuple[int, int]], side: str) -> str:
    marks = {place: f' class="{side}"' for place in places} | {place: f' class="{side} first"' for place in places[:1]}
    cells = [[f"<td{marks.get((r, c), '')}>{_text(v)}</td>" for c, v in enumerate(row)] for r, row in enumerate(rows)]
    return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in cells) + "</table>"


def _shape(claim: Claim, rows: Rows) -> str:
    return f", {len(rows)} × {len(rows[0])}" if claim.what == "output" else ""


def _text(value: float | None) -> str:
    """Six decimals are enough for the eye; the comparison has them all."""
    return "" if value is None else format_number(round(value, 6)).replace("-", "−")


def _count_rule(claim: Claim, verdict: Verdict) -> str:
    """Output channels times input channels of a group times the kernel's area, plus the biases, as LaTeX."""
    sides = [str(side.kernel_size) for side in claim.sides.along(claim.layer.dimensions)]
    ins = f"{claim.in_channels}" if claim.spec.groups == 1 else rf"\tfrac{{{claim.in_channels}}}{{{claim.spec.groups}}}"
    factors = r" \cdot ".join([str(claim.out_channels), ins, *sides])
    return f"{factors}{f' + {claim.out_channels}' * claim.has_bias} = {_text(verdict.computed[0][0])}"
