"""Every layer's output in one pass, without hooks: the traced graph, with all its values as its result.

A hook on a network that several visitors share would mix their pictures, and a layer that works in place would overwrite what
the layer before it gave.
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from cnnviz.layer_table import LayerRow, trace_network
from cnnviz.layer_table.rows import rows_of
from cnnviz.layer_table.sizes import check_input
from cnnviz.layer_table.tracing import Network as Traced

LAYER = "layer"  # in a node's meta: the layer's name, where the table has a row for it
EVERY_LAYER = "every layer"  # in a graph's meta: the same graph, whose result is every layer's output


def graph_of(model: nn.Module, input_shape: Sequence[int]) -> tuple[fx.GraphModule, list[LayerRow]]:
    """The network as a graph of its layers and functions, and its layer table.

    input_shape: (channels, height, width) of one picture as the network reads it. The graph computes what the model computes in
    evaluation mode, but nothing in place; it shares the model's weights (no gradient flows into them) and its device. The model
    is left alone. Only `a += b` where somebody still reads the old a cannot be told from `a = a + b`: torch.fx sees the same.
    Errors: ValueError where the network does not accept the shape.
    """
    shape = check_input(input_shape)
    network = trace_network(model)
    _out_of_place(network.graph)
    rows = rows_of(network, shape)
    named = {row.name for row in rows}
    for node in network.graph.nodes:
        if network.names.get(node) in named:
            node.meta[LAYER] = network.names[node]
    graph = fx.GraphModule(_with_constants(_shared(model), network), network.graph)
    graph.meta[EVERY_LAYER] = _every_layer(graph)
    return graph.eval(), rows


def activations_of(model: fx.GraphModule, x: Tensor) -> dict[str, Tensor]:
    """Every layer's output, by its name in the layer table, in order, the input first; one pass.

    model: made by graph_of. x: (B,C,H,W), as the network reads it (normalised), on its device. The outputs have the batch;
    gradients flow where x asks for them.
    """
    return model.meta[EVERY_LAYER](x)


def _every_layer(graph: fx.GraphModule) -> fx.GraphModule:
    """The same modules and functions; the result is a dict of all layers' outputs."""
    taps, copies = fx.Graph(), dict[fx.Node, fx.Node]()
    taps.graph_copy(graph.graph, copies)
    taps.output({node.meta[LAYER]: copies[node] for node in graph.graph.nodes if LAYER in node.meta})
    return fx.GraphModule(graph, taps)


def _shared(model: nn.Module) -> nn.Module:
    """A copy of the modules, none of which works in place, on the same weights."""
    same: dict[int, Any] = {id(buffer): buffer for buffer in model.buffers()}
    same |= {id(weight): nn.Parameter(weight.detach(), requires_grad=False) for weight in model.parameters()}
    shared = copy.deepcopy(model, same).eval()
    for module in shared.modules():
        if getattr(module, "inplace", False):
            module.inplace = False  # type: ignore[assignment]
    return shared


def _with_constants(modules: nn.Module, network: Traced) -> nn.Module:
    """The modules with the tensors that the trace met in their code and put beside them."""
    for node in network.graph.find_nodes(op="get_attr"):
        name = str(node.target)
        if not hasattr(modules, name.partition(".")[0]):
            setattr(modules, name, getattr(network.modules, name))
    return modules


def _out_of_place(graph: fx.Graph) -> None:
    """Replace functions that overwrite their first input; who reads that input later, reads what they give."""
    places = {node: place for place, node in enumerate(graph.nodes)}
    for node in places:
        twin = _twin(node)
        if twin is None and not node.kwargs.get("inplace"):
            continue
        node.target = twin or node.target
        node.kwargs = {name: value for name, value in node.kwargs.items() if name != "inplace"}
        for user in list(node.args[0].users):
            if places[user] > places[node]:
                user.replace_input_with(node.args[0], node)


def _twin(node: fx.Node) -> Any:
    """What does the same as `relu_` or the like, but not in place; None for what is not in place."""
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    if node.op not in ("call_method", "call_function") or not name.endswith("_") or name.endswith("__"):
        return None
    if node.op == "call_method":
        return name[:-1] if hasattr(Tensor, name[:-1]) else None
    return getattr(torch, name[:-1], None) or getattr(F, name[:-1], None)
