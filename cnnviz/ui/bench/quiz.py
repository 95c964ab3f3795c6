"""The tab “Predict the size”: a random layer, the learner's numbers, the grade and the rule worked out."""

import streamlit as st

from cnnviz.quiz import LEVELS, MOST_SEED, Question, grade, make_question, rule_in_letters, worked_rule
from cnnviz.ui.frame import fragment

_SEED, _LEVEL = "quiz_seed", "quiz_level"
_ANSWERED = "quiz_answered"  # session state: (level, seed) -> whether the first answer to it was right
_GIVEN = "quiz_given"  # session state: the answer that was checked last, with its level and seed


@fragment
def show() -> None:
    """Draw the tab."""
    state = st.session_state
    answered = state.setdefault(_ANSWERED, {})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = st.segmented_control("Level", LEVELS, default="medium", required=True, key=_LEVEL, bind="query-params")
        seed = st.number_input("Question", 0, MOST_SEED, 1, key=_SEED, bind="query-params", width=140,
                               help="The same number and level give the same question, for a whole class.")  # fmt: skip
        st.button("Next question", icon=":material/chevron_right:", on_click=_next, key="quiz_next")
        if answered:
            st.markdown(f"**{sum(answered.values())} of {len(answered)}** right at the first answer")
    question = make_question(seed, level)
    asked, answer = st.columns([5, 6], gap="large")
    with asked:
        _ask(question, (level, seed))
    given = state.get(_GIVEN)
    if not given or given[0] != (level, seed):
        answer.markdown("Work it out first. The rule appears here with the numbers put in when you have answered.")
        return
    with answer:
        result = grade(question, given[1])
        size = " × ".join(map(str, result.size))
        if result.right:
            st.success(f"Yes: the output is **{size}**.", icon=":material/check:")
        else:
            st.error(f"{' × '.join(map(str, given[1]))} is not it: the output is **{size}**.", icon=":material/close:")
        for slip in result.slips:
            st.markdown(f"**{slip.name[0].upper()}{slip.name[1:]}** gives your answer: {slip.why}.")
        st.latex(rule_in_letters(question))
        for line in worked_rule(question):
            st.latex(line)


def _ask(question: Question, key: tuple[str, int]) -> None:
    """The question and the fields for its answer."""
    names = ["Length"] if len(question.input_size) == 1 else ["Height", "Width"]
    size = " × ".join(map(str, question.input_size))
    st.markdown(f"### Input {'of length ' if len(names) == 1 else ''}{size}. What size is the output?")
    st.code(f"layer = {question.call}", language="python", wrap_lines=True)
    with st.form("quiz_form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        for name in names:
            st.number_input(name, min_value=0, max_value=100_000, value=None, step=1, width=118,
                            key=f"quiz_{key[0]}_{key[1]}_{name.lower()}")  # fmt: skip
        st.form_submit_button("Check", type="primary", on_click=_check, args=(question, key, tuple(names)))


def _check(question: Question, key: tuple[str, int], names: tuple[str, ...]) -> None:
    """Callback: keep the answer; the first one to a question scores, an empty field is no answer."""
    state = st.session_state
    answer = [state[f"quiz_{key[0]}_{key[1]}_{name.lower()}"] for name in names]
    if None not in answer:
        state[_GIVEN] = (key, answer)
        state[_ANSWERED].setdefault(key, grade(question, answer).right)


def _next() -> None:
    state = st.session_state
    state[_SEED] = (state[_SEED] + 1) % (MOST_SEED + 1)
