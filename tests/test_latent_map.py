"""The map's Python side: what it accepts from a browser, what it refuses, and what it asks of its caller."""

import math
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.figures.colours import CLASSES
from cnnviz.ui.components.latent_map import Choice, Marker, latent_map, read_choice
from tests.pages.opened import header_of

KNOWN: dict[str, Any] = {"atlas_id": "map", "count": 10, "flat": True}


def test_a_choice_is_read() -> None:
    assert read_choice({"atlas_id": "map", "index": 9}, **KNOWN) == Choice(9)
    assert read_choice({"atlas_id": "map", "index": None, "place": [0.5, -3]}, **KNOWN) == Choice(None, (0.5, -3.0))
    assert read_choice({"atlas_id": "map", "index": 0, "place": [1, 2]}, **KNOWN) == Choice(0, (1.0, 2.0))
    assert read_choice({"atlas_id": "map", "index": 0, "place": [1, 2]}, **{**KNOWN, "flat": False}) == Choice(0)


@pytest.mark.parametrize(
    "sent",
    [
        None, 3, "map", [], {}, {"index": 1}, {"atlas_id": "another", "index": 1}, {"atlas_id": "map", "index": 10},
        {"atlas_id": "map", "index": -1}, {"atlas_id": "map", "index": True}, {"atlas_id": "map", "index": 1.0},
        {"atlas_id": "map", "index": "1"}, {"atlas_id": "map", "place": [1]}, {"atlas_id": "map", "place": [1, 2, 3]},
        {"atlas_id": "map", "place": "12"}, {"atlas_id": "map", "place": [True, 0]}, {"atlas_id": "map", "place": [0, None]},
        {"atlas_id": "map", "place": [math.nan, 0]}, {"atlas_id": "map", "place": [0, math.inf]},
        {"atlas_id": "map", "place": [0, 10**400]}, {"atlas_id": "map", "place": [0, [1]]},
    ],
)  # fmt: skip
def test_what_no_click_can_give_is_refused(sent: object) -> None:
    assert read_choice(sent, **KNOWN) == Choice()


def fitting(**changed: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "key": "k", "atlas_id": "map", "points": np.zeros((3, 2)), "labels": np.zeros(3), "classes": ("a",), "colours": {},
        "colour": "class", "mu": np.zeros((3, 4)), "picture_id": "p", "thumbnails": "originals", "axes": ("x", "y"),
    }  # fmt: skip
    return {**made, **changed}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"labels": np.zeros(2)}, "labels has 2"),
        ({"mu": np.zeros((4, 4))}, "mu has 4"),
        ({"colours": {"loss": np.zeros(5)}}, "loss has 5"),
        ({"labels": np.array([0, 1, 0])}, "label 1, but there are 1 classes"),
        ({"points": np.zeros((3, 4)), "axes": "abcd"}, "4 dimensions"),
        ({"axes": ("x",)}, "1 axes"),
        ({"points": np.full((3, 2), np.nan)}, "finite"),
        ({"colour": "KL"}, "'KL'.*class"),
        ({"visitor": (Marker((1.0,), np.zeros((28, 28), np.uint8), "own"),)}, "own.*2 finite numbers"),
        ({"visitor": (Marker((1.0, 2.0), np.zeros((8, 8), np.uint8), "own"),)}, r"own.*\(8, 8\)"),
        ({"selected": 3}, "dot 3"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        latent_map(**fitting(**changed))


def test_the_browser_is_sent_colours_and_markers_once_a_class() -> None:
    def app() -> None:
        import numpy as np

        from cnnviz.ui.components.latent_map import Marker, latent_map
        from tests.test_latent_map import fitting

        marker = Marker((1.5, 2.0), np.full((28, 28), 7, np.uint8), "own")
        latent_map(**fitting(visitor=(marker,), selected=2, colours={"loss": np.zeros(3), "KL": np.ones(3), "rest": np.ones(3)},
                             colour="KL"))  # fmt: skip

    shown = AppTest.from_function(app).run()
    assert not shown.exception
    sent = [header_of(each.proto) for each in shown.get("bidi_component") if each.proto.component_name == "cnnviz.latent_map"]
    assert len(sent) == 1
    assert sent[0]["told"] == ["loss", "KL"]
    assert sent[0]["shade"] == "KL"
    assert sent[0]["class_colours"] == [CLASSES[0]]
    assert sent[0]["markers"] == [{"place": [1.5, 2.0], "picture": [7] * 784, "title": "own"}]
    assert sent[0]["selected"] == 2


def test_ten_classes_have_ten_colours() -> None:
    assert len(set(CLASSES)) == 10
