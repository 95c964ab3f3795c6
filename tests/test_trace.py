"""One unit as its sum: torch's value over all layer kinds, what is read, the ways down, and the file."""

import csv
import io
import random
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.activations import activations_of, graph_of
from cnnviz.checkpoints import load_checkpoint
from cnnviz.models import MODELS
from cnnviz.models.cifar_resnet import Shortcut
from cnnviz.models.lenet5 import RadialBasis, ScaledTanh, Subsampling, lenet5
from cnnviz.models.unet import CentreCrop, Concatenate
from cnnviz.trace import Source, Trace, Unit, chain, known, make_trace, pixel, strongest_path, terms_csv, unfold
from cnnviz.trace.unit import FLOOR, RELATIVE

CHECKPOINTS = sorted((Path(__file__).parents[1] / "checkpoints").glob("*.safetensors"))
LIMIT = 0.05  # s for one unit


def look(model: nn.Module, x: Tensor) -> Trace:
    """The network after it has looked at x (C,H,W); batch norms get means, variances and scales that are not 0 and 1."""
    graph, rows = graph_of(model.eval(), tuple(x.shape))
    with torch.no_grad():
        return make_trace(graph, rows, {name: value[0] for name, value in activations_of(graph, x[None]).items()})


def picture(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def shaken(model: nn.Module, seed: int = 0) -> nn.Module:
    """Weights at random everywhere, batch norm's kept numbers too."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3, generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
            if module.affine:
                nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
                nn.init.normal_(module.bias, generator=generator)
    return model


def check(unit: Unit) -> None:
    """Within 1e-5 of torch's value, or of what float32 loses on the terms; and the parts make up the sum."""
    assert unit.tolerance == pytest.approx(RELATIVE * abs(unit.value) + FLOOR * unit.magnitude)
    where = f"{unit.layer} {unit.kind} {unit.place}"
    assert unit.agrees, f"{where}: {unit.computed} for torch's {unit.value}, magnitude {unit.magnitude}"
    if unit.how in ("sum", "distance"):
        assert sum(part.subtotal for part in unit.parts) + (unit.bias or 0) == pytest.approx(unit.computed, rel=1e-9, abs=1e-12)
    if unit.how == "sum" and unit.terms.weights is not None:
        assert np.array_equal(unit.terms.values * unit.terms.weights, unit.terms.products)


def check_layer(trace: Trace, layer: str, *, units: int | None = None, seed: int = 0) -> None:
    """So many units of a layer, or all of them; and that the values that they read are those of the layers before."""
    shape = trace.shape(layer)
    count = int(np.prod(shape))
    for flat in range(count) if units is None else random.Random(seed).sample(range(count), min(units, count)):
        unit = unfold(trace, layer, tuple(map(int, np.unravel_index(flat, shape))))
        check(unit)
        for n, row, col in np.argwhere(unit.terms.inside).tolist()[:40]:
            source = unit.terms.source(n, row, col)
            assert float(trace.output(source.layer)[source.place]) == unit.terms.values[n, row, col]


# --- the exact answer --------------------------------------------------------------------------------------------------


def test_a_convolution_by_hand() -> None:
    layer = nn.Conv2d(2, 1, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[[[1, 2], [3, 4]], [[0, -1], [0, 0]]]]))
        layer.bias.fill_(0.5)
    x = torch.arange(18.0).reshape(2, 3, 3)
    unit = unfold(look(nn.Sequential(layer), x), "0", (0, 1, 0))
    assert [part.values.tolist() for part in unit.parts] == [[[3, 4], [6, 7]], [[12, 13], [15, 16]]]
    assert [part.products.tolist() for part in unit.parts] == [[[3, 8], [18, 28]], [[0, -13], [0, 0]]]
    assert [part.subtotal for part in unit.parts] == [57, -13]
    assert (unit.bias, unit.value, unit.computed, unit.difference) == (0.5, 44.5, 44.5, 0)
    assert unit.field == ((1, 2), (0, 1))
    assert unit.strongest == Source("input", (0, 2, 1))
    assert len(unit.inputs) == 8


def test_a_chain_by_hand() -> None:
    conv, norm = nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1, eps=0)
    with torch.no_grad():
        conv.weight.fill_(2)
        norm.running_mean.fill_(1)
        norm.running_var.fill_(4)
        norm.weight.fill_(3)
        norm.bias.fill_(-7)
    trace = look(nn.Sequential(conv, norm, nn.ReLU()), torch.tensor([[[3.0, 1.0]]]))
    first, second, third = chain(trace, "2", (0, 0, 0))
    assert (first.value, second.value, third.value) == (6, 0.5, 0.5)
    assert second.worked == "(6 − 1) / √(4 + 0) · 3 + (−7)"
    assert dict(second.constants) == {"μ": 1, "σ²": 4, "ε": 0, "γ": 3, "β": -7}
    assert [unit.worked for unit in chain(trace, "2", (0, 0, 1))[1:]] == ["(2 − 1) / √(4 + 0) · 3 + (−7)", "max(0, −5.5)"]


def test_the_pixel_behind_the_border() -> None:
    image = torch.tensor([[[0.25, 0.5]]])
    assert pixel(image, (0, 2, 3), (0.5,), (0.25,), 2) == ((0, 0, 1), 0.5, 0.5, 0.25, 0)
    assert pixel(image, (0, 0, 3), (0.5,), (0.25,), 2) == (None, 0, 0.5, 0.25, -2)


# --- agreement with torch ----------------------------------------------------------------------------------------------


@st.composite
def convolutions(draw: Any) -> tuple[nn.Module, Tensor]:
    pick = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    groups, sides = pick(1, 3), (pick(7, 10), pick(7, 10))
    kernel, stride, dilation = ((pick(1, 3), pick(1, 3)) for _ in range(3))
    transposed = draw(st.booleans())
    ins, outs = groups * pick(1, 3), groups * pick(1, 3)
    if transposed:
        padding = tuple(pick(0, d * (k - 1)) for k, d in zip(kernel, dilation, strict=True))
        extra = tuple(pick(0, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True))
        layer: nn.Module = nn.ConvTranspose2d(ins, outs, kernel, stride, padding, extra, groups, draw(st.booleans()), dilation)
    else:
        mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        padding: Any = draw(st.sampled_from([(pick(0, 3), pick(0, 3)), "valid", "same"]))
        padding = "valid" if padding == "same" and stride != (1, 1) else padding
        layer = nn.Conv2d(ins, outs, kernel, stride, padding, dilation, groups, draw(st.booleans()), mode)
    return layer, picture(ins, *sides, seed=pick(0, 99))


@given(convolutions())
@settings(max_examples=60, deadline=None)
def test_convolutions(drawn: tuple[nn.Module, Tensor]) -> None:
    layer, x = drawn
    check_layer(look(nn.Sequential(layer), x), "0", units=25)


@st.composite
def poolings(draw: Any) -> tuple[Any, Tensor]:
    pick = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    sides = (pick(6, 10), pick(6, 10))
    kernel, stride = (pick(1, 4), pick(1, 4)), (pick(1, 4), pick(1, 4))
    padding = tuple(pick(0, k // 2) for k in kernel)
    ceil = draw(st.booleans())
    dilation = draw(st.sampled_from([1, (1, 2)]))
    divisor = draw(st.sampled_from([None, 3]))
    counted = draw(st.booleans())
    out = (pick(1, 7), pick(1, 7))
    functions = {
        "max": nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil),
        "F.max": lambda x: F.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil),
        "average": nn.AvgPool2d(kernel, stride, padding, ceil, counted, divisor),
        "F.average": lambda x: F.avg_pool2d(x, kernel, None, padding, ceil, count_include_pad=counted),
        "adaptive average": nn.AdaptiveAvgPool2d(out),
        "F.adaptive average": lambda x: F.adaptive_avg_pool2d(x, out),
        "adaptive max": nn.AdaptiveMaxPool2d(out),
        "mean": lambda x: x.mean([2, 3], keepdim=ceil),
    }
    return functions[draw(st.sampled_from(sorted(functions)))], picture(2, *sides, seed=pick(0, 99))


class Applied(nn.Module):
    """A function of its inputs as a network, which first splits its input into `parts` by channels."""

    def __init__(self, function: Any, parts: int = 1) -> None:
        super().__init__()
        self.function, self.parts, self.layer = (None if isinstance(function, nn.Module) else function), parts, nn.Identity()
        if isinstance(function, nn.Module):
            self.layer = function

    def forward(self, x: Tensor) -> Tensor:
        pieces = x.chunk(self.parts, 1)
        given = [pieces[n] for n in range(self.parts)] if self.parts > 1 else [x]
        return self.function(*given) if self.function else self.layer(*given)


@given(poolings())
@settings(max_examples=80, deadline=None)
def test_poolings(drawn: tuple[Any, Tensor]) -> None:
    function, x = drawn
    trace = look(Applied(function), x)
    check_layer(trace, list(trace.rows)[-1])


FUNCTIONS: dict[str, Any] = {
    **{type(layer).__name__: layer for layer in (
        nn.ReLU(), nn.ReLU6(), nn.LeakyReLU(0.1), nn.ELU(0.7), nn.GELU(), nn.SiLU(), nn.Sigmoid(), nn.Tanh(), ScaledTanh(),
        nn.Softplus(), nn.Hardsigmoid(), nn.Hardswish(), nn.Hardtanh(-0.5, 0.7), nn.Dropout(), nn.Identity(), nn.Flatten(),
        nn.LocalResponseNorm(3, 0.5, 0.75, 2.0), nn.Softmax(1), Subsampling(4), nn.LayerNorm([6, 6]), nn.GroupNorm(2, 4),
        nn.ChannelShuffle(2), Shortcut(3, 2), nn.BatchNorm2d(4), nn.Upsample(scale_factor=2),
    )},
    "even LRN": nn.LocalResponseNorm(4, 0.5), "GELU by tanh": nn.GELU("tanh"), "no affine": nn.BatchNorm2d(4, affine=False),
    "nearest to a size": nn.Upsample((9, 4)), "bilinear": nn.Upsample(scale_factor=(1.5, 3), mode="bilinear"),
    "bilinear aligned": nn.Upsample((11, 7), mode="bilinear", align_corners=True),
    "bilinear down": lambda x: F.interpolate(x, (4, 3), mode="bilinear"),
    "F.relu": F.relu, "torch.relu": torch.relu, "x.relu": lambda x: x.relu(), "F.gelu": F.gelu, "torch.sigmoid": torch.sigmoid,
    "F.softmax": lambda x: F.softmax(x, 1), "F.leaky_relu": lambda x: F.leaky_relu(x, 0.3),
    "F.dropout": lambda x: F.dropout(x, training=False), "torch.flatten": lambda x: torch.flatten(x, 1),
    "view": lambda x: x.view(x.size(0), 144), "reshape": lambda x: x.reshape(x.shape[0], 2, 2, 36),
    "permute": lambda x: x.permute(0, 2, 3, 1), "getitem": lambda x: x[:, 1:3, ::2, 1:], "pad": lambda x: F.pad(x, (1, 2, 0, 1)),
    "constant": lambda x: x * 0.3 + 2, "negated": lambda x: 1 - x, "divided": lambda x: x / 3, "itself": lambda x: x + x,
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_one_input(name: str) -> None:
    trace = look(shaken(Applied(FUNCTIONS[name])), picture(4, 6, 6))
    for layer in list(trace.rows)[1:]:
        check_layer(trace, layer)


BRANCHES: dict[str, Any] = {
    "add": lambda a, b: a + b, "torch.add": lambda a, b: torch.add(a, b, alpha=0.5), "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b, "div": lambda a, b: a / b, "gate": lambda a, b: a * b.mean([2, 3], keepdim=True).sigmoid(),
    "cat": lambda a, b: torch.cat([a, b], 1), "cat rows": lambda a, b: torch.cat((b, a, b), dim=-2),
    "stack": lambda a, b: torch.stack([a, b], 2),
    "Concatenate": Concatenate(), "iadd": lambda a, b: a.add_(b),
}  # fmt: skip


@pytest.mark.parametrize("name", BRANCHES)
def test_branches(name: str) -> None:
    trace = look(Applied(BRANCHES[name], parts=2), picture(4, 6, 6))
    for layer in list(trace.rows)[1:]:
        check_layer(trace, layer)


class Cropped(nn.Module):
    """The middle of x, as large as a part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.crop = CentreCrop()

    def forward(self, x: Tensor) -> Tensor:
        return self.crop(x, x[:, :, 1:5, 2:4])


def test_cropping() -> None:
    trace = look(Cropped(), picture(2, 7, 7))
    for layer in trace.rows:
        check_layer(trace, layer)


@given(st.integers(1, 40), st.integers(1, 9), st.booleans(), st.sampled_from([(), (3,)]))
@settings(max_examples=25, deadline=None)
def test_linear_layers(ins: int, outs: int, bias: bool, before: tuple[int, ...]) -> None:
    check_layer(look(nn.Sequential(nn.Linear(ins, outs, bias)), picture(2, 2, ins) if before else picture(1, 1, ins)), "0")
    trace = look(nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(2 * 3 * ins, outs, bias)), picture(2, 3, ins))
    check_layer(trace, "2")
    assert unfold(trace, "2", (0,)).terms.values.shape == (2, 3, ins), "a flattened map's channels are the parts"


def test_radial_basis_and_the_partial_layer() -> None:
    trace = look(lenet5(), picture(1, 32, 32))
    for layer in trace.rows:
        check_layer(trace, layer, units=12)
    assert np.count_nonzero(unfold(trace, "c3", (0, 4, 4)).terms.subtotals) == 3, "the first map of C3 reads three maps"
    assert isinstance(trace.graph.output, RadialBasis)
    assert unfold(trace, "output", (3,)).terms.values.shape == (1, 12, 7)


SMALL = ["lenet", "dense", "cnn", "skip_cnn", "cifar_resnet20", "cifar_plain20", "cifar_cnn", "small_unet"]
SHRUNK = {"squeezenet1_1": 96, "resnet18": 64, "resnet50": 64, "googlenet": 64, "alexnet": 96, "alexnet_2012": 227, "unet": 188}


@pytest.mark.parametrize("name", [*SMALL, *SHRUNK])
def test_networks(name: str) -> None:
    info = MODELS[name]
    side = SHRUNK.get(name, info.input_shape[1])
    torch.manual_seed(0)
    model = info.build(width=16) if name == "unet" else info.build()
    trace = look(shaken(model), picture(info.input_shape[0], side, side))
    for layer in trace.rows:
        check_layer(trace, layer, units=3, seed=len(layer))
    output = list(trace.rows)[-1]
    end = strongest_path(trace, output, tuple(n // 2 for n in trace.shape(output)))[-1]
    assert chain(trace, *end)[0].kind in ("Input", "Shortcut")


@pytest.mark.parametrize("path", CHECKPOINTS, ids=lambda path: path.stem)
def test_every_kind_of_every_checkpoint(path: Path) -> None:
    model, card = load_checkpoint(path)
    shape = MODELS[card.architecture].input_shape
    trace = look(model, picture(*shape).clamp(-0.5, 2))
    assert all(known(trace, layer) for layer in trace.rows)
    for layer in trace.rows:
        check_layer(trace, layer, units=40)


# --- properties --------------------------------------------------------------------------------------------------------


def test_weights_are_gradients_and_inputs_are_all_that_is_read() -> None:
    layer, x = nn.Conv2d(4, 6, 3, 2, 1, groups=2), picture(4, 7, 7).requires_grad_()
    unit = unfold(look(nn.Sequential(layer), x.detach()), "0", (4, 0, 3))
    (gradient,) = torch.autograd.grad(layer(x[None])[0, 4, 0, 3], x)
    read = torch.zeros_like(gradient, dtype=torch.double)
    for part in unit.parts:
        for place, weight in zip(part.places.reshape(-1, 3), part.weights.flat, strict=True):
            if place[0] >= 0:
                read[tuple(place)] += weight
    assert torch.equal(read.float(), gradient)
    assert {tuple(at) for at in gradient.nonzero().tolist()} == {source.place for source in unit.inputs}


@pytest.mark.parametrize("name", ["skip_cnn", "cifar_resnet20", "lenet"])
def test_only_the_field_is_seen(name: str) -> None:
    torch.manual_seed(0)
    model, shape = shaken(MODELS[name].build()), MODELS[name].input_shape
    graph, rows = graph_of(model.eval(), shape)
    x = picture(1, *shape).requires_grad_()
    found = activations_of(graph, x)
    trace = make_trace(graph, rows, {layer: value[0].detach() for layer, value in found.items()})
    for layer in list(trace.rows)[1::3]:
        place = tuple(int(at) for at in np.unravel_index(int(trace.output(layer).argmax()), trace.shape(layer)))
        (gradient,) = torch.autograd.grad(found[layer][(0, *place)], x, retain_graph=True)
        unit = unfold(trace, layer, place)
        assert unit.field is not None
        (top, bottom), (left, right) = unit.field
        seen = gradient[0].abs().sum(0)
        outside = seen.clone()
        outside[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = 0
        assert seen.any() and not outside.any()


def test_the_strongest_path_takes_the_largest_step_each_time() -> None:
    torch.manual_seed(0)
    trace = look(MODELS["lenet"].build(), picture(1, 28, 28))
    path = strongest_path(trace, "fc3", (7,))
    assert path[0] == Source("fc3", (7,)) and trace.rows[path[-1].layer].kind == "Input"
    for here, after in pairwise(path):
        base = chain(trace, *here)[0]
        sizes = {base.terms.source(*at): abs(base.terms.products[tuple(at)]) for at in np.argwhere(base.terms.inside).tolist()}
        assert sizes[after] == max(sizes.values())


def test_of_a_maximum_only_the_winner_goes_on() -> None:
    unit = unfold(look(nn.Sequential(nn.MaxPool2d(2, padding=1)), torch.tensor([[[-3.0, -5], [-2, -2]]])), "0", (0, 0, 0))
    assert unit.value == -3 and unit.inputs == (unit.strongest,) and unit.strongest.place == (0, 0, 0)
    assert unit.terms.inside.sum() == 1


def test_a_zero_that_is_put_in_ends_the_path() -> None:
    trace = look(Applied(Shortcut(3, 2)), picture(4, 6, 6))
    unit = unfold(trace, "layer", (5, 1, 1))
    assert (unit.value, unit.computed, unit.inputs, unit.strongest) == (0, 0, (), None)


@pytest.mark.parametrize(
    ("layer", "x"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(25_088, 8)), (512, 7, 7)),
        (nn.Sequential(nn.Flatten(), nn.Linear(9_216, 8)), (256, 6, 6)),
        (nn.Sequential(nn.Conv2d(512, 8, 3, padding=1)), (512, 14, 14)),
        (nn.Sequential(nn.Conv2d(512, 8, 1)), (512, 13, 13)),
    ],
    ids=["VGG16's fc6", "AlexNet's fc6", "ResNet's 3x3 of 512", "SqueezeNet's classifier"],
)
def test_a_unit_takes_less_than_50_ms(layer: nn.Module, x: tuple[int, ...]) -> None:
    trace = look(layer, picture(*x))
    name = list(trace.rows)[-1]
    place = tuple(n // 2 for n in trace.shape(name))
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        unit = chain(trace, name, place)[0]
        assert unit.strongest
        seconds.append(time.perf_counter() - start)
    check(unit)
    assert min(seconds) < LIMIT


def test_the_file_has_every_term() -> None:
    trace = look(nn.Sequential(nn.Conv2d(3, 2, 3, padding=1)), picture(3, 5, 5))
    unit = unfold(trace, "0", (1, 0, 2))
    rows = list(csv.DictReader(io.StringIO(terms_csv(unit), newline="")))
    terms = [row for row in rows if row["what"] == "term"]
    assert len(terms) == 27 and sum(row["place"] == "padding" for row in terms) == 9
    assert all(float(row["value"]) * float(row["weight"]) == float(row["product"]) for row in terms)
    sums = [float(row["product"]) for row in rows if row["what"] == "channel sum"]
    named = {row["what"]: row for row in rows}
    assert sum(sums) + float(named["bias"]["product"]) == pytest.approx(float(named["own value"]["product"]), rel=1e-12)
    assert float(named["torch's value"]["product"]) == unit.value


# --- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [(0, 5, 0), (2, 0, 0), (0, -1, 0), (0, 0)])
def test_places_outside(place: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"outside 0, which is 2 x 5 x 5: give 3 whole numbers"):
        unfold(look(nn.Sequential(nn.Conv2d(3, 2, 3, padding=1)), picture(3, 5, 5)), "0", place)


def test_layers_that_are_not_there_or_not_unfolded() -> None:
    trace = look(Applied(lambda x: x.cumsum(1)), picture(3, 5, 5))
    with pytest.raises(ValueError, match="there is no layer 'conv9': give a name of the layer table"):
        unfold(trace, "conv9", (0,))
    with pytest.raises(ValueError, match="is a cumsum, which is not unfolded into a sum: go on from "):
        unfold(trace, list(trace.rows)[-1], (0, 0, 0))
    other = look(nn.Sequential(nn.ReLU()), picture(3, 5, 5))
    with pytest.raises(ValueError, match="give both from graph_of"):
        unfold(make_trace(trace.graph, list(other.rows.values()), other.activations), "0", (0, 0, 0))
    with pytest.raises(ValueError, match="kept no mean and variance"):
        unfold(look(Applied(nn.BatchNorm2d(3, track_running_stats=False)), picture(3, 5, 5)), "layer", (0, 0, 0))
