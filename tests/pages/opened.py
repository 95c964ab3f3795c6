"""Opens a page of the app under AppTest, as a link would."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")
PYTORCH = "The same in PyTorch"


def opened(page: str, state: dict[str, Any] | None = None) -> AppTest:
    """The page pages/`page`.py with its widgets as in `state`; any exception but a shown ValueError fails."""
    app = AppTest.from_file(APP, default_timeout=30).switch_page(f"pages/{page}.py")
    for key, value in (state or {}).items():
        app.session_state[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def run_code(app: AppTest) -> dict[str, Any]:
    """What the page's own PyTorch code leaves behind; its tab must be open."""
    names: dict[str, Any] = {}
    exec(compile(app.code[0].value, "the page's code", "exec"), names)
    return names


def header_of(component: Any) -> dict[str, Any]:
    """What a component was sent (its protobuf message): the header that cnnviz.ui.components.pack wrote."""
    length = int.from_bytes(component.bytes[:4], "little")
    return json.loads(component.bytes[4 : 4 + length])


def traced(app: AppTest) -> dict[str, Any]:
    """What the page's picture_trace was sent."""
    protos = [element.proto for element in app.get("bidi_component")]
    return header_of(next(proto for proto in protos if proto.component_name == "cnnviz.picture_trace"))
