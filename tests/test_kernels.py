"""Kernels and the picture filter: worked examples, agreement with PyTorch over all options, properties, errors."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cnnviz.convolution import PADDING_MODES, ConvSpec, convolve
from cnnviz.kernels import (
    KERNELS,
    MAX_SIDE,
    bad_cells,
    box,
    filter_image,
    gabor,
    gaussian,
    kernel_cells,
    kernel_from_text,
    kernel_to_text,
    normalise,
    random_kernel,
    same_padding,
    sobel,
)
from cnnviz.kernels.filtering import _filter_plainly

MANY = settings(max_examples=1000, deadline=None, database=None)
FEWER = settings(MANY, max_examples=100)
VALID = ConvSpec((3, 3))
PRINTED_SOBEL_X = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])  # as many notes print it


def picture(*rows: list[float]) -> Tensor:
    return torch.tensor([rows])  # (1,H,W)


# Worked examples


def test_a_vertical_edge_of_ten_and_zero_gives_0_30_30_0() -> None:
    step = picture(*[[10.0, 10, 10, 0, 0, 0]] * 6)
    assert filter_image(step, KERNELS["vertical edge"], VALID).tolist() == [[[0, 30, 30, 0]] * 4]
    assert filter_image(step, KERNELS["vertical edge"], VALID, flip=True).tolist() == [[[0, -30, -30, 0]] * 4]


def test_the_horizontal_edge_of_four_fields() -> None:
    fields = picture(*[[10.0] * 3 + [0.0] * 3] * 3, *[[0.0] * 3 + [10.0] * 3] * 3)
    expected = [[0, 0, 0, 0], [30, 10, -10, -30], [30, 10, -10, -30], [0, 0, 0, 0]]
    assert filter_image(fields, KERNELS["horizontal edge"], VALID)[0].tolist() == expected


def test_the_sign_of_sobel_depends_on_how_it_is_printed_and_on_the_flip() -> None:
    step = picture(*[[0.0, 1, 1]] * 3)
    assert filter_image(step, PRINTED_SOBEL_X, VALID).item() == -4
    assert filter_image(step, PRINTED_SOBEL_X, VALID, flip=True).item() == 4
    assert filter_image(step, KERNELS["Sobel x"], VALID).item() == 4
    assert filter_image(step, KERNELS["Sobel x"], VALID, flip=True).item() == -4


def test_the_diagonal_angle_detector_matches_with_2_49_and_mismatches_with_1_21() -> None:
    detector = KERNELS["diagonal angle"]
    assert filter_image(detector[None], detector, VALID).item() == pytest.approx(2.49, abs=1e-6)
    assert filter_image(detector.flip(1)[None], detector, VALID).item() == pytest.approx(1.21, abs=1e-6)


def test_the_four_values_of_the_forward_example() -> None:
    kernel = torch.tensor([[3.0, 5], [2, 2]])
    numbers = picture([0.0, 1, 2, 3], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4])
    found = filter_image(numbers, kernel, ConvSpec((2, 2)))[0].tolist()
    assert found == [[27, 39, 51], [55, 59, 63], [25, 21, 17]]
    flipped = filter_image(numbers, kernel, ConvSpec((2, 2)), flip=True)[0].tolist()
    assert flipped == [[45, 57, 69], [43, 39, 35], [21, 25, 29]]


def test_sobel_of_an_edge_and_of_a_slope() -> None:
    upright = sobel(picture(*[[0.0, 0, 1, 1]] * 4))
    assert upright.gx[0].tolist() == [[0, 4, 4, 0]] * 4
    assert upright.gy.abs().max() == 0 and upright.angle.abs().max() == 0
    down = sobel(picture(*[[float(row)] * 3 for row in range(3)]), padding_mode="valid")
    assert (down.gx.item(), down.gy.item(), down.magnitude.item()) == (0, 8, 8)
    assert down.angle.item() == pytest.approx(math.pi / 2)
    left = sobel(picture(*[[1.0, 1, 0, 0]] * 4))
    assert left.angle[0, 1, 1].item() == pytest.approx(math.pi)


def test_the_border_is_an_edge_for_sobel_only_with_zeros_around() -> None:
    white = torch.ones(1, 5, 5)
    assert sobel(white).magnitude.max() == 0
    assert sobel(white, padding_mode="zeros").magnitude.max() > 0
    assert sobel(white, padding_mode="valid").magnitude.shape == (1, 3, 3)


def test_named_kernels() -> None:
    assert KERNELS["Sobel y"].tolist() == KERNELS["Sobel x"].T.tolist()
    assert KERNELS["Scharr x"][1].tolist() == [-10, 0, 10]
    differences = [name for name, kernel in KERNELS.items() if abs(kernel.sum()) < 1e-6]
    assert set(KERNELS) - set(differences) == {"identity", "diagonal angle", "sharpen", "emboss", "box 3"}
    assert all(KERNELS[name].sum().item() == pytest.approx(1) for name in ("identity", "sharpen", "emboss", "box 3"))
    assert torch.equal(KERNELS["box 3"], box(3))


def test_made_kernels() -> None:
    assert box((1, 4)).tolist() == [[0.25] * 4]
    one = gaussian(3, 1.0)
    assert (one[0, 1] / one[1, 1]).item() == pytest.approx(math.exp(-0.5), rel=1e-6)
    assert gaussian(3, 1e-3).tolist() == KERNELS["identity"].tolist()
    assert gaussian(2, 1e-3).tolist() == [[0.25, 0.25], [0.25, 0.25]]
    wave = gabor((1, 9), 4, 0, 100.0)[0]
    assert (wave > 0).tolist() == [True, False, False, False, True, False, False, False, True]
    assert torch.allclose(gabor(9, 4, 90, 2), gabor(9, 4, 0, 2).T, atol=1e-7)
    assert torch.equal(random_kernel((2, 5), 7), random_kernel((2, 5), 7))
    assert not torch.equal(random_kernel(3, 7), random_kernel(3, 8))


# Agreement with PyTorch


@st.composite
def filters(draw: st.DrawFn) -> tuple[Tensor, Tensor, ConvSpec, bool]:
    """A picture, a kernel and settings that fit."""
    small = st.integers(0, 4)
    kernel_size, dilation = draw(st.tuples(*[st.integers(1, 6)] * 2)), draw(st.tuples(*[st.integers(1, 3)] * 2))
    padding, mode = draw(st.tuples(small, small)), draw(st.sampled_from(PADDING_MODES))
    reach = [d * (k - 1) + 1 for k, d in zip(kernel_size, dilation, strict=True)]
    least = [max(r - 2 * p, p + 1, 1) for r, p in zip(reach, padding, strict=True)]
    size = [side + draw(st.integers(0, 40)) for side in least]
    stride = draw(st.tuples(*[st.integers(1, 5)] * 2))
    spec = ConvSpec(kernel_size, stride, padding, dilation, padding_mode=mode)
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    image = torch.randn(
        draw(st.integers(1, 4)), *size, generator=generator, dtype=draw(st.sampled_from([torch.float32, torch.float64]))
    )
    return image, torch.randn(kernel_size, generator=generator, dtype=image.dtype), spec, draw(st.booleans())


def by_pytorch(image: Tensor, kernel: Tensor, spec: ConvSpec, flip: bool) -> Tensor:
    """The same through nn.Conv2d with a group for each channel, in float64."""
    channels = len(image)
    sizes = (spec.kernel_size, spec.stride, spec.padding, spec.dilation)
    layer = torch.nn.Conv2d(channels, channels, *sizes, channels, False, spec.padding_mode, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(kernel.flip(0, 1) if flip else kernel)
        return layer(image[None].double())[0]


@given(filters())
@MANY
def test_filtering_equals_pytorch(drawn: tuple[Tensor, Tensor, ConvSpec, bool]) -> None:
    image, kernel, spec, flip = drawn
    found, expected = filter_image(image, kernel, spec, flip=flip), by_pytorch(image, kernel, spec, flip)
    assert found.shape == expected.shape and found.dtype == image.dtype
    precision = torch.finfo(image.dtype).eps * kernel.abs().sum() * image.abs().max()  # of the largest possible sum
    assert (found.double() - expected).abs().max() <= 4 * precision
    assert torch.equal(found, filter_image(image, kernel, spec, flip=flip))


@given(st.integers(1, MAX_SIDE), st.integers(1, MAX_SIDE), st.integers(1, 60), st.integers(1, 60))
@FEWER
def test_without_settings_the_size_is_kept_as_by_padding_same(rows: int, columns: int, height: int, width: int) -> None:
    kernel, image = (
        random_kernel((rows, columns), 1),
        torch.rand(3, height, width, generator=torch.Generator().manual_seed(2)),
    )
    border = ((columns - 1) // 2, columns // 2, (rows - 1) // 2, rows // 2)  # left, right, top, bottom
    expected = F.conv2d(F.pad(image[:, None].double(), border), kernel[None, None].double())[:, 0]
    assert torch.allclose(filter_image(image, kernel).double(), expected, atol=1e-4)


def test_filtering_equals_the_explicit_loop() -> None:
    image, kernel = torch.rand(2, 9, 20, generator=torch.Generator().manual_seed(0)), gaussian((3, 5), 1)
    spec = ConvSpec((3, 5), stride=2, padding=(1, 2), groups=1, padding_mode="reflect")
    for channel in image:
        assert torch.allclose(
            filter_image(channel[None], kernel, spec), convolve(channel[None], kernel[None, None], spec), atol=1e-6
        )


@pytest.mark.parametrize("device", ["cpu"] + ["cuda"] * torch.cuda.is_available())
@pytest.mark.parametrize("channels", [1, 3])
def test_the_plain_form_gives_the_same(device: str, channels: int) -> None:
    image = torch.rand(channels, 64, 70, generator=torch.Generator().manual_seed(6))
    spec = ConvSpec((3, 3), stride=2, padding=1, padding_mode="reflect")
    plain = _filter_plainly(image.to(device), KERNELS["Scharr x"].to(device), spec)
    assert torch.allclose(plain.cpu(), filter_image(image, KERNELS["Scharr x"], spec), atol=1e-5)


# Properties


@given(st.integers(0, 5), st.integers(0, 5), st.sampled_from(sorted(KERNELS)))
@FEWER
def test_a_shifted_picture_gives_the_shifted_result(down: int, right: int, name: str) -> None:
    image = torch.rand(1, 24, 37, generator=torch.Generator().manual_seed(3))
    spec = ConvSpec((3, 3), padding=1, padding_mode="circular")
    shifted = filter_image(image.roll((down, right), (1, 2)), KERNELS[name], spec)
    assert torch.allclose(shifted, filter_image(image, KERNELS[name], spec).roll((down, right), (1, 2)), atol=1e-5)


@given(st.sampled_from([1, 2, 8, 9, 15]), st.floats(0.2, 10))
@FEWER
def test_blurs_keep_an_even_area(size: int, sigma: float) -> None:
    for kernel in (box(size), gaussian(size, sigma)):
        grey = torch.full((1, 20, 20), 0.5)
        spec = ConvSpec(tuple(kernel.shape), padding=same_padding((size, size)), padding_mode="replicate")
        assert torch.allclose(filter_image(grey, kernel, spec), torch.tensor(0.5), atol=1e-6)


@given(st.floats(2, 12), st.floats(-180, 180), st.floats(0.5, 5))
@FEWER
def test_gabor_sums_to_zero_and_keeps_pictures_within_one(wavelength: float, angle: float, sigma: float) -> None:
    kernel = gabor(11, wavelength, angle, sigma)
    assert abs(kernel.sum().item()) < 1e-5
    assert kernel.clamp(min=0).sum().item() == pytest.approx(1, abs=1e-5)


def test_an_identity_filter_returns_the_same_numbers_and_writes_into_nothing() -> None:
    image = torch.rand(3, 33, 50, generator=torch.Generator().manual_seed(4))
    kept = image.clone()
    found = filter_image(image, KERNELS["identity"])
    assert torch.equal(found, kept)
    found.zero_()
    assert torch.equal(image, kept)


def test_a_picture_that_is_not_contiguous() -> None:
    image = torch.rand(40, 30, 3, generator=torch.Generator().manual_seed(5)).permute(2, 0, 1)
    assert torch.equal(filter_image(image, box(3)), filter_image(image.contiguous(), box(3)))
    assert torch.equal(filter_image(image[:, ::2, 3:], box(3), VALID), filter_image(image[:, ::2, 3:].contiguous(), box(3), VALID))


# Kernels as text


def test_kernels_are_read_from_usual_writings() -> None:
    expected = [[1, 0, -1], [2, 0, -2]]
    for text in (
        "1 0 -1; 2 0 -2", "1,0,-1;2,0,-2", "1\t0\t-1\n2\t0\t-2\n", " 1,  0, −1 ;\n2 0 -2;", "1 0 -1\r\n2 0 -2",
        "1. +0 -1e0; 4/2 0/3 -2",
    ):  # fmt: skip
        assert kernel_from_text(text).tolist() == expected
    assert torch.equal(kernel_from_text("1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9"), box(3))


def test_the_cells_of_a_text_stay_as_typed_and_the_bad_ones_are_found() -> None:
    cells = kernel_cells("1 two; · 1/9; 1e9 1/0")
    assert cells == (("1", "two"), ("·", "1/9"), ("1e9", "1/0"))
    assert bad_cells(cells) == ((0, 1), (1, 0), (2, 0), (2, 1))


def test_kernels_are_written_short_and_readable() -> None:
    assert kernel_to_text(KERNELS["Sobel x"]) == "-1 0 1; -2 0 2; -1 0 1"
    assert kernel_to_text(box((3, 5))[:2, :2]) == "1/15 1/15; 1/15 1/15"
    assert kernel_to_text(torch.tensor([[-0.0, 1 / 3, 1 / 9]])) == "0 1/3 1/9"
    assert kernel_to_text(torch.tensor([[0.1, -0.5, 1e6, 1e-20]])) == "0.1 -0.5 1000000 1e-20"


@given(
    st.integers(1, MAX_SIDE).flatmap(
        lambda width: st.lists(
            st.lists(st.floats(-1e6, 1e6, width=32), min_size=width, max_size=width), min_size=1, max_size=MAX_SIDE
        )
    )
)
@FEWER
def test_a_kernel_survives_its_text_to_the_last_bit(rows: list[list[float]]) -> None:
    kernel = torch.tensor(rows)
    assert torch.equal(kernel_from_text(kernel_to_text(kernel)), kernel)


def test_normalising() -> None:
    assert normalise(torch.tensor([[1.0, 2, 1]])).tolist() == [[0.25, 0.5, 0.25]]
    assert normalise(torch.tensor([[-1.0, -1]])).tolist() == [[0.5, 0.5]]
    for name in ("Sobel x", "Laplacian 8"):
        with pytest.raises(ValueError, match="sums to 0"):
            normalise(KERNELS[name])
    with pytest.raises(ValueError, match="sums to 0"):
        normalise(gabor(11, 5, 45, 2.5))


# Error messages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the kernel is empty: give at least one number"),
        (" ;\n ", "the kernel is empty"),
        ("1 2; ; 3 4", "row 2 has 1 column, row 1 has 2: give all rows the same number"),
        ("1; ; 3", "row 2, column 1 is empty: give a number"),
        ("1,,2", "row 1, column 2 is empty"),
        ("1\t2\n3\t", "row 2, column 2 is empty"),
        ("1 2; · 4", "row 2, column 1 is empty"),
        ("1 two", "row 1, column 2 is 'two': give a number such as -1, 0.5 or 1/9"),
        ("1 1_000", "row 1, column 2 is '1_000'"),
        ("1/2/3", "row 1, column 1 is '1/2/3'"),
        ("0 1/0", "row 1, column 2 is '1/0': nothing can be divided by 0"),
        ("nan", "row 1, column 1 is 'nan', which is not a number"),
        ("1; inf", "row 2, column 1 is 'inf': a cell lies between -1,000,000 and 1,000,000"),
        ("-inf", "row 1, column 1 is '-inf': a cell lies between"),
        ("1/inf", "'1/inf', which is not a number"),
        ("1e308", "row 1, column 1 is '1e308': a cell lies between -1,000,000 and 1,000,000"),
        ("1e999", "row 1, column 1 is '1e999': a cell lies between"),
        ("x" * 500, "row 1, column 1 is '" + "x" * 20 + "…': give a number"),
        ("1 2; 3", "row 2 has 1 column, row 1 has 2"),
        (" ".join("1" * 16), "the kernel is 1x16: it can have up to 15 rows and columns"),
        (";".join("1" * 16), "the kernel is 16x1: it can have up to 15 rows and columns"),
    ],
)
def test_bad_cells_are_named(text: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        kernel_from_text(text)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: box(0), "size 0 is out of range: a kernel has 1 to 15 rows and columns"),
        (lambda: box((3, 16)), "out of range"),
        (lambda: box(2.5), "give one whole number, or (height, width)"),
        (lambda: gaussian(True, 1), "give one whole number"),
        (lambda: gaussian(3, 0), "sigma is 0: it must be above 0"),
        (lambda: gaussian(3, math.nan), "sigma is nan"),
        (lambda: gabor(9, 1.5, 0, 2), "wavelength 1.5 is too short or no number: give 2 pixels or more"),
        (lambda: gabor(9, math.nan, 0, 2), "wavelength nan"),
        (lambda: gabor(9, 4, math.inf, 2), "angle inf is no number"),
        (lambda: gabor(9, 4, 0, -1), "sigma is -1"),
        (lambda: gabor(1, 4, 0, 1), "a window of 1x1 sees nothing of a wave of 4 pixels"),
        (lambda: gabor((1, 9), 4, 90, 1), "sees nothing of a wave"),
        (lambda: random_kernel(3, -1), "seed is -1: it must be a whole number, 0 or more"),
        (lambda: random_kernel((3,), 1), "give one whole number, or (height, width)"),
        (lambda: filter_image(torch.rand(1, 5, 5), box(7), ConvSpec((7, 7))), "kernel_size 7 does not fit a 5x5 input"),
        (
            lambda: filter_image(torch.rand(5, 5), box(3)),
            "a picture is (C, H, W) of floating-point numbers, not (5, 5)",
        ),
        (lambda: filter_image(torch.ones(1, 5, 5, dtype=torch.uint8), box(3)), "of torch.uint8"),
        (lambda: filter_image(torch.rand(1, 5, 5), torch.rand(3)), "a kernel has rows and columns, not the shape (3,)"),
        (lambda: filter_image(torch.rand(1, 5, 5), box(3), ConvSpec(5)), "the settings say kernel_size (5, 5)"),
        (lambda: filter_image(torch.rand(2, 5, 5), box(3), ConvSpec(3, groups=2)), "groups=1"),
        (lambda: sobel(torch.rand(1, 5, 5), padding_mode="mirror"), "padding_mode is 'mirror'"),
    ],
)
def test_bad_values_are_refused_with_a_way_out(make: object, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        make()
    assert message in str(raised.value)
