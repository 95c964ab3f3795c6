"""Which two networks walk, which way, and on which map the way is drawn."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz import engine
from cnnviz.atlas import MAPS
from cnnviz.walks import WAYS

SIZES = (2, 16)
WEIGHTS = {0.25: "c025", 1.0: "c1", 4.0: "c4", 10.0: "c10"}


@dataclass(frozen=True)
class Choice:
    """The two networks, the way between the ends, and the map ("plain", "umap2" or "pca2")."""

    auto_encoder: str
    vae: str
    way: str
    map_name: str

    @property
    def networks(self) -> tuple[str, str]:
        return self.auto_encoder, self.vae

    @property
    def titles(self) -> tuple[str, str]:
        return "Auto-encoder", f"VAE, C = {engine.coder(self.vae).kl_weight:g}"

    @property
    def axes(self) -> tuple[str, str]:
        if self.map_name == "plain":
            return "μ 1", "μ 2"
        words = "UMAP" if self.map_name == "umap2" else "component"
        return f"{words} 1", f"{words} 2"


OPENING = Choice("ae_2", "vae_2_c1", "linear", "plain")
WORDS = "Linear: straight. Spherical: the direction turns evenly about 0, the length goes straight."


def walk_choice(*, key: str) -> Choice:
    """The controls of the two networks and of the way."""
    kept: Any = {"bind": "query-params", "persist_state": "session", "label_visibility": "collapsed"}
    with st.container(horizontal=True, gap="small"):
        size = int(st.segmented_control("Latent dimensions", SIZES, default=SIZES[0], required=True, format_func="{}-D".format,
                                        key=f"{key}_size", **kept))  # fmt: skip
        weight = st.selectbox("C of the VAE", list(WEIGHTS), index=1, format_func="C = {:g}".format, key=f"{key}_weight", width=108,
                              **kept)  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        way = str(st.segmented_control("Way", list(WAYS), default="linear", required=True, key=f"{key}_way", help=WORDS, **kept))
        map_name = "plain"
        if size > 2:
            kind = st.segmented_control("Map", list(MAPS), default="umap", required=True, format_func=MAPS.__getitem__,
                                        key=f"{key}_map", **kept)  # fmt: skip
            map_name = f"{kind}2"
    return Choice(f"ae_{size}", f"vae_{size}_{WEIGHTS[weight]}", way, map_name)
