"""Data sets: the files read exactly, torchvision's own reading, downloads that break and go on, and messages with a way
out.
"""

import gzip
import hashlib
import os
import pickle
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz import datasets
from cnnviz.datasets import download, files
from tests.needed_data import need

CONTENT = bytes(range(256)) * 4096  # 1 MiB
MD5 = hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No data set on this machine: an empty cache folder, and CNNVIZ_DATA unset."""
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "cnnviz"


class Server:
    """A web server on this machine whose line breaks on demand; `asked` lists the Range headers that it got."""

    def __init__(self) -> None:
        self.content = {"/file": CONTENT}
        self.breaks_after: int | None = None  # bytes
        self.ranges = True
        self.asked: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.headers.get("Range"))
                content = outer.content.get(self.path)
                if content is None:
                    return self.send_error(404)
                start = int(self.headers["Range"][6:-1]) if outer.ranges and self.headers.get("Range") else 0
                if start >= len(content):
                    return self.send_error(416)
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                self.wfile.write(content[start : outer.breaks_after])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str = "/file") -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.server.shutdown()
    started.server.server_close()


def closed_port() -> str:
    """An address of this machine where nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as unused:
        return f"http://127.0.0.1:{unused.server_port}/"


def write_idx(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pictures of 2x3 to train on, one to test with."""
    monkeypatch.setattr(files, "IDX_SHAPES", {"train": (2, 2, 3), "test": (1, 2, 3)})
    folder.mkdir(parents=True, exist_ok=True)
    pixels = bytes(range(12))
    contents = [
        bytes((0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3)) + pixels, bytes((0, 0, 8, 1, 0, 0, 0, 2, 7, 9)),
        bytes((0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3)) + pixels[:6], bytes((0, 0, 8, 1, 0, 0, 0, 1, 4)),
    ]  # fmt: skip
    for name, content in zip(files.IDX_FILES, contents, strict=True):
        (folder / name).write_bytes(content)


# The exact small case


def test_idx_files_read_byte_by_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "MNIST/raw", monkeypatch)
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    data = datasets.load("mnist")
    assert data.images.tolist() == [[[[0, 1, 2], [3, 4, 5]]], [[[6, 7, 8], [9, 10, 11]]]]
    assert data.labels.tolist() == [7, 9] and data.labels.dtype == torch.int64 and data.images.dtype == torch.uint8
    assert datasets.load("mnist", "test").labels.tolist() == [4]


def test_offline_digits_are_mnist_sized_and_whole(nowhere: Path) -> None:
    train, test = datasets.load("digits"), datasets.load("digits", "test")
    assert (len(train), len(test)) == (1437, 360) and train.images.shape[1:] == (1, 28, 28)
    assert train.labels[:10].tolist() == list(range(10))  # as the source begins
    border = torch.ones(28, 28, dtype=torch.bool)
    border[4:24, 4:24] = False
    assert int(train.images[:, 0, border].max()) == 0 and int(train.images.max()) == 255
    pixels = train.images.double() / 255
    assert (float(pixels.mean()), float(pixels.std())) == pytest.approx(
        (*train.mean.tolist(), *train.std.tolist()), abs=5e-5
    )


def test_labels_left_out_are_gone_and_the_rest_is_as_it_was() -> None:
    whole = datasets.load("digits", "test")
    less = whole.without((3, 8))
    kept = (whole.labels != 3) & (whole.labels != 8)
    assert set(less.labels.tolist()) == {0, 1, 2, 4, 5, 6, 7, 9}
    assert torch.equal(less.labels, whole.labels[kept]) and torch.equal(less.images, whole.images[kept])
    assert len(whole.without(())) == len(whole)


def test_cnnviz_data_comes_before_the_cache(nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert datasets.find("mnist") is None
    write_idx(nowhere / "MNIST/raw", monkeypatch)
    assert datasets.find("mnist") == nowhere / "MNIST/raw"
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "own"))
    assert datasets.find("mnist") == nowhere / "MNIST/raw"  # nothing in the first: the second
    write_idx(tmp_path / "own/MNIST/raw", monkeypatch)
    assert datasets.find("mnist") == tmp_path / "own/MNIST/raw"
    (tmp_path / "own/MNIST/raw" / files.IDX_FILES[0]).unlink()
    assert datasets.find("mnist") == nowhere / "MNIST/raw"  # a part of a set is none


# Agreement with torchvision


@pytest.mark.parametrize("split", datasets.SPLITS)
@pytest.mark.parametrize(
    ("name", "theirs"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST"), ("cifar10", "CIFAR10")]
)
def test_agrees_with_torchvision(name: str, theirs: str, split: str) -> None:
    import torchvision

    need(name)
    folder = datasets.find(name)
    root = Path(str(folder).removesuffix(datasets.SETS[name].folder))
    other = getattr(torchvision.datasets, theirs)(str(root), train=split == "train")
    data = datasets.load(name, split)
    pixels = torch.as_tensor(other.data)
    assert torch.equal(data.images, pixels[:, None] if pixels.dim() == 3 else pixels.permute(0, 3, 1, 2))
    assert torch.equal(data.labels, torch.as_tensor(other.targets))
    if name != "mnist":  # whose classes torchvision calls "0 - zero"
        assert [one.lower() for one in data.classes] == [one.lower() for one in other.classes]
    if split == "train":
        values = data.images.transpose(0, 1).flatten(1).double() / 255  # C N*H*W
        assert torch.allclose(data.mean.double(), values.mean(1), atol=5.1e-5)
        assert torch.allclose(data.std.double(), values.std(1), atol=5.1e-5)


# Downloads


def test_download_reports_and_leaves_only_the_file(tmp_path: Path, server: Server) -> None:
    seen: list[tuple[str, int, int]] = []
    download.fetch_file(server.url(), tmp_path / "file", md5=MD5, progress=lambda *report: seen.append(report))
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert seen[-1] == ("file", len(CONTENT), len(CONTENT)) and [done for _, done, _ in seen] == sorted(
        done for _, done, _ in seen
    )


@pytest.mark.parametrize("ranges", [True, False], ids=["server with ranges", "server without"])
def test_broken_download_goes_on(tmp_path: Path, server: Server, ranges: bool) -> None:
    server.breaks_after, server.ranges = 700_000, ranges
    with pytest.raises(ConnectionError, match=r"broke off after 700,000 of 1,048,576 bytes"):
        download.fetch_file(server.url(), tmp_path / "file", md5=MD5)
    assert [path.name for path in tmp_path.iterdir()] == ["file.part"]
    server.breaks_after = None
    download.fetch_file(server.url(), tmp_path / "file", md5=MD5)
    assert server.asked == [None, "bytes=700000-"]
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_whole_part_needs_only_its_checksum(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT)
    download.fetch_file(server.url(), tmp_path / "file", md5=MD5)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_wrong_bytes_are_thrown_away(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file.part").write_bytes(b"something else")
    with pytest.raises(ConnectionError, match=r"does not have the checksum"):
        download.fetch_file(server.url(), tmp_path / "file", md5=MD5)
    assert not list(tmp_path.iterdir())


def archives_of(server: Server, folder: Path) -> Callable[[str], list[tuple[list[str], str]]]:
    """Serve the idx files of `folder` as .gz, at a mirror that is closed and one that answers; what `archives` would
    say of them.
    """
    for name in files.IDX_FILES:
        server.content[f"/{name}.gz"] = gzip.compress((folder / name).read_bytes())
    closed = closed_port()
    made = [
        ([f"{closed}{path[1:]}", server.url(path)], hashlib.md5(content).hexdigest())
        for path, content in server.content.items()
        if path.endswith(".gz")
    ]
    return lambda _name: made


def test_load_downloads_on_demand_from_the_mirror_that_answers(
    nowhere: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_idx(tmp_path / "origin", monkeypatch)
    monkeypatch.setattr(download, "archives", archives_of(server, tmp_path / "origin"))
    assert datasets.load("mnist", download=True).labels.tolist() == [7, 9]
    assert sorted(path.name for path in (nowhere / "MNIST/raw").iterdir()) == sorted(files.IDX_FILES)
    count = len(server.asked)
    assert datasets.load("mnist", "test", download=True).labels.tolist() == [4]
    assert len(server.asked) == count  # it was there


def test_tar_is_unpacked_flat(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside/data_batch_1").write_bytes(b"one")
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "inside", "../../set")
    (tmp_path / "out").mkdir()
    download.unpack(tmp_path / "set.tar.gz", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {"data_batch_1": b"one"}


def test_addresses_and_checksums_are_torchvisions() -> None:
    assert [len(download.archives(name)) for name in ("mnist", "fashion-mnist", "cifar10")] == [4, 4, 1]
    assert all(len(md5) == 32 and addresses[0].startswith("http") for addresses, md5 in download.archives("mnist"))


# Messages


def test_without_network_the_message_names_the_ways_out(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "archives", lambda name: [([closed_port() + "file.gz"], MD5)])
    with pytest.raises(ValueError, match=r"MNIST could not be downloaded.*refused.*CNNVIZ_DATA.*'digits'") as raised:
        datasets.load("mnist", download=True)
    assert "\n" not in str(raised.value)
    with pytest.raises(
        ValueError, match=r"CIFAR-10 is not on this machine \(no cifar-10-batches-py in .*CNNVIZ_DATA.*'digits'"
    ):
        datasets.load("cifar10")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_full_disk_is_one_clear_line_and_leaves_nothing(
    nowhere: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "archives", lambda name: [([server.url()], MD5)])
    folder = nowhere / "MNIST/raw"
    folder.mkdir(parents=True)
    (folder / "file.part").symlink_to("/dev/full")
    with pytest.raises(ValueError, match=r"MNIST could not be stored in .*No space left.*make room") as raised:
        datasets.fetch("mnist")
    assert "\n" not in str(raised.value) and not list(folder.iterdir())


def test_unknown_names_list_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"unknown data set 'mnits': there are mnist,"):
        datasets.load("mnits")
    with pytest.raises(ValueError, match=r"unknown split 'valid': there are train and test"):
        datasets.load("digits", "valid")


def test_damaged_idx_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "MNIST/raw", monkeypatch)
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    broken = tmp_path / "MNIST/raw/train-images-idx3-ubyte"
    for content in (broken.read_bytes()[:-1], b"", b"\x1f\x8b" + broken.read_bytes()[2:]):
        broken.write_bytes(content)
        with pytest.raises(ValueError, match=r"train-images-idx3-ubyte is damaged.*delete it"):
            datasets.load("mnist")


class Harmful:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("harm_was_done",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pickle",
        pickle.dumps(Harmful()),
        pickle.dumps({"data": [1], "labels": [1]}),
        pickle.dumps([1]),
        pickle.dumps(np.ones(3))[:40],
    ],
)
def test_foreign_batch_is_refused_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    (tmp_path / "cifar-10-batches-py").mkdir()
    for name in files.CIFAR_FILES:
        (tmp_path / "cifar-10-batches-py" / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"data_batch_1 is damaged.*delete it"):
        datasets.load("cifar10")
    assert not Path("harm_was_done").exists()
