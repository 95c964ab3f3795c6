"""Colours and pixels: small pictures by eye, centred and exact scales, palettes for all eyes, error messages."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.figures.colours import CATEGORICAL, CYCLIC, DIVERGING, SEQUENTIAL, ZERO
from cnnviz.figures.pictures import angle_picture, colour_wheel, paint, suggested_display
from cnnviz.kernels import KERNELS, Gradient, box, gabor, gaussian, sobel

MANY = settings(max_examples=100, deadline=None, database=None)
TO_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB (IEC 61966-2-1)
# What is left of linear sRGB for the three kinds of dichromats: Machado, Oliveira, Fernandes, "A physiologically-based
# model for simulation of color vision deficiency", 2009, severity 1.
EYES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colours: np.ndarray) -> np.ndarray:
    """sRGB bytes (...,3) as linear light, 0 to 1."""
    share = colours / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L*, 0 to 100."""
    luminance = linear(colours) @ TO_LUMINANCE
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


def seen(colours: np.ndarray, eye: str) -> np.ndarray:
    """The colours as CIE L*a*b*, as a dichromat sees them; distances of 10 are plain to see side by side."""
    rgb = np.clip(linear(colours) @ np.array(EYES[eye]).T, 0, 1)
    xyz = rgb @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    f = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


# By eye


def test_signed_values_are_centred_on_white() -> None:
    painted = paint(torch.tensor([[[-2.0, 0, 1, 2]]]))
    assert painted.pixels.tolist() == [[1, ZERO, ZERO + 64, 255]] and painted.pixels.dtype == np.uint8
    assert painted.limits == (-2, 2) and painted.clipped == 0
    assert painted.palette is DIVERGING and DIVERGING[ZERO].tolist() == [255, 255, 255]
    assert painted.note == "white at 0"


def test_signed_colour_values_are_centred_on_mid_grey() -> None:
    painted = paint(torch.tensor([[[-1.0, 0]], [[0.0, 0]], [[1.0, 0]]]))
    assert painted.pixels.tolist() == [[[1, 128, 255], [128, 128, 128]]] and painted.palette is None


def test_absolute_values() -> None:
    painted = paint(torch.tensor([[[-4.0, 0, 2]]]), "absolute")
    assert painted.pixels.tolist() == [[255, 0, 128]] and painted.limits == (0, 4) and painted.palette is SEQUENTIAL
    assert paint(torch.full((3, 1, 1), -1.0), "absolute").pixels.tolist() == [[[255, 255, 255]]]


def test_clipped_values_and_how_many_there_are() -> None:
    painted = paint(torch.tensor([[[-0.2, 0, 0.5, 1, 1.3]]]), "clipped")
    assert painted.pixels.tolist() == [[0, 0, 128, 255, 255]] and painted.clipped == 0.4
    assert painted.limits == (0, 1) and painted.palette is None
    levels = torch.arange(256, dtype=torch.float32)[None, None] / 255
    assert paint(levels, "clipped").pixels.tolist() == [list(range(256))]


def test_a_given_limit_makes_pictures_comparable_and_counts_what_is_beyond() -> None:
    painted = paint(torch.tensor([[[-3.0, 0, 1, 2]]]), limit=2.0)
    assert painted.pixels.tolist() == [[1, 128, 192, 255]] and painted.clipped == 0.25 and painted.limits == (-2, 2)


def test_nothing_but_zeros() -> None:
    for how, pixel in (("signed", ZERO), ("absolute", 0), ("clipped", 0)):
        assert paint(torch.zeros(1, 2, 2), how).pixels.tolist() == [[pixel] * 2] * 2


def test_an_angle_has_the_colour_of_the_wheel_in_its_direction() -> None:
    gx, gy = torch.tensor([[[1.0, 0, -1, 0]]]), torch.tensor([[[0.0, 1, 0, -1]]])
    gradient = Gradient(gx, gy, torch.hypot(gx, gy), torch.atan2(gy, gx))
    picture = angle_picture(gradient)[0]
    assert picture.tolist() == CYCLIC[[128, 192, 0, 64]].tolist()
    right, down, left, up = picture.astype(int)
    assert right[0] > right[2] and left[2] > left[0]  # orange, blue
    assert down[1] > max(down[0], down[2]) and up[1] < min(up[0], up[2])  # green, purple
    wheel = colour_wheel(101)
    for (row, col), colour in {(50, 99): right, (99, 50): down, (50, 1): left, (1, 50): up}.items():
        assert np.abs(wheel[row, col].astype(int) - colour).max() <= 5
    assert wheel[0, 0].tolist() == wheel[50, 50].tolist() == [0, 0, 0]


def test_weak_gradients_are_dark_or_cut_off() -> None:
    step = torch.tensor([[[0.0, 0, 0.25, 0.25, 1.25, 1.25]] * 4])
    gradient = sobel(step)  # magnitudes 0, 1, 1, 4, 4, 0 along a row
    brightness = angle_picture(gradient)[1].max(axis=1)
    assert brightness[0] == 0 < brightness[1] < brightness[3] == CYCLIC[128].max()
    assert angle_picture(gradient, threshold=2)[1].max(axis=1).tolist() == [0, 0, 0, brightness[3], brightness[3], 0]


# Properties


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=20))
@MANY
def test_signed_pixels_are_the_values_to_half_a_step(numbers: list[float]) -> None:
    values = torch.tensor([[numbers]])
    painted = paint(values)
    step = painted.limits[1] / 127
    assert np.abs((painted.pixels.astype(float) - ZERO) * step - np.array(numbers)).max() <= step * 0.501
    mirrored = paint(-values).pixels.astype(int)
    assert np.abs(mirrored - (2 * ZERO - painted.pixels.astype(int))).max() <= 1


def test_palettes_have_the_form_that_index_pictures_need() -> None:
    for palette in (DIVERGING, SEQUENTIAL, CYCLIC):
        assert palette.shape == (256, 3) and palette.dtype == np.uint8


def test_lightness_tells_the_size_in_every_palette() -> None:
    assert (np.diff(lightness(SEQUENTIAL)) > 0).all()
    below, above = lightness(DIVERGING[1 : ZERO + 1]), lightness(DIVERGING[ZERO:])
    assert (np.diff(below) > 0).all() and (np.diff(above) < 0).all()
    assert np.abs(below - above[::-1]).max() < 6  # both signs weigh the same


def test_steps_of_the_cycle_are_even_and_it_closes() -> None:
    steps = np.abs(np.diff(CYCLIC.astype(int), axis=0, append=CYCLIC[:1])).max(axis=1)
    assert steps.max() <= 8


@pytest.mark.parametrize("eye", EYES)
def test_signs_directions_and_classes_differ_for_colour_blind_eyes(eye: str) -> None:
    signs = seen(DIVERGING[[ZERO - 32, ZERO + 32]], eye)
    assert np.linalg.norm(signs[0] - signs[1]) > 25
    directions = seen(CYCLIC[[0, 64, 128, 192]], eye)
    distances = [np.linalg.norm(a - b) for i, a in enumerate(directions) for b in directions[:i]]
    assert min(distances) > 10
    classes = seen(np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in CATEGORICAL]), eye)
    assert min(np.linalg.norm(a - b) for i, a in enumerate(classes) for b in classes[:i]) > 10


def test_the_display_follows_from_the_kernel() -> None:
    for name in ("Sobel x", "Laplacian 8", "horizontal line"):
        assert suggested_display(KERNELS[name]) == "signed"
    assert suggested_display(gabor(11, 5, 30, 2.5)) == "signed"
    assert suggested_display(-KERNELS["identity"]) == "signed"
    for kernel in (KERNELS["identity"], KERNELS["sharpen"], KERNELS["emboss"], box(5), gaussian(9, 2)):
        assert suggested_display(kernel) == "clipped"


# Error messages


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (torch.zeros(2, 4, 4), {}, "one channel or three can be painted, (1, H, W) or (3, H, W), not (2, 4, 4)"),
        (torch.zeros(4, 4), {}, "not (4, 4)"),
        (torch.zeros(1, 0, 4), {}, "not (1, 0, 4)"),
        (torch.tensor([[[math.nan, 0]]]), {}, "not all finite"),
        (torch.tensor([[[math.inf, 0]]]), {"how": "clipped"}, "not all finite"),
        (torch.zeros(1, 1, 1), {"how": "raw"}, "how is 'raw': it must be one of signed, absolute, clipped"),
        (torch.zeros(1, 1, 1), {"limit": 0.0}, "limit is 0: the end of the scale must be above 0"),
    ],
)
def test_what_cannot_be_painted_is_refused(values: torch.Tensor, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        paint(values, **options)
    assert message in str(raised.value)


def test_angles_of_several_channels_and_a_tiny_wheel_are_refused() -> None:
    with pytest.raises(ValueError, match="one channel"):
        angle_picture(sobel(torch.rand(3, 5, 5)))
    with pytest.raises(ValueError, match="a wheel of 3 pixels is too small"):
        colour_wheel(3)
