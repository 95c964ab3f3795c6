"""The state of an interrupted run: written after each epoch, whole or not at all, and read only by the run that it
belongs to.
"""

import io
import os
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch


def write_state(path: Path, state: dict[str, Any], belongs_to: dict[str, str]) -> None:
    """Write a state of tensors, numbers and text; ValueError when it cannot be written, and then the older one still
    stands.
    """
    part = path.with_name(path.name + ".part")
    content = io.BytesIO()
    torch.save({"belongs_to": belongs_to, "state": state}, content)
    try:
        part.write_bytes(content.getbuffer())  # torch itself would report a full disk as a matter of its own format
        os.replace(part, path)
    except OSError as error:
        raise ValueError(
            f"the state of the run could not be written to {path} ({error.strerror or error}): make room there, or name another "
            "file with --out"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def read_state(path: Path, belongs_to: dict[str, str]) -> dict[str, Any]:
    """The state that this run wrote; ValueError, naming what differs, for that of another run and for a damaged file."""
    way_out = "delete it to begin anew"
    try:
        saved = torch.load(path, weights_only=True)
        owner, state = saved["belongs_to"], saved["state"]
    except (OSError, RuntimeError, UnpicklingError, EOFError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no state of a run, or damaged: {way_out}") from error
    differing = [
        f"{key} {owner.get(key)} there, {belongs_to.get(key)} now"
        for key in dict.fromkeys((*owner, *belongs_to))
        if owner.get(key) != belongs_to.get(key)
    ]
    if differing:
        raise ValueError(
            f"{path} belongs to another run ({'; '.join(differing)}): give the same settings, or {way_out}"
        )
    return state
