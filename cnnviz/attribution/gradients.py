"""Attribution by gradients: saliency, SmoothGrad and integrated gradients, pixel by pixel.

All ask a function `scores`: pictures (B,C,H,W) in [0,1] -> (B,classes), what the network says before its softmax. It is called
with gradients on; its parameters are not touched.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

Scores = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Step:
    """A map on its way: its values after `done` of `total` passes; those of the last step are the result."""

    done: int
    total: int
    values: Tensor


def saliency(scores: Scores, image: Tensor, label: int) -> Tensor:
    """The gradient of the class's score: by how much it grows for each bit of light more in a pixel.

    image: (C,H,W) in [0,1]. Returns (C,H,W), signed, in score per unit of brightness. Errors: ValueError for a label that the
    network does not have.
    Source: Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks" (2014), section 3; there the absolute value.
    """
    return _gradients(scores, image[None], label)[0]


def smooth_grad(
    scores: Scores, image: Tensor, label: int, *, generator: torch.Generator, samples: int = 25, noise: float = 0.15, batch: int = 8
) -> Iterator[Step]:
    """The mean gradient over copies of the picture with noise: what stays is not the luck of one place.

    noise: standard deviation, as a share of the picture's range from darkest to brightest. generator: on the CPU. Yields a Step
    a batch; its values are the mean so far, (C,H,W), as in saliency. Errors: ValueError for samples below 1 or noise below 0.
    Source: Smilkov et al., "SmoothGrad: removing noise by adding noise" (2017).
    """
    if samples < 1 or noise < 0:
        raise ValueError(f"samples {samples} and noise {noise:g}: give 1 sample or more and noise of 0 or more")
    spread = noise * float(image.max() - image.min())
    total = torch.zeros_like(image)
    for done in range(0, samples, batch):
        count = min(batch, samples - done)
        noisy = image + spread * torch.randn(count, *image.shape, generator=generator).to(image)  # B C H W
        total = total + _gradients(scores, noisy, label).sum(0)
        yield Step(done + count, samples, total / (done + count))


@dataclass(frozen=True, eq=False)
class Integrated(Step):
    """Integrated gradients on their way; `difference` is the score of the picture minus that of the baseline."""

    difference: float

    @property
    def gap(self) -> float:
        """What the sum misses of the difference: 0 for endless steps (the method's completeness)."""
        return float(self.values.sum(dtype=torch.float64)) - self.difference


def integrated_gradients(
    scores: Scores, image: Tensor, label: int, *, baseline: Tensor, steps: int = 64, batch: int = 16
) -> Iterator[Integrated]:
    """Each pixel's share in the score's way from the baseline to the picture: the gradients along the straight line, summed.

    image, baseline: (C,H,W). The integral is taken by the midpoint rule with `steps` points. Yields after each batch; the last
    values, (C,H,W) in units of the score, sum up to the difference of the two scores but for the gap.
    Errors: ValueError for steps below 1 or a baseline of another shape.
    Source: Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks" (2017), section 3.
    """
    if steps < 1 or baseline.shape != image.shape:
        raise ValueError(
            f"steps {steps} and a baseline of {tuple(baseline.shape)}: give 1 step or more and the picture's {tuple(image.shape)}"
        )
    way = image - baseline
    with torch.no_grad():
        both = scores(torch.stack([image, baseline])).double()
    _check(label, both)
    difference = float(both[0, label] - both[1, label])
    total = torch.zeros_like(image)
    for done in range(0, steps, batch):
        count = min(batch, steps - done)
        shares = (torch.arange(done, done + count, device=image.device) + 0.5) / steps
        points = baseline + shares[:, None, None, None] * way  # B C H W
        total = total + _gradients(scores, points, label).sum(0)
        yield Integrated(done + count, steps, way * total / steps, difference)


def _gradients(scores: Scores, images: Tensor, label: int) -> Tensor:
    """The gradient of each picture's own score, (B,C,H,W)."""
    with torch.enable_grad():
        images = images.detach().requires_grad_()
        out = scores(images)
        _check(label, out)
        (found,) = torch.autograd.grad(out[:, label].sum(), images)
    return found


def _check(label: int, out: Tensor) -> None:
    if not 0 <= label < out.shape[1]:
        raise ValueError(f"class {label} does not exist: this network has the classes 0 to {out.shape[1] - 1}")
