"""The page Filters and activations: its tabs with their defaults and at extremes, one's own weights, and what is refused."""

import contextlib
import dataclasses
import io
import re

import numpy as np
import pytest
import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest
from torchvision.models import get_model

from cnnviz import engine
from cnnviz.layer_table import layer_table
from cnnviz.models import MODELS, build_model
from cnnviz.ui.attribution.code import model_code
from cnnviz.ui.components.activation_view import read_unit
from cnnviz.ui.components.digit_pad import Drawing
from cnnviz.ui.network.choice import OPENING, OWN
from cnnviz.ui.network.code import filters_code, maps_code
from cnnviz.ui.network.field_answer import field_answer
from cnnviz.ui.network.filters import ALL, COLOURS, MOST, kernels_of
from cnnviz.ui.network.maps import SHARE, block, channel_order, maps_csv
from cnnviz.ui.network_input import Input
from tests.pages.opened import APP, PYTORCH, opened, run_code, sent

PAGE = "filters_and_activations"
MAPS, FILTERS, TRACE, EXCITE = (
    {"inside_tab": tab} for tab in ("Activation maps", "Filters", "Trace", "What excites a channel")
)  # fmt: skip


def words(app) -> str:
    return "\n".join(each.value for each in [*app.markdown, *app.caption, *app.info, *app.error, *app.warning])


def rows(name: str, shape: tuple[int, int, int]) -> list:
    with torch.device("meta"):
        return layer_table(build_model(name), shape)


def test_it_opens_on_a_digit_with_the_pad_the_strips_and_the_answer() -> None:
    app = opened(PAGE)
    assert not app.error and app.selectbox(key="inside_network").value == "lenet_modern_mnist"
    assert any("Networks run on" in caption.value for caption in app.sidebar.caption)
    assert len(app.get("bidi_component")) == 3


@pytest.mark.parametrize("name", ["dense_mnist", "lenet5_mnist", "lenet_fashion"])
@pytest.mark.parametrize("tab", [{}, MAPS, FILTERS, TRACE], ids=str)
def test_every_network_has_every_tab(name: str, tab: dict[str, str]) -> None:
    app = opened(PAGE, {"inside_network": name, **tab})
    assert not app.error
    if name == "dense_mnist" and tab == FILTERS:
        assert "has no convolution" in words(app)


def test_the_filters_after_a_number_of_steps() -> None:
    app = opened(PAGE, {**FILTERS, "inside_filters_layer": "conv2"})
    assert "**16** filters, each of **6** kernels 5 × 5: **2,400** weights" in words(app)
    trained = words(app)
    app.select_slider(key="inside_filters_step").set_value(0).run()
    assert not app.exception and not app.error
    weight = engine.network("lenet_modern_mnist@0").graph.get_submodule("conv2").weight
    said = f"from {float(weight.min()):.4f} to {float(weight.max()):.4f}".replace("-", "−")
    assert said in words(app) and said not in trained


def test_another_layer_does_without_the_choices_of_the_one_before() -> None:
    app = opened(PAGE, {**FILTERS, "inside_filters_layer": "conv2"})
    app.selectbox(key="inside_filters_slice").set_value(5).run()
    app.selectbox(key="inside_filters_layer").set_value("conv1").run()
    assert not app.exception and not app.error and "**6** filters, each of **1** kernel 5 × 5" in words(app)


@pytest.mark.parametrize("order", ["mean", "maximum", "speaks for the class"])
@pytest.mark.parametrize("layer", ["conv1", "pool2", "fc2", "fc3"])
def test_maps_in_every_order(order: str, layer: str) -> None:
    app = opened(PAGE, {**MAPS, "inside_maps_order": order, "inside_maps_layer": layer})
    assert not app.error and f"**{layer}**: " in words(app)
    assert ("Gradient times activation" in words(app)) == (order == "speaks for the class")


def test_strange_choices_open_a_good_page() -> None:
    app = opened(PAGE, {**MAPS, "inside_maps_layer": "layer4.1.conv2", "inside_network": "lenet5_mnist"})
    assert not app.error and app.selectbox(key="inside_maps_layer").value == "c5"
    app = opened(PAGE, {**EXCITE, "inside_excite_channel": 15, "inside_excite_layer": "conv1", "inside_excite_steps": 64})
    assert not app.error and app.number_input(key="inside_excite_channel").value == 0


def test_a_picture_excites_the_channel_more_than_the_input_does() -> None:
    app = opened(PAGE, {**EXCITE, "inside_excite_steps": 64})
    assert not app.error
    line = next(text for text in words(app).splitlines() if text.startswith("The mean of its map"))
    found, own = (float(number.replace("−", "-")) for number in re.findall(r"\*\*(\S+)\*\*", line))
    assert found > own


def test_the_trace_begins_at_the_unit_in_the_state() -> None:
    app = opened(PAGE)
    app.session_state["inside_trace_layer"] = "conv2"
    app.session_state["inside_trace_unit"] = "6,5,3"
    app.session_state["inside_tab"] = "Trace"
    app.run()
    assert not app.exception and not app.error and app.selectbox(key="inside_trace_layer").value == "conv2"


def test_ones_own_weights_are_recognised_and_others_named() -> None:
    app = opened(PAGE, {"inside_network": OWN})
    upload = app.get("file_uploader")[0]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        data = save(build_model("lenet").state_dict())
    upload.upload("bad.safetensors", b"no weights").run()
    assert not app.exception and app.selectbox(key="inside_network").value == OWN and len(app.error) == 1
    app.get("file_uploader")[0].upload("mine.safetensors", data).run()
    assert not app.exception and not app.error
    assert app.selectbox(key="inside_network").value.startswith("own-")


def linked(query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=30).switch_page(f"pages/{PAGE}.py")
    app.query_params["inside_network"] = query
    app.run()
    assert not app.exception and not app.error
    return app


def test_a_link_names_the_network() -> None:
    app = linked("dense_mnist")
    assert app.selectbox(key="inside_network").value == "dense_mnist" and not app.warning
    app.selectbox(key="inside_network").set_value("lenet5_mnist").run()
    assert app.query_params["inside_network"] == "lenet5_mnist"
    app.selectbox(key="inside_network").set_value(OPENING).run()
    assert "inside_network" not in app.query_params and app.selectbox(key="inside_network").value == OPENING


@pytest.mark.parametrize(("name", "said"), [("lenet_7", "'lenet_7', which is not here"), ("own-12", "upload their file again"),
                                            ("<b>[x](y)" * 99, "which is not here"), ("", "''")])  # fmt: skip
def test_a_link_to_a_network_that_is_not_here_says_so(name: str, said: str) -> None:
    app = linked(name)
    assert app.selectbox(key="inside_network").value == OPENING and "inside_network" not in app.query_params
    assert said in app.warning[0].value and len(app.warning[0].value) < 250
    app.selectbox(key="inside_network").set_value("lenet5_mnist").run()
    assert not app.warning


@pytest.mark.parametrize(("architecture", "config"), [("shufflenet_v2_x0_5", {"num_classes": 7}), ("lenet", {"in_channels": 3})])
def test_the_code_builds_ones_own_network(architecture: str, config: dict, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = build_model(architecture, **config) if architecture in MODELS else get_model(architecture, **config)
    (tmp_path / "weights.safetensors").write_bytes(save(model.state_dict()))
    monkeypatch.chdir(tmp_path)
    network = engine.network(engine.add_own(save(model.state_dict()), "mine.safetensors", architecture))
    names: dict = {}
    exec("\n".join(["import torch", *model_code(network)]), names)
    image = torch.rand(1, *network.rows[0].output_shape, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(names["model"](image), network.graph(image))


def test_weights_that_are_not_here_are_offered() -> None:
    missing = [name for name in ("resnet50", "vgg16") if name not in engine.available()]
    if missing:
        app = opened(PAGE, {"inside_network": missing[0]})
        assert not app.error and "are not on this machine" in words(app)
        assert app.button(key="inside_network_fetch").label.startswith("Fetch the weights of")


@pytest.mark.parametrize("name", ["lenet_modern_mnist", "lenet5_mnist", "lenet_modern_mnist@600"])
def test_the_code_computes_the_same_maps(name: str) -> None:
    network = engine.network(name)
    image = torch.rand(network.input_shape, generator=torch.Generator().manual_seed(0)).mul(255).round() / 255
    chosen = Input("", image, "", lambda: f"import torch\nimage = torch.tensor({image.tolist()})\n")
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(maps_code(network, chosen), "code", "exec"), names)
        exec(compile(filters_code(network), "code", "exec"), {})
    found = engine.activations(name, image.numpy())
    for layer, values in list(found.items())[1:]:
        np.testing.assert_allclose(names["maps"][layer][0].numpy(), values, rtol=1e-5, atol=1e-5)
    assert "with probability" in said.getvalue() and "norms" in said.getvalue()


@pytest.mark.parametrize("tab", [{}, FILTERS])
def test_the_code_on_the_page_runs(tab: dict[str, str]) -> None:
    app = opened(PAGE, {"inside_end": PYTORCH, **tab})
    with contextlib.redirect_stdout(io.StringIO()) as said:
        names = run_code(app)
    assert "conv2" in said.getvalue() and names["model"] is not None


def test_the_answer_is_computed_from_the_table() -> None:
    answer = field_answer(rows("lenet", (1, 28, 28)))
    assert answer.startswith("**fc1** (Linear): its receptive field is 32 × 32 pixels (padding included).")
    assert "**pool2**" in answer or "**flatten**" in answer
    app = opened(PAGE, {"inside_end": "Exercise"})
    assert answer in words(app)


def test_a_block_goes_from_weights_to_weights() -> None:
    lenet, cifar = rows("lenet", (1, 28, 28)), rows("cifar_cnn", (3, 32, 32))
    assert block(lenet, "relu1") == block(lenet, "conv1") == ["conv1", "relu1", "pool1"]
    assert block(lenet, "fc1") == ["fc1", "relu3"] and block(lenet, "fc3") == ["fc3"] and block(lenet, "input") == ["input"]
    assert block(cifar, "block1.bn1") == ["block1.conv1", "block1.pool", "block1.bn1", "block1.gelu1"]
    resnet = rows("resnet18", (3, 224, 224))
    assert block(resnet, "layer1.0.bn1") == ["layer1.0.conv1", "layer1.0.bn1", "layer1.0.relu"]


def test_maps_are_ordered_by_mean_maximum_or_share() -> None:
    maps = np.array([[[0.0, 3.0]], [[2.0, 2.0]], [[-1.0, -1.0]]], np.float32)
    assert channel_order(maps, "number").tolist() == [0, 1, 2]
    assert channel_order(maps, "mean").tolist() == [1, 0, 2]
    assert channel_order(maps, "maximum").tolist() == [0, 1, 2]
    assert channel_order(maps, "speaks for the class", np.array([0.0, -1.0, 5.0])).tolist() == [2, 0, 1]
    assert maps_csv(maps).splitlines() == ["channel,min,max,mean", "0,0.0,3.0,1.5", "1,2.0,2.0,2.0", "2,-1.0,-1.0,-1.0"]


def test_only_the_chosen_layers_maps_say_what_they_speak_for() -> None:
    """Its normalisation and its activation have shares of their own, even of the other sign."""
    state = {**MAPS, "inside_network": "cifar_small", "inside_maps_layer": "block3.conv2", "inside_maps_order": SHARE}
    header, _ = sent(opened(PAGE, state), "activation_view")
    noted = {strip["layer"]: "notes" in strip for strip in header["strips"]}
    assert noted == {name: name == "block3.conv2" for name in noted} and len(noted) > 2


def test_another_network_has_not_the_unit_of_the_one_before() -> None:
    state = {**TRACE, "inside_network": "cifar_small", "inside_trace_layer": "input", "inside_trace_unit": "2,5,5"}
    app = opened(PAGE, state)
    assert not app.error and app.text_input(key="inside_trace_unit").value == "2,5,5"
    app.selectbox(key="inside_network").set_value("lenet_modern_mnist").run()
    assert not app.error and app.selectbox(key="inside_trace_layer").value == "input"
    assert app.text_input(key="inside_trace_unit").value == "", "the largest of that layer"


def test_a_drawing_stays_where_the_pad_is_not_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawing(np.full((28, 28), 51, np.uint8), True)
    shown: list[Drawing | None] = [None, drawn, None]
    monkeypatch.setattr("cnnviz.ui.network_input.digit_pad", lambda **_: shown.pop(0))

    def page() -> None:
        import streamlit as st

        from cnnviz import engine
        from cnnviz.ui.network_input import _drawing

        st.text(float(_drawing(engine.network("lenet_modern_mnist"), "here").image.max()))

    app, seen = AppTest.from_function(page), []
    for _ in range(3):
        seen.append(float(app.run().text[0].value))
    assert seen == [1.0, pytest.approx(0.2), pytest.approx(0.2)]


def test_the_code_of_googlenet_normalises_once() -> None:
    network = dataclasses.replace(engine.network("lenet_modern_mnist"), name="googlenet", architecture="googlenet")
    assert 'googlenet(weights="IMAGENET1K_V1", transform_input=False)' in "\n".join(model_code(network))


def test_kernels_are_named_by_filter_and_input_channel() -> None:
    weight = torch.arange(24.0).view(2, 3, 2, 2)
    every = kernels_of(weight, ALL, [1, 0])
    assert every.names[:4] == ["filter 1, input 0", "filter 1, input 1", "filter 1, input 2", "filter 0, input 0"]
    assert every.values.shape == (6, 2, 2) and torch.equal(every.values[0], weight[1, 0])
    assert torch.equal(kernels_of(weight, 2, [0, 1]).values, weight[:, 2])
    assert kernels_of(weight, COLOURS, [0, 1]).values.shape == (2, 3, 2, 2)
    assert kernels_of(torch.zeros(64, 16, 1, 1), ALL, list(range(64))).left_out == 64 * 16 - MOST


@pytest.mark.parametrize("sent", [
    None, 5, {}, {"layer": "conv1"}, {"layer": "conv9", "place": [0, 0, 0]}, {"layer": "conv1", "place": [6, 0, 0]},
    {"layer": "conv1", "place": [0, 0]}, {"layer": "conv1", "place": [0, -1, 0]}, {"layer": "conv1", "place": [0, 1.5, 0]},
    {"layer": ["conv1"], "place": [0, 0, 0]}, {"layer": "conv1", "place": [True, 0, 0]}, {"layer": "conv1", "place": "000"},
])  # fmt: skip
def test_what_a_browser_sends_is_not_trusted(sent: object) -> None:
    assert read_unit(sent, {"conv1": (6, 28, 28)}) is None


def test_a_unit_that_exists_is_understood() -> None:
    assert read_unit({"layer": "conv1", "place": [5, 27, 0]}, {"conv1": (6, 28, 28)}) == ("conv1", (5, 27, 0))


