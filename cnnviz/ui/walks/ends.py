"""The two ends of a walk: each a digit of the test set, picked by its number or on a map, or a drawing."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.ui.components.digit_pad import digit_pad
from cnnviz.ui.components.digit_pad.opening import START, opening
from cnnviz.ui.components.walk_film import ENDS, Pick
from cnnviz.ui.latent.reading import atlas, thumbnails


@dataclass(frozen=True)
class Pair:
    """Two digits of MNIST's test set worth walking between, in networks of `size` latent dimensions."""

    title: str
    size: int
    a: int
    b: int


# Of 1,500 random pairs (seed 1), those where the classifier of cnnviz.walks is least sure of the auto-encoder's frames and surest
# of the VAE's (C = 1): chosen to show the difference. How large it is for any pair, the page's exercise computes.
PAIRS = (Pair("2→9", 2, 8129, 1622), Pair("0→7", 2, 3989, 9242), Pair("1→0", 16, 7191, 1589), Pair("6→7", 16, 9373, 7300))
OPENING = {"A": PAIRS[0].a, "B": PAIRS[0].b}


@dataclass(frozen=True, eq=False)
class Ends:
    """Pictures (2,28,28) in [0,1] of A and B with what they are; original: whether none of them is a reconstruction."""

    pictures: np.ndarray
    titles: tuple[str, str]
    drawn: tuple[bool, bool]
    active: str
    original: bool


def end_controls(vae: str, *, key: str) -> Ends:
    """The controls of both ends. Without the test set its pictures are what the VAE makes of them, for both networks."""
    st.session_state.setdefault(f"{key}_active", "A")  # a pick, a pair and a pencil set it too
    for end, side in zip(ENDS, st.columns(2, gap="small"), strict=True):
        with side:
            st.number_input(f"{end}: test digit", 0, len(atlas(vae).labels) - 1, OPENING[end], key=_number(key, end),
                            bind="query-params", persist_state="session", on_change=_pick, args=(end, key))  # fmt: skip
            st.toggle(f"Pen {end}", key=_pen(key, end), persist_state="session", on_change=_activate, args=(end, key))
    active = str(st.segmented_control("A click on a map, or the pen, sets", ENDS, required=True, key=f"{key}_active",
                                      persist_state="session"))  # fmt: skip
    if st.session_state[_pen(key, active)]:
        drawing = digit_pad(key=f"{key}_pad_{active}", start=START)
        # Session state: the pad of the other end is not on the page, and its drawing stays an end.
        st.session_state[_ink(key, active)] = drawing.pixels if drawing else st.session_state.get(_ink(key, active), opening())
    return current_ends(vae, key=key)


def current_ends(vae: str, *, key: str) -> Ends:
    """The ends as they were last set."""
    known, small, state = atlas(vae), thumbnails(vae), st.session_state
    pictures, titles, drawn = [], [], []
    for end in ENDS:
        drawn.append(bool(state.get(_pen(key, end))))
        if drawn[-1]:
            pictures.append(state.get(_ink(key, end), opening()))
            titles.append("your drawing")
        else:
            index = int(state.get(_number(key, end), OPENING[end]))
            pictures.append(small.pictures[index])
            titles.append(f"{known.labels[index]}\nnumber {index:,}")
    (first, second), (first_drawn, second_drawn), both = titles, drawn, np.stack(pictures) / np.float32(255)
    active = str(state.get(f"{key}_active", "A"))
    return Ends(both, (first, second), (first_drawn, second_drawn), active, small.originals or all(drawn))


def pick(chosen: Pick, key: str) -> None:
    """Make a dot of a map an end."""
    st.session_state[_number(key, chosen.end)] = chosen.index
    _pick(chosen.end, key)


def pairs(*, key: str) -> None:
    """Buttons for the pairs worth seeing."""
    st.caption("Pairs chosen to show it", help="How large it is between any two digits, the exercise below computes.")
    with st.container(horizontal=True, gap="small"):
        for number, pair in enumerate(PAIRS):
            st.button(pair.title, key=f"{key}_pair_{number}", on_click=_walk, args=(pair, key), type="tertiary",
                      help=f"Digits {pair.a:,} and {pair.b:,}, {pair.size} latent dimensions")  # fmt: skip
        st.button("A⇄B", key=f"{key}_swap", on_click=_swap, args=(key,), type="tertiary", help="Swap the ends")


def _walk(pair: Pair, key: str) -> None:
    st.session_state[f"{key}_size"] = pair.size
    for end, index in zip(ENDS, (pair.a, pair.b), strict=True):
        st.session_state[_number(key, end)] = index
        st.session_state[_pen(key, end)] = False


def _swap(key: str) -> None:
    state = st.session_state
    a, b = (_number(key, end) for end in ENDS)
    state[a], state[b] = state[b], state[a]


def _pick(end: str, key: str) -> None:
    st.session_state[_pen(key, end)] = False


def _activate(end: str, key: str) -> None:
    if st.session_state[_pen(key, end)]:
        st.session_state[f"{key}_active"] = end


def _number(key: str, end: str) -> str:
    return f"{key}_{'from' if end == 'A' else 'to'}"


def _pen(key: str, end: str) -> str:
    return f"{key}_draw_{end}"


def _ink(key: str, end: str) -> str:
    return f"{key}_drawn_{end}"
