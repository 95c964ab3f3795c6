"""The explorer's Python side: what it accepts from a browser, what it refuses, and what it asks of its caller."""

import math
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.components.latent_explorer import Rest, latent_explorer, read_rest

SENT = {"decoder_id": "vae", "start_id": "a", "latent": [0.5, -3], "label": None}
KNOWN: dict[str, Any] = {"decoder_id": "vae", "start": (0.0, 9.5), "start_id": "a"}


def test_a_rest_is_read() -> None:
    assert read_rest(SENT, **KNOWN) == Rest((0.5, -3.0), None)
    assert read_rest({**SENT, "label": 9}, **KNOWN, classes=10) == Rest((0.5, -3.0), 9)
    assert read_rest({**SENT, "latent": [0.0, 9.5]}, **KNOWN) == Rest((0.0, 9.5), None)  # back at a far start
    assert read_rest({**SENT, "latent": [20, 0]}, **KNOWN, reach=20.0) == Rest((20.0, 0.0), None)


@pytest.mark.parametrize(
    "sent",
    [
        None, 3, "vae", [], {}, {**SENT, "decoder_id": "ae"}, {**SENT, "start_id": "b"}, {**SENT, "latent": [0.5]},
        {**SENT, "latent": [0.5, 1, 2]}, {**SENT, "latent": "00"}, {**SENT, "latent": [True, 0]}, {**SENT, "latent": [0, "1"]},
        {**SENT, "latent": [0, None]}, {**SENT, "latent": [math.nan, 0]}, {**SENT, "latent": [0, math.inf]},
        {**SENT, "latent": [7.5, 0]}, {**SENT, "latent": [0, 10**400]}, {**SENT, "label": 1},
    ],
)  # fmt: skip
def test_what_no_slider_can_give_is_refused(sent: object) -> None:
    assert read_rest(sent, **KNOWN) is None


@pytest.mark.parametrize("label", [None, -1, 10, 1.0, True, "3"])
def test_a_conditional_network_needs_one_of_its_labels(label: object) -> None:
    assert read_rest({**SENT, "label": label}, **KNOWN, classes=10) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"used": (True,)}, "start has 2 dimensions, but used has 1"),
        ({"sigma": (1.0, 1.0, 1.0)}, "sigma has 3"),
        ({"start": ()}, "the start is empty"),
        ({"start": (math.nan, 0.0)}, "finite"),
        ({"reach": 0.0}, "reach above 0"),
        ({"classes": ("a", "b"), "label": 2}, "label 2: this network has labels 0 to 1"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(changed: dict[str, Any], said: str) -> None:
    fitting = {"key": "k", "decoder_id": "vae", "decoder": b"", "start": (0.0, 0.0), "start_id": "a", "used": (True, True)}
    with pytest.raises(ValueError, match=said):
        latent_explorer(**{**fitting, **changed})


def _app() -> None:
    import streamlit as st

    from cnnviz.ui.components.latent_explorer import latent_explorer

    def keep(rest: object) -> None:
        st.session_state.heard = rest

    rest = latent_explorer(
        key="k", decoder_id="vae", decoder=b"weights", start=(0.0, 0.5), start_id="a", used=(True, False), on_rest=keep
    )
    st.text(str(rest))


def test_the_rest_comes_back_from_the_mounted_component() -> None:
    app = AppTest.from_function(_app).run()
    assert not app.exception and app.text[0].value == "None"
    assert len(app.get("bidi_component")) == 2  # the decoder's carrier, and the explorer
    app.session_state["k"] = {"rest": {**SENT, "latent": [1, 2.5]}}
    app.run()
    assert not app.exception and app.text[0].value == str(Rest((1.0, 2.5), None))
    app.session_state["k"] = {"rest": {**SENT, "latent": [1e9, 2.5]}}
    assert app.run().text[0].value == "None"
