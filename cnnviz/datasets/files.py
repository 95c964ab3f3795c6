"""Reading the data sets' own files: the idx files of MNIST and Fashion-MNIST, the Python batches of CIFAR-10.

Read directly, MNIST takes 30 ms. The batches of CIFAR-10 are pickles; a pickle can run any code, so only the three
names that an array of bytes needs are let in.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

IDX_FILES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
CIFAR_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
IDX_BYTES = (
    8  # the type code of unsigned bytes in an idx header: 0, 0, type, dimensions, then each size as big-endian int32
)
IDX_SHAPES = {"train": (60_000, 28, 28), "test": (10_000, 28, 28)}
CIFAR_BATCH = 10_000
_ARRAY_MAKER = np.empty(0).__reduce__()[0]  # numpy moved this function; the batches name its old place
_LET_IN = {
    ("numpy.core.multiarray", "_reconstruct"): _ARRAY_MAKER,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


def read_idx(folder: Path, split: str) -> tuple[Tensor, Tensor]:
    """Images (N,1,28,28) uint8 and labels (N,) int64 of a split, from the four idx files in `folder`."""
    images, labels = IDX_FILES[:2] if split == "train" else IDX_FILES[2:]
    shape = IDX_SHAPES[split]
    pixels = _idx(folder / images, shape)[:, None]  # N 1 28 28
    return torch.from_numpy(pixels), torch.from_numpy(_idx(folder / labels, shape[:1]).astype(np.int64))


def _idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """The array of one idx file, which must have this shape."""
    header = bytes((0, 0, IDX_BYTES, len(shape))) + np.array(shape, ">i4").tobytes()
    data = np.fromfile(path, np.uint8)
    if data[: len(header)].tobytes() != header or len(data) != len(header) + np.prod(shape):
        raise _damaged(path)
    return data[len(header) :].reshape(shape)


def read_cifar(folder: Path, split: str) -> tuple[Tensor, Tensor]:
    """Images (N,3,32,32) uint8 and labels (N,) int64 of a split, from the batches in `folder`."""
    batches = [_batch(folder / name) for name in (CIFAR_FILES[:-1] if split == "train" else CIFAR_FILES[-1:])]
    images = np.concatenate([pixels for pixels, _ in batches]).reshape(-1, 3, 32, 32)
    return torch.from_numpy(images), torch.tensor([label for _, labels in batches for label in labels])


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _LET_IN:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a batch of pictures")
        return _LET_IN[module, name]


def _batch(path: Path) -> tuple[np.ndarray, list[int]]:
    """Pixels (10000,3072) uint8 and labels of one batch of CIFAR-10."""
    try:
        with path.open("rb") as file:
            batch = _ArraysOnly(file, encoding="latin1").load()
        pixels, labels = batch["data"], batch["labels"]
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _damaged(path) from error
    if not isinstance(pixels, np.ndarray) or pixels.shape != (CIFAR_BATCH, 3 * 32 * 32) or len(labels) != CIFAR_BATCH:
        raise _damaged(path)
    return pixels, labels


def _damaged(path: Path) -> ValueError:
    return ValueError(
        f"{path} is damaged, or not the file that its name says: delete it, and let the data set be downloaded anew"
    )
