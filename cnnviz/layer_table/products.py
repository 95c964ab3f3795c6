"""Multiply-adds of products that are called as functions, or inside a module of the network's own: PyTorch counts them."""

from collections.abc import Callable, Container, Sequence
from typing import Any

from torch import fx
from torch.overrides import TorchFunctionMode

from cnnviz.layer_table.tracing import Network, without_weights
from cnnviz.layer_table.walk import Step, walk

PRODUCTS = {
    "linear", "bilinear", "matmul", "__matmul__", "mm", "bmm", "addmm", "addbmm", "baddbmm", "einsum", "tensordot", "conv1d",
    "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "scaled_dot_product_attention",
}  # fmt: skip
KNOWN = ("RadialBasis",)  # counted by its own rule: PyTorch's counter does not take distances for products


class _Called(TorchFunctionMode):
    """Notes the names of the functions that are called inside."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        self.names.add(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


def has_products(step: Step, network: Network) -> bool:
    """Whether a step that is neither a layer of torch.nn nor a plain function multiplies and adds."""
    if step.module is None:
        return step.kind in PRODUCTS
    if type(step.module).__module__.startswith("torch.nn.") or step.kind in KNOWN:
        return False
    with _Called() as called:
        step.run(network)
    return not PRODUCTS.isdisjoint(called.names)


def counted(network: Network, shape: Sequence[int], nodes: Container[fx.Node]) -> dict[fx.Node, int]:
    """The multiply-adds of these nodes for one picture."""
    from torch.utils.flop_counter import FlopCounterMode  # here: it imports 75 MB, which few networks need

    bare, found = network._replace(modules=without_weights(network.modules, "meta")), {}
    for step in walk(bare, shape, batch=1, device="meta"):
        if step.node in nodes:
            with FlopCounterMode(display=False) as counter:
                step.run(bare)
            found[step.node] = counter.get_total_flops() // 2
    return found
