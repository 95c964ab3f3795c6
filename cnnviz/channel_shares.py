"""What each channel of a layer does for a class: gradient times activation, summed over the channel's map."""

import torch
from torch import Tensor, fx

from cnnviz.activations import activations_of


def channel_shares(graph: fx.GraphModule, x: Tensor, layer: str, label: int) -> Tensor:
    """How much the class's score would change, to first order, without each channel: the sum of d score / d a times a.

    graph: the network's (cnnviz.activations.graph_of). x: (1,C,H,W), as the network reads it, normalised. layer: a name whose
    output is (K,h,w) or (K,). Returns (K,), in units of the score; positive speaks for the class. Where all that follows is linear
    and without bias they add up to the score. Errors: ValueError for a layer or a label that is not there.
    Source: Ancona et al., "Towards better understanding of gradient-based attribution methods" (2018), gradient * input.
    """
    with torch.enable_grad():
        found = activations_of(graph, x.detach().requires_grad_())
        if layer not in found:
            raise ValueError(f"there is no layer {layer!r}: give one of {', '.join(found)}")
        scores = list(found.values())[-1]  # (1, classes)
        if not 0 <= label < scores.shape[-1]:
            raise ValueError(f"class {label} does not exist: this network has the classes 0 to {scores.shape[-1] - 1}")
        (slope,) = torch.autograd.grad(scores[0, label], found[layer], allow_unused=True)
    values = found[layer].detach()
    shares = torch.zeros_like(values) if slope is None else slope * values
    return shares[0].flatten(1).sum(1) if values.dim() > 2 else shares[0]
