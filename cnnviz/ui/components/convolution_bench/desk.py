"""What the bench's components share: the fields of the settings, and over the drawing the size rule or a message.

The fields live in the browser because they are what is changed while everybody looks: the fragment that answers holds this
one component, so a new number costs the drawing of the grid and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import streamlit as st

MOST_TYPED = 20  # characters of a field that are kept


@dataclass(frozen=True)
class Field:
    """A number field: the name of its setting, its label, what is shown of it, and the bounds of its keys."""

    name: str
    label: str
    short: str
    least: int
    most: int
    help: str = ""


@dataclass(frozen=True)
class Desk:
    """The fields with what stands in them, and the words over the drawing.

    texts: what is typed, of every setting, shown or not. epoch: a new one makes the browser take over `texts`; otherwise it
    keeps what is typed there. apart: the state of the button for rows and columns, None for no button. rule: markup.
    message: why there is no drawing; ways: labels of the settings that are offered instead. link: the address's parameters,
    each with its setting and the text for which it is left out. on_setting hears of new texts and of `apart`, on_way of the
    number of the way taken; both run before the rerun that they cause.
    """

    rows: Sequence[Sequence[Field]] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    epoch: int = 0
    apart: bool | None = None
    rule: str = ""
    message: str = ""
    ways: Sequence[str] = ()
    on_setting: Callable[[dict[str, str], bool], None] = lambda texts, apart: None
    link: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    on_way: Callable[[int], None] = lambda number: None

    def header(self) -> dict[str, Any]:
        return {
            "rows": [[asdict(each) for each in row] for row in self.rows],
            "texts": dict(self.texts), "epoch": self.epoch, "apart": self.apart,
            "rule": self.rule, "message": self.message, "ways": list(self.ways), "link": dict(self.link),
        }  # fmt: skip

    def handlers(self, key: str) -> dict[str, Any]:
        """The callbacks to mount the component `key` with."""

        def typed() -> None:
            if (texts := self.checked(st.session_state[key].get("setting"))) is not None:
                self.on_setting(texts, bool(st.session_state[key]["setting"].get("apart")))

        def taken() -> None:
            number = st.session_state[key].get("way")
            if isinstance(number, int) and 0 <= number < len(self.ways):
                self.on_way(number)

        return {"on_setting_change": typed, "on_way_change": taken}

    def checked(self, sent: Any) -> dict[str, str] | None:
        """The texts that a browser sent, or None where they answer an older state; unknown names are left out."""
        if not isinstance(sent, Mapping) or sent.get("epoch") != self.epoch or not isinstance(sent.get("texts"), Mapping):
            return None
        return {name: text[:MOST_TYPED] for name, text in sent["texts"].items() if name in self.texts and isinstance(text, str)}
