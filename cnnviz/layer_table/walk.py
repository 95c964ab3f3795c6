"""The traced graph, walked with shapes in place of numbers.

What goes through is a batch of no pictures: every layer checks and makes its shape, and has nothing to compute. PyTorch's own
tensors without numbers, those of the "meta" device, do the same, but the first layer that meets one imports 160 MB in 1.6 s.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, fx, nn

from cnnviz.layer_table.sizes import Refused
from cnnviz.layer_table.tracing import Network, without_weights

NOTHING_TO_SHARE = "tensor of 0 elements"  # PyTorch's words where a -1 has no size of its own


class Step(NamedTuple):
    """A node of the graph at work: its module if it is one, what it was given and what came out, for a batch of none or of one."""

    node: fx.Node
    module: nn.Module | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    value: Any = None

    @property
    def kind(self) -> str:
        """The module's class, or the function's or method's name."""
        if self.module is not None:
            return type(self.module).__name__.removeprefix("Parametrized")  # torch.nn.utils.parametrize renames
        if self.node.op == "placeholder":
            return "Input"
        return self.node.target if isinstance(self.node.target, str) else self.node.target.__name__

    def run(self, network: Network) -> Any:
        """What the node makes of its arguments."""
        target, op = self.node.target, self.node.op
        if self.module is not None:
            return self.module(*self.args, **self.kwargs)
        if op == "call_method":
            return getattr(self.args[0], str(target))(*self.args[1:], **self.kwargs)
        if op == "get_attr":
            path, _, name = str(target).rpartition(".")
            return getattr(network.modules.get_submodule(path), name)
        if callable(target):
            return target(*self.args, **self.kwargs)
        return self.args[0]  # the output


def walk(network: Network, shape: Sequence[int], *, batch: int = 0, device: str = "cpu") -> Iterator[Step]:
    """Each node in the order of computation, for pictures of that shape; Refused at the layer that cannot go on."""
    values: dict[fx.Node, Any] = {}
    with torch.no_grad():
        for node in network.graph.nodes:
            args, kwargs = fx.node.map_arg((node.args, node.kwargs), values.__getitem__)
            module = network.modules.get_submodule(node.target) if node.op == "call_module" else None
            step = Step(node, module, args, kwargs)
            try:
                pictures = node.op == "placeholder"
                values[node] = torch.empty(batch, *shape, device=device) if pictures else step.run(network)
            except (RuntimeError, ValueError, AssertionError) as error:
                flat = [part for arg in args for part in (arg if isinstance(arg, tuple | list) else [arg])]
                got = tuple(tuple(part.shape[1:]) for part in flat if isinstance(part, Tensor))
                raise Refused(network.names[node], step.kind, module, got, str(error)) from error
            yield step._replace(value=values[node])


def walked(network: Network, shape: Sequence[int]) -> tuple[Network, list[Step]]:
    """All steps, and the network that they ran on; Refused as in walk.

    `view(x.size(0), -1)` cannot be answered for a batch of no pictures: such a network is walked with one, on "meta".
    """
    try:
        return network, list(walk(network, shape))
    except Refused as refused:
        if NOTHING_TO_SHARE not in refused.reason:
            raise
    bare = network._replace(modules=without_weights(network.modules, "meta"))
    return bare, list(walk(bare, shape, batch=1, device="meta"))


def accepts(network: Network, shape: Sequence[int]) -> bool:
    """Whether an input of that shape reaches the output."""
    try:
        walked(network, shape)
    except Refused:
        return False
    return True
