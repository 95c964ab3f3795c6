"""Walks and generation: from one digit to another through latent space, and digits that nobody wrote."""

import streamlit as st

from cnnviz.ui.device_note import device_note
from cnnviz.ui.frame import lesson_end, pytorch_code, speaking_errors, title
from cnnviz.ui.walks import generate, walk_tab
from cnnviz.ui.walks.field_notes import NOTICE, QUESTION, answer

KEY = "walks"
TABS = {"A to B": (walk_tab.show, walk_tab.code), "Generate": (generate.show, generate.code)}

title("Walks and generation", "From one digit to another, and digits that nobody wrote: an auto-encoder against a VAE.")

with speaking_errors():
    body = st.container()
    code_tab = lesson_end(KEY, notice=NOTICE, question=QUESTION, answer=answer)
    places = body.tabs(list(TABS), key=f"{KEY}_tab", on_change="rerun", bind="query-params")
    for place, (show, code) in zip(places, TABS.values(), strict=True):
        if place.open:
            with place:
                show(key=KEY, alone=code_tab is None)  # the code follows what is done in the tab
            if code_tab:
                with code_tab:
                    pytorch_code(code(key=KEY))
device_note()
