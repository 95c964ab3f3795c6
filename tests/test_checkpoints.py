"""Checkpoints: what comes back is what was saved, each kind of bad file has its one line, and those of the repository
hold their word.
"""

import json
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import nn

from cnnviz import datasets
from cnnviz.checkpoints import CARD_KEY, Card, load_checkpoint, pack, read_card, save_checkpoint
from cnnviz.models import MODELS, build_model
from cnnviz.train.arithmetic import autocast, evaluate, preparation
from cnnviz.train.recipe import recipe
from tests.needed_data import need

FOLDER = Path(__file__).parents[1] / "checkpoints"
COMMITTED = sorted(FOLDER.rglob("*.safetensors"))
CARD = Card(
    name="tiny", architecture="dense", config={"in_features": 4, "hidden": 2, "num_classes": 2}, classes=("no", "yes"),
    data="mnist", mean=(0.5,), std=(0.25,), metrics={"error": 0.125}, pad=2, seconds=1.5, machine="a machine",
    seed=3, revision="abc", command="python -m cnnviz.train tiny", torch="2.15.0",
)  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small tensors gain nothing from more, and lose much where other tests run beside."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tiny() -> nn.Module:
    model = build_model("dense", **CARD.config)
    values = iter(range(100))
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.tensor([next(values) / 8 for _ in range(weight.numel())]).view_as(weight))
    return model


def packed(**changes: Any) -> bytes:
    """A checkpoint whose card says something else than its weights; made as JSON, since Card itself would refuse some
    of it.
    """
    header = json.loads(pack(tiny(), CARD)[8:].split(b"}}")[0] + b"}}")
    card = json.loads(header["__metadata__"][CARD_KEY]) | changes
    return save(tiny().state_dict(), {CARD_KEY: json.dumps(card)})


def test_what_comes_back_is_what_was_saved(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "tiny.safetensors", tiny(), CARD)
    model, card = load_checkpoint(tmp_path / "tiny.safetensors")
    assert card == CARD and read_card(tmp_path / "tiny.safetensors") == CARD
    assert model.fc1.weight.tolist() == [[0.0, 0.125, 0.25, 0.375], [0.5, 0.625, 0.75, 0.875]]
    assert model(torch.ones(1, 1, 2, 2)).tolist() == tiny()(torch.ones(1, 1, 2, 2)).tolist()
    assert not model.training and [path.name for path in tmp_path.iterdir()] == ["tiny.safetensors"]
    assert torch.equal(load_checkpoint((tmp_path / "tiny.safetensors").read_bytes())[0].fc2.weight, model.fc2.weight)


def test_half_precision_rounds_kernels_and_keeps_vectors() -> None:
    model = tiny()
    with torch.no_grad():
        model.fc1.weight[0, 0] = 1 + 2**-12  # between two half-precision numbers
        model.fc1.bias[0] = 1 + 2**-12
    back, card = load_checkpoint(pack(model, replace(CARD, half=True)))
    assert card.half and back.fc1.weight.dtype == torch.float32
    assert back.fc1.weight[0, 0] == 1 and back.fc1.bias[0] == 1 + 2**-12


# One of torchvision's, the smallest; AlexNet and U-Net as published have 240 and 120 MB of weights and no other kind of layer
SAVED = [name for name, info in MODELS.items() if info.torchvision is None and name not in ("alexnet_2012", "unet")]


@pytest.mark.parametrize("name", [*SAVED, "squeezenet1_1"])
def test_every_network_survives_a_checkpoint(name: str) -> None:
    model = build_model(name).eval()
    before = torch.get_rng_state()
    back, _ = load_checkpoint(pack(model, replace(CARD, architecture=name, config={})))
    assert torch.equal(torch.get_rng_state(), before), "loading draws nothing from the generator that all share"
    assert all(
        torch.equal(ours, theirs)
        for ours, theirs in zip(back.state_dict().values(), model.state_dict().values(), strict=True)
    )


def test_card_with_tuples_survives_json() -> None:
    card = replace(CARD, config={"widths": (1, 2, (3, 4)), "skip": True})
    assert read_card(save({"w": torch.zeros(1)}, {CARD_KEY: json.dumps(card.__dict__)})) == card


# Bad files, one line each


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: b"", "damaged, or no safetensors file"),
        (lambda: b"\x89PNG\r\n\x1a\n and more", "damaged, or no safetensors file"),
        (lambda: struct.pack("<Q", 2**63) + b"{}", "damaged, or no safetensors file|no card"),
        (lambda: struct.pack("<Q", 100_000) + b"[" * 100_000, "damaged, or no safetensors file"),
        (lambda: pack(tiny(), CARD)[:-3], "is damaged"),
        (lambda: save({"w": torch.zeros(1)}), "has no card.*save_checkpoint"),
        (lambda: packed(colour="red"), "another version.*colour"),
        (lambda: packed(name=None), "name are not of their kind"),
        (lambda: packed(std=[0]), "std positive"),
        (lambda: packed(mean=["a"]), "cannot be read"),
        (lambda: packed(metrics={"error": float("nan")}), "not finite"),
        (lambda: packed(architecture="dens"), "no network 'dens': give dense"),
        (lambda: packed(config={"hiden": 2}), "hiden"),
        (lambda: packed(config={"hidden": -2}), "no network can be built"),
        (
            lambda: packed(config={"in_features": 4, "hidden": 3, "num_classes": 2}),
            r"does not fit the weights: fc1.weight is 2x4 in the file, 3x4 by the card; fc1.bias is 2 .* fc2.weight is 2x2",
        ),
        (lambda: packed(architecture="cnn", config={}), r"\w+.weight is absent in the file, .* by the card.* more$"),
    ],
)
def test_bad_file_has_its_line(tmp_path: Path, content: Callable[[], bytes], message: str) -> None:
    (tmp_path / "bad.safetensors").write_bytes(content())
    for source in (tmp_path / "bad.safetensors", content()):
        with pytest.raises(ValueError, match=message) as raised:
            load_checkpoint(source)
        assert "\n" not in str(raised.value)


def test_card_cannot_ask_for_memory() -> None:
    """The network is compared by its shapes before it is built: this one would need 3 PB."""
    with pytest.raises(ValueError, match=r"does not fit the weights: fc1\.weight is 2x4 in the file, 1000000000x784"):
        load_checkpoint(packed(config={"hidden": 1_000_000_000}))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.safetensors could not be read: No such file"):
        load_checkpoint(tmp_path / "none.safetensors")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_full_disk_leaves_the_older_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    save_checkpoint(path, tiny(), CARD)
    (tmp_path / "tiny.safetensors.part").symlink_to("/dev/full")
    with pytest.raises(ValueError, match="could not be written: No space left"):
        save_checkpoint(path, tiny(), replace(CARD, name="second"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["tiny.safetensors"] and read_card(path).name == "tiny"


# The checkpoints of the repository


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_committed_checkpoint_loads_without_any_data(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    model, card = load_checkpoint(path)
    channels, height, width = MODELS[card.architecture].input_shape
    latent = "latent" in path.parts
    images, out = torch.zeros(1, channels, height, width), (channels, height, width) if latent else (len(card.classes),)
    if latent and card.config.get("classes"):  # it must be told the label
        label = torch.zeros(1, dtype=torch.long)
        assert model.decode(model.encode(images, label)[0], label).shape == (1, *out)
    else:
        assert model(images).shape == (1, *out)
    assert (len(card.mean), card.classes) == (channels, datasets.SETS[card.data].classes)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_committed_checkpoint_reaches_its_metric(path: Path) -> None:
    model, card = load_checkpoint(path)
    need(card.data)
    prepare = preparation(card.mean, card.std, border=card.pad, device="cpu")
    objective = recipe(card.name.split()[0]).objective
    test = datasets.load(card.data, "test").without(recipe(card.name.split()[0]).without)
    measured = evaluate(objective, model, test, prepare, autocast("cpu", "float32"))
    assert set(measured) == set(card.metrics)
    for name, value in measured.items():  # two pictures may fall on the other side elsewhere
        assert value == pytest.approx(card.metrics[name], **({"abs": 2.1e-4} if name == "error" else {"rel": 1e-3})), name


FORMATS = {"error": ".2%", "active_units": ".0f"}  # the others are nats


def test_table_has_a_true_row_for_each_checkpoint() -> None:
    rows = {
        match[1]: line
        for line in (FOLDER / "README.md").read_text().splitlines()
        if (match := re.match(r"\| `(.*?\.safetensors)`", line))
    }
    paths = [*FOLDER.glob("*.safetensors"), *FOLDER.glob("latent/*.safetensors")]
    cards = {path.relative_to(FOLDER).as_posix(): (read_card(path), path) for path in paths}
    assert set(rows) == set(cards)
    for name, (card, path) in cards.items():
        cells = [cell.strip() for cell in rows[name].split("|")[1:-1]]
        parameters = sum(weight.numel() for weight in load_checkpoint(path)[0].parameters())
        measured = card.metrics.items() if "error" not in card.metrics else [("error", card.metrics["error"])]
        shown = {f"{value:{FORMATS.get(metric, '.2f')}}" for metric, value in measured}
        assert {f"{parameters:,}", *shown} <= set(cells), name
        assert f"`{card.command}`" in cells and f"{card.seconds:.0f} s" in rows[name], name


def test_checkpoints_stay_small() -> None:
    assert sum(path.stat().st_size for path in COMMITTED) < 25e6
