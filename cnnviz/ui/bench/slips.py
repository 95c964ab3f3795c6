"""The tab “Spot the slip”: a printed claim, the learner's verdict, then the computed truth."""

import streamlit as st

from cnnviz.presets import SLIPS
from cnnviz.slide_check import check
from cnnviz.ui.frame import fragment
from cnnviz.ui.slide_verdict import show_verdict

_NAME = "slip_name"
_JUDGED = "slips_judged"  # session state: the verdicts given so far, slip name -> whether it was called right


@fragment
def show() -> None:
    """Draw the tab."""
    names = list(SLIPS)
    judged = st.session_state.setdefault(_JUDGED, {})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Claim", names, format_func=lambda each: f"{names.index(each) + 1} of {len(names)}: {each}",
                            key=_NAME, bind="query-params", persist_state="session", width=420)  # fmt: skip
        st.button("Previous", icon=":material/chevron_left:", on_click=_step, args=(-1,), key="slip_previous")
        st.button("Next", icon=":material/chevron_right:", on_click=_step, args=(1,), key="slip_next")
        if judged:
            hits = sum(SLIPS[each].truth().right == said for each, said in judged.items())
            st.markdown(f"**{hits} of {len(judged)}** judged rightly")
    slip = SLIPS[name]
    asked, answer = st.columns([5, 6], gap="large")
    with asked:
        with st.container(border=True):
            st.markdown(f"### “{slip.claim_text}”")
            st.caption(slip.source)
        with st.container(horizontal=True):
            st.button("It is right", icon=":material/check:", on_click=_judge, args=(name, True), key="slip_right")
            st.button("It is a slip", icon=":material/close:", on_click=_judge, args=(name, False), key="slip_wrong")
    if name not in judged:
        answer.markdown("Judge first: compute it, or argue. The truth appears here, computed when you have judged.")
        return
    with answer:
        truth = slip.truth()
        hit = judged[name] == truth.right
        verdict = "The claim is right." if truth.right else "The claim is a slip."
        (st.success if hit else st.error)(f"{'Yes' if hit else 'No'}: {verdict[0].lower()}{verdict[1:]}")
        st.markdown(f"**{truth.text}** {slip.explanation}")
        if slip.claim:
            show_verdict(slip.claim, check(slip.claim))


def _judge(name: str, said: bool) -> None:
    st.session_state[_JUDGED] |= {name: said}


def _step(by: int) -> None:
    """Callback: go to another claim, round at the ends."""
    names, state = list(SLIPS), st.session_state
    state[_NAME] = names[(names.index(state[_NAME]) + by) % len(names)]
