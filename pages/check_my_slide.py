"""Check my slide: paste what a slide says of a layer, and the engine says whether it is so."""

from dataclasses import replace

import streamlit as st

from cnnviz.slide_check import check, pytorch_code, truth
from cnnviz.ui.frame import fragment, lesson_end, speaking_errors, title
from cnnviz.ui.slide_form import example_picker, opening_claim, slide_form
from cnnviz.ui.slide_verdict import show_verdict

with title("Check my slide", "Paste a worked example: is it right, where does it first differ, and which slip gives "
    "it?"):
    example = example_picker()


def answer() -> str:
    """How many outputs of the opening slip change with the kernel's first number."""
    claim = opening_claim()
    first, *others = claim.weight or ()
    changed = replace(claim, weight=((first[0] + 1, *first[1:]), *others), claimed=truth(claim))
    count, places = len(check(changed).differences), sum(map(len, changed.claimed))
    return (
        f"{count} of {places}: the number takes part in **every** output, and a change is seen where its window's first "
        "input is not 0."
    )


@fragment
def lesson(example: str) -> None:
    form, result = st.columns(2, gap="small")
    with form:
        read = slide_form(example)
    with result, speaking_errors():
        claim = read()
        show_verdict(claim, check(claim))
    lesson_end(
        "slide",
        notice="- A layer slides its kernel as it is printed: **cross-correlation**. The convolution of mathematics "
            "flips it.\n"
        "- The size rule ends with + 1, for the window from which the steps start; its division is rounded **down**.\n"
        "- Padding is on both sides. Sizes are written (height, width), rows first.\n"
        "- Pooling steps by its own size unless a stride is given, and learns nothing.",
        question="Add 1 to the kernel's first number. How many numbers of the opening example's output change?",
        answer=answer,
        code=lambda: pytorch_code(read()),
    )


lesson(example)
