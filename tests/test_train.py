"""Training: augmentation by eye, PyTorch as the judge, an interrupted run that ends as an uninterrupted one, and
messages.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from cnnviz.checkpoints import load_checkpoint, read_card
from cnnviz.datasets import Data
from cnnviz.models import build_model
from cnnviz.train import __main__ as command
from cnnviz.train import loop, recipe, resume
from cnnviz.train.arithmetic import autocast, evaluate, precision, preparation
from cnnviz.train.augment import affine, cutout, flip, translate
from cnnviz.train.loop import Fitted, Report, fit
from cnnviz.train.objectives import Classification, Reconstruction, Variational
from cnnviz.train.progress import Bar
from cnnviz.train.recipe import Recipe, names, rate

SMALL = Recipe(
    name="small", architecture="dense", data="digits", epochs=4, batch_size=8, learning_rate=0.05, weight_decay=1e-3,
    config={"in_features": 36, "hidden": 4, "num_classes": 2}, augment=(flip, partial(translate, pixels=1)), average=0.9,
    objective=Classification(label_smoothing=0.1), snapshots=(0, 5),
)  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small tensors gain nothing from more, and lose much where other tests run beside."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def generator(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def halves(count: int, seed: int) -> Data:
    """Noisy 6x6 pictures that are bright above (class 0) or below (class 1)."""
    labels = torch.arange(count) % 2
    images = torch.randint(0, 90, (count, 1, 6, 6), generator=generator(seed), dtype=torch.uint8)
    for label in (0, 1):
        images[labels == label, :, 3 * label : 3 * label + 3] += 120
    return Data("digits", images, labels, ("above", "below"), torch.tensor([0.1593]), torch.tensor([0.298]))


TRAIN, TEST = halves(42, 1), halves(20, 2)


def weights(fitted: Fitted) -> list[Tensor]:
    return [
        *fitted.model.state_dict().values(),
        *(w for snapshot in fitted.snapshots.values() for w in snapshot.values()),
    ]


def equal(one: Fitted, other: Fitted) -> bool:
    return len(weights(one)) == len(weights(other)) and all(map(torch.equal, weights(one), weights(other)))


# Augmentation, by eye


PICTURE = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype=torch.uint8)[None, None]


def test_flip_mirrors_half_of_the_pictures() -> None:
    out = flip(PICTURE.expand(1000, -1, -1, -1), generator())
    mirrored = (out == PICTURE.flip(3)).flatten(1).all(1)
    assert torch.equal(out[~mirrored], PICTURE.expand(int((~mirrored).sum()), -1, -1, -1))
    assert 430 < int(mirrored.sum()) < 570  # four and a half standard deviations


def test_translate_moves_and_mirrors_the_border() -> None:
    moved = {tuple(one.flatten().tolist()) for one in translate(PICTURE.expand(200, -1, -1, -1), generator(), pixels=1)}
    assert len(moved) == 9
    assert (5, 4, 5, 2, 1, 2, 5, 4, 5) in moved  # down and right by one


def test_cutout_blackens_one_square() -> None:
    out = cutout(torch.full((400, 2, 6, 6), 9, dtype=torch.uint8), generator(), size=4)
    assert torch.equal(out[:, 0], out[:, 1])
    rows, cols = (out[:, 0] == 0).any(2).sum(1), (out[:, 0] == 0).any(1).sum(1)
    assert torch.equal((out[:, 0] == 0).sum((1, 2)), rows * cols) and int(rows.max()) == 4 and int(rows.min()) == 2


def test_affine_turns_by_the_angle_and_without_one_changes_nothing() -> None:
    dot = torch.zeros(300, 1, 21, 21, dtype=torch.uint8)
    dot[:, 0, 10, 18] = 200  # eight to the right of the centre
    assert torch.equal(affine(dot, generator()), dot)
    mass = affine(dot, generator(), degrees=30)[:, 0].float()
    place = torch.arange(21.0) - 10
    row, col = (mass.sum(2) * place).sum(1) / mass.sum((1, 2)), (mass.sum(1) * place).sum(1) / mass.sum((1, 2))
    angle = torch.atan2(row, col).rad2deg()
    assert torch.allclose(torch.hypot(row, col), torch.tensor(8.0), atol=0.2)
    assert 28 < float(angle.max()) < 30.5 and -30.5 < float(angle.min()) < -28 and abs(float(angle.mean())) < 3


@pytest.mark.parametrize(
    "change", [flip, partial(translate, pixels=2), partial(cutout, size=3), partial(affine, degrees=9, pixels=1)]
)
def test_augmentation_follows_its_generator_and_leaves_its_input(change: Callable[..., Tensor]) -> None:
    images = TRAIN.images.clone()
    state = torch.get_rng_state()
    one, same, other = change(images, generator()), change(images, generator()), change(images, generator(1))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(images, TRAIN.images) and one.dtype == torch.uint8 and one.shape == images.shape
    assert torch.equal(torch.get_rng_state(), state)


def test_rate_is_a_triangle() -> None:
    assert [rate(step, 4, warm_up=0.4) for step in range(4)] == pytest.approx([1 / 2, 1, 2 / 3, 1 / 3])
    assert [rate(step, 4, warm_up=0) for step in range(4)] == pytest.approx([4 / 5, 3 / 5, 2 / 5, 1 / 5])


# Agreement with PyTorch and torchvision


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 99),
    pixels=st.integers(1, 4),
    channels=st.integers(1, 3),
    height=st.integers(5, 9),
    width=st.integers(5, 9),
)
def test_translate_is_a_crop_of_the_reflected_picture(
    seed: int, pixels: int, channels: int, height: int, width: int
) -> None:
    images = torch.randint(0, 256, (3, channels, height, width), generator=generator(seed), dtype=torch.uint8)
    down, right = torch.randint(-pixels, pixels + 1, (2, 3, 1), generator=generator(seed))[..., 0]
    padded = F.pad(images.float(), (pixels,) * 4, mode="reflect").to(torch.uint8)
    wanted = [p[:, pixels + d :, pixels + r :][:, :height, :width] for p, d, r in zip(padded, down, right, strict=True)]
    assert torch.equal(translate(images, generator(seed), pixels=pixels), torch.stack(wanted))


def test_preparation_is_torchvisions_normalize_after_a_black_border() -> None:
    from torchvision.transforms.v2.functional import normalize, pad

    images = torch.randint(0, 256, (5, 3, 4, 6), generator=generator(), dtype=torch.uint8)
    mean, std = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]
    ours = preparation(mean, std, border=2, device="cpu")(images)
    assert torch.allclose(ours, normalize(pad(images.float() / 255, [2]), mean, std), atol=1e-6)


def test_loop_is_plain_pytorch() -> None:
    """Two epochs of the loop against the same steps written out, with PyTorch's own schedule."""
    plain = replace(SMALL, epochs=2, augment=(), average=0.0, snapshots=())
    ours = fit(plain, TRAIN, TEST, seed=5)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = nn.Sequential(nn.Flatten(), nn.Linear(36, 4), nn.ReLU(), nn.Linear(4, 2))
    matrices, vectors = [p for p in model.parameters() if p.dim() > 1], [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 1e-3}, {"params": vectors}]
    optimiser = torch.optim.SGD(groups, lr=0.05, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate(step, 10, warm_up=0.2))
    order = generator(5)
    for _ in range(2):
        for chosen in torch.randperm(42, generator=order)[:40].split(8):
            x = (TRAIN.images[chosen].float() / 255 - 0.1593) / 0.2980
            optimiser.zero_grad()
            F.cross_entropy(model(x), TRAIN.labels[chosen], label_smoothing=0.1).backward()
            optimiser.step()
            schedule.step()
    assert all(
        torch.allclose(a, b, atol=1e-5) for a, b in zip(ours.model.parameters(), model.parameters(), strict=True)
    )


def test_evaluate_counts_and_averages() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 2))
    prepare = preparation((0.0,), (1.0,), border=0, device="cpu")
    measured = evaluate(Classification(), model, TEST, prepare, autocast("cpu", "float32"))
    logits = model(TEST.images.float() / 255).detach()
    assert measured["error"] == pytest.approx(float((logits.argmax(1) != TEST.labels).float().mean()))
    assert measured["loss"] == pytest.approx(float(F.cross_entropy(logits, TEST.labels)))


@torch.no_grad()
def test_reconstruction_and_kl_are_summed_a_picture_and_averaged_over_pictures() -> None:
    torch.manual_seed(3)
    model = build_model("vae", latent_size=3, width=2, classes=2).eval()
    images, labels = torch.rand(4, 1, 28, 28), torch.tensor([0, 1, 1, 0])
    mu, logvar = model.encode(images, labels)
    z = mu + (logvar / 2).exp() * torch.randn(4, 3, generator=generator(8))
    bce = F.binary_cross_entropy_with_logits(model.decode(z, labels), images, reduction="sum") / 4
    kl = (mu**2 + logvar.exp() - 1 - logvar).sum() / 8
    objective = Variational(kl_weight=4.0, conditional=True)
    assert torch.allclose(objective.loss(model, images, labels, generator(8)), bce + 4 * kl)
    measured = objective.measure(model, [(images, labels)], generator(8))
    assert measured == pytest.approx(
        {"loss": float(bce + kl), "reconstruction": float(bce), "kl": float(kl), "active_units": measured["active_units"]},
        rel=1e-5,  # 1 + logvar - sigma^2 cancels where a prior is nearly met
    )


def test_a_denoiser_reads_noise_and_is_held_to_the_clean_picture() -> None:
    class Echo(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            self.read = images
            return images

    echo, images = Echo(), torch.full((2, 1, 40, 40), 0.5)
    loss = Reconstruction(noise=0.1).loss(echo, images, torch.zeros(2), generator())
    assert float(echo.read.std()) == pytest.approx(0.1, rel=0.05) and float(echo.read.mean()) == pytest.approx(0.5, abs=0.01)
    assert float(loss) == pytest.approx(float(F.binary_cross_entropy_with_logits(echo.read, images, reduction="sum") / 2))
    Reconstruction().loss(echo, images, torch.zeros(2), generator())
    assert torch.equal(echo.read, images)


# Properties of a run


def test_a_run_learns_and_follows_its_seed_alone() -> None:
    state = torch.get_rng_state()
    one, same, other = (fit(replace(SMALL, epochs=12), TRAIN, TEST, seed=seed) for seed in (0, 0, 1))
    assert equal(one, same) and not equal(one, other)
    assert one.finished and len(one.history) == 12 and one.history[-1].metrics["error"] == 0 < one.history[0].loss
    assert torch.equal(torch.get_rng_state(), state), "the generator that all share is as it was"


def noisy(name: str, **config: Any) -> nn.Module:
    """A network with batch normalisation and dropout: more to remember than weights."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(64, 2)
    )


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
@pytest.mark.parametrize("stopped_at", [3, 7, 14], ids=lambda step: f"stopped before step {step}")  # of 5 an epoch
def test_resumed_run_equals_the_uninterrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimiser: str, stopped_at: int
) -> None:
    monkeypatch.setattr(loop, "build_model", noisy)
    chosen = replace(SMALL, optimiser=optimiser)
    whole = fit(chosen, TRAIN, TEST)
    calls = iter(range(100))
    broken = fit(chosen, TRAIN, TEST, state=tmp_path / "state", stop=lambda: next(calls) == stopped_at)
    assert not broken.finished and len(broken.history) == stopped_at // 5
    torch.rand(3)  # what others draw meanwhile does not matter
    resumed = fit(chosen, TRAIN, TEST, state=tmp_path / "state")
    assert resumed.finished and equal(whole, resumed)
    assert [(epoch.loss, epoch.metrics) for epoch in resumed.history] == [
        (epoch.loss, epoch.metrics) for epoch in whole.history
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_reports_count_every_step() -> None:
    seen: list[Report] = []
    fit(SMALL, TRAIN, TEST, report=seen.append)
    assert [(one.epoch, one.step) for one in seen[:7]] == [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 5), (1, 1)]
    assert len(seen[-1].history) == 4 and all(math.isfinite(one.loss) for one in seen)


def test_snapshots_begin_with_the_first_weights() -> None:
    fitted = fit(replace(SMALL, average=0.0, snapshots=(0, 5, 20)), TRAIN, TEST)
    assert list(fitted.snapshots) == [0, 5, 20]
    assert torch.equal(fitted.snapshots[20]["fc1.weight"], fitted.model.fc1.weight)
    assert not torch.equal(fitted.snapshots[0]["fc1.weight"], fitted.snapshots[5]["fc1.weight"])


def test_average_holds_its_share() -> None:
    fitted = fit(replace(SMALL, epochs=1, snapshots=()), TRAIN, TEST)
    raw = fit(replace(SMALL, epochs=1, average=0.0, snapshots=(1, 2, 3, 4, 5)), TRAIN, TEST).snapshots
    mean = raw[1]["fc1.weight"]
    for step in range(2, 6):
        mean = 0.9 * mean + 0.1 * raw[step]["fc1.weight"]
    assert torch.allclose(fitted.model.fc1.weight, mean, atol=1e-6)


def test_bfloat16_only_where_asked_and_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert [precision("cpu", bfloat16=wanted) for wanted in (False, True)] == ["float32", "bfloat16"]
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert precision("cpu", bfloat16=True) == "float32" and precision("cuda:0", bfloat16=False) == "bfloat16"
    with autocast("cpu", "bfloat16"):
        assert nn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 3, 3)).dtype == torch.bfloat16


@pytest.mark.parametrize("name", names())
def test_every_recipe_runs_and_says_how(name: str) -> None:
    """A few steps on noise of the right shape; its docstring has its command."""
    from importlib import import_module

    from cnnviz.datasets import SETS

    chosen = recipe.recipe(name)
    module = import_module(f"cnnviz.train.recipes.{name}")
    assert chosen.name == name and f"python -m cnnviz.train {name}" in (module.__doc__ or "")
    source = SETS[chosen.data]
    side = 32 if chosen.data == "cifar10" else 28
    images = torch.randint(0, 256, (8, len(source.mean), side, side), dtype=torch.uint8)
    data = Data(
        chosen.data, images, torch.arange(8), source.classes, torch.tensor(source.mean), torch.tensor(source.std)
    )
    fitted = fit(replace(chosen, batch_size=4, epochs=1), data, data)
    assert math.isfinite(fitted.history[0].loss)


def test_no_two_recipes_tell_the_same_story() -> None:
    told = [tuple(sorted((recipe.recipe(name).words() | {"name": ""}).items())) for name in names()]
    assert len(set(told)) == len(told) > 1


# The command


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """A recipe that the command knows and that needs no data set from outside."""
    chosen = Recipe(name="dense_digits", architecture="dense", data="digits", epochs=3, batch_size=50, learning_rate=0.02,
                    augment=(partial(translate, pixels=1),), snapshots=(0, 28))  # fmt: skip
    monkeypatch.setattr(command, "recipe", lambda name: chosen)
    return chosen


def test_command_writes_a_checkpoint_with_a_true_card(
    tmp_path: Path, offline: Recipe, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dense.safetensors"
    command.main(["dense_digits", "--seed", "3", "--device", "cpu", "--out", str(out)])
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        "dense.safetensors", "dense_snapshots/step_000000.safetensors", "dense_snapshots/step_000028.safetensors",
    ]  # fmt: skip
    card = read_card(out)
    assert (card.name, card.seed, card.command) == (
        "dense_digits",
        3,
        "python -m cnnviz.train dense_digits --device=cpu --seed=3",
    )
    assert (
        0
        < card.metrics["error"]
        < 0.5
        < read_card(tmp_path / "dense_snapshots/step_000000.safetensors").metrics["error"]
    )
    assert re.search(r"epoch   3/3: loss \d\.\d+, test error \d+\.\d\d%", capfd.readouterr().err)


def test_interrupted_command_goes_on(tmp_path: Path, offline: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, broken = tmp_path / "whole.safetensors", tmp_path / "broken.safetensors"
    command.main(["dense_digits", "--device", "cpu", "--out", str(whole)])

    def interrupt(_bar: Bar, report: Report) -> None:
        if report.epoch == 1 and report.step > 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Bar, "run", interrupt)
        with pytest.raises(SystemExit, match=r"the same command goes on from the last whole epoch"):
            command.main(["dense_digits", "--device", "cpu", "--out", str(broken)])
    assert broken.with_suffix(".resume").is_file() and not broken.exists()
    command.main(["dense_digits", "--device", "cpu", "--out", str(broken)])
    one, other = (load_checkpoint(path)[0].state_dict() for path in (whole, broken))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not [path.name for path in tmp_path.iterdir() if path.suffix in (".resume", ".part")]


@pytest.mark.parametrize("terminal", [True, False], ids=["on a terminal", "in a log"])
def test_bar_shows_each_epoch_and_on_a_terminal_each_report(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    bar, done = Bar(), loop.Epoch(0.25, {"error": 0.0123, "loss": 0.5}, 4.0)
    bar.run(Report(1, 4, 2, 4, 0.5, (done,)))
    shown = capsys.readouterr().err
    assert shown.strip() == ("epoch   2/4 █████████░░░░░░░░░░░░░░░ loss 0.500, 0:00 left" if terminal else "")
    bar.run(Report(1, 4, 4, 4, 0.25, (done, done)))
    assert capsys.readouterr().err.strip() == "epoch   2/4: loss 0.2500, test error 1.23%, 4.0 s"
    bar.download("set.gz", 500_000, 1_000_000)
    assert capsys.readouterr().err.strip() == ("set.gz ████████████░░░░░░░░░░░░ 0.5 MB" if terminal else "")


# Messages


@pytest.mark.parametrize("wrong", [["--epochs", "0"], ["--threads", "many"], ["--device", "tpu"]])
def test_wrong_options_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["dense_mnist", *wrong])
    assert repr(wrong[1]) in capsys.readouterr().err


def test_unknown_recipe_lists_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"unknown recipe 'lenet5_mnits': there are lenet5_mnist,"):
        command.main(["lenet5_mnits"])


def test_unwritable_place_is_said_before_training(tmp_path: Path, offline: Recipe) -> None:
    with pytest.raises(ValueError, match=r"none/x.safetensors cannot be written: No such file.*--out"):
        command.main(["dense_digits", "--out", str(tmp_path / "none" / "x.safetensors")])


def test_state_of_another_run_is_refused(tmp_path: Path) -> None:
    fit(replace(SMALL, epochs=1), TRAIN, TEST, state=tmp_path / "state")
    with pytest.raises(ValueError, match=r"another run \(seed 0 there, 1 now; epochs 1 there, 4 now\).*delete it"):
        fit(SMALL, TRAIN, TEST, seed=1, state=tmp_path / "state")
    (tmp_path / "state").write_bytes((tmp_path / "state").read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"no state of a run, or damaged: delete it"):
        fit(SMALL, TRAIN, TEST, state=tmp_path / "state")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_full_disk_keeps_the_older_state(tmp_path: Path) -> None:
    resume.write_state(tmp_path / "state", {"number": 1}, {})
    (tmp_path / "state.part").symlink_to("/dev/full")
    with pytest.raises(ValueError, match=r"could not be written to .*No space left on device\): make room") as raised:
        resume.write_state(tmp_path / "state", {"number": 2}, {})
    assert "\n" not in str(raised.value)
    assert resume.read_state(tmp_path / "state", {}) == {"number": 1} and [p.name for p in tmp_path.iterdir()] == [
        "state"
    ]


def test_too_few_pictures_and_impossible_recipes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"42 pictures do not fill a batch of 64: give more"):
        fit(replace(SMALL, batch_size=64), TRAIN, TEST)
    with pytest.raises(ValueError, match=r"optimiser is 'adam', it must be sgd or adamw"):
        replace(SMALL, optimiser="adam")
    with pytest.raises(ValueError, match=r"epochs 0"):
        replace(SMALL, epochs=0)
