"""The view alone: a picture that is all `level`, cleaned to half of it; ?seconds= that an answer takes, ?kind= "share" or "box"."""

import time

import numpy as np
import streamlit as st

from cnnviz.ui.components.denoise_view import SIDE, Dial, Shown, denoise_view, hand
from cnnviz.ui.frame import frame

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
DIALS = {"share": Dial("share", "share", "", 1.0, 0.01, trained=0.25), "box": Dial("box", "side", "px", 20, 1)}


def columns(share: float) -> list[Shown]:
    """A ramp, clean; the same with its upper half at `share`; and that at half the brightness."""
    clean = np.linspace(0, 1, SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE)
    noisy = clean.copy()
    noisy[: SIDE // 2] = share
    return [
        Shown("Clean", clean),
        Shown("Noisy", noisy, "#8A8A8A", share, float("inf"), [(level, None) for level in LEVELS]),
        Shown("Cleaned", noisy / 2, "#0072B2", share / 2, 100 * share, [(level / 2, 100 * level) for level in LEVELS]),
    ]


if __name__ == "__main__":
    frame()
    query = st.query_params
    kind = st.segmented_control("Kind", list(DIALS), default="share", required=True)
    dial = DIALS[kind]

    @st.fragment
    def view() -> None:
        level = hand("view", dial)
        level = dial.high / 2 if level is None else level
        time.sleep(float(query.get("seconds", 0)))
        denoise_view(
            columns(level / dial.high), key="view", dial=dial, level=level, levels=[dial.high * share for share in LEVELS],
            pictures=1234, verdict=f"verdict {level:g}", remarks=["one"], box=(4, 5, 6) if kind == "box" else None,
        )  # fmt: skip

    view()
