"""Denoising and anomalies: what an auto-encoder makes of a picture that is not as those it learned."""

import streamlit as st

from cnnviz.ui.anomalies import anomalies_tab, anomaly_notes, denoise_code, denoise_notes, denoise_tab
from cnnviz.ui.device_note import device_note
from cnnviz.ui.frame import lesson_end, pytorch_code, speaking_errors, title

KEY = "denoising"
TABS = {
    "Denoise": ("denoise", denoise_tab.show, denoise_notes, denoise_code.code),
    "Anomalies": ("anomalies", anomalies_tab.show, anomaly_notes, anomalies_tab.code),
}

title("Denoising and anomalies", "An auto-encoder draws only what it learned: it wipes out noise, and fails on what is strange.")

with speaking_errors():
    body = st.container()
    places = body.tabs(list(TABS), key=f"{KEY}_tab", on_change="rerun", bind="query-params")
    for place, (key, show, notes, code) in zip(places, TABS.values(), strict=True):
        if place.open:
            code_tab = lesson_end(KEY, notice=notes.NOTICE, question=notes.QUESTION, answer=notes.answer)
            with place:
                show(key=key, alone=code_tab is None)  # the code follows what is done in the tab
            if code_tab:
                with code_tab:
                    pytorch_code(code(key))
device_note()
