"""The rows of the table."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from torch import Tensor, fx, nn

from cnnviz.layer_table.fields import Field
from cnnviz.layer_table.products import counted, has_products
from cnnviz.layer_table.reach import field_of
from cnnviz.layer_table.sizes import Refused, refusal
from cnnviz.layer_table.tracing import Network
from cnnviz.layer_table.walk import Step, accepts, walked


@dataclass(frozen=True)
class LayerRow:
    """One layer, or one function between layers.

    name: dotted, as create_feature_extractor takes it. kind: the module's class, or the function in small letters.
    output_shape: of one picture, without the batch: (channels, height, width) or (features,).
    parameters: trained or not, shared ones in the first row that uses them. macs: multiply-adds for one picture.
    bytes: of the output, float32. receptive_field: along the longest path; None where it is not defined or not known.
    inputs: the rows whose outputs it reads.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    bytes: int
    receptive_field: Field | None
    inputs: tuple[str, ...]


def rows_of(network: Network, shape: Sequence[int]) -> list[LayerRow]:
    """The rows for an input of that shape; ValueError where a layer refuses it."""
    rows: dict[fx.Node, LayerRow] = {}
    steps: dict[fx.Node, Step] = {}
    seen: set[int] = set()  # parameters
    products: list[fx.Node] = []
    try:
        walked_on, all_steps = walked(network, shape)
        for step in all_steps:
            steps[step.node] = step
            if not isinstance(step.value, Tensor) or step.node.op in ("get_attr", "output"):
                continue
            sources = [rows[node] for node in dict.fromkeys(_sources(step, steps))]
            own = {id(p): p.numel() for p in _parameters(step, steps) if id(p) not in seen}
            seen |= own.keys()
            if has_products(step, walked_on):
                products.append(step.node)
            rows[step.node] = LayerRow(
                name=network.names[step.node],
                kind=step.kind,
                output_shape=tuple(step.value.shape[1:]),
                parameters=sum(own.values()),
                macs=_macs(step),
                bytes=math.prod(step.value.shape[1:]) * step.value.element_size(),
                receptive_field=field_of(step, [row.receptive_field for row in sources]),
                inputs=tuple(row.name for row in sources),
            )
    except Refused as refused:
        raise refusal(refused, shape, lambda other: accepts(network, other)) from refused
    if products:
        rows |= {node: replace(rows[node], macs=macs) for node, macs in counted(network, shape, products).items()}
    return list(rows.values())


def _sources(step: Step, steps: dict[fx.Node, Step]) -> Iterator[fx.Node]:
    """The nodes with rows whose numbers this step reads; a crop reads its first input, of the other only the size."""
    read = step.node.all_input_nodes
    for node in read[:1] if step.kind == "CentreCrop" else read:
        value = steps[node].value
        if isinstance(value, Tensor):
            if node.op != "get_attr":
                yield node
        elif isinstance(value, tuple | list) and any(isinstance(part, Tensor) for part in value):
            yield from _sources(steps[node], steps)  # parts of a split: what was split


def _parameters(step: Step, steps: dict[fx.Node, Step]) -> list[nn.Parameter]:
    if step.module is not None:
        return list(step.module.parameters())
    read = (steps[node].value for node in step.node.all_input_nodes if node.op == "get_attr")
    return [value for value in read if isinstance(value, nn.Parameter)]


def _macs(step: Step) -> int:
    """Multiply-adds: each weight of a convolution is used once wherever its kernel lies, of a linear layer once."""
    module = step.module
    if isinstance(module, nn.Linear):
        return module.weight.numel() * (math.prod(step.value.shape[1:]) // module.out_features)
    if module is not None and step.kind.startswith("Conv"):
        bias = sum(p.numel() for name, p in module.named_parameters() if name == "bias")
        weights = sum(p.numel() for p in module.parameters()) - bias  # a partial layer has fewer than its weight shows
        return weights * math.prod((step.args[0] if "Transpose" in step.kind else step.value).shape[2:])
    if step.kind == "RadialBasis":  # a difference and its square for each number of each code
        return sum(codes.numel() for codes in step.module.buffers()) if step.module else 0
    return 0
