"""Browser components (Streamlit components v2), a folder each: Python face, scripts (.js), style sheets (.css)."""

import json
from collections.abc import Callable
from functools import partial
from hashlib import sha1
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_SENT = "components_sent"  # session state: the components (folder, key) whose whole script this browser was sent
LONG = 10_000  # characters of a script that is worth sending only once
_KEEP = '\n(window.cnnvizScripts ??= {})["SCRIPT"] = import.meta.url;\n'
_AGAIN = """// The whole script came with this component's first message and has left its address on the window.
export default async function (component) {
  const address = () => window.cnnvizScripts?.["SCRIPT"];
  for (let wait = 0; wait < 10 && !address(); wait++) await new Promise((go) => setTimeout(go, 50));
  if (!address()) { component.setTriggerValue("lost", true); return; }
  return (await import(address())).default(component);
}
"""


def component(folder: str, *, html: str = '<div class="root"></div>') -> Callable[..., Any]:
    """Register the component in `folder` (a name beside this file) and return what mounts it.

    The shared scripts here and all of the folder's .js files become one module, and exactly one of them has the
    `export default`; its .css files become one isolated style sheet.

    Streamlit sends a component's script with every message, up to 80 kB for each move of a slider. So a long one is sent
    whole in a run of the whole page, and later in a few lines that call the first; a browser that lacks it asks for it.
    """
    scripts = [*sorted(_HERE.glob("*.js")), *sorted((_HERE / folder).glob("*.js"))]
    script = "\n".join(script.read_text("utf-8") for script in scripts) + "\n"
    styles = sorted((_HERE / folder).glob("*.css"))
    css = "\n".join(style.read_text("utf-8") for style in styles) + "\n"
    register = partial(st.components.v2.component, html=html, css=css)
    if len(script) < LONG:
        return register(f"cnnviz.{folder}", js=script)
    name = f"{folder}-{sha1(script.encode()).hexdigest()[:12]}"  # a newer server is not answered by an older script
    whole = register(f"cnnviz.{folder}", js=script + _KEEP.replace("SCRIPT", name))
    again = register(f"cnnviz.{folder}.again", js=_AGAIN.replace("SCRIPT", name))

    def mount(*, key: str, **options: Any) -> Any:
        sent = st.session_state.setdefault(_SENT, set())
        known = (folder, key) in sent
        sent.add((folder, key))
        return (again if known else whole)(key=key, on_lost_change=lambda: _forget((folder, key)), **options)

    return mount


def _forget(one: tuple[str, str]) -> None:
    st.session_state[_SENT].discard(one)


def send_whole() -> None:
    """Send the whole scripts in this run: it is one of the whole page, for what may be a new browser."""
    st.session_state[_SENT] = set()


def pack(header: dict[str, Any], *blobs: bytes) -> bytes:
    """Return one message for `unpack` in shared.js: the header's length (uint32), the header as JSON, then the blobs.

    Integers are little-endian. Raw bytes are the only way to send pictures without base64, and Streamlit passes them
    on only when they are the whole of `data`; in a dict it looks for tables, for which it imports pandas, 0.3 s of a first
    visit. So a header alone is packed too. NaN and infinity are refused (ValueError): they are not JSON.
    """
    text = json.dumps({**header, "blobs": [len(blob) for blob in blobs]}, allow_nan=False).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *blobs])
