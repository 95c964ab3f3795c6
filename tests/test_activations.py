import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torchvision.models.feature_extraction import create_feature_extractor

from cnnviz.activations import activations_of, graph_of
from cnnviz.layer_table import layer_table
from cnnviz.models import build_model, model_info


def test_a_small_network_by_eye() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 2, bias=False), nn.ReLU(inplace=True), nn.Flatten())
    network[0].weight.data = torch.tensor([[[[1.0, -1.0], [0.0, 0.0]]]])
    graph, rows = graph_of(network, (1, 2, 3))
    found = activations_of(graph, torch.tensor([[[[1.0, 3.0, 2.0], [0.0, 0.0, 0.0]]]]))
    assert {name: value.flatten().tolist() for name, value in found.items()} == {
        "input": [1, 3, 2, 0, 0, 0], "0": [-2, 1], "1": [0, 1], "2": [0, 1]
    }  # fmt: skip
    assert [row.name for row in rows] == list(found)


@pytest.mark.parametrize(
    ("name", "shape", "config"),
    [
        ("lenet", (1, 28, 28), {}),
        ("lenet5", (1, 32, 32), {}),
        ("skip_cnn", (1, 28, 28), {}),
        ("cifar_resnet20", (3, 32, 32), {}),
        ("cifar_cnn", (3, 32, 32), {"width": 4}),
        ("alexnet", (3, 64, 64), {}),
        ("squeezenet1_1", (3, 32, 32), {}),
        ("resnet18", (3, 40, 40), {}),
        ("googlenet", (3, 33, 33), {"init_weights": False}),
    ],
)
def test_the_same_as_torchvisions_feature_extractor(name: str, shape: tuple[int, ...], config: dict) -> None:
    torch.manual_seed(0)
    model = build_model(name, **config).eval()
    graph, rows = graph_of(model, shape)
    x = torch.rand(2, *shape)
    with torch.no_grad():
        found = activations_of(graph, x)
        assert torch.equal(graph(x), model(x))
        for module in model.modules():
            if hasattr(module, "inplace"):
                module.inplace = False  # torchvision's returns what a later layer has overwritten
        expected = create_feature_extractor(model, [row.name for row in rows])(x)
    # googlenet: a function told to work in place overwrites the map there too, and batch norm's is not what it gave
    overwritten = {source for row in rows if name == "googlenet" and row.kind == "relu" for source in row.inputs}
    assert list(found) == [row.name for row in rows] == [row.name for row in layer_table(model, shape)]
    for row in rows:
        assert found[row.name].shape == (2, *row.output_shape)
        shown = found[row.name].relu() if row.name in overwritten else found[row.name]
        assert torch.equal(shown, expected[row.name]), row.name


class Overwriting(nn.Module):
    """Overwrites its maps in several ways, and reads them afterwards."""

    def __init__(self, ways: list[str]) -> None:
        super().__init__()
        self.ways = ways
        self.convs = nn.ModuleList(nn.Conv2d(2, 2, 3, padding=1) for _ in ways)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        for way, conv in zip(self.ways, self.convs, strict=True):
            y = conv(x)
            if way == "method":
                z = y.relu_()
            elif way == "function":
                z = torch.relu_(y)
            elif way == "argument":
                z = nn.functional.leaky_relu(y, 0.1, inplace=True)
            else:
                z = y.mul_(2).add_(1)
            x = z - 0.5 * y  # y is what the function made of it
        return x


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["method", "function", "argument", "twice"]), min_size=1, max_size=4), st.integers(0, 99))
def test_what_works_in_place_gives_the_same_and_overwrites_nothing(ways: list[str], seed: int) -> None:
    torch.manual_seed(seed)
    model = Overwriting(ways).eval()
    graph, rows = graph_of(model, (2, 4, 4))
    x = torch.randn(1, 2, 4, 4)
    with torch.no_grad():
        found = activations_of(graph, x)
        torch.testing.assert_close(graph(x), model(x), rtol=0, atol=0)
        torch.testing.assert_close(list(found.values())[-1], model(x), rtol=0, atol=0)
        torch.testing.assert_close(found["convs.0"], model.convs[0](x), rtol=0, atol=0)
    assert all(not row.kind.endswith("_") for row in rows)


def test_the_model_is_left_alone_and_its_weights_are_shared() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True)).train()
    before = copy.deepcopy(model.state_dict())
    graph, _ = graph_of(model, (1, 5, 5))
    activations_of(graph, torch.rand(1, 1, 5, 5))
    assert model.training and model[2].inplace and model[0].weight.requires_grad
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not graph.training and not any(weight.requires_grad for weight in graph.parameters())
    assert graph.get_submodule("0").weight.data_ptr() == model[0].weight.data_ptr()


def test_gradients_flow_to_the_picture() -> None:
    model = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.ReLU(inplace=True), nn.Flatten())
    model[0].weight.data.fill_(3.0)
    graph, _ = graph_of(model, (1, 1, 2))
    x = torch.tensor([[[[1.0, -1.0]]]], requires_grad=True)
    found = activations_of(graph, x)
    (slope,) = torch.autograd.grad(found["2"].sum(), x)
    assert slope.flatten().tolist() == [3, 0]
    (slope,) = torch.autograd.grad(found["2"].sum(), found["1"])
    assert slope.flatten().tolist() == [1, 1]


def test_a_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="takes 1 channels: give an input with 1 of them"):
        graph_of(build_model("lenet"), (3, 28, 28))
    assert model_info("lenet").input_shape == (1, 28, 28)
