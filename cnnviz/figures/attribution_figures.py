"""Attributions as pictures to take away, and the deletion curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from cnnviz.attribution import Curve
from cnnviz.figures.colours import CATEGORICAL
from cnnviz.figures.pictures import paint

SIDE = 224  # pixels that a map's longer side has at least on the sheet
GAP = 8  # pixels
RANDOM = "#7f7f7f"


def map_sheet(rows: Sequence[Sequence[tuple[Tensor, float]]]) -> np.ndarray:
    """Maps (H,W), each with the value at the end of its scale, in a grid on white: uint8 (H',W',3). All maps have one size."""
    times = max(1, SIDE // max(rows[0][0][0].shape))
    lines = []
    for row in rows:
        tiles = []
        for values, limit in row:
            painted = paint(values[None], limit=limit)
            assert painted.palette is not None  # one channel has a palette
            tile = np.repeat(np.repeat(painted.palette[painted.pixels], times, 0), times, 1)
            tiles.append(np.pad(tile, ((0, GAP), (0, GAP), (0, 0)), constant_values=255))
        lines.append(np.concatenate(tiles, axis=1))
    return np.concatenate(lines, axis=0)[:-GAP, :-GAP]


def deletion_figure(curves: Mapping[str, Curve], random: Sequence[Curve], class_name: str) -> Any:
    """Probability against the share of deleted pixels: a line for each method, and the band of the random orders."""
    import plotly.graph_objects as go

    figure = go.Figure()
    shares = [100 * share for share in random[0].shares] if random else []
    if random:
        values = np.array([curve.probabilities for curve in random])
        for edge, filled in ((values.max(0), None), (values.min(0), "tonexty")):
            figure.add_scatter(x=shares, y=edge, mode="lines", line={"width": 0}, fill=filled, fillcolor="rgba(127,127,127,.25)",
                               showlegend=False, hoverinfo="skip")  # fmt: skip
        mean = sum(curve.area for curve in random) / len(random)
        figure.add_scatter(x=shares, y=values.mean(0), mode="lines", line={"color": RANDOM, "dash": "dash"},
                           name=f"random order, {len(random)} times: {mean:.3f}")  # fmt: skip
    for (name, curve), colour in zip(curves.items(), CATEGORICAL, strict=False):
        figure.add_scatter(x=[100 * share for share in curve.shares], y=curve.probabilities, mode="lines",
                           line={"color": colour}, name=f"{name}: {curve.area:.3f}")  # fmt: skip
    figure.update_layout(
        xaxis_title="deleted pixels, %", yaxis_title=f"probability of {class_name}", yaxis_range=[0, 1.02], xaxis_range=[0, 100],
        margin={"l": 60, "r": 10, "t": 10, "b": 45}, height=380, hovermode="x unified",
        legend_title="area under the curve", legend_traceorder="normal",
    )  # fmt: skip
    return figure
