"""A checkpoint: the weights of a trained network and the card that rebuilds it, in one safetensors file.

The card lies as JSON in the file's header, so that any reader of safetensors shows it; nothing in the file can run
code.
"""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from cnnviz.models import build_model

CARD_KEY = "card"  # in the header's metadata
LENGTH_BYTES = 8  # a safetensors file begins with the length of its header, little-endian
LONGEST_HEADER = 100_000_000  # bytes: safetensors' own limit
LISTED = 4  # differences between card and weights that a message shows


@dataclass(frozen=True)
class Card:
    """All that is needed to rebuild a trained network, to feed it, and to train it again.

    `config` are the keyword arguments of the network's constructor. A picture with values in [0,1] is bordered with
    `pad` black pixels, then normalised as (pixel - mean) / std, channel by channel. `metrics` were measured on the
    held-out set `data` names, with these very weights. `half`: kernels and matrices are kept in half precision on disk
    (vectors, batch norm's included, are not).
    """

    name: str
    architecture: str
    config: Mapping[str, Any]
    classes: tuple[str, ...]
    data: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    metrics: Mapping[str, float]
    pad: int = 0  # pixels on each side
    seconds: float = 0.0  # of training
    machine: str = ""
    precision: str = "float32"  # of the arithmetic in training
    seed: int = 0
    revision: str = ""  # of the code, as git names it
    command: str = ""  # trains it again
    torch: str = ""  # version
    half: bool = False

    def __post_init__(self) -> None:
        for name in ("classes", "mean", "std"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        kinds = {field.name: field.type for field in fields(self) if field.type in (str, int)}
        if wrong := [name for name, kind in kinds.items() if not isinstance(getattr(self, name), kind)]:
            raise ValueError(f"the card of {self.name!r}: the entries {', '.join(wrong)} are not of their kind")
        object.__setattr__(self, "config", {key: _tuples(value) for key, value in self.config.items()})
        if self.pad < 0 or len(self.mean) != len(self.std) or not all(value > 0 for value in self.std):
            raise ValueError(
                f"the card of {self.name!r}: pad must be 0 or more, and std positive, one a channel as mean is"
            )
        if not all(math.isfinite(value) for value in (*self.mean, *self.std, *self.metrics.values(), self.seconds)):
            raise ValueError(f"the card of {self.name!r} holds a number that is not finite")


def save_checkpoint(path: Path | str, model: nn.Module, card: Card) -> None:
    """Write the model's weights with their card to `path`; the file is there whole or not at all.

    ValueError when it cannot be written (a full disk, no such folder).
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(pack(model, card))
        os.replace(part, path)
    except OSError as error:
        raise ValueError(f"{path} could not be written: {error.strerror or error}; nothing is left there") from error
    finally:
        part.unlink(missing_ok=True)


def pack(model: nn.Module, card: Card) -> bytes:
    """The bytes of a checkpoint's file."""
    tensors = {name: _stored(tensor, half=card.half) for name, tensor in model.state_dict().items()}
    return save(tensors, {CARD_KEY: json.dumps(asdict(card))})


def load_checkpoint(source: Path | str | bytes) -> tuple[nn.Module, Card]:
    """The network of a checkpoint, in float32, on the CPU and in eval mode, with its card; `source` is a path or a
    file's bytes.

    ValueError for a damaged file, one without a card, an unknown architecture, and a card that does not fit its
    weights.
    """
    what = "the checkpoint" if isinstance(source, bytes) else str(source)
    content = source if isinstance(source, bytes) else _content(Path(source))
    card = _card(content, what)
    try:
        tensors = {
            name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in load(content).items()
        }
    except SafetensorError as error:
        raise ValueError(f"{what} is damaged ({error}): fetch or train it again") from error
    with torch.device("meta"):  # shapes first: a card must not be able to ask for more memory than its file has weights
        _check_fit(_build(card, what).state_dict(), tensors, what)
    with torch.random.fork_rng(
        devices=[]
    ):  # the first random weights, soon overwritten, take nothing from the common generator
        model = _build(card, what)
    model.load_state_dict(tensors)
    return model.eval(), card


def read_card(source: Path | str | bytes) -> Card:
    """The card alone, read without the weights; errors as in load_checkpoint."""
    if isinstance(source, bytes):
        return _card(source, "the checkpoint")
    return _card(_content(Path(source), header_only=True), str(source))


def _stored(tensor: Tensor, *, half: bool) -> Tensor:
    small = half and tensor.is_floating_point() and tensor.dim() > 1
    return tensor.detach().to("cpu", torch.float16 if small else tensor.dtype).contiguous().clone()


def _content(path: Path, *, header_only: bool = False) -> bytes:
    """A file's bytes, or those of its header."""
    try:
        with path.open("rb") as file:
            length = file.read(LENGTH_BYTES)
            return length + file.read(min(int.from_bytes(length, "little"), LONGEST_HEADER) if header_only else -1)
    except OSError as error:
        raise ValueError(f"{path} could not be read: {error.strerror or error}") from error


def _card(content: bytes, what: str) -> Card:
    """The card in the header of a safetensors file."""
    end = LENGTH_BYTES + int.from_bytes(content[:LENGTH_BYTES], "little")
    try:
        header = json.loads(content[LENGTH_BYTES:end])
        metadata = header.get("__metadata__") or {}
    except (ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"{what} is damaged, or no safetensors file: fetch or train it again") from error
    if CARD_KEY not in metadata:
        raise ValueError(f"{what} has no card, so its network is not known: a checkpoint is written by save_checkpoint")
    try:
        values = json.loads(metadata[CARD_KEY])
        known = {field.name for field in fields(Card)}
        if strange := sorted(set(values) - known):
            raise ValueError(
                f"{what} comes from another version: its card has the unknown entries {', '.join(strange)}"
            )
        return Card(**values)
    except (TypeError, AttributeError, RecursionError, json.JSONDecodeError) as error:
        raise ValueError(f"{what} has a card that cannot be read: {error}") from error


def _build(card: Card, what: str) -> nn.Module:
    """The network that a card describes, with fresh weights."""
    try:
        return build_model(card.architecture, **card.config)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{what}: no network can be built from its card: {error}") from error


def _check_fit(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor], what: str) -> None:
    """ValueError, with the first differences, unless both have the same names and shapes."""
    differences = [
        f"{name} is {_shape(found.get(name))} in the file, {_shape(wanted.get(name))} by the card"
        for name in dict.fromkeys((*wanted, *found))
        if _shape(found.get(name)) != _shape(wanted.get(name))
    ]
    if differences:
        more = f" and {len(differences) - LISTED} more" if len(differences) > LISTED else ""
        raise ValueError(f"{what}: the card does not fit the weights: {'; '.join(differences[:LISTED])}{more}")


def _shape(tensor: Tensor | None) -> str:
    return "absent" if tensor is None else "x".join(map(str, tensor.shape)) or "one number"


def _tuples(value: Any) -> Any:
    """Lists, which is what JSON makes of tuples, as tuples again."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value
