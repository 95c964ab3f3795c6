"""A picture that excites a channel: a climb whose summit is known, the prices, the seed, and the messages."""

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.activations import activations_of, graph_of
from cnnviz.checkpoints import load_checkpoint
from cnnviz.feature_visualisation import Ascent, Excited, _adam, excite

pytestmark = pytest.mark.usefixtures("one_thread")

STILL = {"shift": 0.0, "turn": 0.0, "scale": 0.0, "total_variation": 0.0, "l2": 0.0}
SHAPE = (1, 8, 8)


def edge_network():
    """One layer, two channels: bright above dark, and its negative."""
    model = nn.Conv2d(1, 2, 2, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 1.0], [-1.0, -1.0]])[None, None] * torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))
    return graph_of(nn.Sequential(model), SHAPE)[0]


def climb(graph=None, layer: str = "0", channel: int = 0, *, seed: int = 0, shape=SHAPE, **options) -> list[Excited]:
    rate = 0.2 if options.get("parameterisation") == "pixels" else 0.05
    ascent = Ascent(**{"steps": 120, "learning_rate": rate, **options})
    random = torch.Generator().manual_seed(seed)
    return list(excite(graph or edge_network(), layer, channel, shape, generator=random, ascent=ascent))


def variation(image: Tensor) -> float:
    return float(image.diff(dim=1).abs().mean() + image.diff(dim=2).abs().mean())


@pytest.mark.parametrize(("channel", "top"), [(0, 1.0), (1, 0.0)])
@pytest.mark.parametrize("parameterisation", ["pixels", "fourier"])
def test_the_summit_is_known(parameterisation: str, channel: int, top: float) -> None:
    steps = climb(channel=channel, parameterisation=parameterisation, **STILL)
    image, activation = steps[-1].image[0], steps[-1].activation
    first, last = image[0, 1:-1], image[-1, 1:-1]  # in a corner all waves meet, and Adam enlarges what rounding leaves of them
    assert first.sub(top).abs().max() < 0.05 and last.sub(1 - top).abs().max() < 0.05
    # The mean over 7x7 places telescopes: the first row minus the last, 2 (8 - 1) pixels each, over 49 places.
    assert 0.8 * 14 / 49 < activation <= 14 / 49 + 1e-6
    assert activation == pytest.approx(float(activations_of(edge_network(), steps[-1].image[None])["0"][0, channel].mean()))


def test_it_begins_even_and_shows_the_way() -> None:
    steps = climb(steps=20)
    assert [each.step for each in steps] == [0, 8, 16, 20] and {each.steps for each in steps} == {20}
    assert steps[0].image.sub(0.5).abs().max() < 0.4
    assert steps[-1].activation > steps[0].activation + 0.05


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 100), st.sampled_from(["pixels", "fourier"]), st.integers(5, 9), st.integers(5, 9))
def test_any_size_any_seed(seed: int, parameterisation: str, height: int, width: int) -> None:
    options = {"parameterisation": parameterisation, "steps": 24, "shape": (1, height, width), "seed": seed}
    one, again = climb(**options), climb(**options)
    assert one[-1].image.shape == (1, height, width) and one[-1].image.min() >= 0 and one[-1].image.max() <= 1
    assert torch.equal(one[-1].image, again[-1].image)
    assert one[-1].activation > one[0].activation
    assert not torch.equal(one[-1].image, climb(**{**options, "seed": seed + 1})[-1].image)


@pytest.mark.parametrize("parameterisation", ["pixels", "fourier"])
def test_the_prices_hold_it_back(parameterisation: str) -> None:
    free = climb(parameterisation=parameterisation, **STILL)[-1].image
    even = climb(parameterisation=parameterisation, **{**STILL, "total_variation": 4.0})[-1].image
    assert variation(even) < 0.9 * variation(free)
    distance = climb(parameterisation=parameterisation, **{**STILL, "l2": 20.0})[-1].image.sub(0.5).square().mean()
    assert distance < 0.9 * free.sub(0.5).square().mean()
    assert variation(climb(parameterisation=parameterisation, blur=1.0, **STILL)[-1].image) < 0.9 * variation(free)


def test_colours_and_a_batch_norm_and_the_input_prepared() -> None:
    model = nn.Sequential(nn.Conv2d(3, 2, 3, bias=False), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2 * 64, 4))
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].weight[0, 0] = 1.0  # red
    graph, _ = graph_of(model, (3, 10, 10))
    way = excite(
        graph, "1", 0, (3, 8, 8), generator=torch.Generator().manual_seed(0), ascent=Ascent(steps=60, learning_rate=0.2, **STILL),
        base=(0.5, 0.4, 0.3), prepare=lambda images: (nn.functional.pad(images, (1,) * 4) - 0.5) / 0.25,
    )  # fmt: skip
    *_, final = way
    red, green, blue = final.image.mean((1, 2))
    assert red > 0.7 and red > green + 0.05 and red > blue + 0.1
    assert all(each.grad is None for each in model.parameters())


def test_a_class_of_the_trained_lenet_is_found() -> None:
    model, card = load_checkpoint("checkpoints/lenet_modern_mnist.safetensors")
    graph, _ = graph_of(model, (1, 28, 28))
    mean, std = card.mean[0], card.std[0]
    *_, final = excite(
        graph, "fc3", 3, (1, 28, 28), generator=torch.Generator().manual_seed(0), ascent=Ascent(steps=96), base=card.mean,
        prepare=lambda images: (images - mean) / std,
    )  # fmt: skip
    with torch.no_grad():
        logits = model((final.image[None] - mean) / std)[0]
    assert int(logits.argmax()) == 3 and float(logits[3]) == pytest.approx(final.activation, rel=1e-5)
    assert float(logits.softmax(0)[3]) > 0.99 and final.activation > 15


def test_gradients_stay_as_the_reader_had_them() -> None:
    with torch.no_grad():
        way = excite(edge_network(), "0", 0, SHAPE, generator=torch.Generator().manual_seed(0))
        next(way)
        assert not torch.is_grad_enabled()
    next(way)
    assert torch.is_grad_enabled()


def test_the_step_is_adams() -> None:
    start = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    ours, theirs = start.clone().requires_grad_(), start.clone().requires_grad_()
    take_step, optimiser = _adam(ours, 0.05), torch.optim.Adam([theirs], lr=0.05)
    for step in range(20):
        theirs.grad = torch.randn(2, 3, generator=torch.Generator().manual_seed(step))
        take_step(theirs.grad)
        optimiser.step()
    torch.testing.assert_close(ours, theirs)


def test_a_climb_leaves_torchs_compiler_alone() -> None:
    """Its import takes 1.4 s of the first visitor's time, and brings Triton, which complains when the process ends."""
    climb = (
        "import sys, torch; from cnnviz import engine; from cnnviz.feature_visualisation import Ascent, excite; "
        "network = engine.network('lenet_modern_mnist'); "
        "steps = [*excite(network.graph, 'conv2', 0, network.input_shape, generator=torch.Generator(), ascent=Ascent(steps=8))]; "
        "print(steps[-1].step, [name for name in ('torch._dynamo', 'triton') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", climb], capture_output=True, text=True, check=True, timeout=120)
    assert printed.stdout.split("\n")[0] == "8 []" and "nanobind" not in printed.stderr


def test_messages() -> None:
    with pytest.raises(ValueError, match="no layer 'conv9': give one of"):
        climb(layer="conv9")
    with pytest.raises(ValueError, match="channel 2 of 0 does not exist: it has the channels 0 to 1"):
        climb(channel=2)
    with pytest.raises(ValueError, match="no parameterisation 'wavelets': give fourier or pixels"):
        Ascent(parameterisation="wavelets")
    with pytest.raises(ValueError, match=r"steps 0 and learning_rate 0\.05: give 1 step or more"):
        Ascent(steps=0)
    with pytest.raises(ValueError, match="scale is 0 or more and below 1"):
        Ascent(scale=1.0)
