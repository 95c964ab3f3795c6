"""One unit of one layer unfolded into its exact sum, and onwards layer by layer to the pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from torch import Tensor, fx

from cnnviz.layer_table import LayerRow
from cnnviz.trace import functions, moves, sums, windows
from cnnviz.trace.pixel import Pixel, pixel
from cnnviz.trace.reading import Trace, pointwise
from cnnviz.trace.table import terms_csv
from cnnviz.trace.unit import Part, Source, Terms, Unit

__all__ = [
    "Part", "Pixel", "Source", "Terms", "Trace", "Unit", "chain", "known", "make_trace", "pixel", "strongest_path", "terms_csv",
    "unfold",
]  # fmt: skip

KINDS = {**windows.KINDS, **sums.KINDS, **functions.KINDS, **moves.KINDS}
ONE_INPUT = ("function", "move")


def make_trace(graph: fx.GraphModule, rows: Sequence[LayerRow], activations: Mapping[str, Tensor | np.ndarray]) -> Trace:
    """What `unfold` reads: a network's graph, its layer table, and each layer's output for one picture, by name.

    graph, rows: from cnnviz.activations.graph_of. activations: without the batch, (C,H,W) or (features,), the input included.
    """
    return Trace(graph, {row.name: row for row in rows}, activations)


def unfold(trace: Trace, layer: str, place: Sequence[int]) -> Unit:
    """The number at a place, (channel, row, col) or (feature,), of a layer, as the sum that made it.

    Everything is read from torch's own float32 outputs of the layers before, and added up in float64. ValueError for a
    layer or place that is not there, and for a kind of layer that is not unfolded (attention): go on from its inputs.
    """
    reading = trace.at(layer, place)
    if reading.node.op == "placeholder":
        value = float(trace.output(layer)[reading.place])
        return reading.unit("input", "x", "the network's input", computed=value, magnitude=abs(value), terms=pointwise([]))
    if not known(trace, layer):
        onwards = f": go on from {' or '.join(reading.row.inputs)}" if reading.row.inputs else ""
        raise ValueError(f"{layer} is a {reading.row.kind}, which is not unfolded into a sum{onwards}")
    unit = KINDS[_key(reading.row)](reading)
    if unit.field is None and unit.how in ONE_INPUT and unit.inputs and known(trace, unit.inputs[0].layer):
        unit = replace(unit, field=unfold(trace, *unit.inputs[0]).field)  # it stands where what it reads stands
    return unit


def known(trace: Trace, layer: str) -> bool:
    """Whether a layer's kind is one that is unfolded."""
    return trace.rows[layer].kind == "Input" or _key(trace.rows[layer]) in KINDS


def _key(row: LayerRow) -> str:
    return row.kind.replace("_", "").lower()


def chain(trace: Trace, layer: str, place: Sequence[int]) -> tuple[Unit, ...]:
    """The unit, after those that it is only a function of: convolution, batch norm, activation; the clicked one is last."""
    units = [unfold(trace, layer, place)]
    while units[0].how in ONE_INPUT and units[0].inputs and known(trace, units[0].inputs[0].layer):
        units.insert(0, unfold(trace, *units[0].inputs[0]))
    return tuple(units)


def strongest_path(trace: Trace, layer: str, place: Sequence[int]) -> tuple[Source, ...]:
    """From a unit down to a pixel: each time to what contributes most in size to the chain that ends there, or to the winner.

    The given unit is the first. It ends earlier at a zero that nothing made, as in a shortcut's new channels, and at a layer
    that is not unfolded.
    """
    path = [Source(layer, tuple(place))]
    while (source := chain(trace, *path[-1])[0].strongest) and known(trace, source.layer):
        path.append(source)
    return tuple(path)
