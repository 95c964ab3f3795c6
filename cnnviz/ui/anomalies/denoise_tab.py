"""The tab “Denoise”: a digit is spoiled, and three auto-encoders clean it; everything follows the noise while it is dragged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Generator, Tensor

from cnnviz import denoising, engine
from cnnviz.denoising import LEFT, NETWORKS, SHORT, Curves, cleaned, cross_entropy, squared_error
from cnnviz.figures.colours import CATEGORICAL
from cnnviz.noise import KINDS, Kind, add_noise, box_corners
from cnnviz.ui.anomalies.clean_digit import Digit, digit_controls
from cnnviz.ui.components.denoise_view import Dial, Shown, denoise_view, hand
from cnnviz.ui.frame import fragment, link

COLOURS = {LEFT: "#8A8A8A", "ae_16": CATEGORICAL[0], "ae_denoising": CATEGORICAL[2], "vae_16_c1": CATEGORICAL[1]}
TITLES = {LEFT: "Noisy", **SHORT}
DRAWS = 10_000  # numbers of draws that a link may name
TRAINED_ON = "gaussian"  # the kind of noise that the denoising network saw


@dataclass(frozen=True, eq=False)
class Spoiled:
    """A clean digit (1,1,28,28), the noise on it, and the noisy one."""

    clean: Tensor
    kind: str
    level: float
    draw: int
    noisy: Tensor

    @property
    def box(self) -> tuple[int, int, int] | None:
        """Row, column and side of the covered square, where the noise is one."""
        if self.kind != "box":
            return None
        row, column = box_corners(self.clean, int(self.level), _generator(self.draw))[0].tolist()
        return row, column, int(self.level)


def show(*, key: str, alone: bool = True) -> None:
    """Draw the tab; alone: the noise moves without the rest of the page, unless something else on it follows."""
    (_alone if alone else _draw)(key, alone)


def _draw(key: str, alone: bool) -> None:
    bar = st.container(horizontal=True, vertical_alignment="center")
    digit = digit_controls(bar, key=key)
    kind, draw = _noise_controls(bar, key)
    with digit.place:
        (_dragged if alone else _answer)(digit, kind, draw, key)


_alone = fragment(_draw)


def _answer(digit: Digit, kind: str, draw: int, key: str) -> None:
    """What follows the slider."""
    dial = _dial(kind)
    spoiled = spoil(digit.picture, kind, _level(kind, dial, key), draw)
    st.session_state[f"{key}_spoiled"] = spoiled  # for the code below the page
    curves = _curves()
    columns = [Shown("Clean", _picture(spoiled.clean)), *_columns(spoiled, curves)]
    denoise_view(
        columns, key=f"{key}_view", dial=dial, level=spoiled.level, levels=curves.levels[kind], pictures=curves.card["pictures"],
        verdict=verdict(columns[1:]), remarks=[*digit.remarks, *_remarks(spoiled)], box=spoiled.box,
    )  # fmt: skip


_dragged = fragment(_answer)


def _noise_controls(bar: DeltaGenerator, key: str) -> tuple[str, int]:
    """The kind of noise and the number of its draw. Session state: a button has no value of its own."""
    state = st.session_state
    named = st.query_params.get(f"{key}_draw", "")
    draw = state.setdefault(f"{key}_draw", int(named) % DRAWS if named.isascii() and named.isdigit() and len(named) < 9 else 0)

    def again() -> None:
        state[f"{key}_draw"] = (state[f"{key}_draw"] + 1) % DRAWS

    with bar:
        kind = str(st.segmented_control(
            "Noise", list(KINDS), default="gaussian", required=True, format_func=lambda name: KINDS[name].title,
            label_visibility="collapsed", key=f"{key}_kind", bind="query-params", persist_state="session",
        ))  # fmt: skip
        st.button("New noise", icon=":material/casino:", key=f"{key}_again", on_click=again)
    link(f"{key}_draw", str(draw) if draw else None)
    return kind, draw


def _level(kind: str, dial: Dial, key: str) -> float:
    """The level that was set last for this kind, by hand, before, or by the link. Session state: the browser holds the slider."""
    state, name, noise = st.session_state, f"{key}_{kind}", KINDS[kind]
    if (by_hand := hand(f"{key}_view", dial)) is not None:
        state[name] = noise.nearest(by_hand)
    level = float(state.setdefault(name, noise.nearest(st.query_params.get(name))))
    for other in KINDS:
        link(f"{key}_{other}", f"{level:g}" if other == kind and level != noise.usual else None)
    return level


def spoil(picture: np.ndarray, kind: str, level: float, draw: int) -> Spoiled:
    """A picture (28,28) in [0,1] with noise; the same draw is the same noise. Errors as in cnnviz.noise."""
    clean = torch.from_numpy(np.ascontiguousarray(picture, np.float32))[None, None]
    return Spoiled(clean, kind, level, draw, add_noise(clean, kind, level, _generator(draw)))


def _generator(draw: int) -> Generator:
    return Generator().manual_seed(draw)


@st.cache_resource(max_entries=1, show_spinner=False)
def _curves() -> Curves:
    return denoising.load_curves()


def _columns(spoiled: Spoiled, curves: Curves) -> list[Shown]:
    """The noisy picture and what each network makes of it."""
    clean, noisy, means = spoiled.clean, spoiled.noisy, curves.curves[spoiled.kind]
    found = [(LEFT, noisy, squared_error(noisy, clean), cross_entropy(noisy, clean))]
    for name in NETWORKS:
        coder = engine.coder(name)
        back = cleaned(coder.model, noisy.to(coder.device), clean.to(coder.device))
        found.append((name, back.pictures.cpu(), back.squared, back.cross_entropy))
    return [
        Shown(TITLES[name], _picture(picture), COLOURS[name], float(squared), float(entropy),
              list(zip(curve.squared, curve.cross_entropy, strict=True)))
        for name, picture, squared, entropy in found if (curve := means[name])
    ]  # fmt: skip


def _picture(image: Tensor) -> np.ndarray:
    return image[0, 0].numpy()


def verdict(columns: Sequence[Shown]) -> str:
    """Which of the noisy picture (first) and the cleaned ones is nearest to the clean picture, in numbers."""
    noisy, *others = columns
    best = min(others, key=_squared)
    if _squared(noisy) <= _squared(best):
        return (f"Cleaning does not help here: the noisy picture's squared error, {_squared(noisy):.4f}, "
                f"is below the best network's, {_squared(best):.4f} ({best.title}).")  # fmt: skip
    return (f"Nearest to the clean picture: {best.title}, squared error {_squared(best):.4f}, "
            f"{_squared(noisy) / _squared(best):.1f} times less than before cleaning ({_squared(noisy):.4f}).")  # fmt: skip


def _squared(column: Shown) -> float:
    assert column.squared is not None  # every column but the clean picture
    return column.squared


def _remarks(spoiled: Spoiled) -> list[str]:
    """What is unusual about the noise."""
    trained = engine.coder("ae_denoising").noise
    if spoiled.kind != TRAINED_ON:
        return [f"The denoising auto-encoder was trained on Gaussian noise of σ = {trained:g}, never on this kind."]
    if spoiled.level > trained:
        return [f"σ = {spoiled.level:.2f} is more than the {trained:g} that the denoising auto-encoder was trained to remove."]
    return []


def _dial(kind: str) -> Dial:
    noise: Kind = KINDS[kind]
    trained = engine.coder("ae_denoising").noise if kind == TRAINED_ON else None
    return Dial(kind, noise.level, noise.unit, noise.high, noise.step, trained)


def current(key: str) -> Spoiled:
    """What the tab shows; it must have been drawn in this session."""
    found: Spoiled = st.session_state[f"{key}_spoiled"]
    return found
