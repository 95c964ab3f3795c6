"""How a network is fed and in which numbers it computes: from bytes to normalised pixels, and bfloat16 where it is
fast.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import pad

from cnnviz.datasets import Data
from cnnviz.train.objectives import Objective

FAST_BFLOAT16 = ("amx_bf16", "avx512_bf16", "bf16")  # what x86 and ARM processors call it
EVALUATION_BATCH = 500  # pictures; fits the caches of a CPU


def precision(device: str, *, bfloat16: bool) -> str:
    """What a run computes in: bfloat16 on a GPU, and where `bfloat16` asks for it on a CPU that has it; otherwise
    float32.
    """
    if not device.startswith("cuda"):
        has = torch.cpu.get_capabilities()
        bfloat16 = bfloat16 and any(has.get(name) for name in FAST_BFLOAT16)
    return "bfloat16" if bfloat16 or device.startswith("cuda") else "float32"


def autocast(device: str, precision: str) -> AbstractContextManager:
    """The context in which convolutions and matrix products compute in `precision`; weights stay in float32."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bfloat16")


def preparation(mean: Sequence[float], std: Sequence[float], *, border: int, device: str) -> Callable[[Tensor], Tensor]:
    """The function from pictures (B,C,H,W) uint8 to what a network reads: float32, bordered with black, (pixel / 255 -
    mean) / std.
    """
    scale = torch.tensor([1 / (255 * value) for value in std], device=device)[:, None, None]  # C 1 1
    offset = torch.tensor([-centre / value for centre, value in zip(mean, std, strict=True)], device=device)[
        :, None, None
    ]

    def prepare(images: Tensor) -> Tensor:
        bordered = pad(images, (border,) * 4) if border else images  # B C H+2*border W+2*border
        channels_last = bordered.to(memory_format=torch.channels_last)
        return torch.addcmul(offset, channels_last.float(), scale)

    return prepare


@torch.no_grad()
def evaluate(
    objective: Objective,
    model: nn.Module,
    data: Data,
    prepare: Callable[[Tensor], Tensor],
    context: AbstractContextManager,
) -> dict[str, float]:
    """The objective's metrics of a network on a split that lies on its device; what is drawn is the same each time."""
    model.eval()
    splits = zip(data.images.split(EVALUATION_BATCH), data.labels.split(EVALUATION_BATCH), strict=True)
    with context:
        return objective.measure(model, ((prepare(images), labels) for images, labels in splits), Generator().manual_seed(0))
