"""Small grey pictures made large enough to see, every pixel a square."""

import numpy as np

from cnnviz.figures.colours import DIVERGING, ZERO

TIMES = 6  # screen pixels a pixel


def grey_picture(picture: np.ndarray, times: int = TIMES) -> np.ndarray:
    """(H,W) in [0,1] -> uint8 (H times, W times), black to white."""
    return np.rint(picture * 255).astype(np.uint8).repeat(times, 0).repeat(times, 1)


def signed_picture(values: np.ndarray, times: int = TIMES) -> np.ndarray:
    """(H,W) in [-1,1] -> RGB uint8 (H times, W times, 3): blue below zero, white at it, orange above."""
    levels = ZERO + np.rint(np.clip(values, -1, 1) * 127).astype(int)
    return DIVERGING[levels].repeat(times, 0).repeat(times, 1)


def strip(pictures: np.ndarray, times: int = 2, gap: int = 1) -> np.ndarray:
    """(N,H,W) in [0,1] side by side -> uint8 grey, `gap` black pixels between them."""
    padded = np.pad(pictures, ((0, 0), (0, 0), (0, gap)))[..., :]
    return grey_picture(np.concatenate(list(padded), axis=1)[:, : -gap or None], times)
