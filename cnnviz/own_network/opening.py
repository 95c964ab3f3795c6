"""A visitor's file as tensors by name, opened so that nothing in it can run or swell."""

import io
import pickle
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

LARGEST_FILE = 128_000_000  # bytes: ResNet-50 (98 MB) fits; Streamlit keeps the file while its visitor is there
ENDINGS = (".safetensors", ".pt", ".pth")
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "weights", "params", "ema", "module")  # as trainers write them
PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.")  # DataParallel, torch.compile, Lightning
ZIP, PICKLE = b"PK\x03\x04", b"\x80"
SAVE = "save it with torch.save(model.state_dict(), file) or safetensors.torch.save_file(model.state_dict(), file)"
UNREADABLE = (
    pickle.UnpicklingError, zipfile.BadZipFile, struct.error, RuntimeError, EOFError, OSError, ValueError, LookupError,
    TypeError, AttributeError, AssertionError, ArithmeticError, MemoryError, ImportError,
)  # fmt: skip  # what a damaged pickle makes Python's and torch's readers raise


def open_weights(data: bytes, file_name: str) -> dict[str, Tensor]:
    """The tensors of a state dict, float32 where they are numbers with a point, by name; wrappers and prefixes taken off.

    The content decides how it is read, not the name's ending. Errors: ValueError for a file that is empty, too large, damaged,
    that holds objects other than tensors, and for weights that are not finite.
    """
    if not data:
        raise ValueError(f"{file_name} is empty: {SAVE}")
    check_size(len(data), file_name)
    content = _load_torch(data, file_name) if data.startswith((ZIP, PICKLE)) else _load_safetensors(data, file_name)
    tensors = without_prefix(unwrapped(content, file_name))
    for name, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.is_meta or tensor.is_complex() or tensor.is_quantized:
            raise ValueError(f"{file_name}: {name} is no ordinary tensor ({tensor.dtype}, {tensor.layout}): {SAVE}")
    if sum(tensor.numel() * tensor.element_size() for tensor in tensors.values()) > 2 * LARGEST_FILE:  # views of one small storage
        raise ValueError(f"{file_name} holds more numbers than bytes: {SAVE}")
    tensors = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    if wrong := next((name for name, tensor in tensors.items() if not tensor.isfinite().all()), None):
        raise ValueError(f"{file_name}: {wrong} holds numbers that are not finite: the training has diverged, take earlier weights")
    return tensors


def check_size(size: int, file_name: str) -> None:
    """ValueError for a file that is too large."""
    if size > LARGEST_FILE:
        raise ValueError(
            f"{file_name} has {size / 1e6:,.0f} MB, the limit is {LARGEST_FILE / 1e6:.0f} MB: take a smaller network, or save "
            "its weights in half precision (model.half())"
        )


def unwrapped(content: Any, file_name: str) -> dict[str, Tensor]:
    """The state dict in what a trainer saved: itself, or the entry of a dict that is one."""
    if isinstance(content, Mapping):
        if content and all(isinstance(value, Tensor) for value in content.values()):
            return {str(name): value for name, value in content.items()}
        inner = [content[key] for key in WRAPPERS if isinstance(content.get(key), Mapping)]
        for candidate in inner or [value for value in content.values() if isinstance(value, Mapping)]:
            tensors = {str(name): value for name, value in candidate.items() if isinstance(value, Tensor)}
            if tensors and len(tensors) == len(candidate):
                return tensors
        kinds = ", ".join(f"{key}: {type(value).__name__}" for key, value in list(content.items())[:4])
        raise ValueError(f"{file_name} holds no state dict (tensors by name), but {{{kinds}}}: {SAVE}")
    raise ValueError(f"{file_name} holds a {type(content).__name__}, no state dict (tensors by name): {SAVE}")


def without_prefix(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors without what all of their names begin with, where it is what a wrapper puts there."""
    while prefix := next((prefix for prefix in PREFIXES if all(name.startswith(prefix) for name in tensors)), None):
        tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return dict(tensors)


def _load_safetensors(data: bytes, file_name: str) -> dict[str, Tensor]:
    try:
        return load(data)
    except SafetensorError as error:
        known = file_name.lower().endswith(ENDINGS)
        what = "is damaged" if known else f"is no file of weights ({', '.join(ENDINGS)})"
        raise ValueError(f"{file_name} {what} ({error}): {SAVE}") from error


def _load_torch(data: bytes, file_name: str) -> Any:
    try:
        if data.startswith(ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                check_size(sum(entry.file_size for entry in archive.infolist()), f"{file_name}, unpacked,")
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(f"{file_name} holds Python objects other than tensors, which are not opened here: {SAVE}") from error
    except UNREADABLE as error:
        if isinstance(error, ValueError) and str(error).startswith(file_name):
            raise
        if "TorchScript" in str(error):
            raise ValueError(f"{file_name} is a TorchScript archive, not a state dict: {SAVE}") from error
        raise ValueError(f"{file_name} is damaged, or no file that torch.save wrote: {SAVE}") from error
