"""The input of a network: a drawn digit, a picture of its own test set, or the visitor's picture, made to fit."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha1

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from cnnviz import datasets, digit, engine
from cnnviz.datasets import TEN_DIGITS
from cnnviz.engine import Network
from cnnviz.images import to_bytes
from cnnviz.ui import cached
from cnnviz.ui.components.digit_pad import digit_pad
from cnnviz.ui.components.digit_pad.opening import START, opening
from cnnviz.ui.frame import fit_choice
from cnnviz.ui.picture import picture_picker

DRAW, TEST, PICTURE = "draw", "test set", "picture"  # the sources, as links and buttons name them
SCREEN = 224  # CSS pixels of a shown picture
STEP = 112  # CSS pixels of a step between a photograph and the network's input
CHUNK = 64  # pictures that are classified at once in the search for the next wrong one
TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "CIFAR10"}


@dataclass(frozen=True, eq=False)
class Input:
    """What a network is to look at: `image` (C,H,W) in [0,1] of its input size, named by its content.

    source: DRAW, TEST or PICTURE. truth: its right class, where that is known. `code()` makes `image` in PyTorch.
    """

    id: str
    image: Tensor
    source: str
    code: Callable[[], str]
    truth: int | None = None


def network_input(network: Network, *, key: str) -> Input:
    """The choice of a network's input, drawn where it stands; returns the chosen one.

    Drawing is offered for networks of one channel, test pictures where the network's data set is on this machine (for
    digits always: there are some offline). The link carries the source and the test picture's number.
    """
    set_name = own_test_set(network)
    offered = [*([DRAW] if network.input_shape[0] == 1 else []), *([TEST] if set_name else []), PICTURE]
    source_key = f"{key}_source"
    fit_choice(source_key, offered, offered[0])
    source = st.segmented_control(
        "Input", offered, default=offered[0], required=True, label_visibility="collapsed",
        key=source_key, bind="query-params", persist_state="session",
    )  # fmt: skip
    if source == DRAW:
        return _drawing(network, key)
    if source == TEST and set_name:
        return _test_picture(network, set_name, key)
    return _picture(network, key)


def own_test_set(network: Network) -> str | None:
    """The data set whose test pictures suit a network: its own where that is on this machine, else another with its classes."""
    suitable = [
        name
        for name, source in datasets.SETS.items()
        if source.classes == network.classes and len(source.mean) == network.input_shape[0] and datasets.find(name) is not None
    ]
    return min(suitable, key=lambda name: (name != network.data, name == "digits"), default=None)


def next_wrong(network: str, data: datasets.Data, after: int, prepare: Callable[[Tensor], Tensor]) -> int | None:
    """The number of the next picture after `after` that the network takes for another class, from the end on to the start.

    prepare: makes a picture (C,H,W) fit the network. None where the network knows every picture.
    """
    order = [(after + 1 + step) % len(data) for step in range(len(data))]
    for start in range(0, len(order), CHUNK):
        numbers = torch.tensor(order[start : start + CHUNK])
        pictures = torch.stack([prepare(image / 255) for image in data.images[numbers]])
        labels = torch.from_numpy(engine.classify(network, pictures.numpy()).labels)
        wrong = (labels != data.labels[numbers]).nonzero()
        if len(wrong):
            return int(numbers[wrong[0, 0]])
    return None


def fit_code(network: Network, height: int, width: int) -> str:
    """Code that makes `image`, (3,height,width) in [0,1], what engine.fit makes of it; it follows a picture's code."""
    channels, rows, columns = network.input_shape
    code = ""
    if channels == 1:
        code += (
            "red, green, blue = (image * 255).round()\n"
            "image = ((299 * red + 587 * green + 114 * blue + 500) / 1000).floor()[None] / 255  # grey, 1 H W\n"
        )
    if (height, width) != (rows, columns):
        shorter = network.shorter or max(rows, columns)
        sides = [max(shorter, int(shorter * side / min(height, width))) for side in (height, width)]
        top, left = round((sides[0] - rows) / 2), round((sides[1] - columns) / 2)
        code += (
            f'image = torch.nn.functional.interpolate(image[None], {tuple(sides)}, mode="bilinear", antialias=True)\n'
            "image = image[0].clamp(0, 1)\n"
            f"image = image[:, {top}:{top + rows}, {left}:{left + columns}]  # the middle, C H W\n"
        )
    return code


def _drawing(network: Network, key: str) -> Input:
    drawing = digit_pad(key=f"{key}_pad", start=START)
    state = st.session_state  # session state: where the pad is folded away, or on another page, the drawing stays
    if drawing:
        state[f"{key}_drawn"] = drawing.pixels
    pixels = state.get(f"{key}_drawn", opening())
    return _input(network, torch.from_numpy(pixels.copy())[None] / 255, DRAW)


def _test_picture(network: Network, set_name: str, key: str) -> Input:
    data, state, number_key = cached.test_set(set_name), st.session_state, f"{key}_index"
    title = datasets.source(set_name).title
    if number_key in state:
        state[number_key] = min(max(state[number_key], 0), len(data) - 1)  # another network's test set may be longer
    number = st.slider(
        f"{title}: test picture", 0, len(data) - 1, key=number_key, bind="query-params", persist_state="session",
    )  # fmt: skip

    def search() -> None:
        found = next_wrong(network.name, data, number, partial(engine.fit, network))
        if found is None:
            st.toast(f"{network.title} is right about all {len(data):,} test pictures.")
        else:
            state[number_key] = found

    def draw_lots() -> None:
        state[number_key] = random.randrange(len(data))

    with st.container(horizontal=True):
        st.button("Random", key=f"{key}_random", on_click=draw_lots)
        st.button("Next wrong", key=f"{key}_wrong", on_click=search,
                  help="The next picture that this network takes for another class")  # fmt: skip
    truth = int(data.labels[number])
    image = data.images[number] / 255
    _show(image, f"Number {number:,}: {data.classes[truth]}")
    if network.data in datasets.SETS and set_name != network.data:
        st.caption(f"{datasets.source(network.data).title}, on which it was trained, is not on this machine: these are others.")
    code = partial(_test_code, set_name, number, image)
    return _input(network, image, TEST, code=code, truth=truth)


def _test_code(set_name: str, number: int, image: Tensor) -> str:
    if set_name not in TORCHVISION:
        return digit.pixels_code(image)
    return (
        "import torch\nimport torchvision\nfrom torchvision.transforms.v2.functional import pil_to_tensor\n\n"
        f'pictures = torchvision.datasets.{TORCHVISION[set_name]}("data", train=False, download=True)\n'
        f"image = pil_to_tensor(pictures[{number}][0]) / 255  # C H W\n"
    )


def _picture(network: Network, key: str) -> Input:
    picture = picture_picker(sizes=False)
    if network.classes == TEN_DIGITS and network.input_shape[0] == 1:
        prepared = st.toggle(
            "A digit on paper: prepare it as MNIST was", value=True,
            key=f"{key}_paper", bind="query-params", persist_state="session",
            help="Off: the picture is only made grey, shrunk and cut to the network's size",
        )  # fmt: skip
        if prepared:
            photo = digit.from_photo(picture.image)
            show_photo(photo)
            return _input(network, photo.steps.placed[None], PICTURE)
    fitted = engine.fit(network, picture.image)
    _, rows, columns = network.input_shape
    _show(fitted, f"What the network reads: {rows} × {columns}")
    code = partial(_picture_code, picture.code, network, *picture.image.shape[1:])
    return Input(_id(fitted), fitted, PICTURE, code)


def _picture_code(code: Callable[[], str], network: Network, height: int, width: int) -> str:
    return code() + fit_code(network, height, width)


def show_photo(photo: digit.Photo) -> None:
    """The steps from a photograph to what a network reads, side by side."""
    steps = photo.steps
    rows, columns = steps.scaled.shape
    scaled = torch.zeros(digit.BOX, digit.BOX)
    top, left = (digit.BOX - rows) // 2, (digit.BOX - columns) // 2
    scaled[top : top + rows, left : left + columns] = steps.scaled
    shown = {
        "Grey": photo.grey,
        f"{'Darker' if photo.bright_paper else 'Lighter'} than {photo.threshold} of 255 (Otsu): ink": photo.ink,
        f"Cropped, scaled to {rows} × {columns}": scaled,
        "Centre of mass on the middle of 28 × 28": steps.placed,
    }
    with st.container(horizontal=True, gap="small"):
        for caption, image in shown.items():
            st.image(_enlarged(image[None]), caption=caption, width=STEP, output_format="PNG")


def _input(
    network: Network, image: Tensor, source: str, *, code: Callable[[], str] | None = None, truth: int | None = None
) -> Input:
    """A small picture as an input; one that needs fitting (an own network of another size) is given as pixels in the code."""
    fitted = engine.fit(network, image)
    unchanged = fitted.shape == image.shape
    return Input(_id(fitted), fitted, source, code if code and unchanged else partial(digit.pixels_code, fitted), truth)


def _id(image: Tensor) -> str:
    return sha1(image.contiguous().numpy().tobytes()).hexdigest()[:16]


def _show(image: Tensor, caption: str) -> None:
    st.image(_enlarged(image), caption=caption, width=SCREEN, output_format="PNG")


def _enlarged(image: Tensor) -> np.ndarray:
    """The picture's bytes (H,W[,3]), every pixel a square so that none is blurred on the screen."""
    levels, factor = to_bytes(image), max(1, SCREEN // max(image.shape[1:]))
    squares = levels.repeat(factor, axis=0).repeat(factor, axis=1)
    return squares[..., 0] if image.shape[0] == 1 else squares
