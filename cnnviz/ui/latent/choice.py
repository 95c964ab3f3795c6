"""Which auto-encoder the page shows."""

import streamlit as st

from cnnviz import engine
from cnnviz.atlas import FOLDER
from cnnviz.ui.frame import plain

OPENING = "vae_2_c1"
FAMILY = ("ae_2", "vae_2_c025", "vae_2_c1", "vae_2_c4", "vae_2_c10", "ae_16", "vae_16_c025", "vae_16_c1", "vae_16_c4", "vae_16_c10")


def coder_choice(*, key: str) -> str:
    """The choice of an auto-encoder that has an atlas, the family first; returns its name. ValueError where there is none."""
    titles = {name: title for name, title in engine.coders().items() if (FOLDER / f"{name}.npz").is_file()}
    if not titles:
        raise ValueError(f"{FOLDER.name} holds no auto-encoder with its atlas: python -m cnnviz.atlas makes one")
    names = sorted(titles, key=lambda name: (FAMILY.index(name) if name in FAMILY else len(FAMILY), name))
    return str(st.selectbox("Auto-encoder", names, index=names.index(OPENING) if OPENING in names else 0,
                            format_func=lambda name: plain(titles[name]), label_visibility="collapsed", key=key,
                            bind="query-params", persist_state="session", width=360))  # fmt: skip
