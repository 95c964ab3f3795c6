"""The pictures that fool a score, and where the score of one of them comes from, pixel by pixel."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz import engine
from cnnviz.anomalies import KL
from cnnviz.anomalies.residual import Residual, floor, residual
from cnnviz.figures.colours import SEQUENTIAL
from cnnviz.figures.digits import TIMES, grey_picture, signed_picture
from cnnviz.ui.anomalies.evidence import SCORE_TITLES, Question, Shown, kind_title, worst_anomalies, worst_normal
from cnnviz.ui.components.picture_choice import Row, picture_choice
from cnnviz.ui.latent.subject import Subject

COUNT = 10  # pictures a row
SIDE = 150  # CSS pixels of a picture


@dataclass(frozen=True, eq=False)
class Chosen:
    """The picture that the page looks at: uint8 (28,28), its title. original: False where it is a reconstruction."""

    picture: np.ndarray
    title: str
    original: bool


def show_worst(question: Question, found: Subject | None, *, key: str) -> Chosen:
    """Draw the rows of pictures and the chosen one's residual; returns the chosen one."""
    alarms, missed = worst_normal(question, COUNT), worst_anomalies(question, COUNT)
    rows = [Row(_titled(title, shown), shown.pictures, [f"{score:.1f}" for score in shown.scores])
            for title, shown in (("Normal, highest scores", alarms), ("Anomalies, lowest scores", missed))]  # fmt: skip
    strange = kind_title(question.name, question.kind)
    names = [([f"{title}, number {number:,}" for number in shown.number], shown.originals)
             for title, shown in (("normal", alarms), (f"anomaly: {strange}", missed))]  # fmt: skip
    pictures, own = [shown.pictures for shown in (alarms, missed)], None
    if found is not None:
        pictures.append(np.rint(found.picture[None] * 255).astype(np.uint8))
        own = Row("Yours", pictures[-1], [found.title])
        names.append(([found.title], True))
    set_id = f"{question.name} {question.kind} {question.score}"
    pictures_id = f"worst {hash(b''.join(row.pictures.tobytes() for row in rows)) & 0xFFFFFFFF}"
    by = SCORE_TITLES[question.score]
    st.markdown(f"**The hardest pictures**, by {by}, in nats; click one to see where its score comes from.")
    row, place = picture_choice(rows, own, key=f"{key}_worst", set_id=set_id, pictures_id=pictures_id, chosen=(1, 0))
    titles, original = names[row]
    chosen = Chosen(pictures[row][place], titles[place], original)
    _residual(question, chosen)
    return chosen


def _titled(title: str, shown: Shown) -> str:
    return title if shown.originals else f"{title} (reconstructions: the data set is not on this machine)"


def _residual(question: Question, chosen: Chosen) -> None:
    if not chosen.original:
        title = chosen.title[:1].upper() + chosen.title[1:]
        st.info(f"{title} is shown as its reconstruction, with the stored score: where a score comes from can be seen where the "
                "data set is on this machine, and for your own picture.")  # fmt: skip
        return
    made = residual(engine.coder(question.name).model, chosen.picture / np.float32(255))
    highest = float(made.losses.max())
    with st.container(horizontal=True, gap="medium"):
        st.image(grey_picture(made.picture), chosen.title, SIDE, output_format="PNG")
        st.image(grey_picture(made.reconstruction), "reconstruction", SIDE, output_format="PNG")
        st.image(signed_picture(made.picture - made.reconstruction), "residual: orange lacks ink, blue has too much", SIDE,
                 output_format="PNG")  # fmt: skip
        st.image(heat_picture(made.losses), f"loss of each pixel: dark 0, pale {highest:.2f} nats", SIDE, output_format="PNG")
        with st.container(width=300):
            st.markdown(sums(question, made))


def heat_picture(values: np.ndarray) -> np.ndarray:
    """(H,W) from 0 upwards -> RGB uint8 (H times, W times, 3): near black at 0, pale yellow at the highest."""
    levels = np.rint(values / (values.max() or 1) * 255).astype(int)
    return SEQUENTIAL[levels].repeat(TIMES, 0).repeat(TIMES, 1)


def sums(question: Question, made: Residual) -> str:
    """The score as the sum of its parts, and what of it no reconstruction could avoid."""
    parts = f"The {made.losses.size} pixels' losses add up to a reconstruction score of **{made.loss:.1f} nats**"
    if made.kl is None:
        parts += "."
    else:
        parts += f"; KL is {made.kl:.1f}; together **{made.loss + made.kl:.1f} nats**."
    if question.score == KL:
        parts += " (KL knows nothing of pixels: it is the price of the latent.)"
    least = float(floor(made.picture[None])[0])
    share = f", {least / made.loss:.0%} of it" if made.loss > 0 else ""
    half = np.sort(made.losses, axis=None)[::-1].cumsum()
    few = int(np.searchsorted(half, half[-1] / 2)) + 1
    return (
        f"{parts}\n\nHalf of the reconstruction score comes from {few} pixels. Even a perfect reconstruction would cost "
        f"{least:.1f} nats{share}: a grey pixel x costs its entropy H(x)."
    )
