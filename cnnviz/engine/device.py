"""The device that computes, and the way back to the CPU when a GPU's memory is full."""

import threading
from collections.abc import Callable
from typing import TypeVar

import torch

Result = TypeVar("Result")
ASKED = "CNNVIZ_DEVICE"
KINDS = ("cuda", "mps", "cpu")  # the best first


class Device:
    """Where networks compute: the device that the environment names, or the best there is; the CPU after a GPU ran full.

    note: what a visitor should know about it, or None.
    """

    def __init__(self, asked: str | None = None, *, leave: Callable[[torch.device], None] = lambda device: None) -> None:
        """asked: "cuda", "cuda:1", "mps" or "cpu". leave: called with a device that ran full, to let go of what is on it."""
        self._lock = threading.Lock()
        self._leave = leave
        self.current, self.note = _choose(asked)
        if self.current.type == "cuda":
            _compute_in_float32()

    @property
    def name(self) -> str:
        """For people: "CPU, 1 thread"."""
        return describe(self.current)

    def attempt(self, compute: Callable[[torch.device], Result]) -> Result:
        """What `compute` gives on the device; on the CPU, from now on, where the device has no memory left for it."""
        device = self.current
        try:
            return compute(device)
        except RuntimeError as error:
            if device.type == "cpu" or not _out_of_memory(error):
                raise
        self._fall_back(device)  # outside the handler: the error's traceback holds the tensors that filled the memory
        return compute(self.current)

    def _fall_back(self, device: torch.device) -> None:
        with self._lock:
            if self.current == device:
                self.note = f"{describe(device)} ran out of memory: the CPU answers until the app is started again."
                self.current = torch.device("cpu")
        self._leave(device)
        if device.type == "cuda" and torch.cuda.is_available():
            torch.cuda.empty_cache()


def describe(device: torch.device) -> str:
    """A device for people."""
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    there = device.type == "cuda" and torch.cuda.is_available()
    return f"CUDA {torch.cuda.get_device_name(device)}" if there else device.type.upper()


def _choose(asked: str | None) -> tuple[torch.device, str | None]:
    """The device, and why it is not the one that was asked for."""
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    best = next(kind for kind in KINDS if here[kind])
    if not asked:
        return torch.device(best), None
    kind = asked.split(":")[0]
    if kind not in KINDS:
        return torch.device(best), f"{ASKED} is {asked!r}, which is no device: give {', '.join(KINDS)}. {best.upper()} answers."
    if not here[kind]:
        return torch.device(best), f"{ASKED} asks for {asked}, which PyTorch does not find here: {best.upper()} answers."
    return torch.device(asked), None


def _compute_in_float32() -> None:
    """No TF32, cuDNN's default: its 10 bits of fraction are wrong by 1e-3, and a traced sum would not be the layer's."""
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def _out_of_memory(error: RuntimeError) -> bool:
    """torch.OutOfMemoryError, or what MPS and the CUDA libraries raise in its place."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error)
