import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from cnnviz import pretrained
from cnnviz.layer_table import layer_table
from cnnviz.models import build_model


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    return tmp_path / "checkpoints"


def put(name: str, content: object) -> Path:
    path = pretrained.weights_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path)
    return path


@pytest.mark.parametrize("name", pretrained.PRETRAINED)
def test_files_and_moments_are_torchvisions(name: str) -> None:
    weights = pretrained.preset(name)
    assert weights.name == "IMAGENET1K_V1" and weights.url.endswith(f"/{pretrained.FILES[name]}")
    assert pretrained.address(name) == weights.url
    transform = weights.transforms()
    assert (transform.crop_size, transform.resize_size) == ([224], [256])
    assert (tuple(transform.mean), tuple(transform.std)) == (pretrained.MEAN, pretrained.STD)
    bare = pretrained.bare(name).state_dict()
    assert {key: value.shape for key, value in bare.items()} == {key: v.shape for key, v in build_model(name).state_dict().items()}


def test_weights_in_the_cache_are_loaded(cache: Path) -> None:
    torch.manual_seed(0)
    model = build_model("squeezenet1_1").eval()
    assert not pretrained.is_here("squeezenet1_1")
    path = put("squeezenet1_1", model.state_dict())
    assert path == cache / "squeezenet1_1-b8a52dc0.pth" and pretrained.is_here("squeezenet1_1")
    loaded, classes = pretrained.load_pretrained("squeezenet1_1")
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(loaded(x), model(x))
    assert not loaded.training and len(classes) == 1000 and classes[207] == "golden retriever"


def test_googlenet_without_its_first_lines_gives_what_torchvisions_gives(cache: Path) -> None:
    from torchvision.models import googlenet

    torch.manual_seed(0)
    theirs = googlenet(aux_logits=True, transform_input=True, init_weights=False)
    put("googlenet", theirs.state_dict())
    ours, _ = pretrained.load_pretrained("googlenet")
    image = torch.rand(1, 3, 64, 64)

    def normalised(moments: tuple[tuple[float, ...], tuple[float, ...]]) -> torch.Tensor:
        mean, std = (torch.tensor(values)[:, None, None] for values in moments)
        return (image - mean) / std

    with torch.no_grad():
        expected = theirs.eval()(normalised((pretrained.MEAN, pretrained.STD)))
        torch.testing.assert_close(ours(normalised(pretrained.moments("googlenet"))), expected, rtol=1e-4, atol=1e-4)
    assert layer_table(ours, (3, 64, 64))[1].name == "conv1.conv"


def test_regnets_can_be_built_without_memory() -> None:
    assert all(weight.is_meta for weight in pretrained.bare("regnet_y_400mf", num_classes=2).parameters())


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04"])
def test_damaged_weights_say_so(cache: Path, content: bytes) -> None:
    path = put("squeezenet1_1", {})
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"is damaged .*: delete it and download it again"):
        pretrained.load_pretrained("squeezenet1_1")


def test_weights_of_another_network_say_so(cache: Path) -> None:
    put("squeezenet1_1", {"classifier.weight": torch.zeros(1)})
    with pytest.raises(ValueError, match="is damaged"):
        pretrained.load_pretrained("squeezenet1_1")


def test_absent_and_unknown_weights(cache: Path) -> None:
    with pytest.raises(ValueError, match="weights of ResNet-18 are not on this machine: download them first"):
        pretrained.load_pretrained("resnet18")
    with pytest.raises(ValueError, match="weights of 'lenet' are not known here: give alexnet, vgg16"):
        pretrained.weights_path("lenet")


# fetching, from a server of our own

CONTENT = bytes(range(256)) * 4000  # about 1 MB


class Server(http.server.BaseHTTPRequestHandler):
    """Gives CONTENT, or what is asked of it; breaks off after `gives` bytes."""

    gives = len(CONTENT)
    asked: list[str | None]

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        type(self).asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : start + type(self).gives])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    class Own(Server):
        asked: ClassVar[list[str | None]] = []

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Own)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    digest = hashlib.sha256(CONTENT).hexdigest()[:8]
    monkeypatch.setitem(pretrained.FILES, "resnet18", f"resnet18-{digest}.pth")
    monkeypatch.setattr(pretrained, "address", lambda name: f"http://127.0.0.1:{running.server_port}/resnet18")
    yield Own
    running.shutdown()
    running.server_close()


def test_weights_are_fetched_once_with_progress(server: type[Server]) -> None:
    seen: list[tuple[int, int]] = []
    path = pretrained.fetch("resnet18", lambda have, total: seen.append((have, total)))
    assert path.read_bytes() == CONTENT and seen[-1] == (len(CONTENT), len(CONTENT)) and len(seen) > 2
    assert pretrained.fetch("resnet18") == path and server.asked == [None]


def test_a_broken_download_goes_on(server: type[Server]) -> None:
    server.gives = 300_000
    with pytest.raises(ValueError, match=r"could not be downloaded .*broke off after 300,000 .* put the file resnet18-.* into"):
        pretrained.fetch("resnet18")
    assert not pretrained.is_here("resnet18")
    server.gives = len(CONTENT)
    assert pretrained.fetch("resnet18").read_bytes() == CONTENT and server.asked == [None, "bytes=300000-"]


def test_a_stopped_download_goes_on(server: type[Server]) -> None:
    with pytest.raises(ValueError, match=r"stopped after .* bytes of ResNet-18's weights: the next try goes on from there"):
        pretrained.fetch("resnet18", stop=lambda: True)
    assert pretrained.fetch("resnet18").read_bytes() == CONTENT and str(server.asked[1]).startswith("bytes=")


def test_other_bytes_are_not_taken_for_weights(server: type[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pretrained.FILES, "resnet18", "resnet18-00000000.pth")
    with pytest.raises(ValueError, match="does not have the checksum 00000000"):
        pretrained.fetch("resnet18")
    assert not pretrained.is_here("resnet18") and not list(pretrained.weights_path("resnet18").parent.iterdir())


def test_without_a_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "address", lambda name: "http://127.0.0.1:9/nothing")
    with pytest.raises(ValueError, match=r"weights of ResNet-18 could not be downloaded .*try again with a network"):
        pretrained.fetch("resnet18")


def test_two_at_once(cache: Path) -> None:
    with pretrained._FETCHING, pytest.raises(ValueError, match="another visitor is fetching weights"):
        pretrained.fetch("resnet18")
