"""A visitor without a browser: speaks Streamlit's websocket protocol, moves one slider, and hears what comes back.

The slider is one of the page or a dial below the kernel, which is in the component `picture_trace`.
"""

import asyncio
import json
import time
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.pages.opened import header_of

PATIENCE = 40.0  # s without an answer after which a visitor gives up


@dataclass
class Visitor:
    """One open session; `lowest` and `highest` are the slider's ends, `texts` and `errors` what the last run showed."""

    socket: websockets.ClientConnection
    address: str  # page and query, "edges?picture=flower"
    slider: str  # the label of the slider that is moved
    lowest: float = 0.0
    highest: float = 1.0
    widget: str = ""
    fragment: str = ""
    dials: dict[str, float] = field(default_factory=dict)
    drawn: bool = True  # a dial's result is drawn in the browser, as it is where the kernel keeps its size; False: sent by Python
    edits: int = 0
    texts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def run(self, value: float | None = None) -> float:
        """Load the page, or move the slider to `value`; returns the milliseconds until the run has finished."""
        message = BackMsg()
        page = urllib.parse.urlsplit(self.address)
        message.rerun_script.page_name, message.rerun_script.query_string = page.path, page.query
        if value is not None:
            state = WidgetState(id=self.widget)
            if self.dials:
                self.edits += 1
                values = self.dials | {self.slider: value}
                state.json_value = json.dumps({"kernel": {"edit": self.edits, "dials": values, "drawn": self.drawn}})
            else:
                state.double_array_value.data.append(value)
            message.rerun_script.widget_states.widgets.append(state)
            message.rerun_script.fragment_id = self.fragment
        self.texts, self.errors = [], []
        started = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(), PATIENCE))
            kind = answer.WhichOneof("type")
            if kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return (time.perf_counter() - started) * 1e3
            if kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
                self._hear(answer)

    def _hear(self, answer: ForwardMsg) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "slider" and element.slider.label == self.slider:
            self.widget, self.fragment = element.slider.id, answer.delta.fragment_id
            self.lowest, self.highest = element.slider.min, element.slider.max
        elif kind == "bidi_component" and element.bidi_component.component_name.startswith("cnnviz.picture_trace"):
            grid = header_of(element.bidi_component)["grid"]
            for dial in grid["dials"] if grid else []:
                if dial["name"] == self.slider:
                    self.widget, self.fragment = element.bidi_component.id, answer.delta.fragment_id
                    self.lowest, self.highest = dial["low"], dial["high"]
                    self.dials = {each["name"]: each["value"] for each in grid["dials"]}
        elif kind == "markdown":
            self.texts.append(element.markdown.body)
        elif kind in ("exception", "alert"):
            self.errors.append(element.exception.message if kind == "exception" else element.alert.body)


@asynccontextmanager
async def visitor(port: int, address: str, slider: str) -> AsyncIterator[Visitor]:
    """A visitor who has opened the page and seen its slider."""
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit", "PLACEHOLDER"], max_size=None,
        compression=None, open_timeout=PATIENCE, ping_interval=None,
    ) as socket:  # fmt: skip
        session = Visitor(socket, address, slider)
        await session.run()
        if not session.widget:
            raise ValueError(f"no slider {slider!r} on page {address!r}: {session.errors or 'it showed none'}")
        yield session
