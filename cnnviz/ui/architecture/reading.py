"""Cached readings of networks: the table and the drawing, made once for a name and a size, or for a plan's text."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
import torch
from torch import nn

from cnnviz.figures.network_drawing import drawing
from cnnviz.layer_table import LayerRow, Totals, edges, layer_table, totals
from cnnviz.models import build_model, model_info
from cnnviz.network_plan import NetworkPlan, PlannedNetwork, fit, parse_plan

DRAWN_WIDTH = 760  # px, beside the picture on a screen of 1366
SMALL = 2e6  # parameters: up to here random weights take milliseconds; the first drawn on "meta" import 160 MB in a second


@dataclass(frozen=True)
class Reading:
    """A network's rows, its drawing, and why it does not accept its input (None: it does); no rows where it does not."""

    rows: tuple[LayerRow, ...]
    svg: str
    fault: str | None

    @property
    def totals(self) -> Totals:
        return totals(self.rows)

    def row(self, name: str) -> LayerRow:
        return next(row for row in self.rows if row.name == name)


@st.cache_resource(max_entries=128, show_spinner="Tracing the network")
def named(name: str, output: str | None, height: int, width: int) -> Reading:
    """One of MODELS; output: of LeNet-5, None for all others."""
    try:
        model = bare(name, output)
        return _reading(model, (model_info(name).input_shape[0], height, width))
    except ValueError as error:  # kept with the rest: to find the sizes that work takes up to two seconds
        return Reading((), "", str(error))


@st.cache_resource(max_entries=128, show_spinner=False)
def planned(text: str) -> Reading:
    """A plan's network, as far as its layers fit."""
    plan = parse_plan(text)
    shapes, fault = fit(plan)
    if not shapes:
        return Reading((), "", fault)
    with torch.device("meta"):
        model = PlannedNetwork(NetworkPlan(plan.input_shape, plan.layers[: len(shapes)]))
    found = _reading(model, plan.input_shape)
    return Reading(found.rows, found.svg, fault)


def bare(name: str, output: str | None = None) -> nn.Module:
    """The network, its weights at random or, unless it is known to be small, without any: made at once, whatever its size."""
    config: dict[str, Any] = {"output": output} if output else {}
    parameters = model_info(name).published.get("parameters")
    if parameters is not None and parameters.value < SMALL:
        with torch.random.fork_rng(devices=[]):  # nothing is taken from the generator that all share
            return build_model(name, **config)
    with torch.device("meta"):
        return build_model(name, **config)


def _reading(model: nn.Module, shape: tuple[int, ...]) -> Reading:
    rows = layer_table(model, shape)
    return Reading(tuple(rows), drawing(rows, edges(rows), width=DRAWN_WIDTH), None)
