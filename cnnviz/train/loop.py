"""The training loop: a recipe, two splits of a data set and a seed in; a trained network out.

The pictures lie on the device as bytes; each batch is picked, augmented and normalised there. On a CPU the result
follows from the seed, bit by bit, for one version of torch, one kind of processor and one number of threads. The state
is saved after each epoch: an interrupted run goes on from there and ends with the same weights as one that was not.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cnnviz.datasets import Data
from cnnviz.models import build_model
from cnnviz.train.arithmetic import autocast, evaluate, precision, preparation
from cnnviz.train.recipe import Recipe, rate
from cnnviz.train.resume import read_state, write_state

REPORTS = 50  # an epoch: often enough for a bar, too rare to hold up a GPU


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to: mean training loss, the objective's metrics on the test split, seconds of training alone."""

    loss: float
    metrics: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Report:
    """Where a run stands: `step` steps of epoch `epoch` (from 0) are done; `loss` is that of the latest batch."""

    epoch: int
    epochs: int
    step: int
    steps: int  # in an epoch
    loss: float
    history: tuple[Epoch, ...]


@dataclass(frozen=True)
class Fitted:
    """The end of a run: the network on the CPU in eval mode, each epoch, snapshots by step, and whether it came to its
    end.
    """

    model: nn.Module
    history: tuple[Epoch, ...]
    snapshots: dict[int, dict[str, Tensor]]
    seconds: float
    finished: bool


def fit(
    recipe: Recipe,
    train: Data,
    test: Data,
    *,
    device: str = "cpu",
    seed: int = 0,
    state: Path | None = None,
    report: Callable[[Report], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Fitted:
    """Train the recipe's network on `train`, measuring it on `test` after each epoch.

    `state` names the file that an interrupted run goes on from; it stays until the caller removes it. `report` is
    called some 50 times an epoch, `stop` before each step: when it returns True the run ends unfinished, and `state`
    holds its last whole epoch. ValueError when the pictures do not fill a batch, and when `state` belongs to another
    run.
    """
    if len(train) < recipe.batch_size:
        raise ValueError(
            f"{len(train)} pictures do not fill a batch of {recipe.batch_size}: give more, or a smaller batch_size"
        )
    train, test = (
        replace(data, images=data.images.to(device), labels=data.labels.to(device)) for data in (train, test)
    )
    with torch.random.fork_rng(devices=[torch.device(device)] if device.startswith("cuda") else []):
        torch.manual_seed(seed)  # the first weights and dropout draw from the common generator
        run = Run(recipe, train, device, seed)
        owner = {
            "seed": str(seed),
            "device": device,
            "pictures": str(len(train)),
            "torch": str(torch.__version__),
            **recipe.words(),
        }
        if state is not None and state.is_file():
            run.restore(read_state(state, owner))
        while len(run.history) < recipe.epochs:
            began, losses = time.perf_counter(), torch.zeros((), device=device)
            for step, (images, labels) in enumerate(run.batches()):
                if stop is not None and stop():
                    return run.ended(finished=False)
                loss = run.step(images, labels)
                losses += loss
                if report is not None and (step + 1) % max(1, run.steps // REPORTS) == 0:
                    report(
                        Report(len(run.history), recipe.epochs, step + 1, run.steps, loss.item(), tuple(run.history))
                    )
            mean_loss = losses.item() / run.steps  # waits until a GPU is done
            run.end_epoch(mean_loss, test, seconds=time.perf_counter() - began)
            if report is not None:
                report(Report(len(run.history) - 1, recipe.epochs, run.steps, run.steps, mean_loss, tuple(run.history)))
            if state is not None:
                write_state(state, run.saved(), owner)
    return run.ended(finished=True)


class Run:
    """All that changes while training; what `saved` returns is enough to go on from."""

    def __init__(self, recipe: Recipe, train: Data, device: str, seed: int) -> None:
        self.recipe, self.train, self.device = recipe, train, device
        self.precision = precision(device, bfloat16=recipe.bfloat16)
        self.prepare = preparation(*recipe.moments(), border=recipe.pad, device=device)
        self.model = build_model(recipe.architecture, **recipe.config).to(device).to(memory_format=torch.channels_last)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(recipe.average), use_buffers=True)
        self.optimiser = _optimiser(recipe, self.model)
        self.generator = Generator().manual_seed(seed)  # for the order of the pictures, their augmentation, and what a loss draws
        self.history: list[Epoch] = []
        self.seconds = 0.0
        self.done = 0  # steps
        self.steps = len(train) // recipe.batch_size  # in an epoch; what does not fill a batch waits for another order
        self.snapshots: dict[int, dict[str, Tensor]] = {}
        self._snap()

    @property
    def best(self) -> nn.Module:
        """The network that is measured and kept: the running mean of the weights where the recipe asks for it."""
        return self.average.module if self.recipe.average else self.model

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """One epoch of augmented pictures, ready for the network, and their labels."""
        self.model.train()
        order = torch.randperm(len(self.train), generator=self.generator).to(self.device)
        for chosen in order[: self.steps * self.recipe.batch_size].split(self.recipe.batch_size):
            images = self.train.images[chosen]  # B C H W
            for change in self.recipe.augment:
                images = change(images, self.generator)
            yield self.prepare(images), self.train.labels[chosen]

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step down the gradient; the loss before it, detached."""
        share = rate(self.done, self.recipe.epochs * self.steps, warm_up=self.recipe.warm_up)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.learning_rate * share
        with autocast(self.device, self.precision):
            loss = self.recipe.objective.loss(self.model, images, labels, self.generator)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        if self.recipe.average:
            self.average.update_parameters(self.model)
        self.done += 1
        self._snap()
        return loss.detach()

    def _snap(self) -> None:
        if self.done in self.recipe.snapshots:
            self.snapshots[self.done] = {
                name: tensor.detach().cpu().clone() for name, tensor in self.best.state_dict().items()
            }

    def end_epoch(self, loss: float, test: Data, *, seconds: float) -> None:
        began = time.perf_counter()
        measured = evaluate(self.recipe.objective, self.best, test, self.prepare, autocast(self.device, self.precision))
        self.history.append(Epoch(loss, measured, seconds))
        self.seconds += seconds + time.perf_counter() - began

    def saved(self) -> dict[str, Any]:
        """The state after a whole epoch."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
            "common": torch.get_rng_state(),
            "history": [asdict(epoch) for epoch in self.history],
            "seconds": self.seconds,
            "done": self.done,
            "snapshots": self.snapshots,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        for name in ("model", "average", "optimiser"):
            getattr(self, name).load_state_dict(saved[name])
        self.generator.set_state(saved["generator"])
        torch.set_rng_state(saved["common"])
        self.history = [Epoch(**epoch) for epoch in saved["history"]]
        self.seconds, self.done, self.snapshots = saved["seconds"], saved["done"], saved["snapshots"]

    def ended(self, *, finished: bool) -> Fitted:
        model = self.best.cpu().to(memory_format=torch.contiguous_format).eval()
        return Fitted(model, tuple(self.history), self.snapshots, self.seconds, finished)


def _optimiser(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    """The recipe's optimiser; weight decay acts on kernels and matrices, not on biases and batch norm."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in weights if weight.dim() > 1], "weight_decay": recipe.weight_decay},
        {"params": [weight for weight in weights if weight.dim() <= 1], "weight_decay": 0.0},
    ]
    if recipe.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)
    return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=recipe.momentum, nesterov=True, fused=True)
