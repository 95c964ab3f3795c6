"""Carries arrays of numbers to the browser once, where components on the page read them by name."""

from collections.abc import Mapping

import numpy as np

from cnnviz.ui.components import component, pack

KINDS = {"float32": "<f4", "uint8": "u1", "int32": "<i4"}

_carrier = component("arrays", html="")


def arrays(array_id: str, values: Mapping[str, np.ndarray], *, key: str) -> None:
    """Keep `values`, float32, uint8 or int32, in the browser under `array_id` (window.cnnvizArrays); they take no room.

    Streamlit does not send the same message of 10 kB or more twice: a component's own message can stay small while a visitor
    moves things. Name arrays by their content. ValueError for another kind of number.
    """
    if wrong := [name for name, value in values.items() if value.dtype.name not in KINDS]:
        raise ValueError(f"arrays takes {', '.join(KINDS)}, not {values[wrong[0]].dtype} ({wrong[0]})")
    header = {"array_id": array_id, "names": list(values), "kinds": [value.dtype.name for value in values.values()]}
    blobs = [np.ascontiguousarray(value, KINDS[value.dtype.name]).tobytes() for value in values.values()]
    _carrier(key=key, data=pack(header, *blobs), width="content")
