"""Attribution: exact answers on networks set by hand, agreement with captum, completeness, and the reasons for empty maps."""

import pytest
import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, NoiseTunnel, Occlusion, Saliency
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.activations import graph_of
from cnnviz.attribution import (
    FILLS,
    deletion_curve,
    fill,
    grad_cam,
    integrated_gradients,
    occlusion,
    on_the_picture,
    order_of,
    random_order,
    saliency,
    smooth_grad,
)

pytestmark = pytest.mark.usefixtures("one_thread")

WEIGHT = torch.tensor([[1.0, -2.0], [0.5, 4.0]])  # class 0 of LINEAR; class 1 is its negative


def linear(images: Tensor) -> Tensor:
    score = (images * WEIGHT).sum((1, 2, 3))
    return torch.stack([score, -score], 1)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(seed: int = 0, channels: int = 2) -> nn.Sequential:
    """A small network with every kind of step that gradients meet."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Sequential(
            nn.Conv2d(channels, 5, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(5, 4, 3), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3),
        )  # fmt: skip
    for layer in (model[0], model[3]):
        nn.init.constant_(layer.bias, 0.3)  # or a ReLU might let nothing through
    return model.eval()


def picture(seed: int = 1, shape: tuple[int, ...] = (2, 8, 10)) -> Tensor:
    return torch.rand(*shape, generator=generator(seed))


def last(steps):
    *_, final = steps
    return final


IMAGE = torch.tensor([[[0.5, 1.0], [0.0, 0.25]]])


def test_a_linear_network_has_its_weights_as_gradient() -> None:
    assert torch.equal(saliency(linear, IMAGE, 0)[0], WEIGHT)
    assert torch.equal(saliency(linear, IMAGE, 1)[0], -WEIGHT)
    for step in smooth_grad(linear, IMAGE, 0, generator=generator(), samples=5, batch=2):
        torch.testing.assert_close(step.values[0], WEIGHT)
    assert (step.done, step.total) == (5, 5)


def test_integrated_gradients_of_a_linear_network_are_weight_times_way() -> None:
    found = last(integrated_gradients(linear, IMAGE, 0, baseline=torch.zeros_like(IMAGE), steps=3, batch=2))
    torch.testing.assert_close(found.values[0], WEIGHT * IMAGE[0])
    assert found.difference == pytest.approx(-0.5) and found.gap == pytest.approx(0, abs=1e-6)


def test_occlusion_of_a_linear_network_loses_the_covered_terms() -> None:
    found = last(occlusion(linear, IMAGE, [0, 1], fill=torch.zeros_like(IMAGE), size=1, stride=1)).values
    torch.testing.assert_close(found, torch.stack([WEIGHT * IMAGE[0], -WEIGHT * IMAGE[0]]))
    whole = last(occlusion(linear, IMAGE, [0], fill=torch.zeros_like(IMAGE), size=2, stride=2)).values
    torch.testing.assert_close(whole, torch.full((1, 2, 2), -0.5))


def test_deletion_by_hand() -> None:
    def scores(images: Tensor) -> Tensor:  # softmax gives the class 0 the mean of the picture
        mean = images.mean((1, 2, 3)).clamp(1e-30, 1 - 1e-7)
        return torch.stack([mean.log(), (1 - mean).log()], 1)

    values = torch.tensor([[3.0, 4.0], [1.0, 2.0]])
    order = order_of(values, generator=generator())
    assert order.tolist() == [1, 0, 3, 2]
    curve = last(deletion_curve(scores, IMAGE, 0, order, fill=torch.zeros_like(IMAGE), batch=2))
    assert curve.shares == (0, 0.25, 0.5, 0.75, 1)
    assert curve.probabilities == pytest.approx([0.4375, 0.1875, 0.0625, 0, 0], abs=1e-6)
    assert curve.area == pytest.approx(0.25 * (0.4375 / 2 + 0.1875 + 0.0625))


def test_grad_cam_by_hand() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.Flatten(), nn.Linear(8, 2, bias=False))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))
        model[2].weight.copy_(torch.stack([torch.tensor([1.0, 1, 1, 1, 0, 0, 0, 8]), -torch.ones(8)]))
    graph, _ = graph_of(model, (1, 2, 2))
    found = grad_cam(graph, IMAGE[None], 0, "0")
    assert found.weights.tolist() == [1, 2]  # the mean of each map's four gradients
    torch.testing.assert_close(found.signed, IMAGE[0] - 2 * IMAGE[0])
    assert not found.positive.any()
    assert found.reason() == "The weighted sum lies between -1 and 0, nowhere above 0: the ReLU removes all of it."
    assert grad_cam(graph, IMAGE[None], 1, "0").reason() == "The weighted maps of 0 cancel: their sum is zero everywhere."
    assert "maps of 0 are zero everywhere" in grad_cam(graph, 0 * IMAGE[None], 0, "0").reason()


def test_no_weight_is_a_reason_too() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Flatten(), nn.Linear(8, 2))
    with torch.no_grad():
        model[2].weight.copy_(torch.tensor([[1.0, -1] * 4, [1] * 8]))
    graph, _ = graph_of(model, (1, 2, 2))
    assert "no weight is left" in grad_cam(graph, IMAGE[None], 0, "0").reason()
    assert grad_cam(graph, IMAGE[None], 1, "0").reason() != grad_cam(graph, IMAGE[None], 0, "0").reason()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), label=st.integers(0, 2))
def test_gradients_are_captums(seed: int, label: int) -> None:
    model, image, baseline = network(seed), picture(seed + 1), picture(seed + 2)
    slope = Saliency(model).attribute(image[None].requires_grad_(), target=label, abs=False)
    torch.testing.assert_close(saliency(model, image, label), slope[0])
    ours = last(integrated_gradients(model, image, label, baseline=baseline, steps=20, batch=7))
    theirs, gap = IntegratedGradients(model).attribute(
        image[None], baseline[None], target=label, n_steps=20, method="riemann_middle", return_convergence_delta=True
    )
    torch.testing.assert_close(ours.values, theirs[0].float(), rtol=1e-4, atol=1e-6)
    assert ours.gap == pytest.approx(float(gap), abs=1e-5)


def test_smooth_grad_is_captums() -> None:
    model, image = network(3), picture()
    spread = 0.2 * float(image.max() - image.min())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        theirs = NoiseTunnel(Saliency(model)).attribute(image[None], nt_samples=6, stdevs=spread, target=1, abs=False)[0]
    ours = last(smooth_grad(model, image, 1, generator=generator(5), samples=6, noise=0.2, batch=6)).values
    torch.testing.assert_close(ours, theirs)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 40), st.tuples(st.integers(8, 12), st.integers(8, 12)))
def test_occlusion_is_captums(size: int, stride: int, batch: int, shape: tuple[int, int]) -> None:
    stride = min(stride, size)
    model, image = network(2), picture(4, (2, *shape))
    found = last(occlusion(model, image, [2, 0], fill=torch.full_like(image, 0.3), size=size, stride=stride, batch=batch))
    for values, label in zip(found.values, (2, 0), strict=True):
        theirs = Occlusion(model).attribute(
            image[None], (2, size, size), (2, stride, stride), baselines=0.3, target=label, perturbations_per_eval=8
        )[0]
        torch.testing.assert_close(values.expand_as(theirs), theirs.float(), rtol=1e-4, atol=1e-5)
    assert found.done == found.total


@pytest.mark.parametrize("layer", ["0", "3"])
@pytest.mark.parametrize("label", range(3))
def test_grad_cam_is_captums(layer: str, label: int) -> None:
    model, image = network(7), picture()
    graph, _ = graph_of(model, image.shape)
    ours = grad_cam(graph, image[None], label, layer)
    plain = nn.Sequential(*(nn.ReLU() if isinstance(each, nn.ReLU) else each for each in model))  # captum cannot hook in place
    theirs = LayerGradCam(plain, plain[int(layer)]).attribute(image[None], target=label)
    torch.testing.assert_close(ours.signed, theirs[0, 0])
    torch.testing.assert_close(ours.positive, theirs[0, 0].relu())
    torch.testing.assert_close(
        on_the_picture(ours.signed, (8, 10), 0), LayerAttribution.interpolate(theirs, (8, 10), "bilinear")[0, 0]
    )


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_integrated_gradients_are_complete(seed: int) -> None:
    model, image, baseline = network(seed), picture(seed + 1), picture(seed + 2)
    gaps = [abs(last(integrated_gradients(model, image, 0, baseline=baseline, steps=steps)).gap) for steps in (4, 400)]
    found = last(integrated_gradients(model, image, 0, baseline=baseline, steps=400))
    with torch.no_grad():
        difference = float(model(image[None])[0, 0] - model(baseline[None])[0, 0])
    assert found.difference == pytest.approx(difference, abs=1e-6)
    assert gaps[1] < 0.002 and gaps[1] <= gaps[0] + 1e-3


def test_nothing_is_left_behind_on_a_shared_model() -> None:
    model, image = network(), picture()
    graph, _ = graph_of(model, image.shape)
    torch.set_grad_enabled(True)
    for steps in (
        smooth_grad(graph, image, 0, generator=generator(), samples=20),
        integrated_gradients(graph, image, 0, baseline=0 * image),
        occlusion(graph, image, [0], fill=0 * image, size=2, stride=1),
        deletion_curve(graph, image, 0, random_order(80, generator=generator()), fill=0 * image),
    ):
        next(iter(steps))  # and never on: a visitor who left
        assert torch.is_grad_enabled()
    grad_cam(graph, image[None], 0, "0")
    assert all(p.grad is None for p in (*model.parameters(), *graph.parameters()))
    assert not any(each._forward_hooks or each._backward_hooks for each in (*model.modules(), *graph.modules()))
    with torch.no_grad():
        assert saliency(graph, image, 0).abs().max() > 0


def test_results_do_not_depend_on_the_batch() -> None:
    model, image = network(), picture()
    for batch in (1, 7, 64):
        smooth = last(smooth_grad(model, image, 1, generator=generator(), samples=10, batch=batch)).values
        torch.testing.assert_close(smooth, last(smooth_grad(model, image, 1, generator=generator(), samples=10)).values)
        curve = last(deletion_curve(model, image, 1, torch.arange(80), fill=0 * image, batch=batch))
        assert curve.probabilities == pytest.approx(
            last(deletion_curve(model, image, 1, torch.arange(80), fill=0 * image)).probabilities
        )
        assert len(curve.shares) == 41


def test_a_good_order_beats_a_random_one_and_its_reverse() -> None:
    def scores(images: Tensor) -> Tensor:  # only the middle of the picture counts
        middle = images[:, :, 3:5, 4:6].sum((1, 2, 3))
        return torch.stack([4 * middle - 8, torch.zeros_like(middle)], 1)

    image = torch.ones(1, 8, 10)
    values = saliency(scores, image, 0)[0]
    orders = [order_of(sign * values, generator=generator()) for sign in (1, -1)]
    orders.insert(1, random_order(80, generator=generator()))
    areas = [last(deletion_curve(scores, image, 0, order, fill=0 * image)).area for order in orders]
    assert areas[0] < 0.1 < areas[1] < areas[2]


def test_equal_values_are_deleted_in_random_order() -> None:
    orders = {tuple(order_of(torch.zeros(4, 4), generator=generator(seed)).tolist()) for seed in range(5)}
    assert len(orders) == 5 and all(sorted(order) == list(range(16)) for order in orders)


def test_fills() -> None:
    image = picture(0, (3, 16, 16))
    assert {name: fill(name, image, (0.1, 0.2, 0.3)).shape for name in FILLS} == dict.fromkeys(FILLS, image.shape)
    assert fill("mean", image, (0.1, 0.2, 0.3))[:, 5, 5].tolist() == pytest.approx([0.1, 0.2, 0.3])
    blurred = fill("blurred", image, ())
    torch.testing.assert_close(blurred.mean(), image.mean(), atol=0.02, rtol=0)
    assert blurred.std() < image.std() / 3
    torch.testing.assert_close(fill("blurred", torch.full((1, 28, 28), 0.4), ()), torch.full((1, 28, 28), 0.4))


def test_the_border_is_cut_off_the_enlarged_map() -> None:
    cam = torch.arange(9.0).view(3, 3)
    whole = F.interpolate(cam[None, None], (32, 32), mode="bilinear", align_corners=False)[0, 0]
    assert torch.equal(on_the_picture(cam, (32, 32), 2), whole[2:30, 2:30])


def test_messages() -> None:
    model, image = network(), picture()
    graph, _ = graph_of(model, image.shape)
    with pytest.raises(ValueError, match="class 3 does not exist: this network has the classes 0 to 2"):
        saliency(model, image, 3)
    with pytest.raises(ValueError, match="class -1 does not exist"):
        grad_cam(graph, image[None], -1, "0")
    with pytest.raises(ValueError, match="layer '7' has no maps that Grad-CAM could weigh: choose one of"):
        grad_cam(graph, image[None], 0, "7")
    with pytest.raises(ValueError, match="a patch of 9 with stride 1 does not cover a 8x10 picture: the patch takes 1 to 8"):
        next(occlusion(model, image, [0], fill=image, size=9, stride=1))
    with pytest.raises(ValueError, match="give 1 step or more and the picture's"):
        next(integrated_gradients(model, image, 0, baseline=image[:1]))
    with pytest.raises(ValueError, match="give 1 sample or more and noise of 0 or more"):
        next(smooth_grad(model, image, 0, generator=generator(), samples=0))
    with pytest.raises(ValueError, match="names each of the 80 pixels once"):
        next(deletion_curve(model, image, 0, torch.zeros(80, dtype=torch.long), fill=image))
    with pytest.raises(ValueError, match="there is no fill 'pink': give black, mean, white, blurred"):
        fill("pink", image, ())
