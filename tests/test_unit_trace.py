"""The trace's view without a browser: what a link and a browser may send, and the state behind the buttons."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.trace import Source, make_trace
from cnnviz.ui.components.unit_trace import read_source
from tests.browser.apps.unit_trace_app import OPENING, looked_at

APP = Path(__file__).parent / "browser" / "apps" / "unit_trace_app.py"


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.session_state[name] = value
    return app.run()


@pytest.mark.parametrize(
    "sent",
    [None, 3, "fc3 3", {}, {"layer": "fc9", "place": [0]}, {"layer": "fc3"}, {"layer": "fc3", "place": [10]},
     {"layer": "fc3", "place": [-1]}, {"layer": "fc3", "place": [True]}, {"layer": "fc3", "place": [1.0]},
     {"layer": "fc3", "place": "1"}, {"layer": "conv1", "place": [0, 0]}, {"layer": ["fc3"], "place": [1]},
     {"layer": "conv1", "place": [0, 0, "<b>"]}],
    ids=repr,
)  # fmt: skip
def test_nothing_but_a_unit_is_taken_from_a_browser(sent: Any) -> None:
    network, _, activations = looked_at(OPENING)
    trace = make_trace(network.graph, network.rows, activations)
    assert read_source(trace, sent) is None
    assert read_source(trace, {"layer": "conv1", "place": [5, 27, 0]}) == Source("conv1", (5, 27, 0))


def test_it_opens_on_the_prediction_and_a_new_layer_on_its_largest() -> None:
    app = opened()
    assert not app.exception and not app.error
    assert app.selectbox(key="t_layer").value == "fc3" and app.text_input(key="t_unit").value == ""
    app.text_input(key="t_unit").set_value("4").run()
    app.selectbox(key="t_layer").set_value("conv2").run()
    assert not app.exception and not app.error
    assert app.text_input(key="t_unit").value == ""


def test_following_goes_to_the_input_and_back() -> None:
    app = opened()
    app.button(key="t_follow").click().run()
    assert app.selectbox(key="t_layer").value == "input"
    assert app.button(key="t_follow").disabled and not app.button(key="t_back").disabled
    for _ in range(20):
        if app.button(key="t_back").disabled:
            break
        app.button(key="t_back").click().run()
    assert (app.selectbox(key="t_layer").value, app.text_input(key="t_unit").value) == ("fc3", "3")
    assert not app.exception


@pytest.mark.parametrize(
    ("unit", "words"),
    [("9,9", "'9,9' is no unit of conv1, which is 6 × 28 × 28: give 3 whole numbers, such as 3,14,14"),
     ("a, 1, 2", "'a, 1, 2' is no unit"), ("6 0 0", "'6 0 0' is outside conv1"), ("-1,0,0", "no unit"), ("0,0,9999999", "no unit")],
)  # fmt: skip
def test_a_unit_that_is_not_there(unit: str, words: str) -> None:
    app = opened(t_layer="conv1", t_unit=unit)
    assert not app.exception
    assert words in app.error[0].value


def test_what_another_network_left_behind_is_forgotten() -> None:
    app = opened(t_layer="stage3.0.conv1", t_unit="1,2,3", t_trail=[Source("fc", (1,)), Source("fc3", (99,))])
    assert not app.exception and not app.error
    assert app.selectbox(key="t_layer").value == "fc3" and app.button(key="t_back").disabled
