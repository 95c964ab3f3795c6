"""Carries one picture to the browser, where every component on the page can read it by its name."""

import zlib

import numpy as np

from cnnviz.ui.components import component, pack

_carrier = component("pixels", html="")


def pixels(picture_id: str, picture: np.ndarray, *, key: str) -> None:
    """Send `picture`, uint8 (H,W) grey or (H,W,3) RGB, once, and keep it in the browser under `picture_id`.

    It takes no room on the page. Streamlit does not send the same message of 10 kB or more twice, so a big input
    stays in the browser while kernels and settings change. Name a picture by its content and size ("china 512 grey"):
    the name is how a reader of it knows that it has changed.
    """
    carry(packed(picture_id, picture), key=key)


def packed(picture_id: str, picture: np.ndarray, *, deflate: bool = False) -> bytes:
    """The message that `carry` sends. deflate: for what is large and mostly even, a fifth of the size for 6 ms a MB."""
    if picture.dtype != np.uint8 or not (picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3)):
        raise ValueError(f"pixels takes uint8 (H,W) or (H,W,3), not {picture.dtype} {picture.shape}")
    header = {"picture_id": picture_id, "shape": list(picture.shape), "deflated": deflate}
    return pack(header, _deflated(picture) if deflate else picture.tobytes())


def _deflated(picture: np.ndarray) -> bytes:
    packer = zlib.compressobj(1, strategy=zlib.Z_RLE)  # runs of one level: faster here than looking for patterns, and smaller
    return packer.compress(picture.tobytes()) + packer.flush()


def carry(message: bytes, *, key: str) -> None:
    """Send what `packed` gave."""
    _carrier(key=key, data=message, width="content")
