"""Films of several networks in one file: side by side as an animation, one over the other as a strip."""

from collections.abc import Sequence

import numpy as np

from cnnviz.figures.digits import grey_picture, strip

TIMES = 5  # pixels of the file a pixel
GAP = 8  # pixels of the file between two films
ACROSS = 15  # pictures of a strip
GREY = 128


def frames_side_by_side(films: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Films (N,H,W) in [0,1] as N frames uint8 (H times, ...), each film enlarged, the first at the left."""
    return [_joined([grey_picture(film[number], TIMES) for film in films], axis=1) for number in range(len(films[0]))]


def strips(films: Sequence[np.ndarray], across: int = ACROSS) -> np.ndarray:
    """`across` frames of each film (N,H,W), evenly over it, ends included, as uint8 grey: a row a film, the first on top."""
    chosen = np.rint(np.linspace(0, len(films[0]) - 1, across)).astype(int)
    return _joined([strip(film[chosen], 3) for film in films], axis=0)


def _joined(parts: list[np.ndarray], axis: int) -> np.ndarray:
    """Side by side (axis 1) or one over the other (0), with a grey bar between."""
    shape = list(parts[0].shape)
    shape[axis] = GAP
    bar = np.full(shape, GREY, np.uint8)
    return np.concatenate([piece for part in parts for piece in (bar, part)][1:], axis)
