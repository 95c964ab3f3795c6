"""The clock round a forward pass: exact with a clock of one's own, sane on a real network."""

import math

import pytest
import torch
from torch import nn

from cnnviz.models import build_model
from cnnviz.timing import forward_times, median_seconds


class Counting(nn.Module):
    """Counts its forward passes and moves a clock by the next of the given steps."""

    def __init__(self, steps: list[float]) -> None:
        super().__init__()
        self.steps, self.now, self.seen = [0.0, *steps], 0.0, []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append((tuple(x.shape), self.training, torch.is_grad_enabled()))
        self.now += self.steps[len(self.seen) - 1]
        return x


def test_each_run_is_timed_and_the_first_is_not_counted() -> None:
    model = Counting([3.0, 1.0, 2.0])
    times = list(forward_times(model, (1, 4, 5), runs=3, enough=100, clock=lambda: model.now))
    assert times == [3.0, 1.0, 2.0] and median_seconds(times) == 2.0
    assert model.seen == [((1, 1, 4, 5), False, False)] * 4


def test_slow_networks_get_fewer_runs_but_at_least_one() -> None:
    model = Counting([2.0, 2.0, 2.0, 2.0])
    assert list(forward_times(model, (1, 2, 2), runs=4, enough=3, clock=lambda: model.now)) == [2.0, 2.0]
    model = Counting([2.0])
    assert list(forward_times(model, (1, 2, 2), runs=4, enough=0.1, clock=lambda: model.now)) == [2.0]


def test_a_first_run_that_is_long_by_itself_is_the_measurement() -> None:
    model = Counting([])
    model.steps = [5.0]
    assert list(forward_times(model, (1, 2, 2), runs=4, enough=5, clock=lambda: model.now)) == [5.0]


def test_nothing_runs_before_it_is_asked_for() -> None:
    model = Counting([1.0] * 5)
    times = forward_times(model, (1, 2, 2), clock=lambda: model.now)
    assert model.seen == []
    next(times)
    assert len(model.seen) == 2


@pytest.mark.parametrize("name", ["lenet5", "cifar_plain56", "resnet18"])
def test_a_network_without_weights_is_timed_with_numbers_of_a_sane_size(name: str) -> None:
    with torch.device("meta"):
        model = build_model(name)
    outputs: list[torch.Tensor] = []
    model.register_forward_hook(lambda module, args, output: outputs.append(output))
    shape = {"lenet5": (1, 32, 32)}.get(name, (3, 32, 32))
    times = list(forward_times(model, shape, runs=2))
    assert len(times) == 2 and all(0 < seconds < 30 for seconds in times)
    largest = max(float(output.abs().max()) for output in outputs)
    assert math.isfinite(largest) and (largest == 0 or largest > 1e-30)  # no subnormal numbers


def test_what_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="runs is 0: give 1 or more"):
        forward_times(nn.Identity(), (1, 2, 2), runs=0)
    with pytest.raises(ValueError, match="no measured time"):
        median_seconds([])
