"""The bench: what it computes, what the browser gets, what it exports, and how it answers bad settings."""

import contextlib
import io
import re
from dataclasses import replace
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from cnnviz.bench import LAYERS, Bench, bias_from_text, integers, made, refit, values_from_text, values_to_text
from cnnviz.bench.animation import frame_count, frames, gif
from cnnviz.bench.choice import Choice, choice_of
from cnnviz.bench.code import pytorch_text
from cnnviz.bench.glyphs import words
from cnnviz.bench.matrices import FORMS, MOST_SIDE, matrix_view, too_large
from cnnviz.bench.rule import as_html, left_out, size_rule, weight_count
from cnnviz.bench.scenes import Scene, header, scenes
from cnnviz.bench.supply import supply
from cnnviz.bench.volume import parameters, picture
from cnnviz.convolution import ConvSpec
from cnnviz.presets import PRESETS

PRINTED = "Guide 1.1: a convolution with numbers"


def three(*numbers: int) -> tuple[int, int, int]:
    return (numbers[0], numbers[0], numbers[-1])


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    """Settings of every layer of one and two dimensions; some do not fit."""
    layer = draw(st.sampled_from([name for name, kind in LAYERS.items() if kind.dimensions < 3]))

    def pair(low: int, high: int) -> tuple[int, int, int]:
        return (1, draw(st.integers(low, high)), draw(st.integers(low, high)))

    groups = draw(st.sampled_from([1, 1, 2, 4]))
    return Choice(
        layer, size=pair(2, 7), in_channels=groups * draw(st.integers(1, 4 // groups)),
        out_channels=groups * draw(st.integers(1, 4 // groups)), groups=groups, kernel_size=pair(1, 4), stride=pair(1, 3),
        padding=pair(0, 2), dilation=pair(1, 2), output_padding=pair(0, 1),
        padding_mode=draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"])),
        ceil_mode=draw(st.booleans()), count_include_pad=draw(st.booleans()),
        input=draw(st.sampled_from(["integers", "counting", "random"])), weight=draw(st.sampled_from(["integers", "random"])),
        bias=draw(st.sampled_from(["", "3", "-1.5"])), seed=draw(st.integers(0, 99)),
    )  # fmt: skip


def made_of(choice: Choice) -> Bench | None:
    with contextlib.suppress(ValueError):
        return choice.bench()
    return None


def by_torch(bench: Bench) -> Tensor:
    """The layer that the bench names, built by its own PyTorch call."""
    layer = eval(bench.call, {"nn": torch.nn})
    if bench.weight is not None:
        with torch.no_grad():
            layer.weight.copy_(bench.weight)
            if bench.bias is not None:
                layer.bias.copy_(bench.bias)
    with torch.no_grad():
        return layer(bench.x[None])[0]


def same(mine: Tensor, truth: Tensor) -> None:
    """Equal to the last digit where all numbers are whole; within float32's rounding of sums of some 100 otherwise."""
    if torch.equal(truth, truth.round()):
        assert torch.equal(mine.float(), truth.float())
    else:
        torch.testing.assert_close(mine.float(), truth.float(), rtol=1e-4, atol=1e-4)


def by_hand(scene: Scene) -> Tensor:
    """What the browser works out from a scene alone: the sums of its taps, place by place."""
    output = torch.zeros_like(scene.output, dtype=torch.float64)
    ins = len(scene.input) // scene.groups if scene.weight is not None else 1
    outs = len(scene.output) // scene.groups if scene.weight is not None else 1
    stepped, reach = (scene.input, output) if scene.stamp else (scene.output, scene.input)
    for row, col in product(range(stepped.shape[1]), range(stepped.shape[2])):
        taps = [
            (i, j, row * scene.stride[0] + i * scene.dilation[0], col * scene.stride[1] + j * scene.dilation[1])
            for i, j in product(*map(range, scene.kernel_size))
        ]
        for out in range(len(output)):
            channels = range(out // outs * ins, (out // outs + 1) * ins) if scene.weight is not None else [out]
            inside = [(c, i, j, r, s) for c in channels for i, j, r, s in taps if r < reach.shape[1] and s < reach.shape[2]]
            if scene.operation == "max":
                output[out, row, col] = max(scene.input[c, r, s] for c, _, _, r, s in inside)
            elif scene.operation == "mean":
                output[out, row, col] = sum(float(scene.input[c, r, s]) for c, _, _, r, s in inside) / scene.divisors[row, col]
            else:
                for c, i, j, r, s in inside:
                    if scene.stamp:
                        output[out, r, s] += float(scene.input[c, row, col]) * float(scene.weight[c, out % outs, i, j])
                    else:
                        output[out, row, col] += float(scene.input[c, r, s]) * float(scene.weight[out, c % ins, i, j])
    return output if scene.bias is None else output + scene.bias[:, None, None]


def test_the_printed_example_is_what_the_browser_gets() -> None:
    (scene,) = scenes(choice_of(PRESETS[PRINTED]).bench())
    assert scene.output.tolist() == [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]
    assert (scene.stride, scene.kernel_size, scene.axes[0].roles) == ((1, 1), (3, 3), ("inside",) * 5)
    described, blobs = header(choice_of(PRESETS[PRINTED]).bench())
    place = described["scenes"][0]["output"]
    assert place["shape"] == [1, 3, 3]
    assert torch.frombuffer(bytearray(blobs[place["blob"]]), dtype=torch.float32).tolist() == [12, 12, 17, 10, 17, 19, 9, 6, 14]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(choices())
def test_everything_sent_equals_torch(choice: Choice) -> None:
    bench = made_of(choice)
    if bench is None:
        return
    same(bench.output, by_torch(bench))
    truth = bench.output.unsqueeze(-2) if bench.kind.dimensions == 1 else bench.output
    for scene in scenes(bench):
        top, bottom, left, right = scene.crop
        height, width = scene.output.shape[1:]
        kept = scene.output[:, top : height - bottom, left : width - right]
        same(kept, truth)
        same(by_hand(scene).float(), scene.output)
        for axis, length in zip(scene.axes, scene.input.shape[1:], strict=True):
            assert len(axis.roles) == len(axis.sources) == length
        x = bench.x.unsqueeze(-2) if bench.kind.dimensions == 1 else bench.x
        for r, c in product(*(range(n) for n in scene.input.shape[1:])):
            source = scene.axes[0].sources[r], scene.axes[1].sources[c]
            shown = scene.input[:, r, c]
            if None in source:
                assert all(value in (0, -torch.inf) for value in shown.tolist())
            else:
                assert torch.equal(shown, x[(slice(None), *source)])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices())
def test_winners_are_where_the_maximum_stands(choice: Choice) -> None:
    bench = made_of(replace(choice, layer="MaxPool2d"))
    if bench is None:
        return
    (scene,) = scenes(bench)
    flat = scene.input.flatten(1)
    for channel, winners in enumerate(scene.winners.flatten(1)):
        for value, winner in zip(scene.output.flatten(1)[channel], winners, strict=True):
            assert (winner == -1 and value == -torch.inf) or flat[channel, winner] == value


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices(), st.sampled_from(FORMS))
def test_matrices_are_the_layer(choice: Choice, form: str) -> None:
    bench = made_of(replace(choice, bias=""))
    if bench is None or bench.weight is None or too_large(bench, form):
        return
    if form == "patches" and bench.output[0].numel() > MOST_SIDE:
        with pytest.raises(ValueError, match="is more than is drawn"):
            matrix_view(bench, form)
        return
    view = matrix_view(bench, form)
    entries, parts = view.entries.double(), view.parts
    truth = bench.output.unsqueeze(-2) if bench.kind.dimensions == 1 else bench.output
    if form == "patches":
        same(view.output[0], truth[0].double())
        same(entries @ view.kernels.double().flatten(), view.output.flatten())
        copied = parts >= 0
        assert torch.equal(view.entries[copied], view.input.flatten()[parts[copied]])
        return
    if form == "matrix":
        same(view.output, truth.double())
    same(entries @ view.input.double().flatten(), view.output.flatten())
    single = parts >= 0
    assert torch.equal(view.entries[single], view.kernels.flatten()[parts[single]])
    assert not view.entries[parts == -1].any()


def test_the_transpose_is_the_transposed_convolution() -> None:
    bench = Choice(stride=three(2), padding=three(1), seed=4).bench()
    view = matrix_view(bench, "transpose")
    truth = F.conv_transpose2d(view.input[None].float(), bench.weight, stride=2, padding=1)[0]
    assert torch.equal(view.output.float(), truth)
    with pytest.raises(ValueError, match="MaxPool2d is not a sum with weights: choose a convolution"):
        matrix_view(Choice("MaxPool2d").bench(), "matrix")


def test_large_layers_show_one_pair_of_channels() -> None:
    bench = Choice(size=three(16), padding=three(1), in_channels=4, out_channels=4, groups=2).bench()
    view = matrix_view(bench, "matrix", out=3, channel=1)
    alone = F.conv2d(bench.x[None, 3:4], bench.weight[3:4, 1:2], padding=1)[0]
    assert view.entries.shape == (256, 256)
    assert torch.equal(view.output.float(), alone)
    assert view.counts.dense_weights == 1024 * 1024


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_comes_through_the_controls(name: str) -> None:
    preset, bench = PRESETS[name], choice_of(PRESETS[name]).bench()
    assert torch.equal(bench.x, preset.input)
    assert preset.weight is None or torch.equal(bench.weight, preset.weight)
    same(bench.output, by_torch(bench))
    assert preset.stated_size in (None, tuple(bench.output.shape[1:]))


@pytest.mark.parametrize("layer", ["Conv2d", "ConvTranspose1d", "AvgPool2d"])
def test_the_code_runs_and_prints_the_output(layer: str) -> None:
    choice = Choice(layer, in_channels=2, out_channels=4, groups=2, padding=three(1), input="random", weight="random", bias="1")
    bench = choice.bench()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(pytorch_text(bench), {})
    assert printed.getvalue().strip() == str(by_torch(bench)).strip()


def test_numbers_keep_their_place_when_a_size_changes() -> None:
    small, large = integers((1, 3, 3), 7, low=0, high=9), integers((2, 5, 4), 7, low=0, high=9)
    assert torch.equal(large[:1, :3, :3], small)
    assert torch.equal(refit(small, torch.zeros(2, 2, 4))[:, :, :3], torch.stack([small[0, :2], torch.zeros(2, 3)]))
    assert made("counting", (2, 2), 0, signed=True).tolist() == [[1, 2], [3, 4]]
    choice = Choice(input="typed", input_text="1 2; 3 4", size=three(3), kernel_size=three(1))
    assert choice.bench().x[0, :2, :2].tolist() == [[1, 2], [3, 4]]
    assert choice.size_of_text("input") == {"in_channels": 1, "size": (3, 2, 2)}


@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 99))
def test_values_survive_as_text(groups: int, matrices: int, rows: int, columns: int, seed: int) -> None:
    values = torch.randn(groups, matrices, rows, columns, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(values_from_text(values_to_text(values)), values)


def test_usual_forms_of_text_are_read() -> None:
    assert values_from_text("[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]").tolist() == [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]
    assert values_from_text("1 2\n3 4\n\n5 6\n7 8\n---\n1 1;1 1\n\n2 2; 2 2").shape == (2, 2, 2, 2)
    sequence = Choice("Conv1d", input="typed", input_text="1 2 3; 4 5 6", size=three(3), in_channels=2)
    assert sequence.bench().x.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_typed_cell_makes_all_numbers_typed() -> None:
    choice = Choice(in_channels=2, out_channels=2)
    bench = choice.bench()
    changed = choice.with_cell(bench, "kernel", (1, 0, 2, 1), 7.5).bench()
    expected = bench.weight.clone()
    expected[1, 0, 2, 1] = 7.5
    assert torch.equal(changed.weight, expected)
    assert torch.equal(changed.x, bench.x)


def test_the_rule_has_the_numbers_and_the_floor() -> None:
    assert size_rule(ConvSpec(3, stride=2, padding=1), (6, 6)) == (
        r"\left\lfloor \frac{6 + 2 \cdot 1 - 1 \cdot (3 - 1) - 1}{2} \right\rfloor + 1 = \lfloor 2.5 \rfloor + 1 = 3"
    )
    assert size_rule(ConvSpec(3, stride=2, transposed=True), (4,)).endswith("= 9")
    shown = as_html(size_rule(ConvSpec(3, stride=2, padding=1), (6, 6)))
    assert "<span>6 + 2 · 1 − 1 · (3 − 1) − 1</span><span>2</span>" in shown and "\\" not in shown
    apart = as_html(size_rule(ConvSpec(3, stride=2), (6, 9)))
    assert re.findall(r'<span class="line">(\w+): .*?= (\d)</span>', apart) == [("rows", "2"), ("columns", "4")]
    assert r"\lfloor 0.13 \rfloor" in size_rule(ConvSpec(3, stride=8), (4,))  # an eighth, halves up
    bench = Choice(size=(6, 6, 7), stride=three(2), padding=three(1), bias="1").bench()
    assert left_out(bench).startswith("Hatched: 1 row of the padded input is never read")
    assert weight_count(bench) == "1 · 1 · 3 · 3 = 9 weights + 1 biases"
    assert left_out(Choice().bench()) == ""


def test_a_gif_has_a_frame_for_each_place() -> None:
    from PIL import Image

    for layer in ("Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d", "ConvTranspose1d"):
        bench = Choice(layer, size=(1, 4, 5), in_channels=2, out_channels=2, stride=three(2), padding=three(1), bias="1").bench()
        heard: list[float] = []
        film = Image.open(io.BytesIO(gif(bench, milliseconds=100, progress=heard.append)))
        assert film.n_frames == frame_count(bench) > 1
        assert heard == sorted(heard) and heard[-1] == 1.0
    first, *_, last = frames(Choice().bench())
    assert first.shape == last.shape and (first != last).any()
    assert words("12 = 3·(-4)", 2).shape == (14, 2 * (6 * 11 - 1))


def test_a_volume_has_its_sizes() -> None:
    spec = ConvSpec((3, 3, 2), stride=2)
    assert parameters(spec, 4, 8) == 8 * 4 * 18 == sum(p.numel() for p in torch.nn.Conv3d(4, 8, (3, 3, 2), bias=False).parameters())
    assert "Output 3×2×3" in picture(spec, (7, 5, 6), (0, 1, 2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stride": three(0)}, "stride 0 is too small: it must be 1 or more"),
        ({"padding": three(-1)}, "padding -1 is too small: it must be 0 or more"),
        ({"stride": three(2.5)}, "stride is 2.5: it must be a whole number: give 2 or 3"),
        ({"size": three(10_000)}, "input rows 10000 is more than the bench can show, which is 16: give 16 or less"),
        ({"kernel_size": three(10_000)}, "kernel_size 10000 is more than the bench can show, which is 16"),
        ({"kernel_size": three(7)}, "kernel_size 7 does not fit a 5x5 input with padding 0: give"),
        ({"in_channels": 3, "out_channels": 2, "groups": 2}, "groups 2 does not divide in_channels 3: give groups 1"),
        ({"layer": "ConvTranspose2d", "output_padding": three(1)}, "output_padding 1 must be below"),
        ({"layer": "MaxPool2d", "padding": three(2)}, "padding 2 is more than half of the pooling's kernel_size 3"),
        ({"layer": "ConvTranspose2d", "size": three(16), "stride": three(9)}, "more than the bench draws, which is 48"),
        ({"in_channels": None}, "in_channels is empty: give a whole number, 1 or more"),
        ({"input": "typed", "input_text": "1 2\n3 abc"}, "input: row 2, column 2: 'abc' is not a number"),
        ({"weight": "typed", "weight_text": "1 2\n3"}, "weight: row 2 has 1 number, row 1 has 2"),
        ({"input": "typed", "input_text": ""}, "input: the matrix is empty"),
        ({"bias": "1 2 3"}, "the bias has 3 numbers for 1 output channels: give 1 or 1"),
        ({"bias": "one"}, "the bias 'one' is not a number"),
    ],
)
def test_bad_settings_are_answered(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        replace(Choice(), **change).bench()


@settings(max_examples=50, deadline=None)
@given(choices())
def test_the_ways_out_lead_out(choice: Choice) -> None:
    choice = replace(choice, kernel_size=three(9))
    with contextlib.suppress(ValueError):
        choice.bench()
        return
    for label, fields in choice.ways_out():
        assert replace(choice, **fields).bench().output.numel() > 0, label


def test_the_ways_out_of_numbers_that_are_not_whole() -> None:
    assert [label for label, _ in Choice(stride=three(2.5)).ways_out()] == ["stride 2", "stride 3"]
    assert Choice(size=three(10_000)).ways_out() == [("input size 16", {"size": (16, 16, 16)})]
    assert bias_from_text(" ", 2) is None


def test_the_ways_out_of_numbers_that_do_not_go_together() -> None:
    groups = Choice(in_channels=4, out_channels=2, groups=3)
    assert groups.ways_out() == [("groups 1", {"groups": 1}), ("groups 2", {"groups": 2})]
    turned = Choice("ConvTranspose2d", stride=three(2, 1), output_padding=three(1))
    ways = dict(turned.ways_out())
    assert ways == {"output_padding 1×0": {"output_padding": (1, 1, 0)}, "stride 2": {"stride": (2, 2, 2)}}
    for choice in (groups, turned):
        with pytest.raises(ValueError):
            choice.bench()
        for _, fields in choice.ways_out():
            replace(choice, **fields).bench()
    assert Choice(groups=1, output_padding=three(5)).ways_out() == []  # a Conv2d has none, and is not refused


def test_typed_numbers_say_what_is_wrong_with_them_where_they_are_used() -> None:
    assert "row 2 has 1 number, row 1 has 2" in Choice(input="typed", input_text="1 2; 3").fault_of_text("input")
    assert Choice(input="integers", input_text="1 2; 3").fault_of_text("input") == ""
    assert Choice(input="typed", input_text="1 2; 3 4").fault_of_text("input") == ""


@given(choice=choices())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_the_supply_holds_the_numbers_of_every_setting(choice: Choice) -> None:
    try:
        bench = choice.bench()
    except ValueError:
        return
    given_ = supply(choice)
    assert given_
    for name, table, values in (("input", given_.input, bench.x), ("weight", given_.weight, bench.weight)):
        if values is None or name in given_.counted:
            assert table is None
            continue
        assert table is not None
        values = values.unsqueeze(-2) if bench.kind.dimensions == 1 else values
        if all(n <= most for n, most in zip(values.shape, table.shape, strict=True)):
            assert torch.equal(table[tuple(slice(n) for n in values.shape)], values)


def test_what_the_browser_cannot_foresee_has_no_supply() -> None:
    assert supply(Choice("Conv3d")) is None
    assert supply(Choice(input="typed", input_text="1 q")) is None
    assert supply(Choice(bias="x")) is None and supply(Choice(seed="x")) is None
    blobs: list[bytes] = [b"before"]
    described = supply(Choice()).described(blobs)
    assert described["input"] == {"shape": [4, 16, 16], "blob": 1} and len(blobs[1]) == 4 * 4 * 16 * 16
    assert described["weight"] == {"shape": [4, 4, 7, 7], "blob": 2} and len(blobs[2]) == 4 * 4 * 4 * 7 * 7
