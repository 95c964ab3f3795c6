"""A network's graph: which layer and function reads which, by names that torchvision's feature extractor takes."""

import copy
import itertools
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import fx, nn

_ONE_AT_A_TIME = threading.Lock()  # a trace replaces nn.Module.__call__ for the whole process while it runs


class Network(NamedTuple):
    """A network traced: its graph, each node's name, and its modules without weights (on the "meta" device)."""

    graph: fx.Graph
    names: dict[fx.Node, str]
    modules: nn.Module


def trace_network(model: nn.Module) -> Network:
    """Trace the network in evaluation mode, on a copy without weights; the model itself and its mode stay as they are.

    Safe beside other threads that run networks at the same time, which torch.fx is not by itself.
    """
    from torchvision.models.feature_extraction import NodePathTracer  # here: torchvision takes a second to import

    class Tracer(NodePathTracer):
        """Torchvision's tracer, with a module without submodules as one node, and deaf to other threads."""

        def is_leaf_module(self, m: nn.Module, module_qualname: str) -> bool:
            return super().is_leaf_module(m, module_qualname) or next(m.children(), None) is None

        def call_module(self, m: nn.Module, forward: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
            if threading.get_ident() != thread:
                return forward(*args, **kwargs)
            return super().call_module(m, forward, args, kwargs)

    thread = threading.get_ident()
    bare = without_weights(model).eval()
    tracer = Tracer()
    with _ONE_AT_A_TIME:
        graph = tracer.trace(bare)
    return Network(graph, dict(tracer.node_to_qualname), bare)


def without_weights(model: nn.Module) -> nn.Module:
    """A deep copy in float32 whose parameters and buffers have shapes but no numbers (and take no memory)."""
    empty: dict[int, Any] = {}
    for tensor in itertools.chain(model.parameters(), model.buffers()):
        shape = torch.empty_like(tensor, device="meta")
        empty[id(tensor)] = nn.Parameter(shape, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else shape
    return copy.deepcopy(model, empty).float()
