"""The named kernels, and the makers of those that have parameters.

Signs: kernels are printed as PyTorch applies them, by cross-correlation (no flip). The derivatives (Sobel, Scharr,
Prewitt) are positive where the picture grows brighter to the right (x) or downwards (y): [-1, 0, 1]. Course notes often
print them turned by 180 degrees, [1, 0, -1], which is the same filter as a true convolution; "vertical edge" and
"horizontal edge" keep that sign: positive where bright lies left of, or above, dark.
Sources: R. Gonzalez, R. Woods, "Digital Image Processing", chapter 10 (edges, lines, Laplacian); H. Scharr, thesis,
Heidelberg 2000 (3, 10, 3); D. Gabor, "Theory of communication", 1946.
"""

import math

import torch
from torch import Tensor

MAX_SIDE = 15  # rows and columns of the largest kernel: more cells than that are not readable as a matrix
SHORTEST_WAVE = 2.0  # pixels: shorter waves cannot be told from longer ones once sampled (Nyquist)
Size = int | tuple[int, int]

SOBEL_X = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
SCHARR_X = [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]
PREWITT_X = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]


def _turned(kernel: list[list[int]]) -> list[list[int]]:
    """The same derivative along the other axis."""
    return [list(row) for row in zip(*kernel, strict=True)]


KERNELS: dict[str, Tensor] = {
    name: torch.tensor(rows, dtype=torch.float32)  # (kH,kW)
    for name, rows in {
        "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        "Sobel x": SOBEL_X,
        "Sobel y": _turned(SOBEL_X),
        "Scharr x": SCHARR_X,
        "Scharr y": _turned(SCHARR_X),
        "Prewitt x": PREWITT_X,
        "Prewitt y": _turned(PREWITT_X),
        "vertical edge": [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
        "horizontal edge": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
        "horizontal line": [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
        "vertical line": [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]],
        "falling diagonal line": [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]],
        "rising diagonal line": [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]],
        "diagonal angle": [[0.9, 0.1, 0.1], [0.1, 0.9, 0.1], [0.1, 0.1, 0.9]],
        "Laplacian 4": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        "Laplacian 8": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
        "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
        "box 3": [[1 / 9] * 3] * 3,
    }.items()
}


def box(size: Size) -> Tensor:
    """The mean of each window.

    size: height and width, or one number for both, 1 to 15. Returns (kH,kW) of equal weights that sum to 1.
    """
    height, width = _checked_size(size)
    return torch.full((height, width), 1 / (height * width))


def gaussian(size: Size, sigma: float) -> Tensor:
    """A blur that weighs each pixel by exp(-distance² / (2 sigma²)) from the window's middle.

    size: 1 to 15, even sizes too (then the middle lies between pixels). sigma: pixels, above 0. Returns (kH,kW) that
    sums to 1. The window cuts the bell off: it is nearly whole from a size of 6 sigma.
    """
    down, right = _offsets(size)
    return _as_kernel(_bell(down, right, _positive("sigma", sigma)), keep_sum=True)


def gabor(size: Size, wavelength: float, angle: float, sigma: float) -> Tensor:
    """A wave under a bell: it answers to stripes of one width and direction.

    size: 1 to 15. wavelength: pixels from crest to crest, 2 or more. angle: degrees, the direction in which the wave
    runs, from right (0) downwards (90); the stripes lie across it. sigma: width of the bell in pixels, above 0.
    Returns (kH,kW) that sums to 0, its positive weights to 1, so that a picture in [0,1] gives values in [-1,1].
    Errors: ValueError for values out of range and a window that sees no wave.
    """
    down, right = _offsets(size)
    if not (math.isfinite(wavelength) and wavelength >= SHORTEST_WAVE):
        raise ValueError(f"wavelength {wavelength:g} is too short or no number: give {SHORTEST_WAVE:g} pixels or more")
    if not math.isfinite(angle):
        raise ValueError(f"angle {angle} is no number: give degrees, for example 0 for upright stripes")
    bell = _bell(down, right, _positive("sigma", sigma))
    along = right * math.cos(math.radians(angle)) + down * math.sin(math.radians(angle))
    wave = bell * torch.cos(2 * math.pi / wavelength * along)
    wave -= bell * (wave.sum() / bell.sum())  # no answer to an even area
    strength = wave.clamp(min=0).sum()
    if strength < 1e-6 * bell.sum():
        raise ValueError(
            f"a window of {down.shape[0]}x{right.shape[1]} sees nothing of a wave of {wavelength:g} pixels at "
            f"{angle:g}° with sigma {sigma:g}: give a larger size, a shorter wavelength or a larger sigma"
        )
    return _as_kernel(wave / strength)


def random_kernel(size: Size, seed: int) -> Tensor:
    """Weights drawn from the standard normal distribution, to two decimals: what an untrained layer starts from.

    size: 1 to 15. seed: a whole number from 0; the same seed gives the same kernel. Returns (kH,kW).
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise ValueError(f"seed is {seed!r}: it must be a whole number, 0 or more")
    weights = torch.randn(_checked_size(size), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return _as_kernel((weights * 100).round() / 100)


def _offsets(size: Size) -> tuple[Tensor, Tensor]:
    """How far each row (kH,1) and column (1,kW) lies from the window's middle, in pixels."""
    height, width = _checked_size(size)
    down = torch.arange(height, dtype=torch.float64) - (height - 1) / 2
    right = torch.arange(width, dtype=torch.float64) - (width - 1) / 2
    return down[:, None], right[None]


def _bell(down: Tensor, right: Tensor, sigma: float) -> Tensor:
    squares = down**2 + right**2
    return torch.exp((squares.min() - squares) / (2 * sigma**2))  # 1 at the middle, however small sigma is


def _as_kernel(weights: Tensor, *, keep_sum: bool = False) -> Tensor:
    return (weights / weights.sum() if keep_sum else weights).to(torch.float32)


def _positive(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value:g}: it must be above 0")
    return value


def _checked_size(size: Size) -> tuple[int, int]:
    """(height, width), each a whole number from 1 to MAX_SIDE."""
    sides = size if isinstance(size, tuple) else (size, size)
    if len(sides) != 2 or not all(isinstance(side, int) and not isinstance(side, bool) for side in sides):
        raise ValueError(f"size is {size!r}: give one whole number, or (height, width)")
    if not all(1 <= side <= MAX_SIDE for side in sides):
        raise ValueError(f"size {size} is out of range: a kernel has 1 to {MAX_SIDE} rows and columns")
    return sides
