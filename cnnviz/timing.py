"""How long a network takes for one picture on this machine."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import nn

RUNS = 5
ENOUGH = 3.0  # s of measured runs after which no further one is begun


def forward_times(
    model: nn.Module, input_shape: Sequence[int], *, runs: int = RUNS, enough: float = ENOUGH, device: str = "cpu",
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[float]:  # fmt: skip
    """Seconds of each forward pass of one picture, (1, *input_shape) in float32, after a first one that is not counted
    unless it alone takes `enough`.

    The passes run as they are asked for, in evaluation mode and without gradients; at most `runs`, and none after
    `enough` seconds of them, but at least one. A model on the "meta" device gets weights that keep every layer's numbers
    near one (numbers too small to be normal would slow a CPU down); the model that is given becomes unusable for
    anything else. ValueError for fewer than one run.
    """
    if runs < 1:
        raise ValueError(f"runs is {runs}: give 1 or more")
    return _passes(_ready(model, device), torch.ones(1, *input_shape, device=device), runs, enough, clock)


def median_seconds(times: Sequence[float]) -> float:
    """The middle of the measured times: one that was disturbed does not move it. ValueError for none."""
    if not times:
        raise ValueError("there is no measured time: let at least one run pass")
    return statistics.median(times)


def _passes(model: nn.Module, x: torch.Tensor, runs: int, enough: float, clock: Callable[[], float]) -> Iterator[float]:
    spent: list[float] = []
    begun = clock()
    _forward(model, x)  # PyTorch picks its kernels and takes its memory on the first pass
    first = clock() - begun
    if first >= enough:  # beside which that is little
        yield first
        return
    while len(spent) < runs and sum(spent) < enough:
        begun = clock()
        _forward(model, x)
        spent.append(clock() - begun)
        yield spent[-1]


@torch.inference_mode()
def _forward(model: nn.Module, x: torch.Tensor) -> None:
    model(x)
    if x.is_cuda:
        torch.cuda.synchronize()


@torch.no_grad()
def _ready(model: nn.Module, device: str) -> nn.Module:
    """The model in evaluation mode on the device, with weights where it had none."""
    model = model.eval()
    if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
        model = model.to_empty(device=device)
        for name, weight in model.named_parameters():
            plain = 0.0 if name.endswith("bias") else 1.0
            weight.fill_(plain / weight[0].numel() if weight.dim() > 1 else plain)
        for buffer in model.buffers():
            buffer.fill_(1)
    return model.to(device)
