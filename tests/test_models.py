"""The networks: exact small parts, the published figures, tracing by torchvision, error messages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor

from cnnviz.layer_table import layer_table, totals, trace_network
from cnnviz.layer_table.walk import accepts
from cnnviz.models import MODELS, build_model, model_info
from cnnviz.models.cifar_resnet import CifarResNet, Shortcut
from cnnviz.models.lenet5 import READS, RadialBasis, ScaledTanh, Subsampling, lenet5
from cnnviz.models.unet import CentreCrop, UNet

ROOT = Path(__file__).parents[1]
# One of each architecture; the other depths differ in the number of blocks alone
ARCHITECTURES = [name for name in MODELS if not re.search("(resnet|plain)(32|34|44|56|110)$", name)]


def _bare(name: str) -> nn.Module:
    with torch.device("meta"):
        return build_model(name).eval()


def test_lenet5_subsampling_squashing_and_class_codes() -> None:
    subsampling = Subsampling(2)
    with torch.no_grad():
        subsampling.coefficient[:] = torch.tensor([1.0, 0.5]).view(2, 1, 1)
        subsampling.bias[:] = torch.tensor([0.0, 3.0]).view(2, 1, 1)
    x = torch.tensor([[0.0, 1.0, 5.0, 5.0], [2.0, 3.0, 5.0, 5.0]]).expand(1, 2, 2, 4)
    assert subsampling(x).tolist() == [[[[6.0, 20.0]], [[6.0, 13.0]]]]  # 0 + 1 + 2 + 3, times 1 or 0.5, plus 0 or 3
    assert ScaledTanh()(torch.tensor([-1.0, 0.0, 1.0])).tolist() == pytest.approx([-1, 0, 1], abs=1e-4)
    output = RadialBasis()
    assert output.codes.shape == (10, 84) and set(output.codes.unique().tolist()) == {-1.0, 1.0}
    scores = output(output.codes)
    assert scores.diagonal().tolist() == [0.0] * 10  # each code is at no distance from itself
    assert (scores + 1000 * torch.eye(10)).argmax(1).tolist() == list(range(10))
    assert scores[0, 1] == -4 * (output.codes[0] != output.codes[1]).sum()


def test_the_maps_of_c3_read_the_maps_of_the_papers_table() -> None:
    network = lenet5()
    assert sum(map(len, READS)) == 60 and [len(reads) for reads in READS] == [3] * 6 + [4] * 9 + [6]
    for out, reads in enumerate(READS):
        x = torch.zeros(1, 6, 5, 5, requires_grad=True)
        (gradient,) = torch.autograd.grad(network.c3(x)[0, out].sum(), x)
        assert tuple(gradient[0].abs().sum((1, 2)).nonzero().flatten().tolist()) == reads
    assert network.c3.weight.shape == (16, 6, 5, 5)  # the trace of a unit reads it as any other convolution's


def test_lenet5_has_the_rows_of_its_paper() -> None:
    rows = {row.name: row for row in layer_table(lenet5(), (1, 32, 32))}
    published = {"c1": 156, "s2": 12, "c3": 1_516, "s4": 32, "c5": 48_120, "f6": 10_164, "output": 0}
    assert {name: rows[name].parameters for name in published} == published
    assert sum(published.values()) == MODELS["lenet5"].published["parameters"].value == 60_000
    maps = {"c1": (6, 28, 28), "s2": (6, 14, 14), "c3": (16, 10, 10), "s4": (16, 5, 5), "c5": (120, 1, 1), "f6": (84,)}
    assert {name: rows[name].output_shape for name in maps} == maps
    units = {name: torch.Size(rows[name].output_shape).numel() for name in published}
    connections = {name: rows[name].macs + units[name] for name in ("c1", "c3", "c5", "f6")}  # one for each bias
    connections |= {name: 5 * units[name] for name in ("s2", "s4")}  # four inputs and the bias
    assert connections == {"c1": 122_304, "s2": 5_880, "c3": 151_600, "s4": 2_000, "c5": 48_120, "f6": 10_164}
    total = sum(connections.values()) + rows["output"].macs
    assert total == MODELS["lenet5"].published["connections"].value == 340_908
    assert totals(layer_table(lenet5("linear"), (1, 32, 32))).parameters == 60_850


def test_the_keras_networks_have_the_rows_of_the_course() -> None:
    def rows(name: str) -> list[tuple[tuple[int, ...], int]]:
        layers = ("Conv2d", "MaxPool2d", "Linear", "add")
        return [(r.output_shape, r.parameters) for r in layer_table(_bare(name), (1, 28, 28)) if r.kind in layers]

    assert rows("dense") == [((512,), 401_920), ((10,), 5_130)]
    assert rows("cnn") == [
        ((32, 26, 26), 320), ((32, 13, 13), 0), ((32, 11, 11), 9_248), ((32, 5, 5), 0), ((64,), 51_264), ((10,), 650),
    ]  # fmt: skip
    assert rows("skip_cnn") == [
        ((32, 28, 28), 320), ((32, 28, 28), 9_248), ((32, 14, 14), 0), ((32, 14, 14), 9_248), ((32, 14, 14), 9_248),
        ((32, 14, 14), 0), ((32, 7, 7), 0), ((64,), 100_416), ((10,), 650),
    ]  # fmt: skip


def test_alexnet_and_unet_have_the_maps_of_their_papers() -> None:
    alexnet = {row.name: row for row in layer_table(_bare("alexnet_2012"), (3, 227, 227))}
    convolutions = [alexnet[f"conv{i}"] for i in range(1, 6)]
    assert [row.output_shape for row in convolutions] == [
        (96, 55, 55), (256, 27, 27), (384, 13, 13), (384, 13, 13), (256, 13, 13),
    ]  # fmt: skip
    assert [row.parameters for row in convolutions] == [34_944, 307_456, 885_120, 663_936, 442_624]
    assert totals(list(alexnet.values())).parameters == 60_965_224
    unet = {row.name: row for row in layer_table(_bare("unet"), (1, 572, 572))}
    sides = [unet[f"down{i}.conv2"].output_shape[1] for i in range(1, 5)] + [unet["bottom.conv2"].output_shape[1]]
    sides += [unet[f"up{i}.conv2"].output_shape[1] for i in range(4, 0, -1)]
    assert sides == [568, 280, 136, 64, 28, 52, 100, 196, 388]  # Fig. 1
    assert unet["output"].output_shape == (2, 388, 388)
    assert sum(row.kind.startswith("Conv") for row in unet.values()) == 23
    assert totals(list(unet.values())).parameters == 31_030_658
    small = layer_table(_bare("small_unet"), (1, 64, 64))
    assert small[-1].output_shape == (2, 64, 64)


def test_response_normalisation_is_the_papers() -> None:
    x = torch.rand(1, 7, 1, 1, generator=torch.manual_seed(0)) * 30
    norm = _bare("alexnet_2012").get_submodule("norm1")
    squares = torch.stack([x[0, max(0, i - 2) : i + 3].square().sum() for i in range(7)])
    torch.testing.assert_close(norm(x).flatten(), x.flatten() / (2 + 1e-4 * squares) ** 0.75)


@pytest.mark.parametrize("name", MODELS)
def test_counts_agree_with_the_published_figures(name: str) -> None:
    info = MODELS[name]
    rows = layer_table(_bare(name), info.input_shape)
    sums = totals(rows)
    for figure, found in (("parameters", sums.parameters), ("macs", sums.macs)):
        for key in (figure, f"{figure} (paper)"):
            if key in info.published:
                assert abs(found - info.published[key].value) <= info.published[key].within, key
    channels = rows[-1].output_shape[0]
    assert channels == info.classes
    weighted = [row for row in rows if row.macs or row.kind in ("Subsampling", "RadialBasis")]
    longest: dict[str, int] = {}
    for row in rows:
        longest[row.name] = max((longest[source] for source in row.inputs), default=0) + (row in weighted)
    assert longest[rows[-1].name] == info.depth


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "googlenet", "squeezenet1_1", "resnet18", "resnet34", "resnet50"])
def test_torchvisions_metadata_is_copied_without_a_slip(name: str) -> None:
    info, meta = MODELS[name], torchvision.models.get_model_weights(name).IMAGENET1K_V1.meta
    assert info.published["parameters"].value == meta["num_params"]
    assert info.published["macs"].value == pytest.approx(meta["_ops"] * 1e9)
    metrics = meta["_metrics"]["ImageNet-1K"]
    assert info.published["ImageNet top-1 error %"].value == pytest.approx(100 - metrics["acc@1"])
    assert info.published["ImageNet top-5 error %"].value == pytest.approx(100 - metrics["acc@5"])
    assert info.smallest == meta["min_size"][0]


@pytest.mark.parametrize("name", MODELS)
def test_the_smallest_size_is_the_smallest(name: str) -> None:
    info = MODELS[name]
    network = trace_network(_bare(name))
    channels = info.input_shape[0]
    assert accepts(network, (channels, info.smallest, info.smallest))
    assert info.smallest == 1 or not accepts(network, (channels, info.smallest - 1, info.smallest - 1))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_torchvisions_feature_extractor_takes_the_names(name: str) -> None:
    network = _bare(name)
    rows = layer_table(network, MODELS[name].input_shape)[1:]
    extractor = create_feature_extractor(network, [row.name for row in rows])
    outputs = extractor(torch.empty(1, *MODELS[name].input_shape, device="meta"))
    assert {key: tuple(value.shape[1:]) for key, value in outputs.items()} == {r.name: r.output_shape for r in rows}
    if MODELS[name].torchvision is None:  # such an ending is torchvision's own mark for a name used twice
        assert not [module for module, _ in network.named_modules() if re.search(r"_\d+$", module)]


def test_parts_of_the_cifar_resnets_and_the_unet() -> None:
    x = torch.arange(16.0).view(1, 1, 4, 4)
    assert Shortcut(1, 2)(x).tolist() == [[[[0, 2], [8, 10]], [[0, 0], [0, 0]]]]
    assert CentreCrop()(x, torch.zeros(1, 9, 2, 1)).tolist() == [[[[5], [9]]]]
    torch.manual_seed(0)
    skips, plain = CifarResNet(8).eval(), CifarResNet(8, skips=False).eval()
    plain.load_state_dict(skips.state_dict())  # the twins have the same parameters
    picture = torch.rand(1, 3, 32, 32)
    assert not torch.allclose(skips(picture), plain(picture))
    for block in (block for stage in (skips.stage1, skips.stage2, skips.stage3) for block in stage):
        nn.init.zeros_(block.bn2.weight)  # a block whose convolutions say nothing hands on its input
    first = skips.relu1(skips.bn1(skips.conv1(picture)))
    torch.testing.assert_close(skips.stage1(first), first)
    torch.testing.assert_close(skips.stage3(skips.stage2(first))[:, :16], first[:, :, ::4, ::4])


def test_torchvision_is_imported_only_when_it_builds() -> None:
    code = "import sys, cnnviz.models, cnnviz.layer_table, cnnviz.figures.network_drawing as _; print('torchvision' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "False"


def test_unknown_names_and_settings() -> None:
    with pytest.raises(ValueError, match=r"no network 'Resnet-50': give resnet50 or "):
        model_info("Resnet-50")
    with pytest.raises(ValueError, match=r"no network 'AlexNet \(2013\)': give alexnet_2012 or "):
        build_model("AlexNet (2013)")
    with pytest.raises(ValueError, match="no network 'xyzzy': give lenet5, lenet, dense"):
        build_model("xyzzy")
    with pytest.raises(ValueError, match="depth 21 is not 6 n \\+ 2: give 20 or 26"):
        CifarResNet(21)
    with pytest.raises(ValueError, match="output is 'softmax': give 'rbf'"):
        lenet5("softmax")
    with pytest.raises(ValueError, match="padding is 2: give 0 as published, or 1"):
        UNet(padding=2)
    with pytest.raises(ValueError, match="width is 0"):
        build_model("cifar_cnn", width=0)
    assert all(info.name == name and info.source and info.title for name, info in MODELS.items())
    assert totals(layer_table(_bare("cifar_cnn"), (3, 32, 32))).parameters <= 3_000_000
