"""Browser components (Streamlit components v2), a folder each: Python face, scripts (.js), style sheets (.css)."""

import json
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_HERE = Path(__file__).parent


def component(folder: str, *, html: str = '<div class="root"></div>') -> ComponentRenderer:
    """Register the component in `folder` (a name beside this file) and return what mounts it.

    The shared scripts here and all of the folder's .js files become one module, and exactly one of them has the
    `export default`; its .css files become one isolated style sheet.
    """
    scripts = [*sorted(_HERE.glob("*.js")), *sorted((_HERE / folder).glob("*.js"))]
    styles = sorted((_HERE / folder).glob("*.css"))
    return st.components.v2.component(
        f"cnnviz.{folder}",
        html=html,
        css="\n".join(style.read_text("utf-8") for style in styles) + "\n",
        js="\n".join(script.read_text("utf-8") for script in scripts) + "\n",
    )


def pack(header: dict[str, Any], *blobs: bytes) -> bytes:
    """Return one message for `unpack` in shared.js: the header's length (uint32), the header as JSON, then the blobs.

    Integers are little-endian. Raw bytes are the only way to send pictures without base64, and Streamlit passes them
    on only when they are the whole of `data`. NaN and infinity are refused (ValueError): they are not JSON.
    """
    text = json.dumps({**header, "blobs": [len(blob) for blob in blobs]}, allow_nan=False).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *blobs])
