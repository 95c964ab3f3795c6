"""Browser components (Streamlit components v2), a folder each: Python face, scripts (.js), style sheets (.css)."""

import json
import struct
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha1
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_SENT = "components_sent"  # session state: the components (folder, key) whose whole script this browser was sent
_MADE = "components_made"  # session state: (folder, key) -> when its message was made, and the hash of its content
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


def component(folder: str, *, html: str = '<div class="root"></div>', uses: Sequence[str] = ()) -> Callable[..., Any]:
    """Register the component in `folder` (a name beside this file) and return what mounts it: mount(key=, data=, ...).

    The shared scripts here, those of other folders that it `uses`, and all of the folder's .js files become one module, and
    exactly one of them has the `export default`; the .css files become one isolated style sheet. data: what `pack` returns.

    Streamlit sends a component's script with every message, up to 80 kB for each move of a slider. So a long one is sent
    whole in a run of the whole page, and later in a few lines that call the first; a browser that lacks it asks for it.
    """
    files = [*(_HERE / used for used in uses), *sorted((_HERE / folder).iterdir())]
    script = _joined([*sorted(_HERE.glob("*.js")), *(file for file in files if file.suffix == ".js")])
    register = partial(st.components.v2.component, html=html, css=_joined([file for file in files if file.suffix == ".css"]))
    if len(script) < LONG:
        whole = again = register(f"cnnviz.{folder}", js=script)
    else:
        name = f"{folder}-{sha1(script.encode()).hexdigest()[:12]}"  # a newer server is not answered by an older script
        whole = register(f"cnnviz.{folder}", js=script + _KEEP.replace("SCRIPT", name))
        again = register(f"cnnviz.{folder}.again", js=_AGAIN.replace("SCRIPT", name))

    def mount(*, key: str, data: bytes, **options: Any) -> Any:
        one, sent = (folder, key), st.session_state.setdefault(_SENT, set())
        known = one in sent
        sent.add(one)
        return (again if known else whole)(key=key, data=_dated(data, one), on_lost_change=partial(_forget, one), **options)

    return mount


def _joined(files: Sequence[Path]) -> str:
    return "\n".join(file.read_text("utf-8") for file in files) + "\n"


def _dated(data: bytes, one: tuple[str, str]) -> bytes:
    """The message with the time of its making behind it, float64 in microseconds: the browser shows none older than it has shown.

    Sent again unchanged it keeps its time, so that Streamlit knows it for the same message.
    """
    made = st.session_state.setdefault(_MADE, {})
    before, content = made.get(one, (0, None))
    if content != hash(data):
        made[one] = max(time.time_ns() // 1000, before + 1), hash(data)
    return data + struct.pack("<d", made[one][0])


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
