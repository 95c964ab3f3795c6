"""What an attribution is asked for: two classes, the layer of Grad-CAM, and the settings of each method."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.attribution import FILLS
from cnnviz.engine import Network
from cnnviz.ui.frame import fit_choice

RANKED = ("most probable", "second")  # classes by their rank in the network's answer to the picture at hand
SIDES = 7  # so many patches of occlusion side by side at first
SEED = 0


@dataclass(frozen=True)
class Settings:
    """fill: what nothing looks like. steps: of integrated gradients. samples, noise: of SmoothGrad. size, stride: of occlusion's
    patch, in pixels. layer: of Grad-CAM, None where the network has no convolution. relu: what Grad-CAM's paper puts on its sum.
    """

    fill: str
    steps: int
    samples: int
    noise: float
    size: int
    stride: int
    layer: str | None
    relu: bool


def class_choice(network: Network, rank: int, *, key: str) -> str:
    """A select box; returns one of RANKED or a class, as `plain_class` writes it."""
    options, name = [*RANKED, *_classes(network)], f"{key}_class{rank + 1}"
    fit_choice(name, options, RANKED[rank])
    return st.selectbox(("Class", "Beside it")[rank], options, index=rank, key=name, bind="query-params", persist_state="session",
                        width=150)  # fmt: skip


def _classes(network: Network) -> list[str]:
    return [plain_class(network, label) for label in range(len(network.classes))]


def plain_class(network: Network, label: int) -> str:
    """A class by its number and name; a digit only once."""
    name = network.classes[label]
    return name if name == str(label) else f"{label} {name}"


def label_of(network: Network, choice: str, probabilities: np.ndarray) -> int:
    """The class that a choice stands for, given the probability of each."""
    if choice in RANKED:
        order = np.argsort(-probabilities, kind="stable")
        return int(order[min(RANKED.index(choice), len(order) - 1)])
    return _classes(network).index(choice)


def layer_names(network: Network) -> list[str]:
    """The convolutions whose output has places."""
    return [row.name for row in network.rows if row.kind.startswith("Conv") and len(row.output_shape) == 3]


def opening_layer(network: Network) -> str | None:
    """The last convolution with more than one place: the paper's choice, as far as a map can be made of it."""
    shapes = {row.name: row.output_shape for row in network.rows}
    names = layer_names(network)
    return next((name for name in reversed(names) if shapes[name][1:] != (1, 1)), names[-1] if names else None)


def settings(network: Network, *, key: str) -> Settings:
    """Draw the controls in a row; returns their settings."""
    layer, relu = _layer(network, key), True
    if layer:
        relu = st.toggle("ReLU", value=True, key=f"{key}_relu", bind="query-params", persist_state="session",
                         help="Grad-CAM keeps only what is above 0; off: the whole weighted sum, signed")  # fmt: skip
    with st.popover("Settings", icon=":material/tune:"):
        return _details(network, layer, relu, key)


def _layer(network: Network, key: str) -> str | None:
    names, opening, name = layer_names(network), opening_layer(network), f"{key}_layer"
    if opening is None:
        return None
    fit_choice(name, names, opening)
    return st.selectbox("Grad-CAM's layer", names, index=names.index(opening), key=name, bind="query-params", width=150)


def _details(network: Network, layer: str | None, relu: bool, key: str) -> Settings:
    def kept(name: str) -> dict[str, Any]:
        return {"key": f"{key}_{name}", "bind": "query-params", "persist_state": "session"}

    side = min(network.input_shape[1:])
    opening = "black" if network.input_shape[0] == 1 else "blurred"
    fill = st.segmented_control(
        "Nothing looks like", list(FILLS), default=opening, required=True, **kept("fill"),
        help="The start of integrated gradients, what a patch of occlusion shows, and deleted pixels. “blurred” is the picture "
        "without its details, “mean” the training pictures' mean colour.",
    )  # fmt: skip
    steps = st.select_slider("Integrated gradients: steps", [4, 8, 16, 32, 64, 128, 256], 64, **kept("steps"))
    samples = st.select_slider("SmoothGrad: noisy copies", [1, 2, 5, 10, 25, 50, 100], 25, **kept("samples"))
    noise = st.select_slider("SmoothGrad: noise, % of the picture's range", [0, 5, 10, 15, 20, 30, 50], 15, **kept("noise"))
    size = st.number_input("Occlusion: patch, pixels", 1, side, max(2, side // SIDES), **_sized(network, kept("size")))
    stride = st.number_input("Occlusion: step, pixels", 1, side, max(1, side // SIDES // 2), **_sized(network, kept("stride")))
    return Settings(str(fill), steps, samples, noise / 100, size, min(stride, size), layer, relu)


def _sized(network: Network, kept: dict[str, Any]) -> dict[str, Any]:
    """A number of pixels means something else on a picture of another size: each size has its own."""
    return kept | {"key": f"{kept['key']}{min(network.input_shape[1:])}"}


