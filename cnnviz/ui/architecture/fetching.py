"""Downloads of ImageNet weights, one a network and a process: a thread each, seen and stopped by all visitors."""

import threading
from dataclasses import dataclass, field

from cnnviz import pretrained


@dataclass
class Download:
    """How far a download has come: bytes, and in the end `done`, with what went wrong in `error`."""

    name: str
    have: int = 0
    total: int = 0  # 0: not known
    done: bool = False
    error: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        """End it after the bytes that are on their way."""
        self._stop.set()

    def run(self) -> None:
        """Fetch; what is wrong becomes the message."""
        try:
            pretrained.fetch(self.name, self._progress, self._stop.is_set)
        except ValueError as error:
            self.error = str(error)
        finally:
            self.done = True

    def _progress(self, have: int, total: int) -> None:
        self.have, self.total = have, total


_downloads: dict[str, Download] = {}
_LOCK = threading.Lock()


def start(name: str) -> Download:
    """Begin to fetch the network's weights, or return the download that is under way."""
    with _LOCK:
        download = _downloads.get(name)
        if download is None or download.done:
            download = _downloads[name] = Download(name)
            threading.Thread(target=download.run, name=f"weights of {name}", daemon=True).start()
        return download


def under_way(name: str) -> Download | None:
    """The network's download, if it has not ended."""
    download = _downloads.get(name)
    return download if download and not download.done else None
