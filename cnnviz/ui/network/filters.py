"""The tab “Filters”: the learned kernels of a convolution, in order, with their histogram, and how they formed."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from cnnviz import engine
from cnnviz.engine import Network
from cnnviz.figures.filter_grid import ORDERS, filter_colours, filter_order, filter_picture, histogram_svg, tiled, weights_csv
from cnnviz.images import encode_png
from cnnviz.ui.components.activation_view import Tiles, activation_view
from cnnviz.ui.frame import fit_choice, fragment
from cnnviz.ui.network.code import show_code

HEIGHT = 310  # CSS pixels of the grid
MOST = 512  # kernels in the grid
COLOURS, ALL = "as colours", "all"
ENLARGED = 12  # pixels a weight in the PNG


@dataclass(frozen=True, eq=False)
class Kernels:
    """What the grid shows: kernels (n,kH,kW) or, in colours, (n,3,kH,kW), and whose they are."""

    values: Tensor
    names: list[str]
    colours: bool
    left_out: int


@fragment
def show(network: Network, *, key: str, code_tab: DeltaGenerator | None) -> None:
    """Draw the tab."""
    show_code(code_tab, network, None)
    key = f"{key}_filters"
    layers = convolutions(network)
    if not layers:
        st.info(f"{network.title} has no convolution: its weights form no kernels.", icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = _layer_picker(layers, key)
        weight = weight_of(network, layer)
        slices = _slices(weight)
        chosen = _slice_picker(slices, key) if len(slices) > 1 else slices[0]
        order = st.segmented_control("Order", ORDERS, default=ORDERS[0], required=True, key=f"{key}_order", bind="query-params",
                                     persist_state="session", help="norm: the longest first; similarity: each beside the one that "
                                     "points most nearly in its direction")  # fmt: skip
        weight = _after_steps(network, layer, weight, key)
    kernels = kernels_of(weight, chosen, filter_order(weight, order))
    limit = max(float(weights.abs().max()) for weights in (weight_of(network, layer), weight))  # the same at every step of training
    activation_view(
        [_tiles(layer, kernels, limit)], None, key=f"{key}_grid", height=HEIGHT, side=True, still=True, about=f"Kernels of {layer}",
    )  # fmt: skip
    _below(network, layer, weight, kernels, key)


def convolutions(network: Network) -> list[str]:
    """The layers that have kernels."""
    return [row.name for row in network.rows if row.kind.startswith("Conv") and row.macs]


def weight_of(network: Network, layer: str) -> Tensor:
    """The weights (out,in/groups,kH,kW) of a convolution, on the CPU."""
    return network.graph.get_submodule(layer).weight.detach().cpu()  # type: ignore[operator]


def kernels_of(weight: Tensor, chosen: str | int, order: list[int]) -> Kernels:
    """The kernels that a choice names, by filter in that order; of too many the first."""
    channels = weight.shape[1]
    if chosen == COLOURS:
        values = weight[order]
        names = [f"filter {filter_}" for filter_ in order]
    else:
        inputs = list(range(channels)) if chosen == ALL else [int(chosen)]
        values = weight[order][:, inputs].flatten(0, 1)
        names = [f"filter {filter_}, input {channel}" for filter_ in order for channel in inputs]
    return Kernels(values[:MOST], names[:MOST], chosen == COLOURS, max(0, len(names) - MOST))


def _layer_picker(layers: list[str], key: str) -> str:
    fit_choice(f"{key}_layer", layers, layers[0])
    return st.selectbox("Convolution", layers, key=f"{key}_layer", bind="query-params", persist_state="session", width=190)


def _slices(weight: Tensor) -> list[str | int]:
    """First what shows the layer best: colours where there are three, everything where it fits."""
    out, channels = weight.shape[:2]
    names: list[str | int] = [COLOURS] if channels == 3 and max(weight.shape[2:]) > 1 else []
    if channels == 1:
        return [0]
    return [*names, *([ALL] if out * channels <= MOST else []), *range(channels)]


def _slice_picker(slices: list[str | int], key: str) -> str | int:
    fit_choice(f"{key}_slice", slices, slices[0])
    return st.selectbox("Input channel", slices, key=f"{key}_slice", persist_state="session", bind="query-params", width=150,
                        help="Which of a filter's kernels: one reads each input channel")  # fmt: skip


def _after_steps(network: Network, layer: str, weight: Tensor, key: str) -> Tensor:
    """The weights after a number of steps of training, where they were kept."""
    steps = engine.snapshots(network.name)
    if not steps:
        return weight
    step = st.select_slider("After steps of training", steps, value=steps[-1], key=f"{key}_step", bind="query-params",
                            persist_state="session", width=290, format_func=lambda step: f"{step:,}")  # fmt: skip
    return weight if step == steps[-1] else weight_of(engine.network(f"{network.name}@{step}"), layer)


def _tiles(layer: str, kernels: Kernels, limit: float) -> Tiles:
    values = kernels.values.numpy()
    flat = values.reshape(len(values), -1)
    norms = np.sqrt((flat.astype(np.float64) ** 2).sum(1))
    rows, columns = values.shape[-2:]
    left_out = f", the first of {len(values) + kernels.left_out:,}" if kernels.left_out else ""
    return Tiles(
        layer, "Conv2d", (len(values), rows, columns), np.arange(len(values)), values,
        flat.min(1), flat.max(1), flat.mean(1), labels=kernels.names, notes=[f"Norm {norm:.4g}." for norm in norms], limit=limit,
        about=f"{len(values)} kernels {rows}×{columns}{left_out}",
    )  # fmt: skip


def _below(network: Network, layer: str, weight: Tensor, kernels: Kernels, key: str) -> None:
    left, right = st.columns([2, 3], vertical_alignment="center")
    values = weight.numpy().ravel()
    left.markdown(histogram_svg(values), unsafe_allow_html=True)
    with right:
        out, channels, rows, columns = weight.shape
        st.markdown(
            f"**{out}** filters, each of **{channels}** kernel{'s' * (channels > 1)} {rows} × {columns}: **{weight.numel():,}** "
            f"weights from {_signed(values.min())} to {_signed(values.max())}, mean {_signed(values.mean(dtype=np.float64))}, "
            f"standard deviation {values.std(dtype=np.float64):.4f}."
        )
        name = f"{network.name}_{layer}".replace("@", "_")
        with st.container(horizontal=True):
            st.download_button("PNG", lambda: encode_png(_picture(kernels)), f"{name}.png", "image/png", key=f"{key}_png",
                               on_click="ignore", icon=":material/download:", help="The grid as it is drawn here")  # fmt: skip
            st.download_button("CSV", lambda: weights_csv(weight), f"{name}.csv", "text/csv", key=f"{key}_csv",
                               on_click="ignore", icon=":material/download:", help="Every weight of the layer")  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:.4f}".replace("-", "−")


def _picture(kernels: Kernels) -> np.ndarray:
    if not kernels.colours:
        return filter_picture(kernels.values, times=ENLARGED)
    return tiled(filter_colours(kernels.values).repeat(ENLARGED, 1).repeat(ENLARGED, 2), across=16)
