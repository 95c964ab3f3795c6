"""What the browser computes of a changed setting is what Python answers: the same grids, the same rule, the same refusals."""

import random
from itertools import product
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.bench import LAYERS
from cnnviz.bench.choice import PER_DIMENSION, Choice
from cnnviz.bench.rule import as_html, size_rule
from cnnviz.bench.scenes import header
from cnnviz.bench.supply import MOST_KERNEL, supply
from cnnviz.convolution import PADDING_MODES
from tests.browser.server import ROOT

SCRIPTS = ROOT / "cnnviz" / "ui" / "components" / "convolution_bench"
MOST = {"size": 16, "in_channels": 4, "out_channels": 4, "groups": 4, "kernel_size": 16}  # of the fields; 32 for the others
# Fields as the desk reads them: undefined where the layer has none.
COMPUTE = """(cases) => cases.map(({ supply, fields }) => {
    const tensor = (t) => t && { shape: t.shape, values: Float32Array.from(t.values) };
    const seen = foreseen({ ...supply, input: tensor(supply.input), weight: tensor(supply.weight) },
        (setting, axis) => fields[axis ? `${setting}_${axis}` : setting]);
    const sendable = (v) => Number.isFinite(v) ? v : String(v);
    const plain = (value) => value && { shape: value.shape, values: [...value.values].map(sendable) };
    const holder = document.createElement("div");
    holder.innerHTML = seen ? seen.rule : "";
    const tensors = ["input", "weight", "bias", "output", "winners", "divisors"];
    return seen && { rule: holder.innerHTML, scenes: seen.scenes.map((scene) => ({ ...scene,
        ...Object.fromEntries(tensors.map((name) => [name, plain(scene[name])])) })) }; })"""
MARKUP = "(rules) => rules.map((rule) => { const e = document.createElement('div'); e.innerHTML = rule; return e.innerHTML; })"
AXES = ("depth", "rows", "columns")
ROUNDING = 2e-6  # of the largest value: some steps of float32
TENSORS = ("input", "weight", "bias", "output", "winners", "divisors")


def drawn(seed: int) -> Choice:
    """A random choice that may or may not fit."""
    rng = random.Random(seed)
    layer = rng.choice([name for name, kind in LAYERS.items() if kind.dimensions < 3])
    kind, apart = LAYERS[layer], rng.random() < 0.5

    def three(least: int, most: int) -> Any:
        rows, columns = rng.randint(least, most), rng.randint(least, most)
        return (1, rows if apart else columns, columns)

    outs = rng.randint(1, 4)
    typed = rng.choice(["1 2 3; 4 5 6; -7 8 9", "0.5 1; 2 -3\n\n4 5; 6 7"])
    return Choice(
        layer,
        size=(1, rng.randint(1, 16), rng.randint(1, 16)),
        in_channels=rng.randint(1, 4), out_channels=outs, groups=rng.choice([1, 1, 1, 2, 3, 4]),
        kernel_size=three(1, 5), stride=three(1, rng.choice([1, 3, 8])), padding=three(0, rng.choice([0, 2, 5])),
        dilation=three(1, rng.choice([1, 1, 3])), output_padding=three(0, rng.choice([0, 2])) if kind.transposed else (0, 0, 0),
        padding_mode=rng.choice(PADDING_MODES), ceil_mode=rng.random() < 0.5, count_include_pad=rng.random() < 0.5,
        input=rng.choice(["integers", "random", "counting", "typed"]), input_text=typed,
        weight=rng.choice(["integers", "random", "counting", "typed"]), weight_text=typed,
        bias=rng.choice(["", "2", ", ".join(map(str, range(outs)))]), seed=rng.randint(0, 99),
    )  # fmt: skip


def fields(choice: Choice) -> dict[str, float]:
    """What stands in the fields of the desk, by name; rows that a layer of one dimension has not are left out."""
    kind = LAYERS[choice.layer]
    axes = AXES[3 - kind.dimensions :]
    names = [n for n in PER_DIMENSION if n != "output_padding" or kind.transposed]
    names = [n for n in names if n != "dilation" or kind.pooling != "average"]
    values = {f"{name}_{axis}": getattr(choice, name)[AXES.index(axis)]
              for name, axis in product(("size", *names), axes)}  # fmt: skip
    values |= {name: getattr(choice, name) for name in ("in_channels", *(() if kind.pooling else ("out_channels", "groups")))}
    return values


def by_python(choice: Choice) -> dict[str, Any] | None:
    """The scenes with their tensors as arrays, and the rule; None where Python refuses."""
    try:
        bench = choice.bench()
    except ValueError:
        return None
    described, blobs = header(bench)
    for scene in described["scenes"]:
        for name in TENSORS:
            if scene[name]:
                shape = scene[name]["shape"]
                scene[name] = np.frombuffer(blobs[scene[name]["blob"]], "<f4").reshape(shape)
    return {"scenes": described["scenes"], "rule": as_html(size_rule(bench.spec, bench.input_size))}


def supplied(choice: Choice) -> dict[str, Any]:
    given = supply(choice)
    assert given
    blobs: list[bytes] = []
    described = given.described(blobs)
    for name in ("input", "weight"):
        if described[name]:
            values = np.frombuffer(blobs[described[name]["blob"]], "<f4").tolist()
            described[name] = {"shape": described[name]["shape"], "values": values}
    return described


def in_browser(page: Page, choices: list[Choice]) -> list[dict[str, Any] | None]:
    for name in ("arithmetic.js", "foresee.js"):
        page.add_script_tag(path=SCRIPTS / name)
    return page.evaluate(COMPUTE, [{"supply": supplied(choice), "fields": fields(choice)} for choice in choices])


@pytest.mark.parametrize("part", range(4))
def test_the_browser_computes_what_python_answers(part: int, page: Page) -> None:
    choices = [drawn(seed) for seed in range(300 * part, 300 * (part + 1))]
    seen = in_browser(page, choices)
    expected = [by_python(choice) for choice in choices]
    rules = page.evaluate(MARKUP, [each["rule"] if each else "" for each in expected])
    assert sum(each is not None for each in expected) > 60  # enough of the drawn settings fit
    for choice, mine, his, rule in zip(choices, seen, expected, rules, strict=True):
        assert (mine is None) == (his is None), choice
        if mine is None or his is None:
            continue
        assert mine["rule"] == rule, choice
        for ours, theirs in zip(mine["scenes"], his["scenes"], strict=True):
            same_scene(ours, theirs, choice)


def same_scene(ours: dict[str, Any], theirs: dict[str, Any], choice: Choice) -> None:
    """Whole numbers are equal; sums of others to the rounding of float32, for PyTorch adds in another order."""
    for name in TENSORS:
        if theirs[name] is None:
            assert ours[name] is None, (name, choice)
            continue
        values = np.array([float(v) for v in ours[name]["values"]], np.float32).reshape(ours[name]["shape"])
        whole = "random" not in (choice.input, choice.weight) and theirs["operation"] != "mean"
        if whole or name != "output":
            np.testing.assert_array_equal(values, theirs[name], err_msg=f"{name} of {choice}")
        else:
            near = ROUNDING * np.abs(theirs[name]).max()
            np.testing.assert_allclose(values, theirs[name], rtol=0, atol=near, err_msg=f"{name} of {choice}")
    ours["axes"] = [{key: list(axis[key]) for key in axis} for axis in ours["axes"]]
    theirs["axes"] = [{key: list(axis[key]) for key in axis} for axis in theirs["axes"]]
    for name in theirs.keys() - set(TENSORS):
        mine, his = ours[name], theirs[name]
        assert mine == (list(his) if isinstance(his, tuple) else his), (name, choice)


def test_what_does_not_fit_and_what_is_not_at_hand_waits_for_python(page: Page) -> None:
    choices = [
        Choice(kernel_size=(7, 7, 7)),
        Choice(in_channels=3, groups=2, out_channels=2),
        Choice("ConvTranspose2d", output_padding=(1, 1, 1)),
        Choice("MaxPool2d", padding=(2, 2, 2)),
        Choice(padding=(5, 5, 5), padding_mode="reflect"),
        Choice(out_channels=3, bias="1, 2"),
        Choice(size=(16, 16, 16), kernel_size=(MOST_KERNEL + 1,) * 3),
    ]
    assert in_browser(page, choices) == [None] * len(choices)
    assert sum(by_python(choice) is not None for choice in choices) == 1  # the last: Python has its weights


def test_a_changed_number_is_drawn_before_the_server_answers(page: Page, app_url: str) -> None:
    held: list[Any] = []
    holding = False

    def relay(socket) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda message: held.append((server, message)) if holding else server.send(message))
        server.on_message(socket.send)

    page.route_web_socket("**/_stcore/stream", relay)
    page.goto(f"{app_url}/convolution_arithmetic?bench_padding_columns=1")
    expect(page.locator(".where")).to_have_text("1 of 25")
    page.wait_for_timeout(1_000)
    holding = True
    page.get_by_role("spinbutton", name="Stride").press("ArrowUp")
    expect(page.locator(".where")).to_have_text("1 of 9", timeout=1_000)
    expect(page.locator(".rule")).to_contain_text("= 3")
    expect(page.locator(".note")).not_to_contain_text("stride=2")
    assert held  # the server has not heard of it
    page.get_by_role("spinbutton", name="Stride").press("ArrowUp")
    expect(page.locator(".where")).to_have_text("1 of 4", timeout=1_000)
    page.wait_for_timeout(1_000)  # what is still on its way must not overtake what is held
    holding = False
    for server, message in held:
        server.send(message)
    expect(page.locator(".note")).to_contain_text("stride=3")
    expect(page.locator(".where")).to_have_text("1 of 4")
