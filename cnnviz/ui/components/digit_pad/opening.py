"""The digit on the pad before anything is drawn, as the server knows it before the browser has sent it."""

import base64
import zlib

import numpy as np

from cnnviz.digit import SIDE

START = "3"  # of ready.js
# What the browser sends of START, centred: uint8 (28,28), compressed. The browser's own lines make it, so it cannot be computed
# here; tests/browser/test_digit_pad.py holds both to the same bytes, so that the first answer is the pad's, computed once.
_SENT = (
    "eNpjYBgowB27+uHX+3MtMGU4yl79B4O/9ehSUtdA4t8e//7//58zmlwiUGynFweD6Kr//xegyYnuOwlRrvP//xFcLvL+/38XDinF"
    "2///V2KTYNYoef///2MhLFLhr0FufWGITdtesP++ZWGT87zyGui9//+KsDuFWX/z//+/jXE4lGnF//+LcXlQ7f//27jklP//v4Eq"
    "IuwvCmVN/P9/Earc2f/flzmxMjCqTv33/58Nqtx9kNc+337xD0jNRLNFc+EXSNT+/zOBBcMNQpm7Xv95d65fb8ASJQMAR/B5gg=="
)


def opening() -> np.ndarray:
    """The pixels of START on a fresh pad, uint8 (28,28), white on black."""
    return np.frombuffer(zlib.decompress(base64.b64decode(_SENT)), np.uint8).reshape(SIDE, SIDE)
