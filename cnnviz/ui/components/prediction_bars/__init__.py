"""A network's answer as bars; the temperature of its softmax is moved in the browser."""

from collections.abc import Sequence

import numpy as np

from cnnviz.ui.components import component, pack

_mount = component("prediction_bars")


def prediction_bars(
    logits: np.ndarray, shown: Sequence[int], names: Sequence[str], *, truth: int | None, truth_name: str, key: str
) -> None:
    """Show the classes `shown` (numbers into logits (classes,) float32) under `names`, in this order.

    All logits are sent, since a probability divides by the sum over all. truth: the right class, or None.
    """
    header = {"shown": list(shown), "names": list(names), "truth": truth, "truthName": truth_name}
    _mount(key=key, data=pack(header, np.ascontiguousarray(logits, "<f4").tobytes()))
