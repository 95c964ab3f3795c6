"""Films of one walk side by side, played in the browser: the frames, what each costs, and the way on each network's map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.figures.colours import CLASSES
from cnnviz.ui.components import component, pack
from cnnviz.ui.components.arrays import arrays

ENDS = ("A", "B")
SIDE = 28  # pixels

_mount = component("walk_film")


@dataclass(frozen=True, eq=False)
class Track:
    """One network's film of N frames: pictures (N,28,28) in [0,1]; reconstruction and kl (N,) nats, kl None without a Gaussian.

    said: a line to each frame (N). map_id names points (M,2) by their content, labels (M,); path (N,2): the frames among them;
    axes: two names.
    """

    title: str
    pictures: np.ndarray
    reconstruction: np.ndarray
    kl: np.ndarray | None
    said: Sequence[str]
    map_id: str
    points: np.ndarray
    labels: np.ndarray
    path: np.ndarray
    axes: Sequence[str]


@dataclass(frozen=True, eq=False)
class End:
    """Where a film begins or ends: the picture (28,28) in [0,1] that was encoded, and what it is."""

    picture: np.ndarray
    title: str


@dataclass(frozen=True)
class Pick:
    """A dot of a map that was clicked to become an end, "A" or "B"."""

    end: str
    index: int


def walk_film(
    *, key: str, walk_id: str, tracks: Sequence[Track], ends: Sequence[End], active: str, classes: Sequence[str], picture_id: str,
    on_pick: Callable[[Pick], None],
) -> None:  # fmt: skip
    """Show the films in step; on_pick runs before the rerun that a click on a map causes.

    walk_id names the films by their content. active: the end that a click sets. picture_id: the sheet that components.pixels has
    sent, 100 pictures of 28x28 a row, in the order of the dots. ValueError where the parts of a track do not fit together.
    """
    if active not in ENDS or len(ends) != len(ENDS):
        raise ValueError(f"a walk has the ends A and B, not {active!r} of {len(ends)}")
    frames = {len(values) for track in tracks for values in _framewise(track)}
    if len(frames) != 1:
        raise ValueError(f"the tracks have parts of {' and '.join(map(str, sorted(frames)))} frames: give one number")
    dots = {len(values) for track in tracks for values in (track.points, track.labels)}
    if len(dots) != 1:
        raise ValueError(f"the maps have {' and '.join(map(str, sorted(dots)))} dots and labels: give one number")
    for number, track in enumerate(tracks):
        arrays(track.map_id, {"points": track.points.astype(np.float32), "labels": track.labels.astype(np.uint8)},
               key=f"{key}_map_{number}")  # fmt: skip
    header = {
        "walk_id": walk_id, "frames": frames.pop(), "active": active, "picture_id": picture_id, "classes": list(classes),
        "class_colours": [CLASSES[number % len(CLASSES)] for number in range(len(classes))],
        "ends": [end.title for end in ends], "tracks": [_told(track) for track in tracks],
    }  # fmt: skip
    blobs = [_bytes(end.picture) for end in ends] + [_bytes(track.pictures) for track in tracks]

    def picked() -> None:
        if pick := read_pick((st.session_state.get(key) or {}).get("picked"), dots=min(dots)):
            on_pick(pick)

    _mount(key=key, data=pack(header, *blobs), on_picked_change=picked)


def read_pick(sent: Any, *, dots: int) -> Pick | None:
    """The pick that a browser sent; None for an end or a dot that is not there."""
    if not isinstance(sent, dict):
        return None
    end, index = sent.get("end"), sent.get("index")
    return Pick(end, index) if end in ENDS and type(index) is int and 0 <= index < dots else None


def _framewise(track: Track) -> list[Any]:
    parts: list[Any] = [track.pictures, track.reconstruction, track.said, track.path]
    return parts if track.kl is None else [*parts, track.kl]


def _told(track: Track) -> dict[str, Any]:
    kl = None if track.kl is None else _short(track.kl, 3)
    return {
        "title": track.title, "map_id": track.map_id, "axes": list(track.axes), "said": list(track.said),
        "path": _short(track.path, 5), "reconstruction": _short(track.reconstruction, 3), "kl": kl,
    }  # fmt: skip


def _short(values: np.ndarray, decimals: int) -> Any:
    return np.round(values.astype(float), decimals).tolist()


def _bytes(pictures: np.ndarray) -> bytes:
    return np.rint(pictures * 255).astype(np.uint8).tobytes()
