"""A picture that excites one channel of a layer: gradient ascent on the pixels, held back from noise.

Ascent on bare pixels ends in fine noise that no photograph has. What holds it back: a picture made of waves, the slow ones
first (Fourier); a network that sees it shifted, turned and scaled each time, so that one pixel cannot matter (transforms);
and prices on contrast (L2), on steps from pixel to pixel (total variation) and on fine detail (blur).
Sources: Olah, Mordvintsev and Schubert, "Feature Visualization" (2017); Yosinski et al., "Understanding Neural Networks Through
Deep Visualization" (2015); Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them" (2015).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, fx
from torch.nn import functional as F
from torch.optim.adam import adam

from cnnviz.activations import activations_of

PARAMETERISATIONS = ("fourier", "pixels")
START = 0.3  # standard deviation of the first picture, before the sigmoid: from an even picture LeNet has no slope to climb
SHOWN_EVERY = 8  # steps
BLURRED_EVERY = 4  # steps
# How the three colours of natural pictures go together, a column for each independent direction (lucid's, from ImageNet)
COLOURS = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))


@dataclass(frozen=True)
class Ascent:
    """How the picture is sought.

    parameterisation: "fourier" or "pixels". learning_rate: Adam's. shift: up to so many pixels either way; turn: degrees;
    scale: a share; each drawn anew in each step. total_variation, l2: prices, as multiples of the activation at that moment, of
    the mean absolute step between neighbours and of the mean squared distance to the start's colour. blur: standard deviation
    of a Gaussian blur after every fourth step, in pixels.
    """

    parameterisation: str = "fourier"
    steps: int = 256
    learning_rate: float = 0.05
    shift: float = 2.0
    turn: float = 5.0
    scale: float = 0.05
    total_variation: float = 2.0
    l2: float = 0.5
    blur: float = 0.0

    def __post_init__(self) -> None:
        if self.parameterisation not in PARAMETERISATIONS:
            raise ValueError(f"there is no parameterisation {self.parameterisation!r}: give {' or '.join(PARAMETERISATIONS)}")
        if self.steps < 1 or not self.learning_rate > 0:
            raise ValueError(f"steps {self.steps} and learning_rate {self.learning_rate:g}: give 1 step or more and a rate above 0")
        if not 0 <= self.scale < 1 or min(self.shift, self.turn, self.total_variation, self.l2, self.blur) < 0:
            raise ValueError("shift, turn, prices and blur are 0 or more, and scale is 0 or more and below 1")


@dataclass(frozen=True, eq=False)
class Excited:
    """The picture (C,H,W) in [0,1] after `step` of `steps`, and what the channel makes of it: the mean of its map."""

    step: int
    steps: int
    image: Tensor
    activation: float


def excite(
    graph: fx.GraphModule, layer: str, channel: int, shape: Sequence[int], *, generator: torch.Generator,
    ascent: Ascent = Ascent(), base: Sequence[float] | None = None, prepare: Callable[[Tensor], Tensor] = lambda images: images,
) -> Iterator[Excited]:  # fmt: skip
    """Climb from an even picture to one that excites the channel; stop reading, and it stops.

    graph: the network's (cnnviz.activations.graph_of). layer: any of its names, whose output is (K,h,w) or (K,), and a channel of
    it. shape: (C,H,W) of the picture. prepare: pictures (1,C,H,W) in [0,1] -> the graph's input (normalised, padded). base: the
    even colour of the start, one number a channel in (0,1), mid grey by default. generator: on the CPU. Yields the start, then
    every 8 steps and the last. Errors: ValueError for a layer or a channel that is not there.
    """
    device = next((each.device for each in (*graph.parameters(), *graph.buffers())), torch.device("cpu"))
    grey = torch.tensor(base or [0.5] * shape[0], device=device).view(-1, 1, 1).clamp(0.02, 0.98)

    def activation(images: Tensor) -> Tensor:
        found = activations_of(graph, prepare(images))
        if layer not in found:
            raise ValueError(f"there is no layer {layer!r}: give one of {', '.join(found)}")
        channels = found[layer].shape[1]
        if not 0 <= channel < channels:
            raise ValueError(f"channel {channel} of {layer} does not exist: it has the channels 0 to {channels - 1}")
        return found[layer][0, channel].mean()

    picture, parameters = _parameterised(ascent.parameterisation, shape, grey, generator)
    take_step = _adam(parameters, ascent.learning_rate)
    for step in range(ascent.steps + 1):
        if step % SHOWN_EVERY == 0 or step == ascent.steps:
            with torch.no_grad():  # not round the yield: it would hold for whoever reads on
                image = picture()  # C H W
                excited = Excited(step, ascent.steps, image.cpu(), float(activation(image[None])))
            yield excited
        if step == ascent.steps:
            return
        with torch.enable_grad():
            image = picture()
            gain = activation(_transformed(image[None], ascent, generator))
            price = ascent.total_variation * _variation(image) + ascent.l2 * (image - grey).square().mean()
            (downhill,) = torch.autograd.grad(gain.detach().abs() * price - gain, parameters)
        take_step(downhill)
        if ascent.blur and step % BLURRED_EVERY == 0:
            _blur(parameters, ascent, shape)


def _adam(parameters: Tensor, learning_rate: float) -> Callable[[Tensor], None]:
    """A function that takes one step of Adam against a gradient, in place.

    torch.optim.Adam's own step: the class imports torch's compiler first, 1.4 s, and Triton with it.
    """
    means, squares, count = torch.zeros_like(parameters), torch.zeros_like(parameters), torch.zeros(())

    @torch.no_grad()
    def take_step(gradient: Tensor) -> None:
        adam(
            [parameters], [gradient], [means], [squares], [], [count], amsgrad=False, beta1=0.9, beta2=0.999, lr=learning_rate,
            weight_decay=0.0, eps=1e-8, maximize=False, foreach=False,
        )  # fmt: skip

    return take_step


def _parameterised(
    kind: str, shape: Sequence[int], grey: Tensor, generator: torch.Generator
) -> tuple[Callable[[], Tensor], Tensor]:
    """A function that makes the picture (C,H,W), and the numbers that it makes it of."""
    channels, height, width = shape
    start = torch.logit(grey)
    if kind == "pixels":
        pixels = (START * torch.randn(*shape, generator=generator)).to(grey.device).requires_grad_()
        return lambda: torch.sigmoid(start + pixels), pixels
    frequencies = _frequencies(height, width).to(grey.device)  # H W/2+1
    gains = (height * width) ** 0.5 / frequencies.clamp(min=1 / max(height, width))  # as in photographs: 1 / frequency
    waves = torch.randn(channels, *frequencies.shape, 2, generator=generator).to(grey.device)  # real and imaginary part
    colours = torch.tensor(COLOURS, device=grey.device)
    colours = colours / colours.norm(dim=0).max()

    def plane() -> Tensor:
        waved = torch.fft.irfft2(torch.view_as_complex(waves) * gains, s=(height, width)) / 4  # C H W; 4 is lucid's
        return torch.einsum("rc,chw->rhw", colours, waved) if channels == 3 else waved

    waves.mul_(START / plane().std()).requires_grad_()
    return lambda: torch.sigmoid(start + plane()), waves


def _frequencies(height: int, width: int) -> Tensor:
    """How many times each wave of torch.fft.rfft2 swings in a pixel, (H, W//2+1)."""
    return torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width))


def _transformed(images: Tensor, ascent: Ascent, generator: torch.Generator) -> Tensor:
    """The pictures (B,C,H,W) shifted, turned and scaled a little, the border mirrored."""
    if not (ascent.shift or ascent.turn or ascent.scale):
        return images
    height, width = images.shape[2:]
    down, right, turn, scale = (2 * torch.rand(4, generator=generator) - 1).tolist()  # -1 to 1
    angle, size = math.radians(turn * ascent.turn), 1 + scale * ascent.scale
    cos, sin = math.cos(angle) * size, math.sin(angle) * size
    theta = [
        [cos, -sin * height / width, 2 * right * ascent.shift / width],
        [sin * width / height, cos, 2 * down * ascent.shift / height],
    ]
    grid = F.affine_grid(torch.tensor([theta], device=images.device), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def _variation(image: Tensor) -> Tensor:
    """The mean absolute step between neighbours, down and across."""
    down, right = image.diff(dim=1).abs(), image.diff(dim=2).abs()
    return (down.sum() + right.sum()) / max(1, down.numel() + right.numel())


@torch.no_grad()
def _blur(parameters: Tensor, ascent: Ascent, shape: Sequence[int]) -> None:
    """A Gaussian blur of what the picture is made of, as a factor on each of its waves."""
    height, width = shape[1:]
    keep = torch.exp(-2 * (math.pi * ascent.blur * _frequencies(height, width)) ** 2).to(parameters.device)  # its transform
    if ascent.parameterisation == "fourier":
        parameters.mul_(keep[..., None])
    else:
        parameters.copy_(torch.fft.irfft2(torch.fft.rfft2(parameters) * keep, s=(height, width)))
