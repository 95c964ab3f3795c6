"""The page Architectures: its three tabs with their defaults, at extremes, and with what does not fit."""

import contextlib
import io
import itertools

import pytest
import torch

from cnnviz.layer_table import layer_table, totals
from cnnviz.models import MODELS, build_model
from cnnviz.network_plan import EXAMPLES, parse_plan
from cnnviz.ui.architecture.code import network_code, source_of
from cnnviz.ui.architecture.compare import Column, table
from cnnviz.ui.architecture.own import edited
from cnnviz.ui.architecture.reading import named
from cnnviz.ui.architecture.view import columns, input_picture, opening_layer
from cnnviz.ui.components.network_view import described, network_view
from tests.pages.opened import PYTORCH, header_of, opened, run_code

BUILD = {"architectures_tab": "Build your own"}
COMPARE = {"architectures_tab": "Compare"}


def words(app) -> str:
    return "\n".join(each.value for each in [*app.markdown, *app.caption, *app.info, *app.error, *app.warning])


def test_it_opens_on_lenet_5_as_published() -> None:
    app = opened("architectures")
    assert not app.error
    assert "**60,000** parameters · **326,520** multiply-adds" in words(app) and "depth **7**" in words(app)
    shown = app.dataframe[0].value.set_index("layer")
    assert list(shown.loc["c3"]) == ["Conv2d", "16 × 10 × 10", 1_516, 150_000, 6_400, 14, 2, "s2_tanh"]
    assert app.selectbox(key="architectures_layer").value == "c3"
    assert len(app.get("bidi_component")) == 2  # the picture's carrier and the drawing


def test_the_output_layer_of_lenet_5_is_a_choice() -> None:
    app = opened("architectures", {"architectures_output": "linear"})
    assert "**60,850** parameters" in words(app)


@pytest.mark.parametrize("name", ["dense", "skip_cnn", "alexnet_2012", "googlenet", "resnet50", "cifar_resnet20", "unet"])
def test_every_kind_of_network_is_shown_with_its_counts(name: str) -> None:
    app = opened("architectures", {"architectures_network": name})
    with torch.device("meta"):
        sums = totals(layer_table(build_model(name), MODELS[name].input_shape))
    assert not app.error and f"**{sums.parameters:,}** parameters · **{sums.macs:,}** multiply-adds" in words(app)
    assert MODELS[name].source in words(app)


def test_another_network_brings_its_size_and_a_layer_of_its_own() -> None:
    app = opened("architectures", {"architectures_layer": "s4"})
    assert app.selectbox(key="architectures_layer").value == "s4"
    app.selectbox(key="architectures_network").set_value("resnet18").run()
    assert not app.exception and not app.error
    assert [app.number_input(key=f"architectures_{side}").value for side in ("height", "width")] == [224, 224]
    assert app.selectbox(key="architectures_layer").value == "layer2.1.conv2"


def test_a_network_for_digits_opens_on_one_and_says_how_to_see_another_picture() -> None:
    words = "A digit, as such networks read them. Under “Picture”, choose any but china to see it here."
    assert _drawing_caption("china", "lenet5") == words
    assert _drawing_caption("flower", "lenet5") == "Picture: flower, cut to 32 × 32"
    assert _drawing_caption("china", "cifar_cnn") == "Picture: china, cut to 32 × 32"


def _drawing_caption(picture: str, network: str) -> str:
    app = opened("architectures", {"picture": picture, "architectures_network": network})
    return header_of(app.get("bidi_component")[-1].proto)["caption"]


def test_a_size_that_fails_says_where_and_which_works() -> None:
    app = opened("architectures", {"architectures_height": 28, "architectures_width": 28})
    assert len(app.error) == 1
    assert "LeNet-5 (1998) with input 1x28x28: layer c5 (Conv2d) cannot work on 16x4x4" in app.error[0].value
    assert "the smallest square input that works is 32x32" in app.error[0].value and not app.dataframe
    app.number_input(key="architectures_height").set_value(32)
    app.number_input(key="architectures_width").set_value(32).run()
    assert not app.error and app.dataframe


def test_an_input_that_is_not_square() -> None:
    app = opened("architectures", {"architectures_network": "resnet18", "architectures_height": 320, "architectures_width": 64})
    shown = app.dataframe[0].value.set_index("layer")
    assert shown.loc["layer4.1.conv2", "output"] == "512 × 10 × 2"
    pooled = shown.loc["avgpool"]
    assert pooled["sees down"] - pooled["sees across"] == 32 * (10 - 2)  # ten places and two, 32 pixels from one to the next


def test_the_table_and_the_drawing_choose_the_layer_by_name() -> None:
    reading = named("lenet5", None, 32, 32)
    assert opening_layer(reading.rows) == "c3" and opening_layer(named("dense", None, 28, 28).rows) == "fc1"
    found = described(reading.row("c3"))
    assert found["field"] == {"size": (14, 14), "jump": (2, 2), "place": (4, 4), "places": (10, 10),
                              "span": ((8, 21), (8, 21)), "next": ((8, 21), (10, 23))}  # fmt: skip
    assert described(reading.row("f6"))["field"]["next"] is None
    with pytest.raises(ValueError, match="no row is named 'c9'"):
        network_view(reading.rows, reading.svg, selected="c9", picture_id="", caption="", key="k", on_select=print)


def test_the_columns_of_the_table() -> None:
    rows = named("lenet5", None, 32, 32).rows
    shown = columns(rows)
    assert list(shown) == ["layer", "kind", "output", "parameters", "multiply-adds", "memory", "sees", "jump", "reads"]
    assert shown["sees"][:4] == [1, 5, 5, 6] and sum(shown["parameters"]) == 60_000


@pytest.mark.parametrize(("shape", "size"), [((1, 32, 32), (32, 32)), ((3, 60, 20), (60, 20, 3)), ((5, 1, 1), (1, 1)),
                                             ((1, 1024, 512), (560, 280))])  # fmt: skip
def test_the_picture_is_cut_to_the_input(shape: tuple[int, ...], size: tuple[int, ...]) -> None:
    image = torch.zeros(3, 90, 120)
    image[:, :, 15:105] = 1  # the square in the middle
    cut = input_picture(image, shape)
    assert cut.shape == size and cut.dtype == "uint8"
    if shape[1] == shape[2]:
        assert cut.min() == 255


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "small_unet", "cifar_plain20"])
def test_the_code_prints_what_is_on_screen(name: str) -> None:
    app = opened("architectures", {"architectures_network": name, "architectures_end": PYTORCH})
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        run_code(app)
    rows = named(name, None, *MODELS[name].input_shape[1:]).rows
    lines = [line.split(maxsplit=1) for line in printed.getvalue().splitlines()]
    shown = {words[0]: " ".join(words[1].split()) for words in lines[: len(rows)]}
    assert shown == {row.name: f"{row.output_shape} {row.parameters:,}" for row in rows}
    sums = totals(rows)
    assert f"{sums.parameters:,} parameters" in printed.getvalue()
    assert (f"{sums.macs:,} multiply-adds" in printed.getvalue()) == (name != "lenet5")


def test_sources_of_several_networks_can_stand_in_one_file() -> None:
    by_file: dict[str, set[str]] = {}
    for info in MODELS.values():
        if not info.torchvision:
            build = getattr(info.build, "func", info.build)
            names: dict = {}
            exec("\n".join(["import torch", *source_of(info.build)]), names)
            own = {name for name, value in names.items() if getattr(value, "__module__", "") == "builtins" or name.startswith("_")}
            by_file.setdefault(build.__module__, set()).update(own - {"__builtins__", "__annotations__"})
    for one, other in itertools.combinations(by_file.values(), 2):
        assert not one & other


def test_the_answer_names_the_heaviest_layers() -> None:
    app = opened("architectures", {"architectures_network": "vgg16", "architectures_end": "Exercise"})
    assert "**classifier.0** (Linear) has 102,764,544 of 138,357,544 parameters, 74%" in words(app)
    assert "has 1,849,688,064 of 15,470,264,320 multiply-adds, 12%" in words(app)


def test_networks_side_by_side() -> None:
    app = opened("architectures", COMPARE)
    assert not app.error
    html = words(app)
    source = "torchvision, weights IMAGENET1K_V1, one crop, validation"
    for text in ("61,100,840", "15,470,264,320", "<th>ImageNet top-1</th>", "69.78 %<div", source, "<td>50<div"):
        assert text in html
    assert "Forward pass here" not in html and len(app.get("image")) == 4


def test_bars_are_shares_of_the_largest() -> None:
    both = [Column(name, name, named(name, None, 28, 28), depth, ()) for name, depth in (("lenet", 5), ("dense", 2))]
    html = table(both, {("lenet", (1, 28, 28)): (0.001, 5)})
    assert f"width:{100 * 61_706 / 407_050:.1f}%" in html and "width:40.0%" in html
    assert "1.00 ms" in html and "<td>–" in html


def test_accuracies_on_other_data_stand_in_rows_of_their_own_with_their_sources() -> None:
    app = opened("architectures", COMPARE | {"compare_networks": ["lenet5", "cifar_resnet20", "lenet"]})
    html = words(app)
    assert "<th>MNIST</th><td>99.05 %<div" in html and "<th>CIFAR-10</th><td>–<div" in html
    assert "LeCun et al. 1998, section III, without distortions (LeNet-5 (1998)); He et al. 2015" in html


def test_one_network_is_no_comparison() -> None:
    app = opened("architectures", COMPARE | {"compare_networks": ["lenet5"]})
    assert "Choose at least two networks" in words(app) and app.button(key="compare_measure").disabled
    for end in ("Exercise", PYTORCH):
        app = opened("architectures", COMPARE | {"compare_networks": [], "compare_end": end})
        assert "There is no " in words(app)


def test_forward_times_are_measured_when_asked_for() -> None:
    state = {"compare_networks": ["lenet5", "own"], "build_plan": "1x8x8 conv2k3 relu flatten lin3"}
    app = opened("architectures", COMPARE | state)
    assert "Your own network" in words(app) and "<td>239<div" in words(app)  # 20 and 219
    app.button(key="compare_measure").click().run()
    assert not app.exception and not app.error
    assert "Forward pass here" in words(app) and words(app).count(" ms <small>median of ") == 2
    times = app.session_state["compare_times"]
    assert set(times) == {("lenet5", (1, 32, 32)), ("own", (1, 8, 8))} and all(0 < seconds < 5 for seconds, _ in times.values())


def test_what_is_too_large_is_not_measured() -> None:
    big = "1024x200x200 conv1024k9p4"
    app = opened("architectures", COMPARE | {"compare_networks": ["lenet5", "own"], "build_plan": big})
    app.button(key="compare_measure").click().run()
    assert "Your own network is too large to be measured here." in words(app)


def test_a_network_of_ones_own_that_does_not_fit_is_not_compared() -> None:
    app = opened("architectures", COMPARE | {"compare_networks": ["lenet5", "own"], "build_plan": "1x8x8 lin3"})
    assert len(app.error) == 1 and "your own network: layer 1, linear: it takes a vector" in app.error[0].value


def test_the_code_of_the_comparison_counts_the_same() -> None:
    state = {"compare_networks": ["lenet", "own"], "build_plan": "1x8x8 conv2k3 relu skip1 flatten lin3", "compare_end": PYTORCH}
    app = opened("architectures", COMPARE | state)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        run_code(app)
    assert "LeNet, modern (28x28): 61,706 parameters, 416,520 multiply-adds, " in printed.getvalue()
    assert "Your own network: 239 parameters, 864 multiply-adds, " in printed.getvalue()


def test_building_opens_on_a_residual_network() -> None:
    app = opened("architectures", BUILD)
    assert not app.error
    shown = app.dataframe[0].value
    assert list(shown["name"][:4]) == ["conv1", "bn1", "relu1", "conv2"] and list(shown["output"])[-1] == "10"
    assert "**10,218** parameters" in words(app)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_loads(name: str) -> None:
    app = opened("architectures", BUILD)
    app.selectbox(key="build_example").set_value(name).run()
    assert not app.exception and app.text_input(key="build_plan").value == EXAMPLES[name]
    assert bool(app.error) == ("not fit" in name)


def test_what_does_not_fit_is_explained_at_its_layer_and_the_rest_is_drawn() -> None:
    app = opened("architectures", BUILD | {"build_plan": "3x8x8 conv4k3 relu max9 lin10"})
    assert len(app.error) == 1 and "Layer 3, max pooling: kernel_size 9 does not fit a 6x6 input" in app.error[0].value
    assert list(app.dataframe[0].value["output"]) == ["4 × 6 × 6", "4 × 6 × 6", "does not fit", "does not fit"]
    assert "up to the layer that does not fit" in words(app) and len(app.get("bidi_component")) == 2
    app.text_input(key="build_plan").set_value("3x8x8 lin10").run()
    assert not app.exception and "put flatten before it" in app.error[0].value


def test_a_text_that_is_no_network_is_explained_and_stays() -> None:
    app = opened("architectures", BUILD | {"build_plan": "3x8x8 conv4k3 swish"})
    assert len(app.error) == 1 and "layer 2: 'swish' is no layer" in app.error[0].value
    assert app.text_input(key="build_plan").value == "3x8x8 conv4k3 swish"


def test_the_code_of_ones_own_network_runs() -> None:
    app = opened("architectures", BUILD | {"build_end": PYTORCH})
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        names = run_code(app)
    assert printed.getvalue().endswith("(1, 10) 10218\n") and names["network"].conv4.out_channels == 32


def test_the_answer_on_global_average_pooling() -> None:
    app = opened("architectures", BUILD | {"build_end": "Exercise"})
    assert "The linear layer has 8,320 in place of 524,416" in words(app)


FIVE = parse_plan("3x8x8 conv4k3p1 relu conv4k3p1 skip2 max2")


@pytest.mark.parametrize(("edits", "text"), [
    ({"edited_rows": {0: {"number": 8, "kernel": 5, "padding": 2}}}, "conv8k5p2 relu conv4k3p1 skip2 max2"),
    ({"edited_rows": {1: {"layer": "conv"}}}, "conv4k3p1 conv16k3p1 conv4k3p1 skip2 max2"),
    ({"edited_rows": {4: {"layer": "gap"}}}, "conv4k3p1 relu conv4k3p1 skip2 gap"),
    ({"edited_rows": {4: {"#": 1}}}, "max2 conv4k3p1 relu conv4k3p1 skip3"),  # the skip still adds the relu
    ({"edited_rows": {3: {"number": 1}}}, "conv4k3p1 relu conv4k3p1 skip1 max2"),
    ({"edited_rows": {0: {"kernel": None}}}, "conv4k3p1 relu conv4k3p1 skip2 max2"),
    ({"deleted_rows": [0]}, "relu conv4k3p1 skip1 max2"),
    ({"deleted_rows": [1]}, "conv4k3p1 conv4k3p1 skip2 max2"),
    ({"added_rows": [{"layer": "lin", "number": 7}]}, "conv4k3p1 relu conv4k3p1 skip2 max2 lin7"),
    ({"added_rows": [{}]}, "conv4k3p1 relu conv4k3p1 skip2 max2 conv16k3p1"),
])  # fmt: skip
def test_the_tables_edits(edits: dict, text: str) -> None:
    assert str(edited(FIVE, edits)) == f"3x8x8 {text}"


def test_edits_that_make_no_network_are_refused() -> None:
    with pytest.raises(ValueError, match="padding 9 is more than half"):
        edited(FIVE, {"edited_rows": {4: {"padding": 9}}})
    with pytest.raises(ValueError, match="A network needs a layer"):
        edited(parse_plan("1x4x4 relu"), {"deleted_rows": [0]})


def test_every_network_has_code() -> None:
    for name, info in MODELS.items():
        compile(network_code(name, info.input_shape), name, "exec")
