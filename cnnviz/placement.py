"""A small network that has learned a finished map: where on it a new latent belongs, in well under a millisecond.

UMAP's own way (`transform`) takes a second a process and more, and needs the whole fitted map in memory; parametric UMAP
(Sainburg, McInnes and Gentner, arXiv 2009.12981) showed that a network can stand in for it. Here it learns by regression.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn

HIDDEN = 128
STEPS = 3_000
BATCH = 500
RATE = 3e-3  # of AdamW, at its peak
Layer = tuple[np.ndarray, np.ndarray]  # weights (out,in) and biases (out,)


@dataclass(frozen=True, eq=False)
class Placement:
    """Dense layers with ReLU between them, float32; what goes in and comes out is in the units of latents and map."""

    layers: tuple[Layer, ...]

    def __call__(self, latents: np.ndarray) -> np.ndarray:
        """(B,D) -> points (B,K)."""
        values = latents.astype(np.float32)
        for number, (weight, bias) in enumerate(self.layers):
            values = (np.maximum(values, 0) if number else values) @ weight.T + bias
        return values


def learn(latents: np.ndarray, points: np.ndarray, *, seed: int = 0, steps: int = STEPS) -> Placement:
    """The network that best gives back `points` (N,K) for `latents` (N,D), by the mean distance on the map.

    ValueError where their numbers differ. The distance, not its square: a point between two islands belongs to one of them, and
    the square would put it into the water between.
    """
    if len(latents) != len(points):
        raise ValueError(f"{len(latents)} latents and {len(points)} points: give one point a latent")
    centre, scale = latents.mean(0), latents.std(0) + 1e-6
    middle, spread = points.mean(0), points.std()
    inputs = torch.from_numpy(((latents - centre) / scale).astype(np.float32))
    wanted = torch.from_numpy(((points - middle) / spread).astype(np.float32))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sizes = (inputs.shape[1], HIDDEN, HIDDEN, HIDDEN, wanted.shape[1])
        dense = [nn.Linear(*pair) for pair in pairwise(sizes)]
    network = nn.Sequential(*(part for layer in dense for part in (layer, nn.ReLU())))[:-1]
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        chosen = torch.randint(len(inputs), (BATCH,), generator=generator)
        distance = (network(inputs[chosen]) - wanted[chosen]).square().sum(1).add(1e-6).sqrt().mean()
        optimiser.zero_grad(set_to_none=True)
        distance.backward()
        optimiser.step()
        schedule.step()
    layers = [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in dense]
    first, last = layers[0], layers[-1]  # the units go into the first and the last layer
    layers[0] = (first[0] / scale, first[1] - first[0] @ (centre / scale))
    layers[-1] = (last[0] * spread, last[1] * spread + middle)
    return Placement(tuple((weight.astype(np.float32), bias.astype(np.float32)) for weight, bias in layers))
