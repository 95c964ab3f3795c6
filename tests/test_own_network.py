import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save
from torch import Tensor, nn

from cnnviz import pretrained
from cnnviz.checkpoints import Card, pack
from cnnviz.models import build_model
from cnnviz.own_network import opening, read_own
from cnnviz.own_network.recognition import architectures, recognise


def saved(content: object, **options: bool) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def lenet() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return dict(build_model("lenet").state_dict())


def squeezenet(num_classes: int) -> nn.Module:
    from torchvision.models import squeezenet1_1

    torch.manual_seed(0)
    return squeezenet1_1(num_classes=num_classes)


# what fits


@pytest.mark.parametrize(
    "pack_up",
    [
        lambda state: save(state),
        lambda state: saved(state),
        lambda state: saved(state, _use_new_zipfile_serialization=False),
        lambda state: saved({"state_dict": state, "epoch": 3, "best": 0.9}),
        lambda state: saved({"model": state, "optimizer": {"state": {}, "param_groups": [{"lr": 0.1}]}}),
        lambda state: saved({"anything": OrderedDict(state)}),
        lambda state: saved({f"module.{name}": value for name, value in state.items()}),
        lambda state: saved({"state_dict": {f"model._orig_mod.{name}": value for name, value in state.items()}}),
        lambda state: saved({name: value.half().double() for name, value in state.items()}),
        lambda state: save({name: value.half() for name, value in state.items()}),
    ],
    ids=["safetensors", "zip", "legacy", "state_dict", "model", "other", "DataParallel", "compiled", "double", "half"],
)
def test_the_same_weights_in_any_wrapping(lenet: dict[str, Tensor], pack_up: Callable[[dict], bytes]) -> None:
    trained = read_own(pack_up(lenet), "mine.bin")
    assert trained.architecture == "lenet" and not trained.model.training
    for name, value in trained.model.state_dict().items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, lenet[name], rtol=1e-3, atol=1e-3)
    x = torch.rand(1, 1, 28, 28)
    model = build_model("lenet")
    model.load_state_dict(lenet)
    with torch.no_grad():
        torch.testing.assert_close(trained.model(x), model.eval()(x), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize(
    ("name", "config", "classes", "shape", "pad", "normalised"),
    [
        ("lenet", {}, 10, (1, 28, 28), 0, "MNIST (mean 0.1307"),
        ("lenet", {"in_channels": 3, "num_classes": 7}, 7, (3, 28, 28), 0, "CIFAR-10 (mean 0.4914"),
        ("lenet5", {}, 10, (1, 28, 28), 2, "MNIST (mean 0.07843"),
        ("lenet5", {"output": "linear"}, 10, (1, 28, 28), 2, "MNIST (mean 0.07843"),
        ("dense", {"num_classes": 26}, 26, (1, 28, 28), 0, "MNIST"),
        ("cifar_cnn", {"num_classes": 100}, 100, (3, 32, 32), 0, "CIFAR-10"),
    ],
)
def test_our_networks_are_recognised(
    name: str, config: dict, classes: int, shape: tuple[int, ...], pad: int, normalised: str
) -> None:  # fmt: skip
    trained = read_own(save(build_model(name, **config).state_dict()), "w.safetensors")
    assert (trained.architecture, len(trained.classes), trained.input_shape, trained.pad) == (name, classes, shape, pad)
    assert normalised in trained.note and "No card" in trained.note
    with torch.no_grad():
        assert trained.model(torch.rand(1, shape[0], shape[1] + 2 * pad, shape[2] + 2 * pad)).shape == (1, classes)


@pytest.mark.parametrize("num_classes", [1000, 3])
def test_torchvisions_networks_are_recognised_by_shapes_whatever_the_head(num_classes: int) -> None:
    model = squeezenet(num_classes).eval()
    trained = read_own(saved(model.state_dict()), "best.pth")  # squeezenet1_0 has the same names
    assert trained.architecture == "squeezenet1_1" and trained.input_shape == (3, 224, 224) and trained.shorter == 256
    assert trained.mean == pretrained.MEAN and "ImageNet" in trained.note
    assert trained.classes[0] == ("tench" if num_classes == 1000 else "class 0") and len(trained.classes) == num_classes
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(trained.model(x), model(x))


def test_a_torchvision_network_that_is_not_among_ours() -> None:
    from torchvision.models import mobilenet_v3_small

    data = save(mobilenet_v3_small(num_classes=5).state_dict())
    for file_name, chosen in (("My_MobileNet_v3_small 7.safetensors", None), ("w.safetensors", "mobilenet_v3_small")):
        trained = read_own(data, file_name, chosen)
        assert trained.title == f"{file_name}: mobilenet_v3_small (torchvision)" and len(trained.classes) == 5


def test_heads_for_training_are_left_out() -> None:
    from torchvision.models import googlenet

    state = googlenet(num_classes=4, aux_logits=True, init_weights=False).state_dict()
    trained = read_own(saved(state), "g.pt", "googlenet")
    assert trained.mean == (0.5,) * 3 and not any(name.startswith("aux") for name in trained.model.state_dict())


def test_a_checkpoint_of_ours_is_fed_as_its_card_says() -> None:
    card = Card("c", "lenet", {"num_classes": 3}, ("a", "b", "c"), "fashion-mnist", (0.5,), (0.25,), {"error": 0.1})
    trained = read_own(pack(build_model("lenet", num_classes=3), card), "c.safetensors")
    assert trained.classes == ("a", "b", "c") and trained.mean == (0.5,)
    assert trained.note == "Fed as the card in c.safetensors says."


def test_a_border_that_leaves_nothing_is_refused() -> None:
    card = Card("c", "lenet", {}, tuple("0123456789"), "mnist", (0.5,), (0.25,), {}, pad=14)
    with pytest.raises(ValueError, match="a border of 14 pixels leaves no room"):
        read_own(pack(build_model("lenet"), card), "c.safetensors")


# what does not


def test_the_nearest_network_and_the_first_differences_are_named(
    lenet: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    with pytest.raises(ValueError) as error:
        read_own(save({**lenet, "fc2.weight": torch.zeros(84, 100)}), "odd.safetensors", "lenet")
    assert str(error.value).startswith(
        "odd.safetensors does not fit LeNet, modern (28x28): fc2.weight is 84x100 in the file, 84x120 in the network."
    )
    titles = {name: title for name, title in architectures().items() if name in ("lenet", "squeezenet1_0", "squeezenet1_1")}
    monkeypatch.setattr("cnnviz.own_network.recognition.architectures", lambda: titles)  # to build all takes seconds
    other = squeezenet(10).state_dict()
    del other["features.0.bias"]
    with pytest.raises(ValueError) as error:
        read_own(save(other), "cut.safetensors")
    assert str(error.value).startswith(
        "cut.safetensors fits no network here; the nearest is SqueezeNet 1.1: features.0.bias is absent in the file, 64 in the "
    )
    with pytest.raises(ValueError, match=r"conv2.bias is absent in the file, 16 in the network; and \d+ more\."):
        read_own(save(squeezenet(10).state_dict()), "w.safetensors", "lenet")


def test_twins_must_be_told_apart_by_the_visitor() -> None:
    data = save(build_model("cifar_resnet20").state_dict())
    with pytest.raises(ValueError, match=r"ResNet-20 for CIFAR-10 and Plain-20 for CIFAR-10, .* only in what they do: choose"):
        read_own(data, "r.safetensors")
    assert read_own(data, "r.safetensors", "cifar_plain20").architecture == "cifar_plain20"


def test_a_network_that_is_not_known_cannot_be_chosen(lenet: dict[str, Tensor]) -> None:
    with pytest.raises(ValueError, match="there is no network 'lenet99' here"):
        read_own(save(lenet), "w.safetensors", "lenet99")
    assert {"lenet", "resnet18", "mobilenet_v2", "vit_b_16"} <= set(architectures())


class Evil:
    def __reduce__(self) -> tuple:
        return (exec, ("raise SystemExit('code ran')",))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty: save it with"),
        (b"hello, this is no file of weights", "is damaged"),
        (b"PK\x03\x04 and then nothing", "is damaged, or no file that torch.save wrote"),
        (b"\x80\x02 and then nothing", "objects other than tensors|is damaged"),
        (saved(nn.Linear(2, 2)), "objects other than tensors, which are not opened here: save it with torch.save"),
        (pickle.dumps(Evil()), "objects other than tensors|is damaged"),
        (saved({"a": Evil()}), "objects other than tensors"),
        (saved([1, 2, 3]), "holds a list, no state dict"),
        (saved({"epoch": 3, "lr": 0.1}), r"no state dict \(tensors by name\), but \{epoch: int, lr: float\}"),
        (saved({}), "no state dict"),
        (saved({"w": torch.tensor([1.0, float("nan")])}), "w holds numbers that are not finite: the training has diverged"),
        (saved({"w": torch.zeros(1).expand(10**10)}), "more numbers than bytes"),
        (saved({"w": torch.eye(2).to_sparse()}), "w is no ordinary tensor"),
        (saved({"w": torch.zeros(2, dtype=torch.complex64)}), "w is no ordinary tensor"),
        (saved({"w": torch.zeros(2, device="meta")}), "w is no ordinary tensor"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_says_why(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_own(data, "mine.pt")


def test_sizes_are_limited_even_inside_an_archive(lenet: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_FILE", 300_000)
    assert read_own(save(lenet), "w.safetensors").architecture == "lenet"
    with pytest.raises(ValueError, match=r"big.pt has 0 MB, the limit is 0 MB: take a smaller network"):
        read_own(bytes(300_001), "big.pt")
    swollen = io.BytesIO()
    with zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data/0", bytes(10**6))
    assert len(swollen.getvalue()) < 2000
    with pytest.raises(ValueError, match=r"swollen\.pt, unpacked, has 1 MB"):
        read_own(swollen.getvalue(), "swollen.pt")


def test_torchscript_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)), file)
    with pytest.raises(ValueError, match="is a TorchScript archive, not a state dict"):
        read_own(file.getvalue(), "s.pt")


SMALL = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.ones(2)}
FILES = (save(SMALL), saved(SMALL), saved(SMALL, _use_new_zipfile_serialization=False))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6), st.integers(0, 40))
def test_a_damaged_file_is_refused_or_read_but_nothing_else_happens(data: bytes, changes: list, cut: int) -> None:
    damaged = bytearray(data)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    try:
        tensors = opening.open_weights(bytes(damaged[: len(damaged) - cut]), "d.pt")
    except ValueError as error:
        assert str(error).startswith("d.pt")
    else:
        assert all(isinstance(value, Tensor) for value in tensors.values())


def test_recognition_reads_only_shapes(lenet: dict[str, Tensor]) -> None:
    fit = recognise({name: value.to("meta") for name, value in lenet.items()}, "w")
    assert (fit.architecture, fit.config, fit.differences) == ("lenet", {}, ())
