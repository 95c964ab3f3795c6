"""A pad to draw a digit on, with mouse, pen or finger; MNIST's preprocessing runs beside it in the browser, live."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.digit import SIDE
from cnnviz.ui.components import component, pack

_mount = component("digit_pad")
_MESSAGE = re.compile(r"(\d{1,9}):([01]):([A-Za-z0-9+/=]{0,2000})", re.ASCII)  # epoch, centred, base64


@dataclass(frozen=True, eq=False)
class Drawing:
    """What the pad shows as the network's input: uint8 (28,28), white on black; `centred` or only scaled down."""

    pixels: np.ndarray
    centred: bool


def digit_pad(*, key: str, start: str = "", epoch: int = 0, on_draw: Callable[[], None] | None = None) -> Drawing | None:
    """Show the pad; returns its drawing, which follows the pen, or None until the browser has sent one.

    start: the ready digit "0" to "9" on the pad of a visitor who has drawn nothing yet, or "". epoch: a new number
    empties the pad (to `start`). on_draw runs before the rerun that a changed drawing causes. While a run is under way
    the browser sends nothing: the next drawing goes out when the answer to the last has come.
    """
    data = {"name": key, "start": start, "epoch": epoch}
    result = _mount(key=key, data=pack(data), on_drawing_change=on_draw or (lambda: None))
    return read_message(result.drawing, epoch)


def read_message(message: object, epoch: int) -> Drawing | None:
    """The drawing in a browser's message; None for one of an older epoch and for anything that is not 28x28 pixels."""
    match = _MESSAGE.fullmatch(message) if isinstance(message, str) else None
    if match is None or int(match[1]) != epoch:
        return None
    try:
        raw = base64.b64decode(match[3], validate=True)
    except binascii.Error:
        return None
    if len(raw) != SIDE * SIDE:
        return None
    return Drawing(np.frombuffer(raw, np.uint8).reshape(SIDE, SIDE), match[2] == "1")
