"""Grad-CAM: the maps of one layer, each weighted with what it does for a class, added up. No hooks, no state.

A hook on a network that several visitors share would mix their pictures; here the layer's maps are taken from the graph's own
pass, and their gradient from torch.autograd.grad.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, fx
from torch.nn import functional as F

from cnnviz.activations import activations_of

FLAT = 1e-12  # what is smaller everywhere counts as zero


@dataclass(frozen=True, eq=False)
class GradCam:
    """The weighted sum of a layer's maps, before and after the ReLU that the paper puts on it.

    weights: (K,), the mean gradient of the score in each map. maps: (K,h,w), as the layer gave them. signed: (h,w), their
    weighted sum.
    """

    layer: str
    weights: Tensor
    maps: Tensor
    signed: Tensor

    @property
    def positive(self) -> Tensor:
        return self.signed.relu()

    def reason(self) -> str | None:
        """Why nothing is left after the ReLU; None where something is."""
        low, high = (float(value) for value in self.signed.aminmax())
        if high > FLAT:
            return None
        if float(self.maps.abs().max()) <= FLAT:
            return f"The maps of {self.layer} are zero everywhere: there is nothing to weigh."
        if float(self.weights.abs().max()) <= FLAT:
            return f"The gradient in {self.layer} is zero on average in every map: no weight is left."
        if low >= -FLAT:
            return f"The weighted maps of {self.layer} cancel: their sum is zero everywhere."
        return f"The weighted sum lies between {low:.3g} and {high:.3g}, nowhere above 0: the ReLU removes all of it."


def grad_cam(graph: fx.GraphModule, x: Tensor, label: int, layer: str) -> GradCam:
    """How much each place of a layer speaks for a class.

    graph: the network's (cnnviz.activations.graph_of). x: (1,C,H,W), normalised as the network wants it. layer: a name whose
    output is (K,h,w). Errors: ValueError for a layer without maps, or a label that the network does not have.
    Source: Selvaraju et al., "Grad-CAM" (2017), equations 1 and 2.
    """
    with torch.enable_grad():
        found = activations_of(graph, x.detach().requires_grad_())
        if layer not in found or found[layer].dim() != 4:
            names = [name for name, value in found.items() if value.dim() == 4]
            raise ValueError(f"the layer {layer!r} has no maps that Grad-CAM could weigh: choose one of {', '.join(names)}")
        scores = list(found.values())[-1]  # (1, classes)
        if not 0 <= label < scores.shape[1]:
            raise ValueError(f"class {label} does not exist: this network has the classes 0 to {scores.shape[1] - 1}")
        (slope,) = torch.autograd.grad(scores[0, label], found[layer], allow_unused=True)  # 1 K h w
    maps = found[layer].detach()[0]
    weights = torch.zeros_like(maps[:, 0, 0]) if slope is None else slope[0].mean((1, 2))
    return GradCam(layer, weights, maps, torch.einsum("k,khw->hw", weights, maps))


def on_the_picture(cam: Tensor, padded: tuple[int, int], pad: int) -> Tensor:
    """A map (h,w) of a layer as large as the picture: enlarged bilinearly to the padded input, the border cut off."""
    large = F.interpolate(cam[None, None], padded, mode="bilinear", align_corners=False)[0, 0]  # H W
    return large[pad : padded[0] - pad, pad : padded[1] - pad]
