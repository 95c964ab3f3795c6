"""A map of thousands of pictures as dots: hover shows the picture, a click chooses one, a lasso counts; all in the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.figures.colours import CLASSES, SEQUENTIAL
from cnnviz.ui.components import component, pack
from cnnviz.ui.components.arrays import arrays

CLASS = "class"
NEIGHBOURS = 8
PICTURE = (28, 28)
FARTHEST = 1e6  # from the middle of a map: no screen shows more

_mount = component("latent_map")


@dataclass(frozen=True, eq=False)
class Marker:
    """A visitor's own picture, uint8 (28,28), at its place on the map."""

    place: tuple[float, ...]
    picture: np.ndarray
    title: str


@dataclass(frozen=True)
class Choice:
    """What was clicked last: the number of a dot, and a place (2,) of a flat map where no dot is; None before. press: the moment in
    ms, by which the same dot clicked again is told from no click.
    """

    index: int | None = None
    place: tuple[float, ...] | None = None
    press: int = 0


def latent_map(
    *, key: str, atlas_id: str, points: np.ndarray, labels: np.ndarray, classes: Sequence[str], colours: Mapping[str, np.ndarray],
    colour: str, mu: np.ndarray, picture_id: str, thumbnails: str, axes: Sequence[str], visitor: Sequence[Marker] = (),
    selected: int | None = None, decodes: bool = True,
) -> Choice:  # fmt: skip
    """Show points (N,2) or (N,3) with labels (N,); returns the visitor's choice on this map.

    atlas_id: names points, mu and colours by their content. colours: title with its unit -> (N,) values, of which the first is
    told of each dot; colour: one of these titles, or "class". mu: (N,D), in which the nearest neighbours are found. picture_id:
    of the sheet that components.pixels has sent, 100 pictures of 28x28 a row. thumbnails: "originals" or "reconstructions", for
    the caption. axes: their names. selected: the dot that is ringed until another is clicked. decodes: whether the page answers
    a click on a free place of a flat map. ValueError where these do not fit together.
    """
    _check(points, labels, classes, colours, colour, mu, axes, visitor, selected)
    count, dimensions = points.shape
    arrays(atlas_id, {"points": points.astype(np.float32), "mu": mu.astype(np.float32), "labels": labels.astype(np.uint8)},
           key=f"{key}_points")  # fmt: skip
    told = [title for number, title in enumerate(colours) if number == 0 or title == colour]
    for number, title in enumerate(told):
        arrays(f"{atlas_id} {title}", {"values": colours[title].astype(np.float32)}, key=f"{key}_values_{number}")
    data: dict[str, Any] = {
        "atlas_id": atlas_id, "dimensions": dimensions, "width": mu.shape[1], "classes": list(classes),
        "class_colours": [CLASSES[number % len(CLASSES)] for number in range(len(classes))],
        "told": told, "shade": None if colour == CLASS else colour, "ramp": SEQUENTIAL[::8].tolist(),
        "picture_id": picture_id, "thumbnails": thumbnails, "axes": list(axes), "selected": selected, "neighbours": NEIGHBOURS,
        "decodes": decodes and dimensions == 2,
        "markers": [{"place": list(m.place), "picture": m.picture.ravel().tolist(), "title": m.title} for m in visitor],
    }  # fmt: skip
    result = _mount(key=key, data=pack(data), on_choice_change=lambda: None)
    return read_choice(result.get("choice"), atlas_id=atlas_id, count=count, flat=dimensions == 2)


def _check(
    points: np.ndarray, labels: np.ndarray, classes: Sequence[str], colours: Mapping[str, np.ndarray], colour: str,
    mu: np.ndarray, axes: Sequence[str], visitor: Sequence[Marker], selected: int | None,
) -> None:  # fmt: skip
    """ValueError that says what does not fit."""
    count, dimensions = points.shape
    for name, values in {"labels": labels, "mu": mu, **colours}.items():
        if len(values) != count:
            raise ValueError(f"the map has {count} points, but {name} has {len(values)}: give one for each point")
    if dimensions not in (2, 3) or len(axes) != dimensions:
        raise ValueError(f"the map has {dimensions} dimensions and {len(axes)} axes: give 2 or 3, and a name for each")
    if not np.isfinite(points).all():
        raise ValueError("the map needs finite points: some are NaN or infinite")
    if count and int(labels.max()) >= len(classes):
        raise ValueError(f"a point has label {int(labels.max())}, but there are {len(classes)} classes: name them all")
    if colour not in (CLASS, *colours):
        raise ValueError(f"the map has no colour {colour!r}: choose one of {', '.join((CLASS, *colours))}")
    if selected is not None and not 0 <= selected < count:
        raise ValueError(f"the map has no dot {selected}: choose one from 0 to {count - 1}")
    for marker in visitor:
        if len(marker.place) != dimensions or not np.isfinite(marker.place).all():
            raise ValueError(f"{marker.title} stands at {marker.place}: give {dimensions} finite numbers")
        if marker.picture.shape != PICTURE or marker.picture.dtype != np.uint8:
            raise ValueError(f"{marker.title} has a picture of {marker.picture.dtype} {marker.picture.shape}: give uint8 {PICTURE}")


def read_choice(sent: object, *, atlas_id: str, count: int, flat: bool) -> Choice:
    """The choice that a browser sent; an empty one for another map, and for what is no dot and no place."""
    if not isinstance(sent, dict) or sent.get("atlas_id") != atlas_id:
        return Choice()
    index, place = sent.get("index"), sent.get("place")
    known = index if type(index) is int and 0 <= index < count else None
    press = moment if type(moment := sent.get("press")) is int else 0
    if not flat or not isinstance(place, list) or len(place) != 2 or any(type(value) not in (int, float) for value in place):
        return Choice(known, press=press)
    return Choice(known, (float(place[0]), float(place[1])) if all(abs(value) < FARTHEST for value in place) else None, press)
