"""The pictures of the start page: each lesson's own computation on a built-in picture.

`python -m cnnviz.figures.thumbnails FOLDER` draws them; they are kept as files so that the start page needs no torch.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cnnviz import engine
from cnnviz.atlas import FOLDER, load_atlas
from cnnviz.attribution import integrated_gradients, occlusion
from cnnviz.bench.animation import PALETTE, PAPER, frames
from cnnviz.bench.choice import choice_of
from cnnviz.chain import pool_image
from cnnviz.convolution import ConvSpec
from cnnviz.digit import SIDE, centred
from cnnviz.figures.activation_sheets import sheet_picture, strip_of
from cnnviz.figures.colours import DIVERGING
from cnnviz.figures.digits import grey_picture
from cnnviz.figures.pictures import angle_picture, paint
from cnnviz.images import encode_png, sample_image, to_bytes, to_grey
from cnnviz.kernels import KERNELS, filter_image, sobel
from cnnviz.layer_table import layer_table
from cnnviz.models import build_model
from cnnviz.noise import gaussian
from cnnviz.presets import PRESETS, Preset
from cnnviz.walks import film

SIZE = (150, 240)  # rows, columns


def _photograph() -> Tensor:
    """A part of the temple, (3,H,W)."""
    return sample_image("china", 512)[:, 30 : 30 + 2 * SIZE[0], 20 : 20 + 2 * SIZE[1]]


def _halved(image: Tensor) -> Tensor:
    return torch.nn.functional.avg_pool2d(image, 2)


def _enlarged(pixels: np.ndarray, times: int) -> np.ndarray:
    return np.kron(pixels, np.ones((times, times, *([1] * (pixels.ndim - 2))), np.uint8)).astype(np.uint8)


def image_as_numbers() -> np.ndarray:
    """The photograph turning into its pixels: large squares on the right."""
    image = to_bytes(_halved(_photograph()))
    coarse = to_bytes(pool_image(_halved(_photograph()), ConvSpec((15, 15), 15), "average"))
    squares = _enlarged(coarse, 15)
    squares[::15], squares[:, ::15] = 255, 255
    half = SIZE[1] // 2
    return np.concatenate([image[:, :half], squares[: SIZE[0], half : SIZE[1]]], axis=1)


def image_filters() -> np.ndarray:
    """A signed derivative with its kernel in the corner."""
    painted = paint(filter_image(_halved(to_grey(_photograph())), KERNELS["Sobel x"]), limit=1.5)
    assert painted.palette is not None  # one channel has a palette
    picture = painted.palette[painted.pixels]
    kernel = KERNELS["Sobel x"].numpy()
    corner = _enlarged(DIVERGING[(128 + kernel / 2 * 110).astype(int)], 20)
    picture[-66:-6, 6:66] = corner
    return picture


def edges() -> np.ndarray:
    """The direction of the gradient as a colour."""
    return angle_picture(sobel(_halved(to_grey(_photograph()))))


def pooling() -> np.ndarray:
    """The photograph in ever larger windows, from left to right."""
    image = _halved(_photograph())
    strips = []
    for index, size in enumerate((1, 3, 5, 10, 15)):
        pooled = to_bytes(pool_image(image, ConvSpec((size, size), size)))
        width = SIZE[1] // 5
        strips.append(_enlarged(pooled, size)[: SIZE[0], index * width : (index + 1) * width])
    return np.concatenate(strips, axis=1)


def filter_chain() -> np.ndarray:
    """Three pictures of a chain, one after the other: filter, ReLU, max pooling."""
    grey = _halved(to_grey(_photograph()))
    slope = filter_image(grey, KERNELS["Sobel y"])
    positive = slope.relu()
    pooled = pool_image(positive, ConvSpec((6, 6), 6))
    third = SIZE[1] // 3
    signed, size, small = paint(slope, limit=1.5), paint(positive, "absolute", limit=1.5), paint(pooled, "absolute", limit=2.0)
    assert signed.palette is not None and size.palette is not None and small.palette is not None  # one channel each
    parts = (signed.palette[signed.pixels], size.palette[size.pixels], _enlarged(small.palette[small.pixels], 6))
    return np.concatenate([part[: SIZE[0], i * third : (i + 1) * third] for i, part in enumerate(parts)], axis=1)


def convolution_arithmetic() -> np.ndarray:
    """The fifth step of the guide's first example: window, kernel and the values so far."""
    return _on_paper(_steps("Guide 1.1: a convolution with numbers")[4])


def check_my_slide() -> np.ndarray:
    """The vertical edge as a layer computes it, and as its kernel turned by 180 degrees would."""
    example = PRESETS["Vertical edge"]
    assert example.weight is not None  # a convolution has a kernel
    turned = replace(example, weight=example.weight.flip(2, 3))
    return _on_paper(np.concatenate([_output(example), _output(turned)], axis=1))


def architectures() -> np.ndarray:
    """The feature maps of LeNet-5, each a stack of planes as wide as the map."""
    rows = layer_table(build_model("lenet5"), (1, 32, 32))
    maps = [row.output_shape for row in rows if row.kind in ("Input", "Conv2d", "Subsampling")]  # (C,H,W) each
    picture = np.full((*SIZE, 3), 255, np.uint8)
    left = 4
    for index, (channels, height, width) in enumerate(maps):
        side, planes = max(height, width) + 12, min(channels, 6)
        for plane in range(planes):
            top, start = (SIZE[0] - side) // 2 + 3 * (plane - planes // 2), left + 4 * plane
            picture[top : top + side, start : start + side] = DIVERGING[128 + 20 * (index + 1)]
            picture[top + 1 : top + side - 1, start + 1 : start + side - 1] = DIVERGING[128 - 18 * (index + 1)]
        left += side + 4 * planes - 2
    return picture


def attribution() -> np.ndarray:
    """What speaks for a 3: integrated gradients, and what is lost under a patch."""
    network = engine.network("lenet_modern_mnist")
    image = centred(sample_image("digit", SIDE)[0]).placed[None].to(network.device)
    nothing, label = torch.zeros_like(image), network.classes.index("3")

    def scores(images: Tensor) -> Tensor:
        return network.graph(engine.normalised(network, images))

    *_, integrated = integrated_gradients(scores, image, label, baseline=nothing)
    *_, hidden = occlusion(scores, image, [label], fill=nothing, size=4, stride=2)
    maps = (integrated.values[0].cpu(), hidden.values[0].cpu())
    tiles = []
    for values in maps:
        painted = paint(values[None])
        assert painted.palette is not None  # one channel has a palette
        tiles.append(np.pad(_enlarged(painted.palette[painted.pixels], 4), ((19, 19), (4, 4), (0, 0)), constant_values=255))
    return np.concatenate(tiles, axis=1)


def filters_and_activations() -> np.ndarray:
    """A handwritten digit, the maps of the first convolution, and what ReLU leaves of them."""
    network = engine.network("lenet_modern_mnist")
    digit = centred(sample_image("digit", SIDE)[0]).placed[None]  # 1 28 28
    found = engine.activations(network.name, digit.numpy())
    inner = slice(4, 24)  # MNIST's border is empty
    picture = np.full((*SIZE, 3), 255, np.uint8)
    picture[45:105, 4:64] = _enlarged(to_bytes(digit)[inner, inner].repeat(3, axis=2), 3)
    for left, layer in ((72, "conv1"), (156, "relu1")):
        sheet = sheet_picture(strip_of(layer, "", found[layer][:, inner, inner]), tile=40, across=2)
        picture[12 : 12 + sheet.shape[0], left : left + sheet.shape[1]] = sheet
    return picture


def latent_space() -> np.ndarray:
    """The plane of a latent space of two dimensions: what the decoder draws at every place from -2 to 2."""
    rows, columns, side = 5, 8, 30
    down, across = np.meshgrid(np.linspace(2, -2, rows), np.linspace(-2, 2, columns), indexing="ij")
    tiles = engine.decode("vae_2_c1", np.stack([across.ravel(), down.ravel()], axis=1))
    tiles = np.pad(tiles, ((0, 0), (1, 1), (1, 1))).reshape(rows, columns, side, side)
    grey = np.rint(tiles.swapaxes(1, 2).reshape(rows * side, columns * side) * 255).astype(np.uint8)
    return grey[..., None].repeat(3, axis=2)


def walks_and_generation() -> np.ndarray:
    """From a 2 to a 9: the auto-encoder's way on top, the VAE's below it."""
    picture = np.full((*SIZE, 3), 255, np.uint8)
    for top, name in ((12, "ae_2"), (80, "vae_2_c1")):
        tiles = film(name, *load_atlas(FOLDER / f"{name}.npz").mu[[8129, 1622]], frames=4).pictures
        for number, tile in enumerate(tiles):
            left = 3 + 59 * number
            picture[top : top + 56, left : left + 56] = grey_picture(tile, 2)[..., None]
    return picture


def denoising_and_anomalies() -> np.ndarray:
    """A noisy digit, and what the denoising auto-encoder makes of it."""
    clean = centred(sample_image("digit", SIDE)[0]).placed[None, None]  # 1 1 28 28
    noisy = gaussian(clean, 0.5, torch.Generator().manual_seed(0))[0].numpy()  # 1 28 28
    cleaned = engine.decode("ae_denoising", engine.encode("ae_denoising", noisy).mu)
    picture = np.full((*SIZE, 3), 255, np.uint8)
    for left, tile in ((4, noisy[0]), (124, cleaned[0])):
        picture[19:131, left : left + 112] = grey_picture(tile, 4)[..., None]
    return picture


def _output(example: Preset) -> np.ndarray:
    """The output grid of the finished animation: what stands right of the last empty columns."""
    frame = PALETTE[list(frames(choice_of(example).bench()))[-1]]
    frame = frame[: int(0.8 * len(frame))]  # without the written sum
    empty = np.flatnonzero((frame == PALETTE[PAPER]).all(axis=(0, 2)))
    gaps = empty[:-1][np.diff(empty) > 40]  # the last of these stands before the output
    return frame[:, gaps[-1] - 10 :]


def _steps(name: str) -> list[np.ndarray]:
    return [PALETTE[frame] for frame in frames(choice_of(PRESETS[name]).bench())]


def _on_paper(picture: np.ndarray) -> np.ndarray:
    """The picture on white of the thumbnails' proportions."""
    height, width = picture.shape[:2]
    tall, wide = max(height, width * SIZE[0] // SIZE[1]), max(width, height * SIZE[1] // SIZE[0])
    top, left = (tall - height) // 2, (wide - width) // 2
    edges = ((top, tall - height - top), (left, wide - width - left), (0, 0))
    return np.pad(picture, edges, constant_values=255)


DRAWINGS = (
    image_as_numbers, image_filters, edges, pooling, filter_chain, convolution_arithmetic, check_my_slide, architectures,
    filters_and_activations, attribution, latent_space, walks_and_generation, denoising_and_anomalies,
)  # fmt: skip
THUMBNAILS: dict[str, Callable[[], np.ndarray]] = {draw.__name__: draw for draw in DRAWINGS}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in THUMBNAILS.items():
        (folder / f"{name}.png").write_bytes(encode_png(draw()))
