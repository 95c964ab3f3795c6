"""The five methods as jobs, and what they found as panels with the reason where nothing is to be seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cnnviz.attribution import Scores, Step, fill, grad_cam, integrated_gradients, occlusion, on_the_picture, saliency, smooth_grad
from cnnviz.attribution.gradients import Integrated
from cnnviz.engine import Network, normalised
from cnnviz.ui.attribution.controls import Settings
from cnnviz.ui.attribution.work import Job, result
from cnnviz.ui.components.attribution_view import Panel
from cnnviz.ui.network_input import Input

SALIENCY, SMOOTH, INTEGRATED, CAM, OCCLUSION = METHODS = ("Saliency", "SmoothGrad", "Integrated gradients", "Grad-CAM", "Occlusion")
SEED = 0  # of the noise
NOTHING = 1e-12  # a map that is smaller everywhere is zero


@dataclass(frozen=True, eq=False)
class Found(Step):
    """A map of the picture, values (H,W) on the CPU.

    sums: what integrated gradients add up to, and the difference of the scores. before: what Grad-CAM's weighted sum reaches
    down and up to in its layer, before the ReLU; places: how many it has there; reason: why nothing is left of it.
    """

    sums: tuple[float, float] | None = None
    before: tuple[float, float] | None = None
    places: int = 0
    reason: str | None = None


def jobs_of(network: Network, chosen: Input, labels: Sequence[int], settings: Settings) -> list[Job]:
    """What must be done for the maps of these classes, the quickest first."""
    image, jobs = chosen.image, []

    def job(title: str, words: tuple[Any, ...], run: Any) -> None:
        jobs.append(Job(title, network.name, (chosen.id, *words), run))

    for label in labels:
        job(SALIENCY, (label,), lambda net, label=label: _slope(net, image, label))
    if settings.layer:
        for label in labels:
            job(CAM, (label, settings.layer), lambda net, label=label: _cam(net, image, label, settings.layer))
    for label in labels:
        job(INTEGRATED, (label, settings.fill, settings.steps), lambda net, label=label: _integrated(net, image, label, settings))
    for label in labels:
        job(SMOOTH, (label, settings.samples, settings.noise), lambda net, label=label: _smooth(net, image, label, settings))
    for label in labels:  # of its own, so that a second class does not throw the first away
        words = (label, settings.fill, settings.size, settings.stride)
        job(OCCLUSION, words, lambda net, label=label: _occluded(net, image, label, settings))
    return jobs


def found_of(jobs: Sequence[Job], method: str, label: int) -> Found | None:
    """The method's finished map for the class; None where there is none, or not yet."""
    return next((result(job) for job in jobs if job.title == method and job.words[1] == label), None)


def signed_map(found: Found, settings: Settings) -> Tensor:
    """The map as it is shown, (H,W)."""
    return found.values.relu() if found.before and settings.relu else found.values


def panel_of(method: str, found: Found | None, settings: Settings, limit: float) -> Panel:
    """The map with its numbers, or the reason why there is none."""
    if method == CAM and settings.layer is None:
        return Panel(None, message="This network has no convolution whose maps Grad-CAM could weigh.")
    if found is None:
        return Panel(None, message="Not computed yet.")
    values = signed_map(found, settings)
    if not bool(values.isfinite().all()):
        return Panel(None, message="The numbers are not all finite: the weights are damaged, or the training diverged.")
    return Panel(values.numpy(), limit, note=_note(found), message=_message(method, found, values, settings))


def largest(found: Sequence[Found | None], settings: Settings) -> float:
    """The largest absolute value of some maps, for a scale; 1 where all are zero or none is there."""
    sizes = [float(signed_map(each, settings).abs().max()) for each in found if each is not None]
    return next((size for size in [max(sizes, default=0.0)] if NOTHING < size < float("inf")), 1.0)


def unit(method: str, settings: Settings) -> str:
    """What the method's numbers are."""
    return {
        SALIENCY: "score per brightness",
        SMOOTH: f"mean slope of {settings.samples}",
        INTEGRATED: "share of the score",
        CAM: f"{settings.layer or 'no layer'}, {'ReLU' if settings.relu else 'signed'}",
        OCCLUSION: f"score lost, {settings.size} × {settings.size}",
    }[method]


def _message(method: str, found: Found, values: Tensor, settings: Settings) -> str:
    empty = float(values.abs().max()) <= NOTHING
    if found.places == 1:
        return f"The maps of {settings.layer} have one place only, so they cannot say where: choose an earlier layer."
    if method == CAM and empty:
        way_out = " Switch “ReLU” off to see it." if float(found.values.abs().max()) > NOTHING else ""
        return f"{found.reason or 'Nothing is above 0.'}{way_out}"
    if not empty:
        return ""
    if method == INTEGRATED:
        return f"The way from the baseline ({settings.fill}) to the picture changes nothing: there is no score to share out."
    if method == OCCLUSION:
        return f"No patch changes the score: where it covers, the picture looks like “{settings.fill}” already."
    return "The gradient is zero everywhere: every path from a pixel to this score is cut off on its way."


def _note(found: Found) -> str:
    if found.sums:
        total, difference = found.sums
        return f"Σ {total:.2f} of {difference:.2f}, gap {total - difference:.2g}".replace("-", "−")
    if found.before:
        return f"signed {found.before[0]:.2g} to {found.before[1]:.2g}".replace("-", "−")
    return "" if float(found.values.max()) > 0 else "nowhere above 0: nothing speaks for it"


def scores_of(network: Network) -> Scores:
    """The function that attribution asks: pictures (B,C,H,W) in [0,1] -> the network's scores."""
    return lambda images: network.graph(normalised(network, images))


def _on(network: Network, image: Tensor) -> Tensor:
    return image.to(network.device)


def _summed(steps: Iterator[Step]) -> Iterator[Found]:
    """Over the channels: what a pixel's light of all colours does together."""
    for step in steps:
        sums = (step.difference + step.gap, step.difference) if isinstance(step, Integrated) else None
        yield Found(step.done, step.total, step.values.sum(0).cpu(), sums)  # H W


def _slope(network: Network, image: Tensor, label: int) -> Iterator[Found]:
    return _summed(iter([Step(1, 1, saliency(scores_of(network), _on(network, image), label))]))


def _smooth(network: Network, image: Tensor, label: int, settings: Settings) -> Iterator[Found]:
    generator = torch.Generator().manual_seed(SEED)
    return _summed(smooth_grad(
        scores_of(network), _on(network, image), label, generator=generator, samples=settings.samples, noise=settings.noise
    ))  # fmt: skip


def _integrated(network: Network, image: Tensor, label: int, settings: Settings) -> Iterator[Found]:
    picture = _on(network, image)
    baseline = fill(settings.fill, picture, network.mean)
    return _summed(integrated_gradients(scores_of(network), picture, label, baseline=baseline, steps=settings.steps))


def _occluded(network: Network, image: Tensor, label: int, settings: Settings) -> Iterator[Found]:
    picture = _on(network, image)
    nothing = fill(settings.fill, picture, network.mean)
    return _summed(occlusion(scores_of(network), picture, [label], fill=nothing, size=settings.size, stride=settings.stride))


def _cam(network: Network, image: Tensor, label: int, layer: str | None) -> Iterator[Found]:
    x = normalised(network, image[None])
    cam = grad_cam(network.graph, x, label, str(layer))
    large = on_the_picture(cam.signed, (x.shape[2], x.shape[3]), network.pad)
    low, high = (float(value) for value in cam.signed.aminmax())
    yield Found(1, 1, large.cpu(), None, (low, high), cam.signed.numel(), cam.reason())
