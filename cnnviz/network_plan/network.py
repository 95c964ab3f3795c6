"""The network of a plan, built by PyTorch."""

from torch import Tensor, nn

from cnnviz.network_plan.fitting import fit
from cnnviz.network_plan.plan import NetworkPlan, PlanLayer, Shape


class Add(nn.Module):
    """The end of a skip: what comes through the layers plus what went round them, of the same shape."""

    def forward(self, x: Tensor, skipped: Tensor) -> Tensor:
        return x + skipped


class PlannedNetwork(nn.Module):
    """The network of a plan: (B, *input_shape) -> (B, *the last shape), weights as PyTorch starts them."""

    def __init__(self, plan: NetworkPlan) -> None:
        super().__init__()
        shapes, fault = fit(plan)
        if fault:
            raise ValueError(fault)
        self.plan = plan
        for name, layer, before in zip(plan.names, plan.layers, [plan.input_shape, *shapes], strict=False):
            self.add_module(name, _module(layer, before))

    def forward(self, x: Tensor) -> Tensor:
        outputs = [x]
        for layer, module in zip(self.plan.layers, self.children(), strict=True):
            x = module(x, outputs[layer.number]) if layer.kind == "skip" else module(x)
            outputs.append(x)
        return x


def build(plan: NetworkPlan) -> PlannedNetwork:
    """The network, weights at random; ValueError at the layer that does not fit."""
    return PlannedNetwork(plan)


def _module(layer: PlanLayer, before: Shape) -> nn.Module:
    name, numbers, settings = call_of(layer, before)
    return getattr(nn, name)(*numbers, **settings) if name else Add()


def call_of(layer: PlanLayer, before: Shape) -> tuple[str, list[float], dict[str, int]]:
    """The layer's class in torch.nn, "" for a skip, and what it is called with; before: the shape that it gets."""
    window = {"kernel_size": layer.kernel, "stride": layer.stride, "padding": layer.padding}
    defaults = {"stride": 1 if layer.kind == "conv" else layer.kernel, "padding": 0}
    window = {name: value for name, value in window.items() if defaults.get(name) != value}
    calls: dict[str, tuple[str, list[float], dict[str, int]]] = {
        "conv": ("Conv2d", [before[0], layer.number], window),
        "max": ("MaxPool2d", [], window),
        "avg": ("AvgPool2d", [], window),
        "bn": ("BatchNorm2d" if len(before) == 3 else "BatchNorm1d", [before[0]], {}),
        "relu": ("ReLU", [], {}),
        "drop": ("Dropout", [layer.number / 100], {}),
        "flatten": ("Flatten", [], {}),
        "gap": ("AdaptiveAvgPool2d", [1], {}),
        "lin": ("Linear", [before[0], layer.number], {}),
        "skip": ("", [], {}),
    }
    return calls[layer.kind]
