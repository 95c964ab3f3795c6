"""The tab “Map”: ten thousand digits as dots, the current digit among them, and what the auto-encoder makes of it."""

import numpy as np
import streamlit as st

from cnnviz import engine
from cnnviz.atlas import MAPS, Atlas
from cnnviz.datasets import TEN_DIGITS
from cnnviz.figures.digits import grey_picture, signed_picture
from cnnviz.latent_places import latent_at
from cnnviz.ui.components.latent_map import Choice, Marker, latent_map
from cnnviz.ui.components.pixels import carry
from cnnviz.ui.frame import fragment, link
from cnnviz.ui.latent.reading import atlas, sheet_id, sheet_message, thumbnails
from cnnviz.ui.latent.remap import own_maps
from cnnviz.ui.latent.subject import MAP, OPENING, Subject, from_map, keep, linked, source_choice, visitors

SIDE = 88  # CSS pixels of a picture
PLAIN = "plain"
MEETING = (4, 9)
CLASS = "class"
ANOMALY = 0.9  # share of the test pictures that cost less: above it a digit is said to be unusual


def show(name: str, *, key: str, alone: bool = True) -> None:
    """Draw the tab; alone: a stroke of the pen runs nothing else, unless something else on the page follows it."""
    (_alone if alone else _draw)(name, key)
    carry(sheet_message(name), key=f"{key}_sheet")  # sent once, and the map is drawn before it comes


def _draw(name: str, key: str) -> None:
    """The tab; it keeps its digit for the others."""
    known = atlas(name)
    left, right = st.columns([7, 3], gap="medium")
    with left:
        map_name, points, colour = _controls(name, known, key)
    with right:
        source = source_choice(key)
        answer = st.container()  # over the pad: both are to be seen at once
        if source == MAP:
            _meeting(known, engine.coder(name).card.classes, key)
        found = None if source == MAP else visitors(name, source, key=key)
        remarks = st.container()  # under the pad: what comes and goes must not move it under the pen
    with left:
        choice = latent_map(
            key=f"{key}_map", atlas_id=f"{name} {map_name} {_fingerprint(points)}", points=points, labels=known.labels,
            classes=engine.coder(name).card.classes, colours=_colours(known), colour=colour, mu=known.mu, picture_id=sheet_id(name),
            thumbnails="originals" if thumbnails(name).originals else "reconstructions", axes=_axes(map_name),
            visitor=() if found is None else _marker(known, map_name, points, found),
            selected=st.session_state.get(f"{key}_preset", (linked(len(known.labels)),))[0] if found is None else None,
        )  # fmt: skip
    st.session_state[f"{key}_clicked"] = choice.press
    if found is None:
        found = from_map(name, _number(choice, len(known.labels), key))
        link("digit", None if found.index == OPENING else str(found.index))
    keep(found, key)
    with answer:
        _answer(name, known, found, key)
    with remarks:
        _remark(known, found)
        if choice.place is not None:
            _decoded(name, known, map_name, points, np.array(choice.place, np.float32), found)


_alone = fragment(_draw)


def _number(choice: Choice, count: int, key: str) -> int:
    """Of the digit on the map: the last of a click, a preset and the link. Session state: a preset outlasts the click before it."""
    index, before = st.session_state.get(f"{key}_preset", (None, None))
    if index is not None and choice.press == before:
        return int(index)
    st.session_state.pop(f"{key}_preset", None)
    return linked(count) if choice.index is None else choice.index


def _meeting(known: Atlas, classes: tuple[str, ...], key: str) -> None:
    """The button to the digit between two classes; only for digits, since it names two of them."""
    if classes != TEN_DIGITS:
        return
    first, second = MEETING
    st.button(f"Where {first} and {second} meet", key=f"{key}_meet", on_click=_choose, args=(between(known, first, second), key))


def _choose(index: int, key: str) -> None:
    state = st.session_state
    state[f"{key}_preset"] = (index, state.get(f"{key}_clicked"))


def between(known: Atlas, first: int, second: int) -> int:
    """The test picture of class `first` whose latent is as near to the mean of one class as to that of the other, among the better
    half of that class.
    """
    means = [known.mu[known.labels == label].mean(0) for label in (first, second)]
    own = np.flatnonzero(known.labels == first)
    own = own[known.loss[own] <= np.median(known.loss[own])]
    near, far = (np.linalg.norm(known.mu[own] - mean, axis=1) for mean in means)
    return int(own[np.abs(near - far).argmin()])


def _controls(name: str, known: Atlas, key: str) -> tuple[str, np.ndarray, str]:
    """Which map, in how many dimensions, and what its colours say."""
    size = known.mu.shape[1]
    with st.container(horizontal=True, vertical_alignment="center"):
        kinds = {**MAPS, **({PLAIN: "μ1, μ2"} if size == 2 else {})}
        kind = str(st.segmented_control("Map", list(kinds), default=PLAIN if size == 2 else "umap", required=True,
                                        format_func=kinds.__getitem__, label_visibility="collapsed",
                                        key=f"{key}_kind_{min(size, 3)}", bind="query-params",
                                        persist_state="session"))  # fmt: skip
        flat = kind == PLAIN or st.segmented_control(
            "Dimensions", (2, 3), default=2, required=True, format_func="{}-D".format, label_visibility="collapsed",
            key=f"{key}_dimensions", bind="query-params", persist_state="session") == 2  # fmt: skip
        colour = str(st.selectbox("Colour", (CLASS, *_colours(known)), key=f"{key}_colour_{size}", label_visibility="collapsed",
                                  persist_state="session", width=150))  # fmt: skip
        points, map_name = known.mu, PLAIN
        if kind != PLAIN:
            map_name = f"{kind}{2 if flat else 3}"
            points = known.maps[map_name]
        if kind == "umap":
            own = own_maps(known, name, 2 if flat else 3, key=key)
            points, map_name = (points, map_name) if own is None else (own, f"own {map_name}")
    return map_name, points, colour


def _colours(known: Atlas) -> dict[str, np.ndarray]:
    """What a dot's colour can say, beside its class."""
    parts = {"loss (nats)": known.loss, "reconstruction (nats)": known.reconstruction}
    if known.kl is not None:
        parts["KL (nats)"] = known.kl
    return parts | {f"μ {number + 1}": known.mu[:, number] for number in range(known.mu.shape[1])}


def _axes(map_name: str) -> tuple[str, ...]:
    if map_name == PLAIN:
        return ("μ 1", "μ 2")
    kind = "UMAP" if "umap" in map_name else "principal component"
    return tuple(f"{kind} {number + 1}" for number in range(int(map_name[-1])))


def _marker(known: Atlas, map_name: str, points: np.ndarray, found: Subject) -> tuple[Marker, ...]:
    """The visitor's own digit on the map; one of the test set has its dot already."""
    if found.index is not None:
        return ()
    mu = found.encoding.mu
    if map_name == PLAIN:
        place = mu
    elif map_name.startswith("own"):  # nobody has learned this map yet: among its nearest neighbours
        near = np.argsort(np.linalg.norm(known.mu - mu, axis=1), kind="stable")[:8]
        place = points[near].mean(0, keepdims=True)
    else:
        place = known.place(mu, map_name)
    picture = np.rint(found.picture * 255).astype(np.uint8)
    return (Marker(tuple(float(value) for value in place[0]), picture, found.title),)


def _answer(name: str, known: Atlas, found: Subject, key: str) -> None:
    """Original, reconstruction and their difference, and what it costs beside the test pictures."""
    coder, encoding = engine.coder(name), found.encoding
    told = np.array([found.label]) if coder.labels else None
    back = engine.decode(name, encoding.mu, told)[0]
    with st.container(horizontal=True, gap="small", key=f"{key}_answer"):
        first = found.title if found.original else f"{found.title} (its reconstruction: {coder.card.data} is not on this machine)"
        st.image(grey_picture(found.picture), first, SIDE, output_format="PNG")
        st.image(grey_picture(back), "decoded", SIDE, output_format="PNG")
        st.image(signed_picture(found.picture - back), "difference", SIDE, output_format="PNG")
    share = float((known.loss < encoding.loss[0]).mean())
    kl = "" if encoding.kl is None else f" + KL {encoding.kl[0]:.1f}"
    cost = f"BCE {encoding.reconstruction[0]:.1f}{kl} = **{encoding.loss[0]:.1f} nats**"
    st.markdown(f"{cost}, more than {share:.1%} of the test pictures cost.")


def _remark(known: Atlas, found: Subject) -> None:
    """Its latent, and what is unusual about it."""
    encoding, loss = found.encoding, found.encoding.loss[0]
    st.caption(f"μ {_numbers(encoding.mu[0])}")
    if encoding.logvar is not None:
        st.caption(f"σ {_numbers(np.exp(encoding.logvar[0] / 2))}")
    share = float((known.loss < loss).mean())
    if not found.picture.any():
        st.info("The picture is empty: it is encoded like any other, but there is no digit to find.")
    elif share > ANOMALY:
        count = int((known.loss >= loss).sum())
        st.warning(f"Unusual: only {count:,} of {len(known.labels):,} test pictures cost this network as much or more. Such losses "
                   "tell anomalies.", icon=":material/report:")  # fmt: skip


def _numbers(values: np.ndarray) -> str:
    """A latent in one line; a table would first have to import pandas, and the page wait for it."""
    return "(" + ", ".join(f"{value:.3f}" for value in values).replace("-", "−") + ")"


def _decoded(name: str, known: Atlas, map_name: str, points: np.ndarray, place: np.ndarray, found: Subject) -> None:
    """What the decoder draws for a place of the map where there is no dot."""
    latent, how = latent_at(known, map_name, points, place)
    told = np.array([found.label]) if engine.coder(name).labels else None
    picture = engine.decode(name, latent[None], told)[0]
    words = ", ".join(f"{value:.2f}" for value in place)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.image(grey_picture(picture), width=SIDE, output_format="PNG")
        st.caption(f"Decoded at ({words}): {how}.", width=190)


def _fingerprint(points: np.ndarray) -> int:
    """Tells one map from another."""
    return hash(points.tobytes()) & 0xFFFFFFFF

