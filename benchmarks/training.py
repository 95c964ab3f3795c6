"""Training throughput of each recipe: the loop against the bare forward, backward and step, and against a plain DataLoader.

Bare: the same network, optimiser and arithmetic on batches that lie in memory augmented and normalised. DataLoader: torchvision's
transforms picture by picture, as tutorials have it. The pictures are noise of the data set's shape; the three take turns.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from cnnviz import datasets
from cnnviz.train import augment
from cnnviz.train.arithmetic import autocast
from cnnviz.train.loop import Run
from cnnviz.train.recipe import Recipe, names, recipe

TURNS = 5
PICTURES = {"mnist": 6_000, "fashion-mnist": 6_000, "cifar10": 1_500}  # about a second a turn on two cores
LEAST = 0.9  # of the bare loop's throughput


class Pictures(Dataset[tuple[Tensor, int]]):
    """One augmented and normalised picture at a time."""

    def __init__(self, data: datasets.Data, chosen: Recipe) -> None:
        mean, std = chosen.moments()
        side = data.images.shape[-1]
        self.data = data
        self.change = v2.Compose([
            *(_torchvision(change, side) for change in chosen.augment), v2.Pad(chosen.pad),
            v2.ToDtype(torch.float32, scale=True), v2.Normalize(mean, std),
        ])  # fmt: skip

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.change(self.data.images[index]), int(self.data.labels[index])


def _torchvision(change: object, side: int) -> nn.Module:
    """The transform of torchvision that does what one of our augmentations does."""
    settings = change.keywords if isinstance(change, partial) else {}
    match getattr(change, "func", change):
        case augment.flip:
            return v2.RandomHorizontalFlip()
        case augment.translate:
            return v2.RandomCrop(side, padding=settings["pixels"], padding_mode="reflect")
        case augment.cutout:
            share = (settings["size"] / side) ** 2
            return v2.RandomErasing(p=1, scale=(share, share), ratio=(1, 1))
        case augment.affine:
            degrees = settings["shear"] * 180 / torch.pi
            scale, move = settings["scale"], settings["pixels"] / side
            return v2.RandomAffine(
                settings["degrees"], (move, move), (1 - scale, 1 + scale), degrees, v2.InterpolationMode.BILINEAR
            )
    raise ValueError(f"no transform of torchvision is known for {change}")


def noise(name: str) -> datasets.Data:
    """Pictures of the shape of a data set."""
    source = datasets.source(name)
    side = 32 if name == "cifar10" else 28
    count = PICTURES[name]
    images = torch.randint(0, 256, (count, len(source.mean), side, side), dtype=torch.uint8)
    moments = torch.tensor(source.mean), torch.tensor(source.std)
    return datasets.Data(name, images, torch.randint(10, (count,)), source.classes, *moments)


def bare(run: Run, batches: Iterable[tuple[Tensor, Tensor]]) -> float:
    """Seconds of forward, backward and step over batches, and nothing else."""
    began = time.perf_counter()
    for images, labels in batches:
        with autocast("cpu", run.precision):
            loss = run.recipe.objective.loss(run.model, images, labels, run.generator)
        run.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        run.optimiser.step()
    return time.perf_counter() - began


def ours(run: Run) -> float:
    """Seconds of an epoch of the loop."""
    began = time.perf_counter()
    for images, labels in run.batches():
        run.step(images, labels)
    return time.perf_counter() - began


def measure(chosen: Recipe) -> dict[str, float]:
    """Seconds of the fastest epoch of the bare loop, of ours and of the DataLoader's, after one of each to warm up.

    The fastest: what else the machine does can only slow a turn down.
    """
    chosen = replace(chosen, epochs=TURNS + 1, snapshots=())
    data = noise(chosen.data)
    run = Run(chosen, data, "cpu", 0)
    ready = list(run.batches())
    loader = DataLoader(Pictures(data, chosen), chosen.batch_size, shuffle=True, drop_last=True)
    took: dict[str, list[float]] = {"bare": [], "ours": [], "loader": []}
    for _ in range(TURNS + 1):
        took["bare"].append(bare(run, ready))
        took["ours"].append(ours(run))
        took["loader"].append(bare(run, loader))
    return {name: min(seconds[1:]) for name, seconds in took.items()}


def main() -> None:
    print(f"{torch.get_num_threads()} threads, pictures a second")
    for name in names():
        took = measure(recipe(name))
        ratio = took["bare"] / took["ours"]
        rates = ", ".join(f"{way} {PICTURES[recipe(name).data] / seconds:,.0f}" for way, seconds in took.items())
        verdict = "" if ratio >= LEAST else f"  BELOW {LEAST}"
        print(
            f"{name:22} {rates}: {ratio:.2f} of bare, {took['loader'] / took['ours']:.1f} times the DataLoader{verdict}",
            flush=True,
        )
