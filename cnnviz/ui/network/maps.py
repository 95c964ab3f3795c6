"""The tab “Activation maps”: all maps of a layer and of the steps round it, in an order, beside the picture."""

import io
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz import engine
from cnnviz.channel_shares import channel_shares
from cnnviz.engine import Network
from cnnviz.figures.activation_sheets import SAME_NUMBERS, as_maps, sheet_picture, strip_of
from cnnviz.images import encode_png
from cnnviz.layer_table import LayerRow
from cnnviz.ui.components.activation_view import Tiles, activation_view, tiles_of
from cnnviz.ui.frame import fit_choice, fragment, plain
from cnnviz.ui.network.code import show_code
from cnnviz.ui.network.going import input_popover, rerun_if_asked, trace_unit
from cnnviz.ui.network.overview import extras, padded_picture
from cnnviz.ui.network.reading import activations
from cnnviz.ui.network_input import Input

HEIGHT = 430  # CSS pixels of the strips
PAGE = 128  # maps at once
SIDE = 112  # places along a map's longer side that are sent
NUMBER, MEAN, MAXIMUM, SHARE = "number", "mean", "maximum", "speaks for the class"
ORDERS = (NUMBER, MEAN, MAXIMUM, SHARE)


@fragment
def show(network: Network, *, key: str, code_tab: DeltaGenerator | None) -> None:
    """Draw the tab."""
    rerun_if_asked(key)
    rows = {row.name: row for row in network.rows if row.kind.lower() not in SAME_NUMBERS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = input_popover(network, key)
        layer = _layer_picker(list(rows), rows, key)
        order = st.segmented_control("Order of the maps", ORDERS, default=NUMBER, required=True, key=f"{key}_maps_order",
                                     bind="query-params", persist_state="session")  # fmt: skip
        steps = st.toggle("Steps before and after", value=True, key=f"{key}_maps_steps", bind="query-params",
                          persist_state="session",
                          help="From the layer with weights through normalisation, activation and pooling")  # fmt: skip
        page_place = st.container(width=110)
    found = activations(network.name, chosen.id, chosen.image)
    label = int(found[network.rows[-1].name].argmax())
    channelwise = found[layer].ndim in (1, 3)  # a transformer's tokens have no channels of their own
    shares = _shares(network, chosen, layer, label) if order == SHARE and channelwise else None
    ordered = channel_order(as_maps(found[layer]), order, shares)
    with page_place:
        shown = _page(ordered, key)
    notes = {} if shares is None else {layer: [f"Speaks for “{network.classes[label]}” with {shares[at]:+.4g}." for at in shown]}
    strips = _strips(network, block(network.rows, layer) if steps else [layer], shown, found, notes)
    activation_view(
        strips, padded_picture(network, chosen), key=f"{key}_maps", height=HEIGHT, side=True, picture_id=chosen.id,
        about=f"Maps of {layer}", chosen=next(at for at, strip in enumerate(strips) if strip.layer == layer),
        hint="Click: the sum behind it.", on_unit=partial(trace_unit, network, key),
    )  # fmt: skip
    _below(network, layer, found, shown, shares, key)
    if shares is not None:
        _explain(shares, network.classes[label], found[network.rows[-1].name][label])
    show_code(code_tab, network, chosen)


def channel_order(maps: np.ndarray, by: str, shares: np.ndarray | None = None) -> np.ndarray:
    """The numbers of the maps (C,H,W), the largest mean, maximum or share first."""
    if by == NUMBER:
        return np.arange(len(maps))
    flat = maps.reshape(len(maps), -1)
    sizes = shares if by == SHARE and shares is not None else flat.mean(1) if by == MEAN else flat.max(1)
    return np.argsort(-sizes, kind="stable")


def block(rows: Sequence[LayerRow], layer: str) -> list[str]:
    """The layer with those round it that work channel by channel: from a layer with weights up to the next one."""
    named = {row.name: row for row in rows}
    first = named[layer]
    while not first.macs and len(first.inputs) == 1 and _channels(named[first.inputs[0]]) == _channels(first):
        first = named[first.inputs[0]]
    names, row = [first.name], first
    while row is not None:
        readers = [other for other in rows if other.inputs == (row.name,) and not other.macs and _channels(other) == _channels(row)]
        row = readers[0] if readers else None  # type: ignore[assignment]
        if row is not None and row.kind.lower() not in SAME_NUMBERS:
            names.append(row.name)
    return names if layer in names else [layer]


def _channels(row: LayerRow) -> int:
    return row.output_shape[0]


def _layer_picker(names: list[str], rows: Mapping[str, LayerRow], key: str) -> str:
    """Opens on the last convolution's activation: few maps, and each sees much."""
    convolutions = [name for name in names if rows[name].kind.startswith("Conv")]
    opening = names.index(convolutions[-1]) if convolutions else len(names) - 1
    fit_choice(f"{key}_maps_layer", names, names[opening])
    return st.selectbox("Layer", names, index=opening, key=f"{key}_maps_layer", bind="query-params", persist_state="session",
                        width=190)  # fmt: skip


def _page(ordered: np.ndarray, key: str) -> np.ndarray:
    pages = -(-len(ordered) // PAGE)
    if pages == 1:
        return ordered
    if st.session_state.get(f"{key}_maps_page", 1) > pages:
        st.session_state[f"{key}_maps_page"] = 1
    page = st.number_input(f"Page of {pages}", 1, pages, key=f"{key}_maps_page", persist_state="session")
    return ordered[(page - 1) * PAGE : page * PAGE]


def _shares(network: Network, chosen: Input, layer: str, label: int) -> np.ndarray:
    x = engine.normalised(network, chosen.image[None])
    return channel_shares(network.graph, x, layer, label).cpu().numpy()


def _strips(
    network: Network, names: Sequence[str], shown: np.ndarray, found: Mapping[str, np.ndarray], notes: Mapping[str, list[str]],
) -> list[Tiles]:  # fmt: skip
    """notes: of a layer's maps; another step of the same block has other shares."""
    rows = {row.name: row for row in network.rows}
    strips = []
    for name in names:
        strip = strip_of(name, rows[name].kind, found[name], channels=shown, side=SIDE)
        more = extras(network, name, strip.channels, found)
        strips.append(tiles_of(strip, rows[name].receptive_field, **(more | ({"notes": notes[name]} if name in notes else {}))))
    return strips


def _below(
    network: Network, layer: str, found: Mapping[str, np.ndarray], shown: np.ndarray, shares: np.ndarray | None, key: str
) -> None:
    maps = as_maps(found[layer])
    silent = int((np.abs(maps).reshape(len(maps), -1).max(1) == 0).sum())
    shape, name = " × ".join(map(str, found[layer].shape)), f"{network.name}_{layer}".replace("@", "_")
    with st.container(horizontal=True, vertical_alignment="center"):
        zeros = f"{np.count_nonzero(maps == 0) / maps.size:.0%} of its values are 0"
        whole = f", {silent} maps are 0 everywhere" if silent and maps[0].size > 1 else ""
        numbers = f"from {maps.min():.4g} to {maps.max():.4g}, mean {maps.mean(dtype=np.float64):.4g}".replace("-", "−")
        st.markdown(f"**{plain(layer)}**: {shape} · {numbers} · {zeros}{whole}")
        sheet = partial(strip_of, layer, "", found[layer], channels=shown)
        st.download_button("PNG", lambda: encode_png(sheet_picture(sheet())), f"{name}.png", "image/png", key=f"{key}_maps_png",
                           on_click="ignore", icon=":material/download:", help="The layer's maps on one scale")  # fmt: skip
        st.download_button("CSV", lambda: maps_csv(maps, shares), f"{name}.csv", "text/csv", key=f"{key}_maps_csv",
                           on_click="ignore", icon=":material/download:", help="Of each map: smallest, largest, mean")  # fmt: skip
        st.download_button("Values", lambda: _npy(found[layer]), f"{name}.npy", "application/octet-stream", key=f"{key}_maps_npy",
                           on_click="ignore", icon=":material/download:", help="All numbers, for numpy.load")  # fmt: skip


def maps_csv(maps: np.ndarray, shares: np.ndarray | None = None) -> str:
    """A line a map (C,H,W): number, smallest, largest, mean, and its share in the class's score where that is known."""
    head = ["channel,min,max,mean" + (",gradient_times_activation" if shares is not None else "")]
    lines = [f"{at},{values.min()},{values.max()},{values.mean()}" + (f",{shares[at]}" if shares is not None else "")
             for at, values in enumerate(maps)]  # fmt: skip
    return "\n".join(head + lines) + "\n"


def _npy(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def _explain(shares: np.ndarray, title: str, logit: float) -> None:
    st.latex(r"s_k = \sum_{i,j} \frac{\partial z_c}{\partial a^k_{ij}}\; a^k_{ij}")
    st.caption(
        f"Gradient times activation: by how much the logit of “{plain(title)}”, {logit:.4g}, would fall, to first order, without "
        f"map k. Those of this layer sum to {shares.sum(dtype=np.float64):.4g}; biases make the rest, and what bends in between."
    )
