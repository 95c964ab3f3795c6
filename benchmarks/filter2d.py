"""filter_image beside OpenCV's filter2D: float32 RGB, zeros around, each with its own default number of threads.

The two take turns, call by call, so that both meet the same disturbances and neither finds its picture in the fast caches.
A time is the median of all turns. On a machine that is busy with other things look at the ratio of the least times instead.
"""

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.kernels import filter_image, gaussian, random_kernel

SIDES = (512, 1024)  # px
KERNELS = {"general": lambda size: random_kernel(size, 0), "separable": lambda size: gaussian(size, size / 5)}
KERNEL_SIDES = (3, 7, 15)
TURNS = 60
PLAIN_TURNS = 3  # of plain F.conv2d, which is slow
LIMIT = 2.0  # the ratio that is promised for 3x3 and 7x7


def took(function: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - start)


def in_turns(functions: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """The times of each function in ms, one for each turn."""
    turns = [{name: took(function) for name, function in functions.items()} for _ in range(TURNS + 2)]
    return {name: [turn[name] for turn in turns[2:]] for name in functions}  # the first two are to warm up


def compared(image: Tensor, kernel: Tensor) -> dict[str, list[float]]:
    """The times of filter_image and filter2D on one picture; they must agree."""
    pixels, weights = np.ascontiguousarray(image.permute(1, 2, 0).numpy()), kernel.numpy()

    def by_opencv() -> np.ndarray:
        return cv2.filter2D(pixels, -1, weights, borderType=cv2.BORDER_CONSTANT)

    difference = np.abs(filter_image(image, kernel).permute(1, 2, 0).numpy() - by_opencv()).max()
    if difference > 1e-3:
        raise AssertionError(f"filter_image and filter2D differ by {difference}")
    return in_turns({"filter_image": lambda: filter_image(image, kernel), "filter2D": by_opencv})


def plain(image: Tensor, kernel: Tensor) -> float:
    """The least time of F.conv2d from one channel to one, in ms, for comparison."""
    return min(took(lambda: F.conv2d(image[:, None], kernel[None, None], padding="same")) for _ in range(PLAIN_TURNS))


def table(promised: bool) -> None:
    """A row for each picture and kernel; where `promised`, those that the promise is about are marked."""
    print(f"\ntorch {torch.__version__} with {torch.get_num_threads()} thread(s), ", end="")
    print(f"OpenCV {cv2.__version__} with {cv2.getNumThreads()}; medians, and the ratio of the least times")
    print("px    kernel              filter_image      filter2D    ratio   (least)   plain F.conv2d")
    for side in SIDES:
        image = torch.rand(3, side, side, generator=torch.Generator().manual_seed(0))
        for kernel_side in KERNEL_SIDES:
            for name, make in KERNELS.items():
                times = compared(image, make(kernel_side))
                middle = {what: statistics.median(values) for what, values in times.items()}
                ratio = middle["filter_image"] / middle["filter2D"]
                least = min(times["filter_image"]) / min(times["filter2D"])
                mark = "" if kernel_side > 7 or not promised else "within 2x" if ratio <= LIMIT else "MISSED"
                print(
                    f"{side:<5} {kernel_side:>2}x{kernel_side:<2} {name:10} {middle['filter_image']:10.2f} ms"
                    f" {middle['filter2D']:10.2f} ms {ratio:7.2f} {least:9.2f} {plain(image, make(kernel_side)):12.1f} ms"
                    f"   {mark}",
                    flush=True,
                )


def main() -> None:
    """Print the table with the default threads, for which the promise holds, and with one, as the app computes."""
    table(promised=True)
    threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    table(promised=False)
    torch.set_num_threads(threads[0])
    cv2.setNumThreads(threads[1])


if __name__ == "__main__":
    main()
