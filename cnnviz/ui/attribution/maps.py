"""The tab “Maps”: five methods side by side for two classes."""

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.engine import Network, Prediction
from cnnviz.figures.attribution_figures import map_sheet
from cnnviz.images import encode_png, to_bytes
from cnnviz.ui.attribution.controls import Settings, plain_class
from cnnviz.ui.attribution.methods import METHODS, Found, found_of, jobs_of, largest, panel_of, signed_map, unit
from cnnviz.ui.attribution.work import do_at_once, do_the_rest
from cnnviz.ui.components.attribution_view import Panel, attribution_view
from cnnviz.ui.network.prediction import percent
from cnnviz.ui.network_input import Input


def show(
    network: Network, chosen: Input, prediction: Prediction, labels: Sequence[int], settings: Settings, *, over: bool, shared: bool,
    key: str,
) -> None:  # fmt: skip
    """Draw the maps that are finished, then do the rest."""
    jobs = jobs_of(network, chosen, list(dict.fromkeys(labels)), settings)
    waiting = do_at_once(jobs)
    found = {(method, label): found_of(jobs, method, label) for method in METHODS for label in labels}
    limits = {
        (method, label): largest([found[method, other] for other in (labels if shared else [label])], settings)
        for method, label in found
    }
    rows: list[tuple[str, list[Panel]]] = []
    for label in labels:
        probability, score = prediction.probabilities[0, label], prediction.logits[0, label]
        title = f"{plain_class(network, label)}: probability {percent(probability)}, score {score:.2f}".replace("-", "−")
        rows.append((title, [panel_of(method, found[method, label], settings, limits[method, label]) for method in METHODS]))
    heads = [(method, unit(method, settings)) for method in METHODS]
    attribution_view(heads, rows, _grey(chosen), over=over, key=f"{key}_view")
    finished = {place: each for place, each in found.items() if each is not None}
    if len(finished) == len(found) or settings.layer is None:
        _downloads(network, finished, limits, labels, settings, key)
    do_the_rest(jobs, waiting, key=key)


def _grey(chosen: Input) -> np.ndarray:
    """The picture under the maps, uint8 (H,W): the mean of its colours."""
    return to_bytes(chosen.image.mean(0, keepdim=True))[..., 0]


def _downloads(
    network: Network, found: dict[tuple[str, int], Found], limits: dict[tuple[str, int], float], labels: Sequence[int],
    settings: Settings, key: str,
) -> None:  # fmt: skip
    methods = [method for method in METHODS if (method, labels[0]) in found]

    def sheet() -> bytes:
        rows = [[(signed_map(found[method, label], settings), limits[method, label]) for method in methods] for label in labels]
        return encode_png(map_sheet(rows))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Orange speaks for the class, blue against it, white is 0. The score is what the network says before its softmax. "
            "Point at a map to read the same place in all."
        )
        st.download_button("PNG", sheet, "attribution.png", "image/png", key=f"{key}_png", on_click="ignore",
                           icon=":material/download:", help="The maps as they are drawn here, without the picture")  # fmt: skip
        st.download_button("CSV", lambda: maps_csv(network, found, settings), "attribution.csv", "text/csv", key=f"{key}_csv",
                           on_click="ignore", icon=":material/download:", help="Every number: a line for each pixel")  # fmt: skip


def maps_csv(network: Network, found: dict[tuple[str, int], Found], settings: Settings) -> bytes:
    """row, column, and a column for each method and class; as shown, with nine significant digits (float32 exactly)."""
    maps = [signed_map(each, settings).numpy() for each in found.values()]
    names = ['"' + f"{method}: {plain_class(network, label)}".replace('"', '""') + '"' for method, label in found]
    places = np.indices(maps[0].shape).reshape(2, -1)
    table = np.column_stack([*places, *(each.ravel() for each in maps)])
    file = io.BytesIO()
    formats = ["%d", "%d", *["%.9g"] * len(maps)]
    np.savetxt(file, table, formats, delimiter=",", newline="\r\n", header=",".join(["row", "column", *names]), comments="")
    return file.getvalue()
