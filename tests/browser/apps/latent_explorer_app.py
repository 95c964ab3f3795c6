"""The explorer alone: ?size= latent dimensions, ?form= of the decoder, ?classes= of a conditional one, ?start= a number for all.

The networks are untrained, with fixed seeds, but answer strongly: their last layers' weights are enlarged.
"""

import numpy as np
import streamlit as st
import torch

from cnnviz.browser_decoder import decoder_message
from cnnviz.models.vae import VAE
from cnnviz.ui.components.latent_explorer import latent_explorer
from cnnviz.ui.frame import frame

POINTS = 1000
COLOURS = ("#0072B2", "#E69F00", "#009E73")


def network(size: int, form: str, classes: int) -> VAE:
    """A decoder whose pictures differ clearly from place to place."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = VAE(size, form=form, classes=classes).eval()
    with torch.no_grad():
        for name, weight in model.decoder.named_parameters():
            if weight.ndim > 1:
                weight *= 3
            elif name.endswith("bn.bias"):
                weight += 0.3
    return model


if __name__ == "__main__":
    torch.set_num_threads(1)
    frame()
    query = st.query_params
    size, form, classes = int(query.get("size", 2)), query.get("form", "upsample"), int(query.get("classes", 0))
    points = np.random.default_rng(0).normal(size=(POINTS, 2)).astype(np.float32) * 1.2
    start = st.number_input("start", value=float(query.get("start", 0.5)))
    rest = latent_explorer(
        key="explorer", decoder_id=f"{size} {form} {classes}", decoder=decoder_message(network(size, form, classes)),
        start=[start] * size, start_id=str(start), used=[d % 4 != 3 for d in range(size)], sigma=[0.2] * size,
        label=2 if classes else None, classes=[str(k) for k in range(classes)], points=points if size == 2 else None,
        point_labels=np.arange(POINTS) % 3 if size == 2 else None, point_classes=("a", "b", "c"), point_colours=COLOURS,
    )  # fmt: skip
    st.text("no rest" if rest is None else f"rest {list(rest.latent)} label {rest.label}")
