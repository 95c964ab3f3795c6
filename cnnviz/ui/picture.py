"""The picture picker: a built-in sample, an upload or the webcam. All picture pages share one choice, so it travels along.

The link carries the sample and the size. An upload stays on the visitor's own session: `st.file_uploader` forgets its
file when its page is left, so the bytes are kept in the session state here, and a file that cannot be read replaces nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha1
from typing import Any

import streamlit as st
from torch import Tensor

from cnnviz import images
from cnnviz.ui import cached
from cnnviz.ui.frame import link, plain

_PICTURES = [*images.SAMPLES, "upload"]
SIZES = (128, 256, 512, 1024)  # px, longer side
_FIRST = "picture_first"  # session state: the picture and the size that the visitor came with
_UPLOAD = "picture_upload"  # session state: (file name, bytes) of the last picture that could be read
_REFUSED = "picture_refused"  # session state: what was wrong with the last file


@dataclass(frozen=True)
class Picture:
    """A picked picture: `id` names its pixels in the browser, `code()` is the PyTorch code that makes `image`."""

    id: str
    image: Tensor  # (3,H,W)
    code: Callable[[], str]


def picture_picker(*, default_size: int = 512, sizes: bool = True) -> Picture:
    """A button that opens the choice of picture; returns the picked picture.

    sizes: whether the visitor chooses its size too; where not (a network reads one size only), it is default_size.
    """
    state = st.session_state
    # Not bound to the link by Streamlit: it leaves out of the next lesson's address what came by a link and was never clicked.
    first = state.setdefault(_FIRST, {
        "picture": _of(_PICTURES, st.query_params.get("picture"), cached.DEFAULT_SAMPLE),
        "size": _of(SIZES, st.query_params.get("picture_size"), default_size),
    })  # fmt: skip
    name = state.get("picture") or first["picture"]  # the button is drawn before the choice in it
    shown = state[_UPLOAD][0] if name == "upload" and _UPLOAD in state else name
    with st.popover(f"Picture: {plain(shown if len(shown) < 22 else shown[:20] + '…')}", icon=":material/image:"):
        source = st.pills(
            "Picture", _PICTURES, default=first["picture"], required=True,
            format_func=lambda option: "your own" if option == "upload" else option,
            key="picture", persist_state="session", on_change=lambda: state.pop(_REFUSED, None),
        )  # fmt: skip
        st.file_uploader(
            "Your own: PNG, JPEG, WebP, GIF, BMP or TIFF, up to 10 MB",
            key="picture_file", on_change=_keep, args=("picture_file",),
        )  # fmt: skip
        if st.toggle("Use the webcam", key="picture_webcam"):
            st.camera_input("Webcam", key="picture_camera", on_change=_keep, args=("picture_camera",))
        size = default_size if not sizes else st.segmented_control(
            "Longer side, in pixels", SIZES, default=first["size"], required=True,
            key="picture_size", persist_state="session",
        )  # fmt: skip
    link("picture", None if source == cached.DEFAULT_SAMPLE else source)
    link("picture_size", None if size == default_size else str(size))
    if _REFUSED in state:
        with st.container(key="picture_refusal"):
            st.error(plain(state[_REFUSED]), icon=":material/broken_image:")
    if source == "upload" and _UPLOAD in state:
        name, data = state[_UPLOAD]
        code = partial(images.picture_code, None, size, file_name=name, data=data)
        return Picture(f"{sha1(data).hexdigest()[:16]}-{size}", cached.decoded(data, size), code)
    if source == "upload":
        st.info("Choose a file or take a picture under “Picture”; until then you see a sample.", icon=":material/upload:")
        source = cached.DEFAULT_SAMPLE
    return Picture(f"{source}-{size}", cached.sample(source, size), partial(images.picture_code, source, size))


def _of(choices: Sequence[Any], text: str | None, default: Any) -> Any:
    """The choice that a link names, if there is such a one."""
    return next((choice for choice in choices if str(choice) == text), default)


def _keep(key: str) -> None:
    """Take over a newly given file if it can be read; otherwise say why and keep the picture that was there."""
    state = st.session_state
    state.pop(_REFUSED, None)
    file = state[key]
    if file is None:
        return
    data = file.getvalue()
    try:
        images.decode_image(data, 64)
    except ValueError as error:
        state[_REFUSED] = f"{file.name}: {error}"
        return
    state[_UPLOAD] = ("webcam.jpg" if key == "picture_camera" else file.name, data)
    state["picture"] = "upload"
