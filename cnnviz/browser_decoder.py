"""The decoder of an auto-encoder as one message that a browser runs: a few plain layers, batch norm folded into them.

A trained batch norm only scales and shifts each map, so that it disappears into the convolution before it:
(W * x + b - mean) / sqrt(var + eps) * gamma + beta  =  (W s) * x + (b - mean) s + beta  with  s = gamma / sqrt(var + eps).
The message is a safetensors file; its metadata tell what is done with the tensors. cnnviz/ui/components/decoder/decoder.js
runs it.
"""

import json
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from cnnviz.models.autoencoder import Autoencoder
from cnnviz.models.vae import VAE

Layer = dict[str, Any]  # op, and where it has them: names of weight and bias, slope, shape
_PLAIN = {"dilation": (1, 1), "groups": 1, "padding_mode": "zeros", "output_padding": (0, 0)}
KNOWN: dict[str, dict[str, Any]] = {  # what the browser's arithmetic is written for
    "linear": {},
    "upsample": {"mode": "bilinear", "scale_factor": 2.0, "align_corners": False},
    "conv": {"kernel_size": (3, 3), "stride": (1, 1), "padding": (1, 1), **_PLAIN},
    "transposed": {"kernel_size": (4, 4), "stride": (2, 2), "padding": (1, 1), **_PLAIN},
}


def decoder_message(model: Autoencoder | VAE) -> bytes:
    """The decoder of an Autoencoder or a VAE, latents (D,) with one place a class behind them -> a picture (28,28) in [0,1].

    A safetensors file, float32, or half precision for a tensor that loses nothing by it; always the same bytes for the same
    weights. Its metadata have one entry, "decoder", JSON with "latents" (D), "classes" (0 where the network is not
    conditional), and "layers" in their order: {"op": "linear" | "upsample" |
    "conv" | "transposed", "weight", "bias", "slope" (of a LeakyReLU behind it), "shape" (C,H,W) of its output where that is
    new}; the sigmoid comes last and is not named. ValueError for a layer that the browser has no arithmetic for.
    """
    classes = model.classes if isinstance(model, VAE) else 0
    layers, tensors = folded(model.decoder)
    kept = {name: _as_small_as_exact(tensor) for name, tensor in tensors.items()}
    inputs = tensors[layers[0]["weight"]].shape[1]
    described = {"latents": inputs - classes, "classes": classes, "layers": layers}
    return save(kept, {"decoder": json.dumps(described)})  # one entry: of several, safetensors changes the order at random


@torch.inference_mode()
def folded(decoder: nn.Module) -> tuple[list[Layer], dict[str, Tensor]]:
    """The layers of a decoder in evaluation mode without its batch norms, and their weights, float32, by name."""
    layers: list[Layer] = []
    tensors: dict[str, Tensor] = {}
    for name, module in decoder.named_modules():
        last: Layer = layers[-1] if layers else {}
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            layers.append(_weighted(name, module, tensors))
        elif isinstance(module, nn.Upsample) and all(getattr(module, key) == value for key, value in KNOWN["upsample"].items()):
            layers.append({"op": "upsample"})
        elif isinstance(module, nn.BatchNorm2d) and last.get("op") in ("conv", "transposed") and "slope" not in last:
            _fold(module, last, tensors)
        elif isinstance(module, nn.LeakyReLU) and "weight" in last and "slope" not in last:
            last["slope"] = module.negative_slope
        elif isinstance(module, nn.Unflatten) and last.get("op") == "linear":
            last["shape"] = list(module.unflattened_size)
        elif not isinstance(module, nn.Sequential):
            raise ValueError(f"{name or 'the decoder'} is {module}: the browser has no arithmetic for it at this place")
    return layers, tensors


def _weighted(name: str, module: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, tensors: dict[str, Tensor]) -> Layer:
    op = "linear" if isinstance(module, nn.Linear) else "transposed" if isinstance(module, nn.ConvTranspose2d) else "conv"
    if wrong := [key for key, value in KNOWN[op].items() if getattr(module, key) != value]:
        raise ValueError(f"{name} is {module}: the browser's {op} has another {' and '.join(wrong)}: {KNOWN[op]}")
    tensors[f"{name}.weight"] = module.weight.detach().float().cpu()
    outputs = module.out_features if isinstance(module, nn.Linear) else module.out_channels
    tensors[f"{name}.bias"] = torch.zeros(outputs) if module.bias is None else module.bias.detach().float().cpu()
    return {"op": op, "weight": f"{name}.weight", "bias": f"{name}.bias"}


def _fold(norm: nn.BatchNorm2d, layer: Layer, tensors: dict[str, Tensor]) -> None:
    """Put a batch norm into the convolution before it, in float64: the rounding to float32 comes once, at the end."""
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError(f"{norm} cannot be folded: it has no running statistics")
    mean, var = norm.running_mean.double().cpu(), norm.running_var.double().cpu()
    gamma = torch.ones_like(mean) if norm.weight is None else norm.weight.double().cpu()
    beta = torch.zeros_like(mean) if norm.bias is None else norm.bias.double().cpu()
    scale = gamma / (var + norm.eps).sqrt()  # (out,)
    across = (1, -1, 1, 1) if layer["op"] == "transposed" else (-1, 1, 1, 1)  # a transposed one has its outputs second
    weight, bias = tensors[layer["weight"]], tensors[layer["bias"]]
    tensors[layer["weight"]] = (weight.double() * scale.view(across)).float()
    tensors[layer["bias"]] = ((bias.double() - mean) * scale + beta).float()


def _as_small_as_exact(tensor: Tensor) -> Tensor:
    half = tensor.half()
    return (half if torch.equal(half.float(), tensor) else tensor).contiguous()
