"""The tab “Look inside”: a picture, the whole network at a glance, and its answer."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch.nn import functional as F

from cnnviz.engine import Network
from cnnviz.figures.activation_sheets import strips_of
from cnnviz.images import to_bytes
from cnnviz.ui.components.activation_view import activation_view, tiles_of
from cnnviz.ui.frame import fragment
from cnnviz.ui.network.code import show_code
from cnnviz.ui.network.going import rerun_if_asked, trace_unit
from cnnviz.ui.network.prediction import show_prediction
from cnnviz.ui.network.reading import activations
from cnnviz.ui.network_input import Input, network_input

HEIGHT = 540  # CSS pixels of the strips
WIDTHS = (262, 540, 258)  # shares: input, strips, prediction
MARKED = 2  # letters: class names up to so long stand in their units


@fragment
def show(network: Network, *, key: str, code_tab: DeltaGenerator | None) -> None:
    """Draw the tab; a new picture runs it again, and sends all maps in one message."""
    rerun_if_asked(key)
    with st.container(key=f"{key}_look"):  # frame.css puts the answer below the input on narrow screens
        left, middle, right = st.columns(WIDTHS, gap="medium")
    with left:
        chosen = network_input(network, key=f"{key}_input")
    found = activations(network.name, chosen.id, chosen.image)
    with middle:
        show_network(network, chosen, found, key=key)
    with right:
        logits = found[network.rows[-1].name]
        show_prediction(logits, network.classes, key=f"{key}_prediction", truth=chosen.truth)
    show_code(code_tab, network, chosen)


def show_network(network: Network, chosen: Input, found: Mapping[str, np.ndarray], *, key: str) -> None:
    """The strips of all layers in one message."""
    strips = strips_of(network.rows, found)
    fields = {row.name: row.receptive_field for row in network.rows}
    shown = [tiles_of(strip, fields[strip.layer], **extras(network, strip.layer, strip.channels, found)) for strip in strips]
    activation_view(
        shown, padded_picture(network, chosen), key=f"{key}_strips", about=f"All layers of {network.title}", height=HEIGHT,
        picture_id=chosen.id, hint="Click: the sum behind it.", on_unit=partial(trace_unit, network, key),
    )  # fmt: skip
    if not all(strip.whole for strip in strips):
        st.caption("Of this large network the first maps of each layer are shown, large ones shrunk; “Activation maps” has all.")


def padded_picture(network: Network, chosen: Input) -> np.ndarray:
    """The input with its black border, uint8 (H,W) or (H,W,3): the plane on which receptive fields lie."""
    levels = to_bytes(F.pad(chosen.image, (network.pad,) * 4))  # H W C
    return levels[..., 0] if levels.shape[2] == 1 else levels


def extras(network: Network, layer: str, channels: np.ndarray, found: Mapping[str, np.ndarray]) -> dict[str, object]:
    """What the first and the last strip have of their own."""
    if layer == network.rows[0].name:
        values = found[layer]
        colours = ("red", "green", "blue") if len(values) == 3 else None
        return {"grey": (float(values.min()), float(values.max())), "labels": colours}
    if layer == network.rows[-1].name and len(network.classes) == found[layer].size:
        names = [network.classes[at] for at in channels]
        return {"labels": [f"class {name}" for name in names], "marks": [name if len(name) <= MARKED else "" for name in names]}
    return {}
