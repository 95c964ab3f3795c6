"""The tab “Trace”: any number of a network unfolded, and from it onwards layer by layer to the pixels."""

import hashlib
import re
from collections.abc import Mapping
from math import prod

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from cnnviz.engine import Network
from cnnviz.images import to_bytes
from cnnviz.trace import Source, Trace, chain, make_trace, pixel, strongest_path, terms_csv
from cnnviz.ui.components.pixels import pixels
from cnnviz.ui.components.unit_trace import unit_trace
from cnnviz.ui.frame import fragment


def open_unit(key: str, layer: str, place: tuple[int, ...] | None = None) -> None:
    """For callbacks of other views: the next `show_trace` of that key begins at this unit, by default the layer's largest."""
    st.session_state[f"{key}_layer"] = layer
    st.session_state[f"{key}_unit"] = ",".join(map(str, place or ()))
    st.session_state[f"{key}_trail"] = []


@fragment
def show_trace(network: Network, activations: Mapping[str, np.ndarray | Tensor], image: Tensor, *, key: str) -> None:
    """Show one unit as its sum, with the ways on to what it reads, back, and straight down to the pixels.

    activations: of this picture, by layer, without the batch. image: (C,H,W) in [0,1], as the network reads it before its
    border and normalisation. Layer and unit stand in the link. ValueError for a unit that is not there.
    """
    trace, state = make_trace(network.graph, network.rows, activations), st.session_state
    _leave_other_network(network.name, trace, key)
    controls = st.container(horizontal=True, vertical_alignment="bottom")
    here = Source(*_unit_picker(trace, controls, key=key))
    # Session state: the way that led here, which no widget holds.
    trail = [source for source in state.get(f"{key}_trail", []) if _exists(trace, source)]
    units = chain(trace, *here)

    def go(source: Source, before: list[Source]) -> None:
        open_unit(key, *source)
        state[f"{key}_trail"] = before

    def follow() -> None:
        path = strongest_path(trace, *here)
        go(path[-1], [*trail, *path[:-1]])

    with controls:
        st.button("Follow the strongest", on_click=follow, key=f"{key}_follow",
                  disabled=units[0].strongest is None, help="Down to the pixels, each time to what contributes most")  # fmt: skip
        st.button("Back", on_click=lambda: go(trail[-1], trail[:-1]), key=f"{key}_back", disabled=not trail)
        st.button("Prediction", on_click=lambda: open_unit(key, list(trace.rows)[-1]), key=f"{key}_start",
                  help="Begin again at the network's largest output")  # fmt: skip
        st.download_button("CSV", lambda: terms_csv(units[0]), _file_name(network, here), "text/csv", key=f"{key}_csv",
                           on_click="ignore", icon=":material/download:", help="Every term of this sum")  # fmt: skip
    seen = to_bytes(image) if len(image) == 3 else to_bytes(image)[..., 0]
    picture_id = hashlib.blake2b(seen.tobytes(), digest_size=8).hexdigest()
    pixels(picture_id, seen, key=f"{key}_picture")
    base = units[0]
    outputs = prod(trace.shape(list(trace.rows)[-1]))
    unit_trace(
        trace, units, trail, picture_id=picture_id, picture_shape=tuple(image.shape[1:]), pad=network.pad,
        pixel=pixel(image, base.place, network.mean, network.std, network.pad) if base.how == "input" else None,
        names=network.classes if len(network.classes) == outputs else (), key=f"{key}_view",
        on_unit=lambda source: go(source, [*trail, here]), on_back=lambda step: go(trail[step], trail[:step]),
    )  # fmt: skip


def _leave_other_network(name: str, trace: Trace, key: str) -> None:
    """A unit of the network before, in a layer of the same name, becomes the largest; one of a link is left to its message."""
    state = st.session_state
    before, layer = state.get(f"{key}_of", name), str(state.get(f"{key}_layer"))
    state[f"{key}_of"] = name  # session state: nothing else knows which network it was
    if before != name and layer in trace.rows and (unit := state.get(f"{key}_unit")):
        words = re.findall(r"[0-9]+", unit)
        if not _exists(trace, Source(layer, tuple(map(int, words)))):
            open_unit(key, layer)


def _unit_picker(trace: Trace, controls: st.delta_generator.DeltaGenerator, *, key: str) -> tuple[str, tuple[int, ...]]:
    """The layer and the place; without a place the layer's largest number, at the output the prediction."""
    names = list(trace.rows)

    def new_layer() -> None:
        open_unit(key, st.session_state[f"{key}_layer"])

    if st.session_state.get(f"{key}_layer", names[-1]) not in names:
        open_unit(key, names[-1])  # it was a layer of the network before
    with controls:
        layer = st.selectbox("Layer", names, index=len(names) - 1, key=f"{key}_layer", bind="query-params", on_change=new_layer,
                             persist_state="session", width=165)  # fmt: skip
        typed = st.text_input("Unit", key=f"{key}_unit", bind="query-params", placeholder="the largest", persist_state="session",
                              max_chars=40, width=110, on_change=lambda: st.session_state.update({f"{key}_trail": []}),
                              help="channel, row, column; of a vector one number; empty for the largest")  # fmt: skip
    shape = trace.shape(layer)
    if not typed.strip():
        largest = int(torch.as_tensor(trace.activations[layer]).argmax())
        return layer, tuple(int(at) for at in np.unravel_index(largest, shape))
    words = re.split(r"[\s,;]+", typed.strip(" ,;()"))
    size = " × ".join(map(str, shape))
    example = ",".join(str(side // 2) for side in shape)
    if len(words) != len(shape) or not all(re.fullmatch(r"[0-9]{1,6}", word) for word in words):
        many = "one whole number" if len(shape) == 1 else f"{len(shape)} whole numbers"
        raise ValueError(f"{typed!r} is no unit of {layer}, which is {size}: give {many}, such as {example}")
    place = tuple(map(int, words))
    if not _exists(trace, Source(layer, place)):
        raise ValueError(f"{typed!r} is outside {layer}, which is {size}, counted from 0: give {example}, for instance")
    return layer, place


def _exists(trace: Trace, source: Source) -> bool:
    if source.layer not in trace.rows:
        return False
    shape = trace.shape(source.layer)
    return len(shape) == len(source.place) and all(0 <= at < size for at, size in zip(source.place, shape, strict=True))


def _file_name(network: Network, here: Source) -> str:
    words = [network.name, here.layer, *map(str, here.place)]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", "_".join(words)) + ".csv"
