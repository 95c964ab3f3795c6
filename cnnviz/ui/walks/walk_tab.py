"""The tab “A to B”: two networks walk between the same two digits, side by side."""

import csv
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cnnviz import engine
from cnnviz.figures.films import ACROSS, frames_side_by_side, strips
from cnnviz.images import encode_gif, encode_png
from cnnviz.latent import Encoding
from cnnviz.ui.components.pixels import carry
from cnnviz.ui.components.walk_film import End, Track, walk_film
from cnnviz.ui.frame import fragment
from cnnviz.ui.latent.reading import atlas, sheet_id, sheet_message
from cnnviz.ui.walks.choice import OPENING, Choice, walk_choice
from cnnviz.ui.walks.code import walk_code
from cnnviz.ui.walks.ends import Ends, current_ends, end_controls, pairs, pick
from cnnviz.walks import Film, Reading, costs, film, read

GIF_PACE = 50  # ms a frame: RATE of the component walk_film


@dataclass(frozen=True, eq=False)
class Walk:
    """One network's walk: its film, what the frames cost it, and what the classifier reads in them."""

    film: Film
    cost: Encoding
    reading: Reading


def show(*, key: str, alone: bool = True) -> None:
    """Draw the tab; alone: a drawing runs nothing else, unless something else on the page follows it."""
    (_alone if alone else _draw)(key)


def _draw(key: str) -> None:
    left, right = st.columns([5, 15], gap="medium")
    with left:
        choice = walk_choice(key=key)
        ends = end_controls(choice.vae, key=key)
        _remarks(choice, ends)
        if not any(ends.drawn):
            pairs(key=key)
    st.session_state[f"{key}_choice"] = choice  # session state: the sheet and the code are made outside this fragment
    tracks = [_track(name, title, choice, ends) for name, title in zip(choice.networks, choice.titles, strict=True)]
    with right:
        walk_film(
            key=f"{key}_film", walk_id=_fingerprint(tracks), tracks=tracks, active=ends.active, picture_id=sheet_id(choice.vae),
            ends=[End(picture, title) for picture, title in zip(ends.pictures, ends.titles, strict=True)],
            classes=engine.coder(choice.vae).card.classes, on_pick=partial(pick, key=key),
        )  # fmt: skip
    with left:
        _downloads(choice, tracks, key)
    carry(sheet_message(choice.vae), key=f"{key}_sheet")  # sent once, and the films are drawn before it comes


_alone = fragment(_draw)


def code(*, key: str) -> str:
    """PyTorch code that makes both films of the tab."""
    choice = _choice(key)
    return walk_code(choice, current_ends(choice.vae, key=key))


def _choice(key: str) -> Choice:
    """What the tab last showed, or what it opens with."""
    return st.session_state.get(f"{key}_choice", OPENING)


@st.cache_resource(max_entries=32, show_spinner=False)
def walk(name: str, pictures: bytes, way: str) -> Walk:
    """A network's walk between the two pictures, float32 (2,28,28) as bytes."""
    both = np.frombuffer(pictures, np.float32).reshape(2, 28, 28).copy()  # torch wants to own it
    a, b = engine.encode(name, both).mu
    shown = film(name, a, b, way=way)
    return Walk(shown, costs(name, shown), read(shown.pictures))


def _track(name: str, title: str, choice: Choice, ends: Ends) -> Track:
    found, known = walk(name, ends.pictures.tobytes(), choice.way), atlas(name)
    latents, plain = found.film.latents, choice.map_name == "plain"
    said = [f"|z| = {far:.2f}\nClassifier: {label} ({sure:.0%})" for far, label, sure in
            zip(np.linalg.norm(latents, axis=1), found.reading.labels, found.reading.probabilities, strict=True)]  # fmt: skip
    points, path = (known.mu, latents) if plain else (known.maps[choice.map_name], known.place(latents, choice.map_name))
    map_id, cost = f"walk {name} {choice.map_name}", found.cost
    return Track(title, found.film.pictures, cost.reconstruction, cost.kl, said, map_id, points, known.labels, path, choice.axes)


def _remarks(choice: Choice, ends: Ends) -> None:
    """What the visitor should know of these ends."""
    if np.array_equal(*ends.pictures):
        st.info("A and B are the same picture: the films stand still. Choose another end.")
    for end, picture in zip("AB", ends.pictures, strict=True):
        if not picture.any():
            st.info(f"{end} is empty: the networks encode it like any other picture, but the way begins or ends at no digit.")
    if not ends.original:
        data = engine.coder(choice.vae).card.data
        st.caption(f"{data} is not on this machine: the digits are what the VAE made of them, and both networks start from that.")
    if choice.map_name == "umap2":
        st.caption("UMAP bends the way; in latent space it is " + ("straight." if choice.way == "linear" else "a turn about 0."))


def _fingerprint(tracks: list[Track]) -> str:
    """Tells one pair of films, and where they are drawn, from another."""
    parts = b"".join(part.tobytes() for track in tracks for part in (track.pictures, track.path))
    return f"{zlib.crc32(parts):08x}"


def _downloads(choice: Choice, tracks: list[Track], key: str) -> None:
    """Files of both films; made only when clicked."""
    films = [track.pictures for track in tracks]
    name = f"walk {choice.auto_encoder} {choice.vae} {choice.way}"
    files: dict[str, tuple[Callable[[], bytes | str], str, str]] = {
        "GIF": (lambda: encode_gif(frames_side_by_side(films), GIF_PACE), "image/gif", "Both films, the auto-encoder at the left"),
        "PNG": (lambda: encode_png(strips(films)), "image/png", f"{ACROSS} frames of both, the auto-encoder on top"),
        "CSV": (lambda: as_csv(choice, tracks), "text/csv", "The losses of every frame, in nats"),
    }
    with st.container(horizontal=True, gap="small"):
        for kind, (made, mime, words) in files.items():
            end = kind.lower()
            st.download_button(kind, made, f"{name}.{end}", mime, key=f"{key}_{end}", on_click="ignore", type="tertiary",
                               icon=":material/download:", help=words)  # fmt: skip


def as_csv(choice: Choice, tracks: list[Track]) -> str:
    """A row a frame: its share of the way, and the losses of each network; without KL, that column is missing."""
    columns = {"frame": range(1, len(tracks[0].pictures) + 1), "t": np.linspace(0, 1, len(tracks[0].pictures))}
    for name, track in zip(choice.networks, tracks, strict=True):
        columns |= {f"{name} BCE (nats)": track.reconstruction} | ({} if track.kl is None else {f"{name} KL (nats)": track.kl})
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([list(columns), *([f"{value:.7g}" for value in row] for row in zip(*columns.values(), strict=True))])
    return file.getvalue()
