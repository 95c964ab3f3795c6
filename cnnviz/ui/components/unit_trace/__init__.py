"""A unit unfolded, in the browser: the picture that it sees, windows x weights = products, and the sums up to its value."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.figures.colours import DIVERGING
from cnnviz.trace import Pixel, Source, Trace, Unit
from cnnviz.ui.components import component, pack

MOST_PARTS = 64  # channels that are sent with their windows, the strongest ones
MOST_NUMBERS = 6000  # values that are sent
BARS = 10  # partial sums that are drawn, the strongest ones

_mount = component("unit_trace")


def unit_trace(
    trace: Trace, chain: Sequence[Unit], trail: Sequence[Source], *, picture_id: str, picture_shape: Sequence[int], pad: int,
    pixel: Pixel | None, names: Sequence[str], key: str, on_unit: Callable[[Source], None], on_back: Callable[[int], None],
) -> None:  # fmt: skip
    """Show a chain of units, the one that is explained last; on_unit runs when another is clicked, before the rerun.

    trail: the units that led here. on_back gets the index of the one in it that was clicked. picture_id: the name under
    which `pixels` sent the picture that the network reads, picture_shape its (height, width), pad the border round it.
    pixel: what the input's number was made of, where the chain begins at the input. names: of the network's outputs, or
    empty. What the browser sends is checked against the network before it is passed on.
    """

    def clicked() -> None:
        if source := read_source(trace, (st.session_state.get(key) or {}).get("unit")):
            on_unit(source)

    def back() -> None:
        step = (st.session_state.get(key) or {}).get("back")
        if type(step) is int and 0 <= step < len(trail):
            on_back(step)

    terms, blobs = _terms(trace, chain[0])
    header = {
        "chain": [_described(unit) for unit in chain],
        "field": chain[-1].field or chain[0].field,
        "trail": [{"layer": layer, "place": place} for layer, place in trail],
        "picture": picture_id, "input": picture_shape, "pad": pad, "terms": terms,
        "pixel": pixel and pixel._asdict(), "channels": trace.shape(next(iter(trace.rows)))[0],
        "output": list(trace.rows)[-1], "names": list(names),
    }  # fmt: skip
    _mount(key=key, data=pack(header, DIVERGING.tobytes(), *blobs), on_unit_change=clicked, on_back_change=back)


def read_source(trace: Trace, sent: Any) -> Source | None:
    """A unit from what a browser sent; None for anything that is no unit of this network."""
    layer, place = (sent.get("layer"), sent.get("place")) if isinstance(sent, dict) else (None, None)
    if not isinstance(layer, str) or layer not in trace.rows or not isinstance(place, list):
        return None
    shape = trace.shape(layer)
    fits = len(place) == len(shape) and all(type(at) is int and 0 <= at < size for at, size in zip(place, shape, strict=True))
    return Source(layer, tuple(place)) if fits else None


def _described(unit: Unit) -> dict[str, Any]:
    numbers = {"value": unit.value, "computed": unit.computed, "difference": unit.difference, "tolerance": unit.tolerance}
    return {
        "layer": unit.layer, "kind": unit.kind, "place": unit.place, "how": unit.how, "formula": unit.formula,
        "worked": unit.worked, "bias": unit.bias, "constants": unit.constants, "note": unit.note, "agrees": unit.agrees, **numbers,
    }  # fmt: skip


def _terms(trace: Trace, unit: Unit) -> tuple[dict[str, Any], list[bytes]]:
    """The strongest parts, strongest first, with their windows; what the others add up to; the sources' fields."""
    terms = unit.terms
    count, height, width = terms.values.shape
    sent = max(1, min(MOST_PARTS, count, MOST_NUMBERS // max(1, height * width)))
    order = np.argsort(-np.abs(terms.subtotals), kind="stable")[:sent]
    bars = min(BARS, len(order))
    drawn = terms.subtotals[order[:bars]].tolist()
    header = {
        "count": count, "sent": len(order), "shape": [height, width, terms.places.shape[-1]],
        "layers": [terms.layers[n] for n in order], "kinds": [trace.rows[terms.layers[n]].kind for n in order],
        "channels": terms.channels[order].tolist(),
        "subtotals": [float(value) if np.isfinite(value) else None for value in terms.subtotals[order]],
        "bars": bars, "rest": float(terms.subtotals.sum() - sum(drawn)) if count > bars else None,
        "weighed": terms.weights is not None, "winner": unit.winner, "fields": _fields(trace, unit),
    }  # fmt: skip
    weights = np.zeros_like(terms.values) if terms.weights is None else terms.weights
    floats = [array[order].astype("<f4").tobytes() for array in (terms.values, weights, terms.products)]
    return header, [*floats, terms.places[order].astype("<i4").tobytes()]


def _fields(trace: Trace, unit: Unit) -> list[Any] | None:
    """What each cell of the first window sees of the input, row by row; None where the sources are no maps, or see it all."""
    if not len(unit.terms) or unit.terms.places.shape[-1] != 3:
        return None
    field = trace.rows[unit.terms.layers[0]].receptive_field
    if field is None or len(field.places) != 2:
        return None
    return [None if place[0] < 0 else field.span(place[1:]) for place in unit.terms.places[0].reshape(-1, 3).tolist()]
