"""Latent space: where an auto-encoder puts the digits, and what lies between them."""

from functools import partial

import streamlit as st

from cnnviz.ui.device_note import device_note
from cnnviz.ui.frame import lesson_end, pytorch_code, speaking_errors, title
from cnnviz.ui.latent import dials, growth, map_tab, sums
from cnnviz.ui.latent.choice import coder_choice
from cnnviz.ui.latent.code import latent_code
from cnnviz.ui.latent.field_notes import NOTICE, QUESTION, answer
from cnnviz.ui.latent.subject import current

KEY = "latent"
TABS = ("Map", "Dials", "The sum behind it", "Training")

place = title("Latent space", "An auto-encoder writes a digit down in a few numbers. Ten thousand digits, and what lies between.")

with speaking_errors():
    with place:
        name = coder_choice(key=f"{KEY}_network")
    body = st.container()
    code_tab = lesson_end(KEY, notice=NOTICE, question=QUESTION, answer=lambda: answer(name))
    with body:
        show_map = partial(map_tab.show, alone=code_tab is None)  # the code follows the digit
        places = st.tabs(TABS, key=f"{KEY}_tab", on_change="rerun", bind="query-params")
        for tab, show in zip(places, (show_map, dials.show, sums.show, growth.show), strict=True):
            if tab.open:
                with tab:
                    show(name, key=KEY)
    if code_tab:
        with code_tab:
            pytorch_code(latent_code(name, current(name, key=KEY)))
device_note()
