"""python -m cnnviz.train RECIPE: train a network by its recipe and write its checkpoint."""

import argparse
import copy
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from cnnviz import datasets
from cnnviz.checkpoints import Card, load_checkpoint, pack, save_checkpoint
from cnnviz.train.arithmetic import autocast, evaluate, precision, preparation
from cnnviz.train.loop import Fitted, fit
from cnnviz.train.objectives import Objective
from cnnviz.train.progress import Bar, headline
from cnnviz.train.recipe import Recipe, names, recipe

ROOT = Path(__file__).parents[2]
SNAPSHOTS = "_snapshots"  # behind a checkpoint's name: the folder of the weights along the way


def main(arguments: list[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    chosen = recipe(given.recipe)
    if given.epochs is not None:
        chosen = replace(chosen, epochs=given.epochs)
    if given.threads is not None:
        torch.set_num_threads(given.threads)
    device = given.device or ("cuda" if torch.cuda.is_available() else "cpu")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("torch finds no GPU here: give --device cpu")
    out = given.out or ROOT / "checkpoints" / chosen.folder / f"{chosen.name}.safetensors"
    _check_writable(out)

    code = revision()  # now: files may change while it trains
    bar = Bar()
    train, test = (datasets.load(chosen.data, split, download=True, progress=bar.download) for split in datasets.SPLITS)
    train, test = train.without(chosen.without), test.without(chosen.without)
    state = out.with_suffix(".resume")
    if state.is_file():
        print(f"going on from {state}", file=sys.stderr)
    try:
        fitted = fit(chosen, train, test, device=device, seed=given.seed, state=state, report=bar.run)
    except KeyboardInterrupt:
        sys.exit(
            f"\nstopped; the same command goes on from the last whole epoch ({state})"
            if state.is_file()
            else "\nstopped"
        )
    card = keep(fitted, chosen.objective, test, out, _card(chosen, fitted, test.classes, given, device, code))
    state.unlink(missing_ok=True)
    print(f"{out}: test {headline(card.metrics)} after {card.seconds:.0f} s", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m cnnviz.train", description="Train a network by its recipe.")
    parser.add_argument("recipe", metavar="RECIPE", help=", ".join(names()))
    parser.add_argument("--device", choices=("cpu", "cuda"), help="cuda where there is a GPU, otherwise cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=_positive, help="instead of the recipe's number")
    parser.add_argument("--threads", type=_positive, help="of the CPU (as many as there are cores)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the checkpoint (RECIPE.safetensors below checkpoints/)")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def keep(fitted: Fitted, objective: Objective, test: datasets.Data, out: Path, card: Card) -> Card:
    """Write the checkpoint of a run to `out` and its snapshots into a folder beside it; the card of the checkpoint,
    with its metrics.
    """
    for step, weights in fitted.snapshots.items():
        model = copy.deepcopy(fitted.model)
        model.load_state_dict(weights)
        snapshot = replace(card, name=f"{card.name} after {step} steps", half=True)
        path = out.with_name(out.stem + SNAPSHOTS) / f"step_{step:06}.safetensors"
        path.parent.mkdir(exist_ok=True)
        _keep_one(path, model, objective, snapshot, test)
    return _keep_one(out, fitted.model, objective, card, test)


def _keep_one(path: Path, model: nn.Module, objective: Objective, card: Card, test: datasets.Data) -> Card:
    """Write one checkpoint, measured in float32 with the weights as they will be read from the file."""
    stored, _ = load_checkpoint(pack(model, card))
    prepare = preparation(card.mean, card.std, border=card.pad, device="cpu")
    measured = evaluate(objective, stored, test, prepare, autocast("cpu", "float32"))
    card = replace(card, metrics={name: round(value, 6) for name, value in measured.items()})
    save_checkpoint(path, stored, card)
    return card


def _card(
    recipe: Recipe, fitted: Fitted, classes: tuple[str, ...], given: argparse.Namespace, device: str, code: str
) -> Card:
    """The card of a run, still without metrics."""
    mean, std = recipe.moments()
    options = [
        f"--{name}={getattr(given, name)}" for name in ("device", "seed", "epochs", "threads") if getattr(given, name)
    ]
    return Card(
        name=recipe.name, architecture=recipe.architecture, config=recipe.config, classes=classes, data=recipe.data,
        mean=mean, std=std, pad=recipe.pad, metrics={}, seconds=round(fitted.seconds, 1), machine=machine(device),
        precision=precision(device, bfloat16=recipe.bfloat16), seed=given.seed, revision=code,
        command=" ".join(["python -m cnnviz.train", recipe.name, *options]), torch=str(torch.__version__), half=recipe.half,
    )  # fmt: skip


def machine(device: str) -> str:
    """The processor that trains, in words."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    name = torch.cpu.get_capabilities().get("cpu_name") or platform.processor() or platform.machine()
    count = torch.get_num_threads()
    return f"{name}, {count} thread{'s' if count > 1 else ''}"


def revision() -> str:
    """The git revision of this code, with a + where files differ from it; empty outside a repository."""
    found = _git("rev-parse", "--short=12", "HEAD")
    return found + ("+" if found and _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*words: str) -> str:
    try:
        return subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _check_writable(out: Path) -> None:
    """ValueError now rather than after an hour of training."""
    part = out.with_name(out.name + ".part")
    try:
        part.write_bytes(b"")
    except OSError as error:
        raise ValueError(f"{out} cannot be written: {error.strerror}; name another file with --out") from error
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
