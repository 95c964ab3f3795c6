"""The tab “The sum behind it”: encoder, draw, decoder and loss of the current digit, number by number."""

import csv
import io
from collections.abc import Mapping, Sequence

import streamlit as st

from cnnviz import engine
from cnnviz.figures.digits import grey_picture
from cnnviz.latent_sums import Sums, unfold
from cnnviz.ui.latent.subject import current

SIDE = 168  # CSS pixels of a picture
SLIP = r"\mathrm{Loss}_{KL} = \sum_i \tfrac12\left[1 + \log\sigma_i^2 - \sigma_i^2 - \mu_i^2\right]"


def show(name: str, *, key: str) -> None:
    """Draw the tab; a plain auto-encoder has no draw and no KL, and that is said."""
    subject = current(name, key=key)
    coder = engine.coder(name)
    if not coder.variational:
        st.info("An auto-encoder's bottleneck is a point: no σ, no draw, no KL. Choose a VAE to see the sum.")
        return
    seed = _seed(key)
    sums = unfold(coder.model, subject.picture, kl_weight=coder.kl_weight, seed=seed, label=subject.label if coder.labels else None)
    picture, middle, table = st.columns([1, 1, 3], gap="medium")
    title = subject.title if subject.original else f"the reconstruction of {subject.title}"
    picture.image(grey_picture(subject.picture), output_format="PNG", caption=f"x: {title}", width=SIDE)
    middle.image(grey_picture(sums.drawn), output_format="PNG", caption=f"decoded from z, the draw of seed {seed}", width=SIDE)
    with table:
        _table(sums, key)
    if not subject.original:
        st.info(f"{coder.card.data} is not on this machine: the numbers are those of the reconstruction, not those of the map.")
    _total(sums)
    _slip(sums)


def _seed(key: str) -> int:
    """The seed of the draw, counted up by a button. Session state: a button has no value of its own."""
    state = f"{key}_eps_seed"
    st.session_state.setdefault(state, 0)

    def draw() -> None:
        st.session_state[state] += 1

    st.button("Draw ε again", icon=":material/casino:", key=f"{key}_eps", on_click=draw)
    return int(st.session_state[state])


def _table(sums: Sums, key: str) -> None:
    columns: dict[str, Sequence[float]] = {
        "dimension": list(range(1, len(sums.dimensions) + 1)),
        "μ": [row.mu for row in sums.dimensions], "log σ²": [row.logvar for row in sums.dimensions],
        "σ = e^(½ log σ²)": [row.sigma for row in sums.dimensions], "ε": [row.eps for row in sums.dimensions],
        "z = μ + σ ε": [row.z for row in sums.dimensions], "KL (nats)": [row.kl for row in sums.dimensions],
    }  # fmt: skip
    numbers = {title: st.column_config.NumberColumn(format="%.4f") for title in columns if title != "dimension"}
    height = min(38 + 35 * len(sums.dimensions), 320)
    st.dataframe(columns, hide_index=True, column_config=numbers, key=f"{key}_sum_table", height=height)
    st.download_button("CSV", lambda: as_csv(columns), "latent_sum.csv", "text/csv", key=f"{key}_sum_csv", on_click="ignore",
                       icon=":material/download:")  # fmt: skip


def _total(sums: Sums) -> None:
    first = sums.dimensions[0]
    st.latex(
        rf"KL_1 = -\tfrac12\,(1 + \log\sigma_1^2 - \sigma_1^2 - \mu_1^2) = -\tfrac12\,(1 {first.logvar:+.4f} - {first.sigma**2:.4f}"
        rf" - {first.mu**2:.4f}) = {first.kl:.4f}"
    )
    st.latex(
        rf"\mathrm{{loss}} = BCE(x, \hat x) + C \sum_i KL_i = {sums.reconstruction:.3f} + {sums.kl_weight:g} \cdot {sums.kl:.3f}"
        rf" = {sums.total:.3f}"
    )
    st.caption(
        f"nats; BCE summed over the 784 pixels. The training's own loss gives {sums.torch_total:.3f} for this picture and this "
        f"draw (difference {abs(sums.total - sums.torch_total):.1e})."
    )


def _slip(sums: Sums) -> None:
    with st.expander("Spot the slip: lecture notes print the KL term like this"):
        st.latex(SLIP)
        wrong = -sums.kl
        st.markdown(
            f"With this digit's numbers the printed sum is **{wrong:.3f}**, the divergence **{sums.kl:.3f}**. A divergence is "
            "never negative: the printed term is *minus* KL. Added to the loss it would reward latents for leaving N(0, 1), the "
            "further the better: the factor is −½."
        )


def as_csv(columns: Mapping[str, Sequence[float]]) -> str:
    """Columns of numbers under their titles, every digit kept."""
    text = io.StringIO()
    csv.writer(text).writerows([columns, *zip(*columns.values(), strict=True)])
    return text.getvalue()
