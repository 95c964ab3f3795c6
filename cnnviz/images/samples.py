"""The built-in pictures: two photographs found on disk, and drawings that are a few lines of arithmetic each."""

import math
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from cnnviz.images.decode import decode_image
from cnnviz.images.pixels import check_side, resize

DRAWN_SIDE = 256  # pixels
DIGIT_SIDE = 28  # pixels, as in MNIST
PHOTOGRAPHS = ("china", "flower")


def step_edge(size: int) -> Tensor:
    """Black on the left, white on the right."""
    col = torch.arange(size).expand(size, size)  # H W
    return (col >= size / 2).float().repeat(3, 1, 1)  # 3 H W


def diagonal(size: int) -> Tensor:
    """Two white lines on black, one falling and one rising, with smooth borders."""
    row, col = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    distance = torch.minimum((row - col).abs(), (row + col - (size - 1)).abs()) / 2**0.5  # pixels from the nearer line
    white = (size / 24 + 0.5 - distance).clamp(0, 1)
    return ((white * 255).round() / 255).repeat(3, 1, 1)  # 3 H W


def checkerboard(size: int) -> Tensor:
    """Eight by eight squares, black in the top left corner."""
    square = torch.arange(size) * 8 // size
    return ((square[:, None] + square) % 2).float().repeat(3, 1, 1)  # 3 H W


def disc(size: int) -> Tensor:
    """A white disc on black: an edge in every direction."""
    place = torch.arange(size) - (size - 1) / 2
    radius = (place[:, None] ** 2 + place**2).sqrt()  # pixels from the centre
    white = (size * 0.35 + 0.5 - radius).clamp(0, 1)
    return ((white * 255).round() / 255).repeat(3, 1, 1)  # 3 H W


def zone_plate(size: int) -> Tensor:
    """Rings that grow finer with the distance: cos(pi r^2 / size) has the frequency x / size at the column x.

    At the border that is just under one half, one period in two pixels, the finest wave that pixels can hold (Nyquist).
    """
    place = torch.arange(size) - (size - 1) / 2
    wave = torch.cos(math.pi * (place[:, None] ** 2 + place**2) / size)
    return (((wave + 1) / 2 * 255).round() / 255).repeat(3, 1, 1)  # 3 H W


def digit(size: int) -> Tensor:
    """A handwritten 3, white on black: white near a curve of two bows, fading over a pixel."""
    corners = torch.tensor([[8.0, 9.4], [4.6, 15.4], [8.0, 20.6], [12.8, 17.6], [13.4, 12.2],  # upper bow: row, col
                            [13.2, 12.2], [13.8, 20.2], [19.6, 19.8], [24.2, 15.6], [21.2, 7.6]])  # lower bow
    t = torch.linspace(0, 1, 200)[:, None]
    bows = []
    for a, b, c, d, e in (corners[:5], corners[5:]):  # a Bezier curve of degree 4 each
        s = 1 - t
        bows.append(s**4 * a + 4 * s**3 * t * b + 6 * s**2 * t**2 * c + 4 * s * t**3 * d + t**4 * e)
    curve = torch.cat(bows) * size / 28  # points of the pen's path, in pixels
    place = torch.arange(size) + 0.5
    pixels = torch.cartesian_prod(place, place)  # H*W 2
    distance = torch.cdist(pixels, curve).amin(dim=1).reshape(size, size)
    white = ((1.9 * size / 28 - distance) / (1.2 * size / 28)).clamp(0, 1)
    return ((white * 255).round() / 255).repeat(3, 1, 1)  # 3 H W


# Name -> the function that draws it, or the name of the photograph's file.
SAMPLES: dict[str, Callable[[int], Tensor] | str] = {
    "china": "china.jpg",
    "flower": "flower.jpg",
    "step edge": step_edge,
    "diagonal": diagonal,
    "checkerboard": checkerboard,
    "disc": disc,
    "zone plate": zone_plate,
    "digit": digit,
}


def sample_image(name: str, max_side: int | None = None) -> Tensor:
    """A built-in picture.

    name: one of SAMPLES. Returns (3,H,W) float32 in [0,1], exact multiples of 1/255: a photograph of 640 x 427 pixels
    or shrunk to max_side, a drawing of 256 x 256 (the digit 28 x 28) or made at max_side, where that is less.
    Errors: ValueError for an unknown name, or if scikit-learn, whose photographs they are, is not installed.
    """
    if name not in SAMPLES:
        raise ValueError(f"There is no sample {name!r}: choose one of {', '.join(SAMPLES)}.")
    check_side(max_side)
    source = SAMPLES[name]
    if isinstance(source, str):
        image = decode_image(_photograph(source).read_bytes())
        return image if max_side is None else resize(image, max_side)
    return source(drawn_side(name, max_side))


def drawn_side(name: str, max_side: int | None) -> int:
    """The side in pixels at which a drawing is made."""
    natural = DIGIT_SIDE if name == "digit" else DRAWN_SIDE
    return natural if max_side is None else min(natural, max_side)


def _photograph(file_name: str) -> Path:
    spec = find_spec("sklearn")  # finds the folder without the 0.7 s that importing it takes
    path = Path(spec.origin or "").parent / "datasets" / "images" / file_name if spec else None
    if path is None or not path.is_file():
        raise ValueError(
            f"The photograph {file_name} comes with scikit-learn, which is not installed: "
            "run `pip install scikit-learn`, or choose a drawn picture."
        )
    return path
