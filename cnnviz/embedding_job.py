"""UMAP maps that visitors ask for: one at a time, in a process of its own, the others wait in the order they came."""

import re
import subprocess
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cnnviz.embedding import UmapSettings, write_request

_EPOCH = re.compile(r"(\d+)/(\d+)")
_ROOT = Path(__file__).parents[1]
_turns = ThreadPoolExecutor(1, "umap")
_waiting: list["Job"] = []  # and the one that runs, first
_lock = threading.Lock()


class Job:
    """One map in the making: ask `place`, `progress` and `points` as often as you like, `stop` once."""

    def __init__(self, features: np.ndarray, labels: np.ndarray, settings: UmapSettings) -> None:
        settings.check(len(features))
        self.settings = settings
        self.progress = 0.0  # 0 to 1, of the epochs; 0 while neighbours are looked for
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        with _lock:
            _waiting.append(self)
        self._future = _turns.submit(self._work, features, labels)
        self._future.add_done_callback(lambda _: self._leave())

    @property
    def place(self) -> int:
        """How many others come before: 0 while it runs."""
        with _lock:
            return _waiting.index(self) if self in _waiting else 0

    @property
    def done(self) -> bool:
        """Whether it has ended, with points, stopped, or with an error."""
        return self._future.done()

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self._stopped

    def points(self, timeout: float | None = None) -> np.ndarray | None:
        """Wait for the map, (N,2) or (N,3) float32; None where it was stopped. ValueError with UMAP's own words where it failed;
        TimeoutError after so many seconds.
        """
        try:
            return self._future.result(timeout)
        except CancelledError:
            return None

    def stop(self) -> None:
        """End it, waiting or running."""
        self._stopped = True
        if not self._future.cancel() and self._process is not None:
            self._process.kill()

    def _leave(self) -> None:
        with _lock:
            _waiting.remove(self)

    def _work(self, features: np.ndarray, labels: np.ndarray) -> np.ndarray | None:
        with TemporaryDirectory(prefix="cnnviz-umap-") as folder:
            request, out, errors = (Path(folder) / name for name in ("request.npz", "points.npy", "errors.txt"))
            write_request(request, features, labels, self.settings)
            with errors.open("w") as heard:
                self._process = subprocess.Popen(
                    [sys.executable, "-W", "ignore", "-m", "cnnviz.embedding", str(request), str(out)],
                    cwd=_ROOT, stdout=subprocess.PIPE, stderr=heard, text=True,
                )  # fmt: skip
                with self._process as process:
                    if self._stopped:  # in the moment before there was a process
                        process.kill()
                    assert process.stdout is not None
                    for line in process.stdout:
                        if epoch := _EPOCH.fullmatch(line.strip()):
                            self.progress = int(epoch[1]) / int(epoch[2])
            if self._stopped:
                return None
            if process.returncode:
                last = (errors.read_text().strip().splitlines() or [f"exit {process.returncode}"])[-1]
                raise ValueError(f"UMAP could not draw this map ({last}): try other settings")
            return np.load(out)
