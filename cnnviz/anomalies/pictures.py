"""The pictures that an auto-encoder is asked about and never learned, by kind; the same ones on every machine."""

import numpy as np
import torch

from cnnviz import datasets

OTHER, NOISE, CONSTANT, ROTATED = "other", "noise", "constant", "rotated"
ANGLES = tuple(range(30, 360, 30))  # degrees, counter-clockwise
KINDS = (OTHER, *(f"{ROTATED}_{angle}" for angle in ANGLES), NOISE, CONSTANT)
OPPOSITE = {"mnist": "fashion-mnist", "fashion-mnist": "mnist"}
EVERY = {OTHER: 5, ROTATED: 10}  # each how many pictures of a test split, whose second half is the harder one, are taken
TEST = 10_000  # pictures in a test split
NOISES = 1000  # pictures
LEVELS = 256  # of grey
SIDE = 28


def needed(kind: str, data: str) -> str | None:
    """The data set without which the pictures of a kind cannot be shown to a network that learned `data`; None for none."""
    return {OTHER: OPPOSITE[data], ROTATED: data}.get(kind.partition("_")[0])


def numbers(kind: str) -> np.ndarray:
    """The number (N,) of each anomaly of a kind: in its test split, or simply counted. ValueError for no kind of KINDS."""
    if kind not in KINDS:
        raise ValueError(f"there are no anomalies of the kind {kind!r}: give one of {', '.join(KINDS)}")
    step = EVERY.get(kind.partition("_")[0])
    return np.arange(0, TEST, step) if step else np.arange({NOISE: NOISES, CONSTANT: LEVELS}[kind])


def pictures(kind: str, data: str) -> np.ndarray:
    """The anomalies of one of KINDS for a network that learned the data set `data`: uint8 (N,28,28).

    "other": each fifth test picture of the other data set. "rotated_90": each tenth of its own, turned about its middle. "noise":
    every pixel drawn from 0 to 255, whole numbers, seed 0. "constant": the 256 levels of grey. ValueError for another kind, and
    where the data set is not here.
    """
    chosen = numbers(kind)
    if kind == NOISE:
        return np.random.default_rng(0).integers(0, LEVELS, (NOISES, SIDE, SIDE), np.uint8)
    if kind == CONSTANT:
        return np.repeat(chosen.astype(np.uint8), SIDE * SIDE).reshape(-1, SIDE, SIDE)
    source, angle = needed(kind, data), kind.partition("_")[2]
    assert source is not None
    images = datasets.load(source, "test").images[:, 0].numpy()[chosen]
    return rotated(images, int(angle)) if angle else images


def rotated(images: np.ndarray, angle: float) -> np.ndarray:
    """Pictures uint8 (N,H,W) turned counter-clockwise about their middles by `angle` degrees, linearly interpolated, black where
    nothing was; whole quarters move pixels and change none.
    """
    from torchvision.transforms import InterpolationMode
    from torchvision.transforms.functional import rotate  # 1 s: only for those who turn pictures

    if angle % 90 == 0:
        return np.ascontiguousarray(np.rot90(images, int(angle) // 90, axes=(1, 2)))
    batch = torch.from_numpy(np.ascontiguousarray(images))[:, None]  # N 1 H W
    return np.asarray(rotate(batch, angle, InterpolationMode.BILINEAR)[:, 0].numpy())
