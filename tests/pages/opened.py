"""Opens a page of the app under AppTest, as a link would."""

import json
from itertools import accumulate, pairwise
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


def sent(app: AppTest, folder: str) -> tuple[dict[str, Any], list[bytes]]:
    """What the page's first component of this kind was sent: the header and the blobs."""
    names = (f"cnnviz.{folder}", f"cnnviz.{folder}.again")
    component = next(each.proto for each in app.get("bidi_component") if each.proto.component_name in names)
    header, at = header_of(component), 4 + int.from_bytes(component.bytes[:4], "little")
    ends = list(accumulate(header["blobs"], initial=at))
    return header, [component.bytes[start:end] for start, end in pairwise(ends)]


def traced(app: AppTest) -> dict[str, Any]:
    """What the page's picture_trace was sent."""
    return sent(app, "picture_trace")[0]
