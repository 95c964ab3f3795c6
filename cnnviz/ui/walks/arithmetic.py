"""The view “a − b + c”: sums of three latents, decoded by an auto-encoder and a VAE, and what a classifier makes of them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz import engine
from cnnviz.atlas import Atlas
from cnnviz.figures.digits import grey_picture, strip
from cnnviz.generation import PROBES, class_mean, combine, isolation, spacing
from cnnviz.images import encode_png
from cnnviz.ui.frame import plain
from cnnviz.ui.latent.reading import atlas
from cnnviz.walks import read

PICTURE = "test digit"
OPENING = 1206  # a slanted 7 of MNIST's test set
SIDE = 112  # CSS pixels of a picture
WIDTHS = (1.7, 1, 1, 1, 1)  # of the columns: words, a, b, c, the result
TOLD = "Take the mean of its class from a digit and add the mean of another class: the handwriting should stay."
SURE = 0.9  # probability below which a result is said to be read as no digit in particular
FAR = 0.99  # share of the encodings: a latent more alone than so many is said to lie where nothing was encoded


@dataclass(frozen=True)
class Operand:
    """A test picture by its number, or the mean of a class; one of both is None."""

    index: int | None
    label: int | None

    def latent(self, known: Atlas) -> np.ndarray:
        """(D,)"""
        if self.index is not None:
            return known.mu[self.index]
        assert self.label is not None
        return class_mean(known, self.label)

    def title(self, known: Atlas) -> str:
        """For people, class names being the digits."""
        return f"mean {self.label}" if self.index is None else f"{self.index}: a {known.labels[self.index]}, decoded"


@dataclass(frozen=True, eq=False)
class Sum:
    """pictures: a, b, c and the result as one network decodes them, (4,28,28) in [0,1]; alone: see isolation."""

    title: str
    pictures: np.ndarray
    alone: float


def result(name: str, operands: tuple[Operand, Operand, Operand]) -> Sum:
    """a − b + c in the latent space of one network, float32, as the atlas keeps its latents (half precision)."""
    known = atlas(name)
    places = [operand.latent(known) for operand in operands]
    places.append(combine(*places))
    return Sum(engine.coder(name).title, engine.decode(name, np.stack(places)), isolation(places[3], known.mu, _apart(name)))


@st.cache_resource(max_entries=16, show_spinner=False)
def _apart(name: str) -> np.ndarray:
    return spacing(atlas(name).mu)


def show(*names: str, key: str) -> tuple[Operand, Operand, Operand]:
    """Draw the view: the three operands over their decodings, a row for each network, and the result beside them."""
    known = atlas(names[0])
    head, *columns, end = st.columns(WIDTHS, gap="small")
    opened = (None, int(known.labels[OPENING]), 1)
    a, b, c = (
        _operand(sign, known, opening, column, f"{key}_{letter}")
        for letter, sign, opening, column in zip("abc", ("a", "− b", "+ c"), opened, columns, strict=True)
    )
    sums = [result(name, (a, b, c)) for name in names]
    titles = [operand.title(known) for operand in (a, b, c)]
    head.caption(TOLD)
    end.markdown("= a − b + c")
    end.download_button(
        "PNG", lambda: encode_png(np.concatenate([strip(found.pictures, 4) for found in sums])),
        f"{titles[0]} minus {titles[1]} plus {titles[2]}, {' and '.join(found.title for found in sums)}.png", "image/png",
        key=f"{key}_sum_png", on_click="ignore", icon=":material/download:", help="All pictures, a row for each network",
    )  # fmt: skip
    for found in sums:
        words, *columns = st.columns(WIDTHS, gap="small")
        words.markdown(f"**{plain(found.title)}**")
        words.caption(remark(found))
        for column, picture, title in zip(columns, found.pictures, [*titles, "a − b + c"], strict=True):
            column.image(grey_picture(picture, 4), output_format="PNG", caption=plain(title), width=SIDE)
    if b.label is not None and c.label is not None:
        _everyone(names, b.label, c.label, key)
    return a, b, c


def _operand(sign: str, known: Atlas, opening: int | None, column: DeltaGenerator, key: str) -> Operand:
    means = {f"mean {label}": int(label) for label in np.unique(known.labels)}
    kind = column.selectbox(sign, (PICTURE, *means), index=0 if opening is None else 1 + list(means.values()).index(opening),
                            key=f"{key}_kind", bind="query-params", persist_state="session")  # fmt: skip
    if kind != PICTURE:
        return Operand(None, means[kind])
    last = len(known.labels) - 1
    index = column.number_input("Number in the test set", 0, last, OPENING, key=f"{key}_number", bind="query-params",
                                persist_state="session", label_visibility="collapsed", help=f"0 to {last}")  # fmt: skip
    return Operand(int(index), None)


def remark(found: Sum) -> str:
    """What a classifier reads in the result, and how far its latent lies from all encodings."""
    reading = read(found.pictures[3:])
    label, sure = reading.labels[0], reading.probabilities[0]
    said = f"LeNet reads the result as a {label} ({sure:.1%})"
    if sure < SURE:
        said = f"No digit in particular: LeNet's best guess is a {label} ({sure:.1%})"
    where = f"Its latent lies farther from all encodings than {found.alone:.0%} of {PROBES} of them from another"
    lost = ": where nothing was encoded, nothing promises a digit" if found.alone >= FAR else ""
    return f"{said}. {where}{lost}."


def _everyone(names: tuple[str, ...], without: int, plus: int, key: str) -> None:
    """One digit is an anecdote: the same sum for all test pictures of the class that is taken away."""
    fold = st.expander(f"The same for every {without} of the test set", key=f"{key}_everyone", on_change="rerun")
    if fold.open:
        lines = [f"- {plain(engine.coder(name).title)}: **{share(name, without, plus):.1%}**" for name in names]
        fold.markdown(f"LeNet reads a {plus} in x − mean of the {without}s + mean of the {plus}s:\n" + "\n".join(lines))


@st.cache_resource(max_entries=64, show_spinner="Decoding every one of them")
def share(name: str, without: int, plus: int) -> float:
    """Share of the test pictures of one class that become another, in a classifier's reading."""
    known = atlas(name)
    own = known.mu[known.labels == without]
    pictures = engine.decode(name, combine(own, class_mean(known, without), class_mean(known, plus)))
    return float((read(pictures).labels == plus).mean())
