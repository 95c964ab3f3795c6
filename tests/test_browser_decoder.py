"""The decoder's message: batch norm folded by hand, the message run with torch against the network, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, interpolate, leaky_relu, linear, one_hot

from cnnviz.browser_decoder import decoder_message, folded
from cnnviz.models.autoencoder import FORMS, Autoencoder
from cnnviz.models.vae import VAE


def with_history(model: nn.Module, seed: int) -> nn.Module:
    """The network in evaluation mode, its batch norms with statistics and scales as after a training."""
    generator = torch.Generator().manual_seed(seed)
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            assert norm.running_mean is not None and norm.running_var is not None
            norm.running_var.uniform_(0.1, 3, generator=generator)
            for tensor in (norm.running_mean, norm.weight.data, norm.bias.data):
                tensor.uniform_(-1.5, 1.5, generator=generator)
    return model.eval()


def described(message: bytes, tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "decoder.safetensors").write_bytes(message)
    with safe_open(tmp_path / "decoder.safetensors", "pt") as file:
        return json.loads(file.metadata()["decoder"])


def run(layers: list[dict], tensors: dict[str, Tensor], values: Tensor) -> Tensor:
    """The layers as the message describes them, by torch: latents (B,D) -> logits (B,1,28,28)."""
    with_weights = {"linear": linear, "conv": lambda *x: conv2d(*x, padding=1), "transposed": lambda *x: conv_transpose2d(*x, 2, 1)}
    for layer in layers:
        if layer["op"] == "upsample":
            values = interpolate(values, scale_factor=2, mode="bilinear", align_corners=False)
        else:
            values = with_weights[layer["op"]](values, tensors[layer["weight"]].float(), tensors[layer["bias"]].float())
        values = leaky_relu(values, layer.get("slope", 1.0)).view(len(values), *layer.get("shape", values.shape[1:]))
    return values


def test_batch_norm_is_folded_by_hand() -> None:
    conv, norm = nn.Conv2d(1, 1, 3, padding=1), nn.BatchNorm2d(1, eps=0.0)
    conv.weight.data.fill_(2.0)
    assert conv.bias is not None and norm.running_mean is not None and norm.running_var is not None
    conv.bias.data.fill_(5.0)
    norm.running_mean.fill_(1.0)
    norm.running_var.fill_(4.0)
    norm.weight.data.fill_(3.0)
    norm.bias.data.fill_(-1.0)
    layers, tensors = folded(nn.Sequential(conv, norm, nn.LeakyReLU(0.2)))
    assert layers == [{"op": "conv", "weight": "0.weight", "bias": "0.bias", "slope": 0.2}]
    assert tensors["0.weight"].unique().tolist() == [3.0]  # 2 * 3 / sqrt(4)
    assert tensors["0.bias"].tolist() == [5.0]  # (5 - 1) * 3 / 2 - 1


@settings(max_examples=12, deadline=None)
@given(size=st.integers(1, 20), width=st.sampled_from([2, 6, 16]), form=st.sampled_from(FORMS), classes=st.sampled_from([0, 3]),
       seed=st.integers(0, 99))  # fmt: skip
def test_the_message_computes_what_the_network_computes(size: int, width: int, form: str, classes: int, seed: int) -> None:
    torch.manual_seed(seed)
    model = with_history(VAE(size, width, form, classes), seed)
    latents, labels = torch.randn(4, size), torch.arange(4) % max(classes, 1)
    inputs = torch.cat([latents, one_hot(labels, classes)], 1) if classes else latents
    with torch.inference_mode():
        wanted = model.decode(latents, labels if classes else None)
        got = run(folded(model.decoder)[0], load(decoder_message(model)), inputs)
    assert torch.allclose(got.sigmoid(), wanted.sigmoid(), atol=2e-5)


def test_the_message_says_what_it_is(tmp_path: Path) -> None:
    told = described(decoder_message(VAE(5, form="transposed", classes=10).eval()), tmp_path)
    assert (told["latents"], told["classes"]) == (5, 10)
    ops = [layer["op"] for layer in told["layers"]]
    assert ops == ["linear", "linear", "transposed", "transposed", "conv"]
    told = described(decoder_message(Autoencoder(3).eval()), tmp_path)
    assert (told["latents"], told["classes"]) == (3, 0)
    assert told["layers"][1]["shape"] == [32, 7, 7]


def test_the_same_weights_give_the_same_bytes() -> None:
    model = VAE(2).eval()
    assert len({decoder_message(model) for _ in range(10)}) == 1  # or the browser would be sent them again and again


def test_half_precision_only_where_it_costs_nothing() -> None:
    model = Autoencoder(2).eval()
    with torch.no_grad():
        model.decoder.fc2.weight.copy_(model.decoder.fc2.weight.half())
    tensors = load(decoder_message(model))
    assert tensors["fc2.weight"].dtype == torch.float16 and torch.equal(tensors["fc2.weight"].float(), model.decoder.fc2.weight)
    assert tensors["fc1.weight"].dtype == torch.float32 and torch.equal(tensors["fc1.weight"], model.decoder.fc1.weight)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([nn.Linear(2, 4), nn.Tanh()], "1 is Tanh.*no arithmetic"),
        ([nn.Conv2d(1, 1, 5, padding=2)], "another kernel_size and padding"),
        ([nn.Upsample(scale_factor=2, mode="nearest")], "no arithmetic"),
        ([nn.Linear(2, 4), nn.BatchNorm1d(4)], "no arithmetic"),
        ([nn.Conv2d(1, 1, 3, padding=1), nn.LeakyReLU(), nn.BatchNorm2d(1)], "at this place"),
        ([nn.Conv2d(1, 1, 3, padding=1), nn.BatchNorm2d(1, track_running_stats=False)], "no running statistics"),
    ],
)
def test_layers_without_arithmetic_are_refused(layers: list[nn.Module], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        folded(nn.Sequential(*layers))
