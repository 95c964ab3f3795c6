import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz import datasets, engine
from cnnviz.checkpoints import Card, load_checkpoint, save_checkpoint
from cnnviz.engine import loaded
from cnnviz.engine.batching import Batcher
from cnnviz.engine.device import Device
from cnnviz.engine.library import CHECKPOINTS, Library
from cnnviz.images import sample_image, to_grey
from cnnviz.models import build_model
from cnnviz.own_network import read_own
from cnnviz.pretrained import preset
from cnnviz.trained_network import TrainedNetwork

CPU = torch.device("cpu")


def in_threads(functions: list[Callable[[], object]]) -> list[object]:
    """What each gives, all called at the same time; an exception counts as a result."""
    results: list[object] = [None] * len(functions)
    start = threading.Barrier(len(functions))

    def work(place: int) -> None:
        start.wait()
        try:
            results[place] = functions[place]()
        except (ValueError, RuntimeError) as error:
            results[place] = error

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of checkpoints: a LeNet with two snapshots, its weights at random."""
    torch.manual_seed(0)
    card = Card("tiny", "lenet", {}, tuple("0123456789"), "mnist", (0.1307,), (0.3081,), {"error": 0.5})
    save_checkpoint(tmp_path / "tiny.safetensors", build_model("lenet"), card)
    (tmp_path / "tiny_snapshots").mkdir()
    for step in (0, 20):
        save_checkpoint(tmp_path / f"tiny_snapshots/step_{step:06d}.safetensors", build_model("lenet"), card)
    return tmp_path


# what the engine answers


@pytest.mark.parametrize("name", sorted(path.stem for path in CHECKPOINTS.glob("*.safetensors")))
def test_every_checkpoint_answers_as_its_model_does(name: str) -> None:
    model, card = load_checkpoint(CHECKPOINTS / f"{name}.safetensors")
    network = engine.network(name)
    images = np.random.default_rng(0).random((3, *network.input_shape), dtype=np.float32)
    mean, std = (torch.tensor(values)[:, None, None] for values in (card.mean, card.std))
    with torch.no_grad():
        x = (nn.functional.pad(torch.from_numpy(images), (card.pad,) * 4) - mean) / std
        expected = model(x)
    answer = engine.classify(name, images)
    np.testing.assert_allclose(answer.logits, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(answer.probabilities.sum(1), 1, rtol=1e-5)
    assert answer.labels.tolist() == expected.argmax(1).tolist() and answer.labels.dtype == np.int64
    found = engine.activations(name, images[0])
    assert list(found) == [row.name for row in network.rows]
    assert all(found[row.name].shape == row.output_shape and found[row.name].dtype == np.float32 for row in network.rows)
    np.testing.assert_allclose(next(iter(found.values())), x[0])
    np.testing.assert_allclose(list(found.values())[-1], expected[0], rtol=1e-4, atol=1e-4)
    assert network.classes == card.classes and network.data == card.data and network.metrics == card.metrics


def test_a_network_is_loaded_once_whoever_asks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, read = Library(folder), []

    def slow(path: Path) -> object:
        read.append(path)
        time.sleep(0.05)
        return load_checkpoint(path)

    monkeypatch.setattr("cnnviz.engine.library.load_checkpoint", slow)
    networks = in_threads([lambda: library.network("tiny", CPU)] * 8)
    assert len(read) == 1 and len(set(map(id, networks))) == 1


def test_snapshots_are_networks(folder: Path) -> None:
    library = Library(folder)
    assert library.available().get("tiny") == "LeNet, modern (28x28), MNIST"
    assert library.snapshots("tiny") == library.snapshots("tiny@20") == (0, 20) and library.snapshots("other") == ()
    weights = [library.network(name, CPU).graph.get_submodule("conv1").weight for name in ("tiny", "tiny@0", "tiny@20")]
    assert not torch.equal(weights[0], weights[1]) and not torch.equal(weights[1], weights[2])
    assert engine.snapshots("lenet_modern_mnist")[0] == 0 and len(engine.snapshots("lenet_modern_mnist")) == 8


def test_networks_of_one_title_say_what_tells_them_apart(tmp_path: Path) -> None:
    def keep(name: str) -> None:
        card = Card(name, "cifar_cnn", {}, datasets.source("cifar10").classes, "cifar10", (0.5,) * 3, (0.5,) * 3, {})
        save_checkpoint(tmp_path / f"{name}.safetensors", build_model("cifar_cnn"), card)

    title, library = "Small CNN, CIFAR-10", Library(tmp_path)
    keep("cifar_small")
    assert library.available()["cifar_small"] == title
    for name in ("cifar_small_augmented", "mine"):
        keep(name)
    ways = {"cifar_small": "not augmented", "cifar_small_augmented": "augmented", "mine": "mine"}
    found = library.available()
    assert {name: found[name] for name in ways} == {name: f"{title}, {way}" for name, way in ways.items()}
    assert library.network("mine", CPU).title == found["mine"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tina", "there is no network 'tina': give one of tiny"),
        ("../checkpoints/tiny", "there is no network"),
        ("*", "there is no network"),
        ("tiny@7", "tiny has no snapshot '7': give one of 0, 20"),
        ("tiny@", "tiny has no snapshot ''"),
        ("tiny@../tiny", "tiny has no snapshot"),
        ("own-0000", "not in memory .*upload its file again"),
        ("vgg16", "weights of VGG16 are not on this machine: download them first"),
    ],
)
def test_a_name_that_is_not_there(folder: Path, name: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(folder))
    with pytest.raises(ValueError, match=message):
        Library(folder).network(name, CPU)


def test_gradients_reach_the_picture_even_if_it_was_loaded_in_inference_mode(folder: Path) -> None:
    with torch.inference_mode():
        network = Library(folder).network("tiny", CPU)
    x = torch.rand(1, 1, 28, 28, requires_grad=True)
    (slope,) = torch.autograd.grad(network.graph(engine.normalised(network, x))[0, 3], x)
    assert slope.abs().sum() > 0


def test_pictures_of_another_size_are_refused() -> None:
    for call in (lambda: engine.classify("lenet_modern_mnist", np.zeros((1, 1, 27, 28))),
                 lambda: engine.activations("lenet_modern_mnist", np.zeros((3, 28, 28)))):  # fmt: skip
        with pytest.raises(ValueError, match="reads pictures of 1x28x28"):
            call()


# what a network reads


def test_fit_does_what_torchvisions_preset_does() -> None:
    image = sample_image("china", 500)
    network = _imagenet_like()
    expected = preset("resnet18").transforms()(image)
    mean, std = (torch.tensor(values)[:, None, None] for values in (network.mean, network.std))
    torch.testing.assert_close((engine.fit(network, image) - mean) / std, expected, rtol=0, atol=1e-5)


def test_fit_keeps_what_fits_and_makes_grey_or_colour() -> None:
    tiny = engine.network("lenet_modern_mnist")
    image = torch.randint(0, 256, (3, 28, 28)) / 255
    assert torch.equal(engine.fit(tiny, image), to_grey(image))
    grey = torch.rand(1, 28, 28)
    assert torch.equal(engine.fit(tiny, grey), grey)
    wide = engine.fit(_imagenet_like(), torch.full((1, 100, 300), 0.5))
    assert wide.shape == (3, 224, 224) and torch.allclose(wide, torch.tensor(0.5))
    with pytest.raises(ValueError, match=r"not \(4, 8, 8\)"):
        engine.fit(tiny, torch.zeros(4, 8, 8))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from([1, 3]))
def test_fit_gives_the_networks_size_and_stays_in_range(height: int, width: int, channels: int) -> None:
    network = engine.network("lenet5_mnist")
    fitted = engine.fit(network, torch.rand(channels, height, width))
    assert fitted.shape == network.input_shape == (1, 28, 28)
    assert fitted.min() >= 0 and fitted.max() <= 1


def _imagenet_like() -> engine.Network:
    """A small network with ImageNet's input."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 2, 7, stride=16), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    trained = TrainedNetwork("t", "t", model, ("a", "b"), (3, 224, 224), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 0, 256)
    return loaded.on_device("t", trained, CPU)


# batching


class Counted:
    """x -> 2 x, noting the sizes of the batches; each pass takes a while."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self.batches, self.at_once, self.most = seconds, [], 0, 0  # type: ignore[var-annotated]
        self.lock = threading.Lock()

    def __call__(self, images: Tensor) -> Tensor:
        with self.lock:
            self.batches.append(len(images))
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(self.seconds)
        with self.lock:
            self.at_once -= 1
        if (images < 0).any():
            raise RuntimeError("a bad picture")
        return images * 2


def test_those_who_wait_go_together() -> None:
    run = Counted(0.05)
    batcher = Batcher(run, lanes=1, largest=8)
    results = in_threads([lambda number=number: batcher(torch.full((1, 1, 1, 1), float(number))) for number in range(17)])
    assert [float(result) for result in results] == [2.0 * number for number in range(17)]  # type: ignore[arg-type]
    assert sum(run.batches) == 17 and run.most == 1 and max(run.batches) == 8 and len(run.batches) <= 5


def test_who_comes_alone_does_not_wait() -> None:
    run = Counted()
    batcher = Batcher(run, lanes=1, largest=8)
    start = time.perf_counter()
    for _ in range(200):
        batcher(torch.ones(1, 1, 1, 1))
    assert (time.perf_counter() - start) / 200 < 2e-3  # no window of even 2 ms
    assert run.batches == [1] * 200


def test_lanes_share_the_queue() -> None:
    run = Counted(0.05)
    batcher = Batcher(run, lanes=2, largest=64)
    in_threads([lambda: batcher(torch.ones(1, 1, 1, 1))] * 20)
    assert run.most == 2 and sum(run.batches) == 20 and max(run.batches) <= 11


def test_a_bad_request_spoils_no_other() -> None:
    batcher = Batcher(Counted(0.02), lanes=1, largest=16)
    results = in_threads([lambda value=value: batcher(torch.full((1, 1, 1, 1), value)) for value in [1.0] * 6 + [-1.0] + [3.0] * 5])
    assert isinstance(results[6], RuntimeError)
    assert [float(result) for result in results[:6] + results[7:]] == [2.0] * 6 + [6.0] * 5  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 3), st.integers(1, 5))
def test_each_gets_its_own_answer(sizes: list[int], lanes: int, largest: int) -> None:
    run = Counted()
    batcher = Batcher(run, lanes=lanes, largest=largest)
    pictures = [torch.rand(size, 1, 2, 2) for size in sizes]
    for picture, answer in zip(pictures, in_threads([lambda p=p: batcher(p) for p in pictures]), strict=True):
        assert torch.equal(answer, picture * 2)  # type: ignore[arg-type]
    assert max(run.batches) <= largest and run.most <= lanes


def test_many_threads_get_what_one_gets() -> None:
    images = np.random.default_rng(1).random((24, 1, 1, 28, 28), dtype=np.float32)
    alone = [engine.classify("lenet_modern_mnist", image).logits for image in images]
    together = in_threads([lambda image=image: engine.classify("lenet_modern_mnist", image).logits for image in images])
    np.testing.assert_allclose(np.array(together), np.array(alone), rtol=1e-4, atol=1e-4)
    maps = in_threads([lambda image=image: engine.activations("lenet_modern_mnist", image[0]) for image in images])
    np.testing.assert_allclose([list(found.values())[-1] for found in maps], np.array(alone)[:, 0], rtol=1e-4, atol=1e-4)  # type: ignore[attr-defined]


# the device


def test_the_device_is_the_one_that_is_named() -> None:
    device = Device("cpu")
    assert device.current == CPU and device.note is None and device.name.startswith("CPU, ")
    unknown = Device("gpu")
    best = unknown.current.type.upper()
    assert unknown.note == f"CNNVIZ_DEVICE is 'gpu', which is no device: give cuda, mps, cpu. {best} answers."


def test_a_device_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    device = Device("cuda:1")
    assert device.current.type in ("cpu", "mps") and "asks for cuda:1, which PyTorch does not find here" in str(device.note)


def test_on_cuda_nothing_is_rounded_to_tf32(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = [torch.backends.cudnn, torch.backends.cuda.matmul]
    before = [flag.allow_tf32 for flag in flags]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    try:
        for flag in flags:
            flag.allow_tf32 = True
        Device("cpu")
        assert all(flag.allow_tf32 for flag in flags)
        Device("cuda")
        assert not any(flag.allow_tf32 for flag in flags)
    finally:
        for flag, value in zip(flags, before, strict=True):
            flag.allow_tf32 = value


def _on_a_gpu(**options: object) -> Device:
    device = Device("cpu", **options)  # type: ignore[arg-type]
    device.current = torch.device("cuda")
    return device


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("MPS backend out of memory (x)")])
def test_a_full_gpu_hands_over_to_the_cpu(error: RuntimeError) -> None:
    left: list[torch.device] = []
    device, asked = _on_a_gpu(leave=left.append), []

    def compute(where: torch.device) -> str:
        asked.append(where.type)
        if where.type == "cuda":
            raise error
        return "done"

    assert device.attempt(compute) == "done" and asked == ["cuda", "cpu"]
    assert device.current == CPU and left == [torch.device("cuda")]
    assert device.note == "CUDA ran out of memory: the CPU answers until the app is started again."
    assert device.attempt(compute) == "done" and asked[2:] == ["cpu"]


def test_other_errors_are_not_taken_for_a_full_gpu() -> None:
    device = _on_a_gpu()

    def fail(where: torch.device) -> None:
        raise RuntimeError("another")

    with pytest.raises(RuntimeError, match="another"):
        device.attempt(fail)
    assert device.current.type == "cuda" and device.note is None


def test_the_engine_goes_on_when_its_gpu_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    device = _on_a_gpu(leave=library.forget)
    real = loaded.on_device

    def fake(name: str, trained: object, where: torch.device) -> engine.Network:
        if where.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(name, trained, where)  # type: ignore[arg-type]

    monkeypatch.setattr("cnnviz.engine.library.on_device", fake)
    monkeypatch.setattr(engine, "_library", library)
    monkeypatch.setattr(engine, "_device", device)
    answers = in_threads([lambda: engine.classify("lenet_modern_mnist", np.zeros((1, 1, 28, 28))).labels[0]] * 4)
    assert len(set(answers)) == 1 and not isinstance(answers[0], Exception)
    assert "ran out of memory" in str(engine.note()) and engine.device_name().startswith("CPU")


# visitors' own


def test_own_networks_leave_the_longest_unused_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from safetensors.torch import save

    monkeypatch.setattr("cnnviz.engine.library.OWN_KEPT", 2)
    library = Library(tmp_path)
    names = []
    for seed in range(3):
        torch.manual_seed(seed)
        if seed == 2:
            library.network(names[0], CPU)  # used again: it stays
        names.append(library.add_own(save(build_model("lenet").state_dict()), "mine.safetensors", None, CPU))
    assert len(set(names)) == 3 and all(name.startswith("own-") for name in names)
    assert not any(name in library.available() for name in names), "a visitor's network is not shown to others"
    library.network(names[0], CPU)
    library.network(names[2], CPU)
    with pytest.raises(ValueError, match="upload its file again"):
        library.network(names[1], CPU)


def test_an_own_network_answers_as_its_model_does() -> None:
    from safetensors.torch import save

    model = build_model("cnn", num_classes=4).eval()
    name = engine.add_own(save(model.state_dict()), "my cnn.safetensors", None)
    assert engine.add_own(save(model.state_dict()), "my cnn.safetensors", None) == name
    other = engine.add_own(save(model.state_dict()), "another's.safetensors", None)
    assert other != name and "my cnn" not in engine.network(other).title, "a file's name is told to its owner alone"
    network = engine.network(name)
    assert network.architecture == "cnn" and network.classes == ("class 0", "class 1", "class 2", "class 3")
    image = torch.rand(1, 1, 28, 28)
    with torch.no_grad():
        expected = model((image - 0.1307) / 0.3081)
    np.testing.assert_allclose(engine.classify(name, image.numpy()).logits, expected, rtol=1e-4, atol=1e-5)


def test_what_is_no_classifier_is_refused() -> None:
    from safetensors.torch import save

    data = save(build_model("small_unet").state_dict())
    assert read_own(data, "u.safetensors").architecture == "small_unet"
    with pytest.raises(ValueError, match="not a score for each of 2 classes"):
        engine.add_own(data, "u.safetensors", None)
