"""A check of a map: delete the pixels that it calls important, and see how fast the class's probability falls."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from cnnviz.attribution.gradients import Scores


@dataclass(frozen=True, eq=False)
class Curve:
    """The class's probability after each share of the pixels, both from 0 to 1; done of total passes are made."""

    shares: tuple[float, ...]
    probabilities: tuple[float, ...]
    done: int
    total: int

    @property
    def area(self) -> float:
        """The area under the curve by the trapezoid rule, 0 to 1: small if the first pixels carried the class."""
        return float(torch.trapezoid(torch.tensor(self.probabilities).double(), torch.tensor(self.shares).double()))


def deletion_curve(
    scores: Scores, image: Tensor, label: int, order: Tensor, *, fill: Tensor, steps: int = 40, batch: int = 16
) -> Iterator[Curve]:
    """Delete pixels in that order, in `steps` equal parts, and ask the network after each.

    image, fill: (C,H,W); a deleted pixel shows what `fill` has there. order: the H*W places, row by row, first to last. Yields
    after each batch; the last curve has steps + 1 points, fewer only where the picture has fewer pixels.
    Errors: ValueError for an order that is none.
    Source: Petsiuk, Das and Saenko, "RISE" (2018), section 4.3.
    """
    pixels = image[0].numel()
    if not torch.equal(order.sort().values, torch.arange(pixels, device=order.device)):
        raise ValueError(f"an order of deletion names each of the {pixels} pixels once")
    rank = torch.empty_like(order)
    rank[order] = torch.arange(pixels, device=order.device)
    rank = rank.view(image.shape[1:]).to(image.device)
    counts = [round(pixels * step / steps) for step in range(steps + 1)] if steps < pixels else list(range(pixels + 1))
    found: list[float] = []
    for start in range(0, len(counts), batch):
        part = torch.tensor(counts[start : start + batch], device=image.device)
        pictures = torch.where((rank < part[:, None, None])[:, None], fill, image)  # B C H W
        with torch.no_grad():  # never round a yield: it would hold for whoever reads on
            found += scores(pictures).softmax(1)[:, label].tolist()
        shares = tuple(count / pixels for count in counts[: len(found)])
        yield Curve(shares, tuple(found), len(found), len(counts))


def order_of(values: Tensor, *, generator: torch.Generator) -> Tensor:
    """The places of a map (H,W) from its largest value to its smallest, (H*W,); equal values in random order."""
    shuffled = random_order(values.numel(), generator=generator)
    return shuffled[values.detach().cpu().flatten()[shuffled].argsort(descending=True, stable=True)]


def random_order(pixels: int, *, generator: torch.Generator) -> Tensor:
    """All places in random order: the baseline that a map must beat."""
    return torch.randperm(pixels, generator=generator)
