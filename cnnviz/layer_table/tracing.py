"""A network's graph: which layer and function reads which, by names that torchvision's feature extractor takes."""

import copy
import itertools
import re
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import fx, nn

_ONE_AT_A_TIME = threading.Lock()  # a trace replaces nn.Module.__call__ for the whole process while it runs


class Network(NamedTuple):
    """A network traced: its graph, each node's name, and its modules with weights of the right shapes but no memory."""

    graph: fx.Graph
    names: dict[fx.Node, str]
    modules: nn.Module


def trace_network(model: nn.Module) -> Network:
    """Trace the network in evaluation mode, on a copy without weights; the model itself and its mode stay as they are.

    Safe beside other threads that run networks at the same time, which torch.fx is not by itself.
    """
    bare, tracer = without_weights(model).eval(), _Tracer()
    with _ONE_AT_A_TIME:
        graph = tracer.trace(bare)
    return Network(graph, tracer.names, bare)


class _Tracer(fx.Tracer):
    """fx's tracer, with a module without submodules as one node, deaf to other threads, and with dotted names.

    The names are those of torchvision's own tracer, whose import takes more than a second and 90 MB, and which looks
    through all names for each new one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[fx.Node, str] = {}
        self._thread, self._path, self._uses = threading.get_ident(), "", Counter[str]()

    def is_leaf_module(self, m: nn.Module, module_qualname: str) -> bool:
        return super().is_leaf_module(m, module_qualname) or next(m.children(), None) is None

    def call_module(self, m: nn.Module, forward: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
        if threading.get_ident() != self._thread:
            return forward(*args, **kwargs)
        outside, self._path = self._path, self.path_of_module(m)
        try:
            return super().call_module(m, forward, args, kwargs)
        finally:
            self._path = outside

    def create_proxy(self, kind: str, *args: Any, **kwargs: Any) -> fx.Proxy:
        proxy = super().create_proxy(kind, *args, **kwargs)
        path = self._path if kind == "call_module" else f"{self._path}.{proxy.node}".lstrip(".")
        name = re.sub(r"_\d+$", "", path)  # fx counts a function's uses in the whole network, the names those in its module
        self.names[proxy.node] = f"{name}_{self._uses[name]}" if self._uses[name] else name
        self._uses[name] += 1
        return proxy


def without_weights(model: nn.Module, device: str = "cpu") -> nn.Module:
    """A deep copy in float32 whose parameters and buffers have shapes but no numbers of their own, and take no memory."""
    empty: dict[int, Any] = {}
    for tensor in itertools.chain(model.parameters(), model.buffers()):
        kind = torch.float32 if tensor.is_floating_point() else tensor.dtype
        shape = torch.zeros((), dtype=kind, device=device).expand(tensor.shape)
        empty[id(tensor)] = nn.Parameter(shape, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else shape
    return copy.deepcopy(model, empty)
