"""The tab “What excites a channel”: a picture is changed step by step until it excites one channel as much as it can."""

from typing import Any

import numpy as np
import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from cnnviz import engine
from cnnviz.engine import Network
from cnnviz.feature_visualisation import PARAMETERISATIONS, Ascent, Excited, excite
from cnnviz.figures.activation_sheets import SAME_NUMBERS, as_maps
from cnnviz.images import encode_png, to_bytes
from cnnviz.ui.frame import fit_choice, plain
from cnnviz.ui.network.code import show_code
from cnnviz.ui.network.going import input_popover
from cnnviz.ui.network.reading import activations
from cnnviz.ui.network_input import Input

SIDE = 336  # CSS pixels of the picture
STEPS = (64, 128, 256, 512, 1024)
AT_ONCE = 2e9  # multiply-adds of all steps together: up to here it begins by itself
KEPT = 24  # pictures a visitor
SEED = 0
Words = tuple[Any, ...]


def show(network: Network, *, key: str, code_tab: DeltaGenerator | None) -> None:
    """Draw the tab; no fragment: Streamlit lets a fragment's button wait until a running fragment has ended, Stop too."""
    rows = [row for row in network.rows[1:] if row.kind.lower() not in SAME_NUMBERS]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = input_popover(network, key)
        show_code(code_tab, network, chosen)
        layer = _layer_picker([row.name for row in rows], [row.name for row in rows if row.kind.startswith("Conv")], key)
        row = next(row for row in rows if row.name == layer)
        channel = _channel_picker(row.output_shape[0], key)
        ascent = _ascent(key)
    words = (network.name, layer, channel, ascent)
    name = f"channel {channel} of {layer}"
    if layer == network.rows[-1].name:
        name += f", “{network.classes[channel]}”"
    picture, text = st.columns(2, gap="large")
    place = picture.empty()
    found = _kept(key).get(words)
    with text:
        st.markdown(f"#### What {plain(name)} looks for")
        st.markdown("An even grey picture is changed pixel by pixel in the direction in which the mean of the channel's map grows.")
        numbers, control = st.empty(), st.container()
    if found is not None:
        _draw(found, place, numbers, _answer(network, chosen, layer, channel))
    if found is None or found.step < found.steps:
        begins = network_work(network) * ascent.steps <= AT_ONCE
        found = _climb(network, words, place, numbers, control, _answer(network, chosen, layer, channel), key, begins=begins)
    if found is not None:
        name = f"{network.name}_{layer}_{channel}.png".replace("@", "_")
        control.download_button("PNG", encode_png(to_bytes(found.image)), name, "image/png", key=f"{key}_excite_png",
                                on_click="ignore", icon=":material/download:")  # fmt: skip


def network_work(network: Network) -> int:
    """Multiply-adds of one step: a pass forward and one back, about twice as long."""
    return 3 * sum(row.macs for row in network.rows)


def _layer_picker(names: list[str], convolutions: list[str], key: str) -> str:
    opening = names.index(convolutions[-1]) if convolutions else len(names) - 1
    fit_choice(f"{key}_excite_layer", names, names[opening])
    return st.selectbox("Layer", names, index=opening, key=f"{key}_excite_layer", bind="query-params", persist_state="session",
                        width=190)  # fmt: skip


def _channel_picker(channels: int, key: str) -> int:
    if st.session_state.get(f"{key}_excite_channel", 0) >= channels:
        st.session_state[f"{key}_excite_channel"] = 0
    return int(st.number_input(f"Channel, 0 to {channels - 1}", 0, channels - 1, key=f"{key}_excite_channel", bind="query-params",
                               persist_state="session", width=170))  # fmt: skip


def _ascent(key: str) -> Ascent:
    """How the picture is sought, behind a button."""
    usual = Ascent()

    def number(label: str, name: str, top: float, help_: str) -> float:
        return st.slider(label, 0.0, top, getattr(usual, name), key=f"{key}_excite_{name}", persist_state="session", help=help_)

    with st.popover("How", icon=":material/tune:"):
        made_of = st.segmented_control("The picture is made of", PARAMETERISATIONS, default=usual.parameterisation, required=True,
                                       key=f"{key}_excite_made_of", persist_state="session")  # fmt: skip
        steps = st.select_slider("Steps", STEPS, value=usual.steps, key=f"{key}_excite_steps", persist_state="session")
        return Ascent(
            parameterisation=str(made_of), steps=int(steps),
            shift=number("Shift, pixels", "shift", 8.0, "In each step the picture is shifted at random: one pixel cannot matter"),
            total_variation=number("Price of steps between neighbours", "total_variation", 8.0, "Total variation: against noise"),
            l2=number("Price of contrast", "l2", 4.0, "Against values far from the even start"),
            blur=number("Blur, pixels", "blur", 2.0, "After every fourth step: against fine detail"),
        )  # fmt: skip


def _kept(key: str) -> dict[Words, Excited]:
    """Session state: a climb takes seconds, and a visitor goes back and forth between channels."""
    return st.session_state.setdefault(f"{key}_excited", {})


def _climb(
    network: Network, words: Words, place: Any, numbers: Any, control: Any, answer: float, key: str, *, begins: bool
) -> Excited | None:
    """Climb with a bar and a button to stop; returns the last picture, None where the visitor has yet to start."""
    _, layer, channel, ascent = words
    state, stopped, started = st.session_state, f"{key}_excite_stopped", f"{key}_excite_started"
    kept, button, bar = _kept(key), control.empty(), control.empty()
    if state.get(stopped) == words or not (begins or state.get(started) == words):
        again = "Begin again" if words in kept else "Climb"
        if words not in kept:
            _draw_start(network, ascent, place)
        button.button(again, icon=":material/play_arrow:", key=f"{key}_excite_climb", on_click=_begin, args=(key, words))
        return kept.get(words)
    button.button("Stop", icon=":material/stop_circle:", key=f"{key}_excite_climb", on_click=_stop, args=(key, words))

    def climb(network: Network) -> Excited:
        generator = torch.Generator().manual_seed(SEED)
        steps = excite(network.graph, layer, channel, network.input_shape, generator=generator, ascent=ascent, base=network.mean,
                       prepare=lambda images: engine.normalised(network, images))  # fmt: skip
        for excited in steps:
            kept[words] = excited
            bar.progress(excited.step / excited.steps, f"Step {excited.step} of {excited.steps}")
            _draw(excited, place, numbers, answer)
        return excited

    found = engine.compute(network.name, climb)
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    button.empty()
    bar.empty()
    return found


def _begin(key: str, words: Words) -> None:
    _kept(key).pop(words, None)
    st.session_state[f"{key}_excite_stopped"] = None
    st.session_state[f"{key}_excite_started"] = words


def _stop(key: str, words: Words) -> None:
    st.session_state[f"{key}_excite_stopped"] = words


def _answer(network: Network, chosen: Input, layer: str, channel: int) -> float:
    """What the channel makes of the visitor's own input: the mean of its map."""
    return float(as_maps(activations(network.name, chosen.id, chosen.image)[layer])[channel].mean(dtype=np.float64))


def _draw(excited: Excited, place: Any, numbers: Any, answer: float) -> None:
    place.image(_enlarged(excited.image), width=SIDE, output_format="PNG", caption=f"After {excited.step} of {excited.steps} steps")
    here, yours = (f"{value:.4g}".replace("-", "−") for value in (excited.activation, answer))
    numbers.markdown(f"The mean of its map: **{here}** for this picture, **{yours}** for your input.")


def _draw_start(network: Network, ascent: Ascent, place: Any) -> None:
    """The even picture before the climb, so that its place is not empty."""
    even = torch.tensor(network.mean).view(-1, 1, 1).expand(network.input_shape)
    place.image(_enlarged(even), width=SIDE, output_format="PNG", caption=f"The start; {ascent.steps} steps change it")


def _enlarged(image: Tensor) -> np.ndarray:
    levels = to_bytes(image)
    times = max(1, SIDE // max(levels.shape[:2]))
    return levels.repeat(times, 0).repeat(times, 1).squeeze(2) if levels.shape[2] == 1 else levels.repeat(times, 0).repeat(times, 1)

