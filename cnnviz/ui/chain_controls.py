"""The controls of the filter chain: a card for each step, read from and written to one text that the link carries."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.chain import MAX_LEVEL, MAX_SETTING, MAX_STEPS, Step, from_link, to_link
from cnnviz.convolution import ConvSpec
from cnnviz.kernels import KERNELS, same_padding

FIRST = to_link([
    Step("filter", "Sobel x", ConvSpec((3, 3), padding=(1, 1), padding_mode="replicate")),
    Step("relu"),
    Step("max pool", spec=ConvSpec((4, 4), 4)),
    Step("threshold", level=1.0),
])  # fmt: skip
_CHAIN = "chain_steps"  # session state and link: the steps as text, the one truth
_NEW = Step("filter", "box 3", ConvSpec((3, 3), padding=(1, 1), padding_mode="replicate"))
_REMOVE = "(remove this step)"
OTHERS = ("relu", "threshold", "max pool", "average pool")


def chain_controls() -> list[Step]:
    """A row of cards, one a step, and buttons; ValueError for a damaged link, once its text can be mended."""
    row = st.container(horizontal=True, vertical_alignment="top")
    with row:
        cards = [st.container(width=130, gap="xxsmall") for _ in range(MAX_STEPS)]
        tools = st.container(width="content", gap="xsmall")
    with tools:
        adding = st.container(width="content")
        with st.popover("As text", icon=":material/link:"):
            # Drawn before the cards, though it stands after them: a link's text is in the session state only from here on.
            steps = from_link(st.text_input("The chain as text", FIRST, key=_CHAIN, bind="query-params"))
    adding.button("Add a step", icon=":material/add:", on_click=_write, args=([*steps, _NEW],),
                  disabled=len(steps) == MAX_STEPS, key="chain_add")  # fmt: skip
    for number, (step, card) in enumerate(zip(steps, cards, strict=False)):
        with card:
            _card(number, step, steps)
    return steps


def _card(number: int, step: Step, steps: Sequence[Step]) -> None:
    """One step: what it does and its one number. The widgets follow the text, so their state is set before each run."""
    kind, level, size = f"chain_kind_{number}", f"chain_level_{number}", f"chain_size_{number}"
    st.session_state[kind] = step.kernel if step.kind == "filter" else step.kind
    own = [step.kernel] if step.kind == "filter" and step.kernel not in KERNELS else []
    st.selectbox(f"Step {number + 1}", [*OTHERS, *KERNELS, *own, _REMOVE], key=kind, on_change=_replace,
                 args=(number, steps, kind, None))  # fmt: skip
    if step.kind == "threshold":
        st.session_state[level] = step.level
        st.number_input("level", -MAX_LEVEL, MAX_LEVEL, step=0.1, key=level, on_change=_replace, args=(number, steps, kind, level))
    elif step.spec is not None and "pool" in step.kind:
        st.session_state[size] = side = step.spec.along(2)[0].kernel_size
        plain = step.spec.along(2) == ConvSpec((side, side), side).along(2) and not step.spec.ceil_mode
        label = "size = stride" if plain else "size (rest: As text)"
        st.number_input(label, 1, MAX_SETTING, key=size, on_change=_replace, args=(number, steps, kind, size))


def _replace(number: int, steps: Sequence[Step], kind: str, value: str | None) -> None:
    """Callback: step `number` becomes what its card says; `value` is the key of its number, if that changed."""
    name = st.session_state[kind]
    given = st.session_state[value] if value else None
    if name == _REMOVE:
        return _write([*steps[:number], *steps[number + 1 :]])
    if name == "threshold":
        step = Step("threshold", level=0.5 if given is None else float(given))
    elif name == "relu":
        step = Step("relu")
    elif name in ("max pool", "average pool"):
        side = 2 if given is None else int(given)
        step = Step(name, spec=ConvSpec((side, side), side))
    else:
        size = (KERNELS[name].shape[0], KERNELS[name].shape[1])
        step = Step("filter", name, ConvSpec(size, padding=same_padding(size), padding_mode="replicate"))
    _write([*steps[:number], step, *steps[number + 1 :]])


def _write(steps: Sequence[Step]) -> None:
    st.session_state[_CHAIN] = to_link(steps)
