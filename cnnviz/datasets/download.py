"""Downloading a data set: torchvision's addresses and checksums, with progress, and resumed where it broke off.

The bytes arrive in a `.part` file, which is kept when the line breaks and renamed only when its md5 fits. torchvision's
own download does not resume and draws its own bar.
"""

import gzip
import hashlib
import os
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Progress = Callable[[str, int, int], None]  # (file, bytes so far, bytes in all; 0 where the server does not say)

LOCK = threading.Lock()
CHUNK = 1 << 18  # bytes
PATIENCE = 20  # seconds without an answer
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416  # HTTP


def download_set(name: str, folder: Path, *, title: str, progress: Progress | None = None) -> None:
    """Fetch and unpack the data set `name` ("mnist", "fashion-mnist", "cifar10") into `folder`; ValueError says why it
    cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for addresses, md5 in archives(name):
            archive = folder / addresses[0].rsplit("/", 1)[-1]
            if not _unpacked(archive).is_file():
                _from_any(addresses, archive, md5, title=title, progress=progress)
                unpack(archive, folder)
                archive.unlink()
    except OSError as error:
        raise ValueError(
            f"{title} could not be stored in {folder} ({_reason(error)}): "
            "make room there, or name another cache folder in XDG_CACHE_HOME"
        ) from error


def archives(name: str) -> list[tuple[list[str], str]]:
    """The addresses (mirrors of each other) and the md5 of each archive of a data set, as torchvision has them."""
    from torchvision.datasets import CIFAR10, MNIST, FashionMNIST

    if name == "cifar10":
        return [([CIFAR10.url], CIFAR10.tgz_md5)]
    idx = {"mnist": MNIST, "fashion-mnist": FashionMNIST}[name]
    return [([mirror + file for mirror in idx.mirrors], md5) for file, md5 in idx.resources]


def _from_any(addresses: list[str], archive: Path, md5: str, *, title: str, progress: Progress | None) -> None:
    """Fetch an archive from the first address that gives it."""
    reasons = []
    for address in addresses:
        try:
            return fetch_file(address, archive, md5=md5, progress=progress)
        except ConnectionError as error:
            reasons.append(str(error))
    raise ValueError(
        f"{title} could not be downloaded ({'; '.join(reasons)}): try again with a network (it goes on from what has arrived), or "
        "name a folder that has the files in CNNVIZ_DATA, or use the data set 'digits', which needs no network"
    )


def fetch_file(address: str, target: Path, *, md5: str = "", sha256: str = "", progress: Progress | None = None) -> None:
    """Download `address` to `target`, going on from `target.part` where there is one.

    md5 or sha256: how the bytes' checksum begins. ConnectionError when the line breaks or the bytes do not have it; another
    OSError when they cannot be written. `target` is there only when it is whole.
    """
    algorithm, checksum = ("sha256", sha256) if sha256 else ("md5", md5)
    if target.is_file() and _checksum(target, algorithm).startswith(checksum):
        return
    part = _part(target)
    try:
        _receive(address, part, target.name, progress)
    except ConnectionError:
        if not part.stat().st_size:
            part.unlink()
        raise  # what has arrived is kept
    except OSError:
        part.unlink(missing_ok=True)  # a full disk is not made worse
        raise
    if not _checksum(part, algorithm).startswith(checksum):
        part.unlink()
        raise ConnectionError(f"{address}: what arrived does not have the checksum {checksum}")
    os.replace(part, target)


def _receive(address: str, part: Path, name: str, progress: Progress | None) -> None:
    """Append to `part` what it still lacks of `address`."""
    with part.open("ab") as file:
        have = file.tell()
        answer = _ask(address, have)
        if answer is None:  # nothing is lacking
            return
        with answer:
            if have and answer.status != PARTIAL_CONTENT:  # a server that sends all of it again
                file.truncate(have := 0)
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length else 0
            while True:
                with _line(address):
                    chunk = answer.read(CHUNK)
                if not chunk:
                    break
                file.write(chunk)
                have += len(chunk)
                if progress:
                    progress(name, have, total)
    if have < total:
        raise ConnectionError(f"{address}: broke off after {have:,} of {total:,} bytes")


def _ask(address: str, have: int) -> HTTPResponse | None:
    """The answer that holds the bytes from `have` on, or None where there are no more."""
    asked = Request(address, headers={"User-Agent": "cnnviz"} | ({"Range": f"bytes={have}-"} if have else {}))
    with _line(address):
        try:
            return urlopen(asked, timeout=PATIENCE)
        except HTTPError as error:
            if error.code == RANGE_NOT_SATISFIABLE:
                return None
            raise


@contextmanager
def _line(address: str) -> Iterator[None]:
    """What goes wrong inside is the network's fault, not the disk's: a ConnectionError that names the address."""
    try:
        yield
    except (OSError, HTTPException) as error:
        raise ConnectionError(f"{address}: {_reason(error)}") from error


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of a .tar.gz, or the one of a .gz, into `folder`, each whole or not at all."""
    if archive.name.endswith(".tar.gz"):
        with tarfile.open(archive) as tar:
            for member in (member for member in tar if member.isfile()):
                with tar.extractfile(member) as packed:  # type: ignore[union-attr]  # a file has one
                    _write(packed, folder / Path(member.name).name)
    else:
        with gzip.open(archive) as one:
            _write(one, _unpacked(archive))


def _unpacked(archive: Path) -> Path:
    """The file that a .gz becomes (for a .tar.gz a name that is never there: one file would not tell that all are)."""
    return archive.with_suffix("")


def _write(packed: IO[bytes] | gzip.GzipFile, target: Path) -> None:
    part = _part(target)
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(packed, file)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _checksum(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _reason(error: BaseException) -> str:
    """The message of an error without its number and its file names."""
    inner = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(getattr(inner, "strerror", None) or inner) or type(error).__name__
