"""A plan's network as PyTorch code."""

from cnnviz.network_plan.fitting import fit
from cnnviz.network_plan.network import call_of
from cnnviz.network_plan.plan import NetworkPlan, Shape


def pytorch_code(plan: NetworkPlan) -> str:
    """PyTorch code of the network as a class, which then prints each layer's parameters and the output's shape.

    ValueError at the layer that does not fit.
    """
    return "\n".join([
        "import torch", "from torch import nn", class_code(plan),
        "network = Network().eval()",
        f"x = torch.zeros(1, {', '.join(map(str, plan.input_shape))})",
        "output = network(x)",
        "for name, layer in network.named_children():",
        "    print(name, layer, sum(p.numel() for p in layer.parameters()))",
        "print(tuple(output.shape), sum(p.numel() for p in network.parameters()))",
    ])  # fmt: skip


def class_code(plan: NetworkPlan) -> str:
    """The class `Network` as PyTorch code, with empty lines round it; ValueError at the layer that does not fit."""
    shapes, fault = fit(plan)
    if fault:
        raise ValueError(fault)
    added = {layer.number for layer in plan.layers if layer.kind == "skip"}
    layers: list[str] = []
    steps = ["        skip0 = x"] if 0 in added else []
    before: Shape = plan.input_shape
    for number, (name, layer, shape) in enumerate(zip(plan.names, plan.layers, shapes, strict=True), start=1):
        kind, numbers, settings = call_of(layer, before)
        given = ", ".join([*(f"{n:g}" for n in numbers), *(f"{key}={value}" for key, value in settings.items())])
        if kind:
            layers.append(f"        self.{name} = nn.{kind}({given})")
        step = f"self.{name}(x)" if kind else f"x + skip{layer.number}"
        steps.append(f"        x = {step}  # (B, {', '.join(map(str, shape))})")
        steps += [f"        skip{number} = x"] if number in added else []
        before = shape
    return "\n".join([
        "", "", "class Network(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *layers, "",
        "    def forward(self, x):",
        *steps,
        "        return x", "", "",
    ])  # fmt: skip
