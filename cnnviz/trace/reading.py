"""A place of a layer in a traced network: the layer's node, module, settings and inputs."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx

from cnnviz.activations import LAYER
from cnnviz.layer_table import LayerRow
from cnnviz.trace.unit import How, Span, Terms, Unit


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """A network that has looked at one picture: its graph, its rows, and every layer's output without the batch."""

    graph: fx.GraphModule
    rows: Mapping[str, LayerRow]
    activations: Mapping[str, Tensor | np.ndarray]

    @cached_property
    def nodes(self) -> dict[str, fx.Node]:
        """The graph's nodes by layer; ValueError where graph and rows are not of the same network."""
        nodes = {node.meta[LAYER]: node for node in self.graph.graph.nodes if LAYER in node.meta}
        if list(nodes) != list(self.rows):
            counts = f"the graph has {len(nodes)} layers, the table {len(self.rows)}"
            raise ValueError(f"{counts}, and not the same names: give both from graph_of")
        return nodes

    @cached_property
    def names(self) -> dict[fx.Node, str]:
        return {node: name for name, node in self.nodes.items()}

    def output(self, layer: str) -> Tensor:
        """A layer's output, (C,H,W) or (features,)."""
        return torch.as_tensor(self.activations[layer]).detach()

    def shape(self, layer: str) -> tuple[int, ...]:
        return tuple(self.activations[layer].shape)

    def at(self, layer: str, place: Sequence[int]) -> "Reading":
        """A place of a layer; ValueError where there is none."""
        if layer not in self.rows:
            names = ", ".join(list(self.rows)[:6])
            raise ValueError(f"there is no layer {layer!r}: give a name of the layer table, such as {names}")
        shape, place = self.shape(layer), tuple(place)
        if len(place) != len(shape) or not all(0 <= at < size for at, size in zip(place, shape, strict=True)):
            size = " x ".join(map(str, shape))
            raise ValueError(f"place {', '.join(map(str, place))} is outside {layer}, which is {size}: give {len(shape)} "
                             "whole numbers, each from 0 to its size less one")  # fmt: skip
        return Reading(self, self.rows[layer], self.nodes[layer], place)


@dataclass(frozen=True)
class Reading:
    """One place of one layer."""

    trace: Trace
    row: LayerRow
    node: fx.Node
    place: tuple[int, ...]

    @cached_property
    def module(self) -> Any:
        """The layer's module; None of a function."""
        return self.trace.graph.get_submodule(str(self.node.target)) if self.node.op == "call_module" else None

    @cached_property
    def source(self) -> str:
        """The first layer that is read."""
        return self.trace.names[self.node.all_input_nodes[0]]

    @property
    def x(self) -> Tensor:
        """The first layer's output."""
        return self.trace.output(self.source)

    def setting(self, name: str, position: int | None = None, default: Any = None) -> Any:
        """A setting of the layer: its module's, or the function's argument by name or by position (0 is the first input)."""
        if self.module is not None:
            return getattr(self.module, name, default)
        if name in self.node.kwargs:
            return self.evaluate(self.node.kwargs[name])
        return self.evaluate(self.node.args[position]) if position is not None and position < len(self.node.args) else default

    def evaluate(self, argument: Any, leaves: Mapping[str, Tensor] | None = None) -> Any:
        """An argument's value, with numbers and shapes computed as the network does.

        leaves: what stands for the layers' outputs, with a batch of one; by default tensors of the right shape.
        """

        def value(node: fx.Node) -> Any:
            name = self.trace.names.get(node)
            if name is not None:
                return leaves[name] if leaves and name in leaves else torch.empty(1).expand(1, *self.trace.shape(name))
            args, kwargs = fx.node.map_arg((node.args, node.kwargs), value)
            if node.op == "get_attr":
                return operator.attrgetter(str(node.target))(self.trace.graph)
            if node.op == "call_method":
                return getattr(args[0], str(node.target))(*args[1:], **kwargs)
            assert callable(node.target)
            return node.target(*args, **kwargs)

        return fx.node.map_arg(argument, value)

    def unit(
        self, how: How, formula: str, worked: str, *, computed: float, magnitude: float, terms: Terms, bias: float | None = None,
        constants: tuple[tuple[str, float], ...] = (), note: str = "",
    ) -> Unit:  # fmt: skip
        """The unit, with what is the same for all kinds."""
        return Unit(
            self.row.name, self.row.kind, self.place, float(self.trace.output(self.row.name)[self.place]), float(computed),
            float(magnitude), how, formula, worked, terms, bias, constants, self.span, note,
        )  # fmt: skip

    @property
    def span(self) -> Span | None:
        """The receptive field on the input; None where it is not known, as of a flattened map."""
        field = self.row.receptive_field
        if field is None:
            return None
        if len(field.places) == len(self.place) - 1:
            return field.span(self.place[1:])
        return field.span((0,) * len(field.places)) if max(field.places, default=1) == 1 else None

    def single(self, layer: str, place: Sequence[int]) -> Terms:
        """The terms of a unit that reads one number."""
        return pointwise([(layer, tuple(place), float(self.trace.output(layer)[tuple(place)]))])


def pointwise(read: Sequence[tuple[str, tuple[int, ...], float]], weights: Sequence[float] | None = None) -> Terms:
    """Terms that are one number each: (layer, place, value), with a weight each or unweighed."""
    values = np.array([value for _, _, value in read], dtype=float).reshape(-1, 1, 1)
    factors = None if weights is None else np.array(weights, dtype=float).reshape(-1, 1, 1)
    depth = max((len(place) for _, place, _ in read), default=1)
    places = np.array([place + (0,) * (depth - len(place)) for _, place, _ in read], dtype=np.int64).reshape(-1, 1, 1, depth)
    return Terms(
        tuple(layer for layer, _, _ in read), np.array([place[0] for _, place, _ in read], dtype=np.int64), values, factors,
        values if factors is None else values * factors, places,
    )  # fmt: skip


def text(value: float, *, bracket: bool = False) -> str:
    """A number in a formula: five digits, a real minus sign; in brackets, if so wished, where it is negative."""
    words = f"{value:.5g}".replace("-", "−")
    return f"({words})" if bracket and value < 0 else words


def number(tensor: Tensor) -> float:
    return float(tensor.detach())


def numbers(tensor: Tensor) -> np.ndarray:
    """float64, on the CPU: exact, and sums of it are good to 1e-15."""
    return tensor.detach().cpu().double().numpy()
