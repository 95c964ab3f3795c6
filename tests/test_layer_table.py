"""The layer table: a small network by eye, agreement with PyTorch's own counts and gradients, errors."""

import csv
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names
from torchvision.models.googlenet import Inception

from cnnviz.convolution import ConvSpec, pooling_call, pytorch_call
from cnnviz.layer_table import Axis, Field, edges, layer_table, table_csv, totals, trace_network
from cnnviz.models import MODELS, build_model
from cnnviz.models.cifar_resnet import CifarResNet
from cnnviz.models.lenet5 import ScaledTanh
from cnnviz.models.unet import UNet
from cnnviz.receptive_field import receptive_fields


class Small(nn.Module):
    """A branch, functions, a parameter of its own and a layer used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.pool = nn.MaxPool2d(2)
        self.mix = nn.Conv2d(4, 4, 1, bias=False)
        self.weight = nn.Parameter(torch.zeros(3, 64))

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn(self.conv(x)))
        x = self.pool(x)
        x = torch.cat([x + self.mix(x), self.mix(x)[:, :, :4, :4]], 1)[:, :4]
        return F.linear(x.flatten(1), self.weight)


def test_a_small_network_by_eye() -> None:
    rows = layer_table(Small(), (2, 8, 8))
    assert [(r.name, r.kind, r.output_shape, r.parameters, r.macs) for r in rows] == [
        ("x", "Input", (2, 8, 8), 0, 0),
        ("conv", "Conv2d", (4, 8, 8), 76, 72 * 64),
        ("bn", "BatchNorm2d", (4, 8, 8), 8, 0),
        ("relu", "relu", (4, 8, 8), 0, 0),
        ("pool", "MaxPool2d", (4, 4, 4), 0, 0),
        ("mix", "Conv2d", (4, 4, 4), 16, 16 * 16),
        ("add", "add", (4, 4, 4), 0, 0),
        ("mix_1", "Conv2d", (4, 4, 4), 0, 16 * 16),  # the second use: its parameters are counted already
        ("getitem", "getitem", (4, 4, 4), 0, 0),
        ("cat", "cat", (8, 4, 4), 0, 0),
        ("getitem_1", "getitem", (4, 4, 4), 0, 0),
        ("flatten", "flatten", (64,), 0, 0),
        ("linear", "linear", (3,), 192, 192),
    ]
    fields = [(r.receptive_field.size, r.receptive_field.jump) for r in rows if r.receptive_field]
    assert fields == [((n, n), (j, j)) for n, j in [(1, 1), *[(3, 1)] * 3, *[(4, 2)] * 8, (10, 0)]]
    assert edges(rows)[4:8] == [("pool", "mix"), ("pool", "add"), ("mix", "add"), ("pool", "mix_1")]
    sums = totals(rows)
    assert (sums.parameters, sums.macs) == (76 + 8 + 16 + 192, 72 * 64 + 2 * 256 + 192)
    assert sums.bytes == 4 * (3 * 256 + 6 * 64 + 128 + 64 + 3)
    lines = list(csv.reader(table_csv(rows).splitlines()))
    assert lines[2] == ["conv", "Conv2d", "4x8x8", "76", "4608", "1024", "3x3", "1x1", "x"]
    assert lines[7][0] == "add" and lines[7][-1] == "pool mix"
    assert lines[-1] == ["total", "", "", "292", "5312", str(sums.bytes), "", "", ""]


def test_the_names_are_torchvisions() -> None:
    for network in (Small(), Attention(), build_model("googlenet"), build_model("cifar_resnet20"), build_model("lenet5")):
        leaves = {"leaf_modules": [type(module) for module in network.modules() if not [*module.children()]]}
        traced = trace_network(network)
        assert [traced.names[node] for node in traced.graph.nodes if node in traced.names] == (
            get_graph_node_names(network, tracer_kwargs=leaves)[1]
        )


class Mixing(nn.Module):
    """A layer of one's own with products inside: each place looks at all."""

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(2)  # (B, C, N)
        return torch.softmax(rows.transpose(1, 2) @ rows, 2)  # (B, N, N)


class Attention(nn.Module):
    """Products of a layer of one's own and of functions, heads folded into the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.mixing = Mixing()

    def forward(self, x: Tensor) -> Tensor:
        heads = self.mixing(x).reshape(-1, 4, 9)  # (4 B, 4, 9) of 6 channels with 4 x 3 places
        return F.relu(torch.bmm(heads, heads.transpose(1, 2))) + 1


def test_products_of_functions_and_of_ones_own_layers_are_counted() -> None:
    rows = {row.name: row for row in layer_table(Attention(), (6, 4, 3))}
    assert rows["mixing"].macs == 12 * 12 * 6 and rows["bmm"].macs == 4 * 4 * 4 * 9
    assert sum(row.macs for row in rows.values()) == 12 * 12 * 6 + 4 * 4 * 4 * 9


def test_the_table_of_the_first_page_needs_no_code_that_is_slow_to_import() -> None:
    code = (
        "import sys, torch, streamlit; from cnnviz.ui.architecture.one import OPENING, named, model_info; "
        "assert named(OPENING, None, *model_info(OPENING).input_shape[1:]).rows; "
        "print([name for name in ('torchvision', 'sympy', 'triton.language') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_axis_repeats_its_spans() -> None:
    axis = Axis((0, 0), (2, 4), 2)  # two places share the jump, as after an upsampling
    assert [axis.span(i) for i in (-1, 0, 1, 2, 3)] == [(-2, 2), (0, 2), (0, 4), (2, 4), (2, 6)]
    field = Field((axis, Axis((0,), (4,), 0)), (8, 1))
    assert field.size == (5, 5) and field.jump == (1, 0)
    assert field.span((3, 0)) == ((2, 6), (0, 4))


def test_the_model_is_left_alone() -> None:
    network = Small().train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    layer_table(network, (2, 8, 8))
    assert network.training and network.bn.training
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


@pytest.mark.parametrize("name", [name for name in MODELS if name != "lenet5"])  # its partial layer runs as a full one
def test_multiply_adds_agree_with_pytorchs_counter(name: str) -> None:
    with torch.device("meta"):
        network = build_model(name).eval()
    shape = MODELS[name].input_shape
    with FlopCounterMode(display=False) as counter:
        network(torch.empty(1, *shape, device="meta"))
    sums = totals(layer_table(network, shape))
    assert sums.macs == counter.get_total_flops() // 2
    weights = {name: p.numel() for name, p in network.named_parameters() if not name.startswith("logvar.")}
    assert sums.parameters == sum(weights.values())  # a VAE's logvar is for draws; what is shown runs through mu


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[ConvSpec], list[str]]:
    specs, calls = [], []
    for _ in range(draw(st.integers(1, 4))):
        pooling, pair = draw(st.booleans()), lambda low, high: st.tuples(st.integers(low, high), st.integers(low, high))
        size = draw(pair(1, 4))
        padding = draw(st.tuples(*(st.integers(0, n // 2 if pooling else 2) for n in size)))
        specs.append(ConvSpec(size, draw(pair(1, 3)), padding, (1, 1) if pooling else draw(pair(1, 2))))
        calls.append(pooling_call(specs[-1], "max") if pooling else pytorch_call(specs[-1], 1, 1, bias=True))
    return specs, calls


@settings(max_examples=60, deadline=None, database=None)
@given(chains())
def test_chains_agree_with_the_formula(chain: tuple[list[ConvSpec], list[str]]) -> None:
    specs, calls = chain
    network = nn.Sequential(*(eval(call, {"nn": nn}) for call in calls))
    rows = layer_table(network, (1, 160, 170))[1:]
    x = torch.zeros(1, 1, 160, 170)
    for row, layer, expected in zip(rows, network, receptive_fields(specs), strict=True):
        x = layer(x)
        assert row.output_shape == tuple(x.shape[1:])
        field = row.receptive_field
        assert field and (field.size, field.jump) == (expected.size, expected.jump)
        assert tuple((low + high) / 2 for low, high in field.span((0, 0))) == expected.start


def _upsampling() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 2, 3, stride=2, padding=1),
        nn.Upsample(scale_factor=3, mode="nearest"),
        nn.Conv2d(2, 2, 3, padding=1, dilation=2),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.AvgPool2d(3, 2),
        nn.ConvTranspose2d(2, 1, 5, stride=3, padding=1, output_padding=1),
        nn.AdaptiveAvgPool2d((7, 9)),
    )


GRADIENTS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int, int]]] = {
    "chain": (lambda: build_model("lenet"), (1, 28, 28)),
    "trainable subsampling": (lambda: build_model("lenet5", output="linear"), (1, 32, 32)),
    "skips": (lambda: CifarResNet(8), (3, 49, 46)),
    "branches": (
        lambda: nn.Sequential(nn.Conv2d(2, 4, 3, 2), Inception(4, 2, 2, 2, 2, 2, 2), nn.MaxPool2d(3, 2), nn.Conv2d(8, 2, 3)),
        (2, 41, 43),
    ),
    "U-Net, cropped": (lambda: UNet(1, 2, width=2, depth=2), (1, 60, 56)),
    "U-Net, same size": (lambda: UNet(1, 2, width=2, depth=3, padding=1), (1, 64, 72)),
    "changes of size": (_upsampling, (1, 40, 37)),
}  # fmt: skip


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("case", GRADIENTS)
def test_fields_agree_with_the_gradient_of_one_unit(case: str) -> None:
    build, shape = GRADIENTS[case]
    network = _averaging(build()).double().eval()
    for parameter in network.parameters():
        nn.init.constant_(parameter, 0.1)  # all positive: nothing cancels
    rows = layer_table(network, shape)[1:]
    x = torch.ones(1, *shape, dtype=torch.float64, requires_grad=True)
    outputs = create_feature_extractor(network, [row.name for row in rows])(x)
    for row in rows:
        assert row.receptive_field is not None
        y = outputs[row.name]
        if row.kind in ("Flatten", "BatchNorm2d", "ReLU", "relu", "Identity"):
            continue  # its units see what those before it see
        places = y.shape[2:]
        for shift in (0, 1, 2):  # neighbours: after an upsampling they see differently
            place = tuple(min(n // 2 + shift, n - 1) for n in places)
            (gradient,) = torch.autograd.grad(y[(0, slice(None), *place)].sum(), x, retain_graph=True)
            touched = gradient[0].abs().sum(0).nonzero()
            for dim, (low, high) in enumerate(row.receptive_field.span(place or (0, 0))):
                seen = (int(touched[:, dim].min()), int(touched[:, dim].max()))
                assert seen == (max(0, low), min(shape[1 + dim] - 1, high)), (row.name, place)


def _averaging(network: nn.Module) -> nn.Module:
    """The network with average for max pooling, so that every input of a window counts, and without squashing."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.MaxPool2d):
                setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode))
            elif isinstance(child, ScaledTanh):  # flat far from 0, where float64 has no gradient left
                setattr(module, name, nn.Identity())
    return network


def test_published_receptive_fields() -> None:
    # Araujo, Norris and Sim, Distill 2019, table of receptive fields: AlexNet 195, VGG-16 212, both with stride 32.
    for name, layer, size in (("alexnet_2012", "pool5", 195), ("vgg16", "features.30", 212)):
        with torch.device("meta"):
            rows = {row.name: row for row in layer_table(build_model(name), MODELS[name].input_shape)}
        field = rows[layer].receptive_field
        assert field and field.size == (size, size) and field.jump == (32, 32)


def test_weights_of_any_type_are_accepted() -> None:
    half, single = (layer_table(network, (2, 8, 8)) for network in (Small().half(), Small()))
    assert half == single  # bytes are those of float32


def test_a_view_by_the_batch_is_followed() -> None:
    class Viewed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.fc = nn.Conv2d(1, 4, 3), nn.Linear(144, 10)

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x)
            return self.fc(x.view(x.size(0), -1))

    rows = layer_table(Viewed(), (1, 8, 8))
    assert [(row.kind, row.output_shape, row.macs) for row in rows] == [
        ("Input", (1, 8, 8), 0), ("Conv2d", (4, 6, 6), 36 * 36), ("view", (144,), 0), ("Linear", (10,), 1440),
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"1x9x9: layer fc \(Linear\) cannot work on 196, it takes 144 numbers: .* is 8x8"):
        layer_table(Viewed(), (1, 9, 9))


def test_other_threads_may_run_networks_meanwhile() -> None:
    network, problems, stop = build_model("lenet").eval(), [], threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                output = network(torch.zeros(1, 1, 28, 28))
            except (AttributeError, KeyError, NameError, RuntimeError, TypeError) as error:  # as a mixed-up trace raises them
                problems.append(error)
                return
            if not isinstance(output, Tensor) or output.shape != (1, 10):
                problems.append(TypeError(f"the network made {output!r}"))
                return

    thread = threading.Thread(target=work)
    thread.start()
    for _ in range(3):
        layer_table(build_model("cifar_resnet56"), (3, 32, 32))
    stop.set()
    thread.join()
    assert not problems


def test_resnet50_takes_less_than_a_second() -> None:
    network, seconds = build_model("resnet50"), []
    for _ in range(2):
        start = time.perf_counter()
        layer_table(network, (3, 224, 224))
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("lenet5", (1, 28, 28), r"1x28x28: layer c5 \(Conv2d\) cannot work on 16x4x4: the smallest .* is 32x32$"),
        ("lenet5", (1, 40, 40), r"f6 \(Linear\) cannot work on 1080, it takes 120 numbers: .* is 32x32, the nearest 35x35$"),
        ("small_unet", (1, 65, 65), r"cat1 \(Concatenate\) cannot work on 16x65x65 and 16x64x64: .* 8x8, the nearest 64x64$"),
        ("resnet18", (1, 64, 64), r"conv1 \(Conv2d\) cannot work on 1x64x64, it takes 3 channels: give an input with 3"),
        ("alexnet", (3, 62, 62), r"features\.12 \(MaxPool2d\) cannot work on 256x2x2: the smallest .* 63x63"),
        ("lenet", (1, 0, 28), r"input_shape is \(1, 0, 28\): give \(channels, height, width\)"),
    ],
)  # fmt: skip
def test_sizes_that_do_not_fit(name: str, shape: tuple[int, ...], message: str) -> None:
    with torch.device("meta"):
        network = build_model(name)
    with pytest.raises(ValueError, match=message):
        layer_table(network, shape)
