"""The tab “Generate”: digits that nobody wrote, from draws, for a chosen label, and by sums of latents."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz import engine
from cnnviz.generation import LAST_SEED, cloud, draws, member
from cnnviz.ui.components.generator import ACROSS, DRAWS, LABELS, Hand, Source, generator, read_hand
from cnnviz.ui.frame import fragment, link
from cnnviz.ui.latent.choice import FAMILY
from cnnviz.ui.latent.reading import atlas, decoder
from cnnviz.ui.walks import arithmetic
from cnnviz.ui.walks.choice import SIZES, WEIGHTS
from cnnviz.ui.walks.generate_code import draws_code, sum_code

PRIOR, CHOSEN, SUM = VIEWS = ("AE and VAE", "A chosen digit", "a − b + c")
CONDITIONAL = "vae_conditional"
COUNT = ACROSS * ACROSS
TOLD = {
    PRIOR: f"Both decoders get the same {COUNT} draws. Only the VAE was trained (by KL) to put its encodings where the draws fall.",
    CHOSEN: "The decoder is told the digit beside z: z is left with the handwriting, slant and stroke.",
}


def show(*, key: str, alone: bool = True) -> None:
    """Draw the tab; alone: nothing else on the page follows its controls."""
    (_alone if alone else _draw)(key)


def code(*, key: str) -> str | None:
    """PyTorch code for what the tab shows; None before it was drawn. Session state: the tab is drawn elsewhere on the page."""
    return st.session_state.get(f"{key}_generate_code")


def _draw(key: str) -> None:
    """Three views, one at a time."""
    bar = st.container(horizontal=True, vertical_alignment="center")
    view = bar.segmented_control("View", VIEWS, default=PRIOR, required=True, label_visibility="collapsed", key=f"{key}_view",
                                 bind="query-params", persist_state="session")  # fmt: skip
    size = 16
    if view != CHOSEN:
        size = bar.segmented_control("Latent dimensions", SIZES, default=16, required=True, label_visibility="collapsed",
                                     format_func=lambda size: f"{size}-D", key=f"{key}_dimensions",
                                     bind="query-params", persist_state="session")  # fmt: skip
    seed = 0 if view == SUM else _seed(bar, key)
    if view in TOLD:
        st.caption(TOLD[view])
    if view == SUM:
        names = [name for name, c in _family(size) if c in (None, 1)]
        operands = arithmetic.show(*names, key=key)
        st.session_state[f"{key}_generate_code"] = sum_code(names, [(one.index, one.label) for one in operands])
    elif view == CHOSEN:
        _sheets(key, LABELS, seed, engine.coder(CONDITIONAL).latent_size, (CONDITIONAL,))
    else:
        _sheets(key, DRAWS, seed, size, tuple(name for name, _ in _family(size)))


_alone = fragment(_draw)


def _seed(bar: DeltaGenerator, key: str) -> int:
    """The seed of the draws, typed or counted up by a button. Session state: the button moves the field's value."""
    state = f"{key}_seed"
    bar.markdown("Seed", width="content")
    seed = bar.number_input("Seed", 0, LAST_SEED, 1, key=state, bind="query-params", persist_state="session", width=90,
                            label_visibility="collapsed", help=f"Seed of the draws, 0 to {LAST_SEED}")  # fmt: skip

    def another() -> None:
        st.session_state[state] = (int(st.session_state[state]) + 1) % (LAST_SEED + 1)

    bar.button("New draws", icon=":material/casino:", key=f"{key}_another", on_click=another)
    return int(seed)


def _family(size: int) -> list[tuple[str, float | None]]:
    """The networks of so many dimensions that are here, with their C; None for the auto-encoder."""
    here = engine.coders()
    found = [engine.coder(name) for name in FAMILY if name in here]
    return [(coder.name, coder.kl_weight if coder.variational else None) for coder in found if coder.latent_size == size]


@st.cache_resource(max_entries=16, show_spinner="Looking where the encodings lie")
def source(name: str) -> Source:
    """A network with all that its sheet shows."""
    coder, known = engine.coder(name), atlas(name)
    return Source(coder.title, decoder(name), coder.kl_weight if coder.variational else None, cloud(known), member(known))


def _sheets(key: str, view: str, seed: int, size: int, names: tuple[str, ...]) -> None:
    """The sheets. Session state: where the hand rests outlasts the view; the link carries it too."""
    sources = [source(name) for name in names]
    classes = engine.coder(names[0]).card.classes if view == LABELS else ()
    state = f"{key}_hand"
    start: Hand = st.session_state.get(state) or linked(key)
    hand = generator(key=f"{key}_{view}", view=view, seed=seed, z=draws(COUNT, size, seed=seed), sources=sources,
                     start=start, classes=classes)  # fmt: skip
    st.session_state[state] = hand
    shown = [name for name, one in zip(names, sources, strict=True) if view == LABELS or one.c in (None, hand.c)]
    st.session_state[f"{key}_generate_code"] = draws_code(
        shown, COUNT, size, seed=seed, temperature=hand.temperature, label=hand.label if view == LABELS else None
    )
    usual = Hand()
    carry = partial(_carry, key)
    carry("temperature", hand.temperature, usual.temperature)
    carry("c", hand.c, usual.c)
    carry("digit", hand.label, usual.label)


def _carry(key: str, name: str, value: float, usual: float) -> None:
    link(f"{key}_{name}", None if value == usual else f"{value:g}")


def linked(key: str) -> Hand:
    """What the link says of temperature, C and digit; the usual where it says nothing that can be."""
    usual = Hand()

    def said(name: str, usual: float) -> float:
        try:
            return float(st.query_params.get(f"{key}_{name}", usual))
        except ValueError:
            return float(usual)

    temperature, c, label = said("temperature", usual.temperature), said("c", usual.c), said("digit", usual.label)
    sent = {"temperature": usual.temperature, "c": usual.c, "label": usual.label}
    for name, value in (("temperature", temperature), ("c", c), ("label", int(label) if label.is_integer() else label)):
        if read_hand({**sent, name: value}, cs=list(WEIGHTS), labels=10):
            sent[name] = value
    return read_hand(sent, cs=list(WEIGHTS), labels=10) or usual
