"""The one place for colours: palettes that stay readable for colour-blind eyes, in a grey print and on a projector.

A palette is uint8 (256, 3), sRGB. The first three are built in Oklab, where equal steps look equal, from lightness
(0 to 1), chroma (0 grey, about 0.15 strong) and hue (degrees: red 30, orange 60, yellow 100, green 150, blue 250,
purple 320). Signs, sizes and directions all differ in lightness or between blue and orange, which no common form of
colour blindness confuses.
Sources: B. Ottosson, "A perceptual color space for image processing", 2020 (Oklab and its numbers); M. Okabe, K. Ito,
"Color universal design", 2008 (CATEGORICAL).
"""

import numpy as np
from numpy.typing import ArrayLike

ZERO = 128  # the index of DIVERGING that stands for zero; 127 steps to either side, of which 1 and 255 are the limits

OKLAB_TO_CUBE_ROOTS = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
)
CUBES_TO_LINEAR_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def from_oklab(lightness: ArrayLike, chroma: ArrayLike, hue: ArrayLike) -> np.ndarray:
    """The sRGB colours uint8 (n,3) of n points in Oklab; hue in degrees. What a screen cannot show is cut off."""
    turn = np.deg2rad(hue)
    lab = np.stack(np.broadcast_arrays(lightness, chroma * np.cos(turn), chroma * np.sin(turn)), axis=-1)  # n 3
    linear = np.clip((lab @ OKLAB_TO_CUBE_ROOTS.T) ** 3 @ CUBES_TO_LINEAR_RGB.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)  # IEC 61966-2-1
    return np.round(encoded * 255).astype(np.uint8)


def _diverging() -> np.ndarray:
    """Blue below zero, white at it, orange above; both sides darken alike, fastest near zero, where most values lie."""
    signed = np.clip((np.arange(256) - ZERO) / 127, -1, 1)
    size = np.abs(signed) ** 0.6  # by eye: a photograph's few strong edges do not leave the rest white
    hue = np.where(signed < 0, 240 + 18 * size, 72 - 24 * size)
    return from_oklab(1 - 0.58 * size, 0.15 * np.sin(0.75 * np.pi * size), hue)


def _sequential() -> np.ndarray:
    """From near black over purple and orange to pale yellow, each step a little lighter."""
    share = np.linspace(0, 1, 256)
    stops = (0, 0.3, 0.6, 0.8, 1)
    chroma = np.interp(share, stops, (0.03, 0.13, 0.15, 0.14, 0.06))
    hue = np.interp(share, stops, (280, 320, 393, 430, 462))
    return from_oklab(0.13 + 0.84 * share, chroma, hue)


def _cyclic() -> np.ndarray:
    """Once round the hues: index 0 is the angle -pi (blue), then upwards (purple), 0 (orange), downwards (green)."""
    angle = np.arange(256) / 256 * 360 - 180  # degrees
    return from_oklab(0.7 + 0.07 * np.sin(np.deg2rad(angle)), 0.13, 60 + angle)


DIVERGING = _diverging()
SEQUENTIAL = _sequential()
CYCLIC = _cyclic()
CATEGORICAL = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
CLASSES = (*CATEGORICAL[:6], "#A89800", "#8A8A8A", "#7B4FB5", "#8C4A2F")  # ten, each visible on white and on near black
