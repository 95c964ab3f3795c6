"""PyTorch code that runs as it is and prints what the bench shows."""

from torch import Tensor

from cnnviz.bench.setting import Bench
from cnnviz.bench.volume import Volume
from cnnviz.matrix_text import format_number


def pytorch_text(bench: Bench) -> str:
    """A script: the input, the layer with its weights, and its printed output."""
    lines = ["import torch", "from torch import nn", "", f"x = torch.tensor({_nested(bench.x)}, dtype=torch.float32)"]
    lines += [f"layer = {bench.call}"]
    if bench.weight is not None:
        lines += ["with torch.no_grad():", f"    layer.weight.copy_(torch.tensor({_nested(bench.weight)}))"]
        if bench.bias is not None:
            lines += [f"    layer.bias.copy_(torch.tensor({_nested(bench.bias)}))"]
    lines += ["", "with torch.no_grad():", "    print(layer(x[None])[0])  # x[None]: a batch of one"]
    return "\n".join(lines) + "\n"


def sizes_text(volume: Volume) -> str:
    """A script that prints the sizes and the number of parameters of a Conv3d."""
    shape = ", ".join(map(str, (1, volume.in_channels, *volume.input_size)))
    lines = ["import torch", "from torch import nn", "", f"x = torch.zeros({shape})  # a batch of one"]
    lines += [f"layer = {volume.call}", "", "print(tuple(layer(x).shape))"]
    lines += ["print(sum(p.numel() for p in layer.parameters()), 'parameters')"]
    return "\n".join(lines) + "\n"


def _nested(values: Tensor, indent: int = 4) -> str:
    """Nested lists, exact in float32, the innermost rows in one line each."""
    if values.dim() == 0:
        number = float(str(values.numpy()))
        return format_number(number) if number.is_integer() else repr(number)
    parts = [_nested(part, indent + 4) for part in values]
    if values.dim() == 1:
        return f"[{', '.join(parts)}]"
    inner = " " * indent
    return "[\n" + "".join(f"{inner}{part},\n" for part in parts) + " " * (indent - 4) + "]"
