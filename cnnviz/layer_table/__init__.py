"""Per layer of any network: name, kind, output shape, parameters, multiply-adds, memory and receptive field."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from torch import nn

from cnnviz.layer_table.fields import Axis, Field
from cnnviz.layer_table.rows import LayerRow, rows_of
from cnnviz.layer_table.sizes import check_input
from cnnviz.layer_table.tracing import trace_network

__all__ = ["Axis", "Field", "LayerRow", "Totals", "edges", "layer_table", "table_csv", "totals", "trace_network"]


def layer_table(model: nn.Module, input_shape: Sequence[int]) -> list[LayerRow]:
    """One row for the input, then one for each layer and each function between layers, in the order of computation.

    input_shape: (channels, height, width), for one picture. The network is looked at in evaluation mode, on a copy
    without weights and for a batch of no pictures: nothing is computed and the model is left alone. Names are those that
    torchvision's create_feature_extractor takes. A module without submodules is one row, whatever functions it calls.
    Multiply-adds count one multiplication with its addition once, in convolutions and linear layers; additions,
    poolings, normalisations and activations count nothing, as in torchvision's tables.
    Raises ValueError where the network does not accept the shape: which layer refuses it, and which sizes work.
    """
    shape = check_input(input_shape)
    return rows_of(trace_network(model), shape)


class Totals(NamedTuple):
    """Sums over a table; the bytes are those of all outputs (float32, one picture) without the input's."""

    parameters: int
    macs: int
    bytes: int


def totals(rows: Sequence[LayerRow]) -> Totals:
    """The sums of a table's columns."""
    return Totals(
        sum(row.parameters for row in rows),
        sum(row.macs for row in rows),
        sum(row.bytes for row in rows if row.kind != "Input"),
    )


def edges(rows: Sequence[LayerRow]) -> list[tuple[str, str]]:
    """Which row's output each row reads, as (from, to) pairs of names."""
    return [(source, row.name) for row in rows for source in row.inputs]


def table_csv(rows: Sequence[LayerRow]) -> str:
    """The table as CSV (RFC 4180, comma, CRLF), one header line, one line for each row, and the totals."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(["name", "kind", "output_shape", "parameters", "multiply_adds", "bytes", "receptive_field", "jump", "inputs"])
    for row in rows:
        field = row.receptive_field
        size, jump = ("x".join(map(str, field.size)), "x".join(map(str, field.jump))) if field else ("", "")
        shape = "x".join(map(str, row.output_shape))
        write([row.name, row.kind, shape, row.parameters, row.macs, row.bytes, size, jump, " ".join(row.inputs)])
    sums = totals(rows)
    write(["total", "", "", sums.parameters, sums.macs, sums.bytes, "", "", ""])
    return text.getvalue()
