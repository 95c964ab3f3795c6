"""All layers' outputs of one picture beside the bare forward pass, and pictures asked for at once beside one after another.

One thread a pass, as the app computes. The ways take turns, so that all meet the same disturbances; on a machine that is busy with
other things look at the ratio of the least times.
"""

import statistics
import threading
import time
from collections.abc import Callable

import torch
from torch import Tensor

from cnnviz import engine
from cnnviz.activations import activations_of
from cnnviz.engine.loaded import on_device
from cnnviz.models import build_model, model_info
from cnnviz.trained_network import TrainedNetwork

NETWORKS = {"lenet": "LeNet (MNIST)", "cifar_cnn": "CIFAR net", "resnet18": "ResNet-18"}  # weights at random: they do not matter
TURNS = 30
MOST_EXTRA = 1.15  # of the bare forward pass
REQUESTS, BATCH_TURNS = 32, 5
MOST_TOGETHER = 0.6  # of one after another


def loaded(name: str) -> tuple[torch.nn.Module, engine.Network]:
    """The plain model and the network that the engine makes of it."""
    info = model_info(name)
    model = build_model(name).eval()
    classes, channels = tuple(map(str, range(info.classes))), info.input_shape[0]
    trained = TrainedNetwork(info.title, name, model, classes, info.input_shape, (0.5,) * channels, (0.5,) * channels)
    return model, on_device(name, trained, torch.device("cpu"))


def took(function: Callable[[], object], times: int = 1) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    for _ in range(times):
        function()
    return 1000 * (time.perf_counter() - start) / times


def all_layers() -> None:
    """A row a network: bare, all layers as tensors, and the engine's way round them (normalising, numpy)."""
    print("network         bare        all layers   ratio  (least)   from the picture to numpy arrays")
    for name, title in NETWORKS.items():
        model, network = loaded(name)
        picture = torch.rand(1, *network.input_shape)
        x = engine.normalised(network, picture)

        def arrays(network: engine.Network = network, picture: Tensor = picture) -> dict:
            found = activations_of(network.graph, engine.normalised(network, picture))
            return {layer: value[0].numpy() for layer, value in found.items()}

        ways = {"bare": lambda: model(x), "all": lambda: activations_of(network.graph, x), "arrays": arrays}  # noqa: B023
        with torch.inference_mode():
            times = max(1, int(20 / took(ways["bare"])))  # 20 ms a turn at least
            turns = [{way: took(function, times) for way, function in ways.items()} for _ in range(TURNS + 2)][2:]
        middle = {way: statistics.median(turn[way] for turn in turns) for way in ways}
        least = {way: min(turn[way] for turn in turns) for way in ways}
        ratio, least_ratio = middle["all"] / middle["bare"], least["all"] / least["bare"]
        mark = "within" if ratio <= MOST_EXTRA else "MISSED"
        print(
            f"{title:14} {middle['bare']:7.3f} ms {middle['all']:10.3f} ms {ratio:9.3f} {least_ratio:8.3f}"
            f" {middle['arrays']:10.3f} ms   {mark} {MOST_EXTRA}x",
            flush=True,
        )


def together(ask: Callable[[Tensor], Tensor], pictures: list[Tensor]) -> None:
    """Ask for all pictures at once, each from a thread of its own, and wait for the answers."""
    threads = [threading.Thread(target=ask, args=(picture,)) for picture in pictures]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def spent(function: Callable[[], object]) -> tuple[float, float]:
    """Seconds of one call: on the clock, and of all cores."""
    start, cores = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - start, time.process_time() - cores


def batching() -> None:
    """32 pictures for ResNet-18: one after another, at once without the engine's batches, and at once with them.

    The time on the clock needs a machine with nothing else to do (its cores work side by side); the cores' time shows what the
    batches save by themselves.
    """
    _, network = loaded("resnet18")
    pictures = [torch.rand(1, *network.input_shape) for _ in range(REQUESTS)]

    @torch.inference_mode()
    def plain(picture: Tensor) -> Tensor:
        return network.graph(picture)

    ways: dict[str, Callable[[], object]] = {
        "one after another": lambda: [network.batcher(picture) for picture in pictures],
        "at once, no batches": lambda: together(plain, pictures),
        "at once": lambda: together(network.batcher, pictures),
    }
    turns = [{way: spent(function) for way, function in ways.items()} for _ in range(BATCH_TURNS + 1)][1:]
    print(f"\n{REQUESTS} pictures, ResNet-18    clock   (least)   the cores' time   (least)")
    medians, least = {}, {}
    for way in ways:
        columns = list(zip(*(turn[way] for turn in turns), strict=True))
        medians[way], least[way] = [statistics.median(column) for column in columns], [min(column) for column in columns]
        print(f"{way:24} {medians[way][0]:7.2f} s {least[way][0]:7.2f} s {medians[way][1]:13.2f} s {least[way][1]:9.2f} s")
    ratio, cores = (medians["at once"][kind] / medians["one after another"][kind] for kind in (0, 1))
    lowest = least["at once"][0] / least["one after another"][0]
    mark = "within" if ratio <= MOST_TOGETHER else "MISSED"
    print(f"at once: {ratio:.2f} of one after another (least {lowest:.2f}), {cores:.2f} of the cores' time: {mark} {MOST_TOGETHER}")


def alone() -> None:
    """What the queue costs who comes alone."""
    _, network = loaded("lenet")
    x = torch.rand(1, *network.input_shape)
    forward = torch.inference_mode()(network.graph)
    turns = [(took(lambda: forward(x), 100), took(lambda: network.batcher(x), 100)) for _ in range(TURNS)]
    plain, queued = (min(times) for times in zip(*turns, strict=True))
    print(f"LeNet alone: {1000 * plain:.0f} us without the queue, {1000 * queued:.0f} us through it")


def main() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    all_layers()
    batching()
    alone()
    torch.set_num_threads(threads)


if __name__ == "__main__":
    main()
