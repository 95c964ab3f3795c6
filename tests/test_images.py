"""Pictures in and out: every format and mode exactly, bad files by their message, samples, code, files written."""

import builtins
import importlib
import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from cnnviz import images
from cnnviz.images import (
    SAMPLES,
    decode_image,
    encode_gif,
    encode_png,
    patch_code,
    picture_code,
    resize,
    sample_image,
    to_bytes,
    to_cmyk,
    to_grey,
)

COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [10, 20, 30]], [[0, 0, 255], [255, 255, 255], [0, 0, 0]]], np.uint8)
GREYS = np.array([[0, 1, 127], [128, 254, 255]], np.uint8)
PHOTOGRAPH = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)


def file_of(pixels: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(file, kind, **options)
    return file.getvalue()


def levels(image: torch.Tensor) -> np.ndarray:
    """(H,W,3) levels of a decoded picture, after checking that they are exact multiples of 1/255."""
    assert image.dtype == torch.float32 and image.shape[0] == 3 and image.is_contiguous()
    whole = (image * 255).round()
    assert torch.equal(image, whole / 255)
    return whole.permute(1, 2, 0).numpy().astype(np.uint8)


def decoded(data: bytes, max_side: int | None = None) -> np.ndarray:
    return levels(decode_image(data, max_side))


def as_rgb(grey: np.ndarray | list) -> np.ndarray:
    return np.repeat(np.array(grey, np.uint8)[..., None], 3, axis=2)


# Exact small cases: formats


@pytest.mark.parametrize(("kind", "options"), [
    ("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True}),
    ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("TIFF", {"big_tiff": True}),
])  # fmt: skip
def test_lossless_formats_give_the_very_pixels(kind, options):
    assert np.array_equal(decoded(file_of(COLOURS, kind, **options)), COLOURS)
    assert np.array_equal(decoded(file_of(Image.fromarray(GREYS), kind, **options)), as_rgb(GREYS))


def test_decode_gives_channels_first_in_zero_to_one():
    image = decode_image(file_of(COLOURS, "PNG"))
    assert image.shape == (3, 2, 3)
    assert image[:, 0, 2].tolist() == pytest.approx([10 / 255, 20 / 255, 30 / 255])


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_jpeg_of_one_colour_keeps_it(options):
    for shape in ((16, 16, 3), (16, 16)):
        data = file_of(np.full(shape, 96, np.uint8), "JPEG", **options)
        assert np.array_equal(decoded(data), np.full((16, 16, 3), 96))


@pytest.mark.parametrize(("kind", "options"), [("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})])
def test_the_first_frame_of_an_animation(kind, options):
    frames = [Image.new("RGB", (3, 2), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    data = file_of(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert np.array_equal(decoded(data), np.broadcast_to([255, 0, 0], (2, 3, 3)))


def test_a_telephone_picture_of_two_frames_is_its_first():
    first, second = (Image.fromarray(np.full((16, 16), level, np.uint8)) for level in (200, 20))
    data = file_of(first, "MPO", save_all=True, append_images=[second])
    assert np.array_equal(decoded(data), as_rgb([[200] * 16] * 16))


# Exact small cases: colour modes


@pytest.mark.parametrize(("mode", "kind", "pixel", "expected"), [
    ("1", "PNG", 1, (255, 255, 255)), ("1", "TIFF", 0, (0, 0, 0)), ("1", "BMP", 1, (255, 255, 255)),
    ("CMYK", "TIFF", (255, 0, 0, 0), (0, 255, 255)), ("CMYK", "TIFF", (0, 0, 0, 51), (204, 204, 204)),
    ("CMYK", "JPEG", (0, 0, 0, 255), (0, 0, 0)), ("CMYK", "JPEG", (0, 0, 0, 0), (255, 255, 255)),
    ("YCbCr", "TIFF", (96, 128, 128), (96, 96, 96)),
    ("LA", "PNG", (100, 255), (100, 100, 100)), ("LA", "PNG", (100, 0), (255, 255, 255)),
    ("LA", "TIFF", (0, 51), (204, 204, 204)), ("RGBA", "TIFF", (0, 0, 0, 51), (204, 204, 204)),
    ("RGBA", "PNG", (255, 0, 0, 51), (255, 204, 204)), ("RGBA", "WEBP", (7, 8, 9, 0), (255, 255, 255)),
])  # fmt: skip
def test_every_colour_mode(mode, kind, pixel, expected):
    options = {"lossless": True} if kind == "WEBP" else {}
    data = file_of(Image.new(mode, (8, 8), pixel), kind, **options)
    assert np.array_equal(decoded(data), np.broadcast_to(expected, (8, 8, 3)))


def test_half_transparent_pixels_over_white_round_to_the_nearest_level():
    alpha, value = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    data = file_of(np.stack([value, value, value, alpha], axis=-1).astype(np.uint8), "PNG")
    exact = np.floor((alpha * value + (255 - alpha) * 255) / 255 + 0.5)
    assert np.array_equal(decoded(data), as_rgb(exact))


def test_palette_with_and_without_transparency():
    picture = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    picture.putpalette([10, 20, 30, 40, 50, 60, 0, 0, 0])
    assert np.array_equal(decoded(file_of(picture, "PNG")), [[[10, 20, 30], [40, 50, 60], [0, 0, 0]]])
    assert np.array_equal(
        decoded(file_of(picture, "PNG", transparency=bytes([255, 0, 51]))), [[[10, 20, 30], [255] * 3, [204] * 3]]
    )
    assert np.array_equal(decoded(file_of(picture, "GIF", transparency=1)), [[[10, 20, 30], [255] * 3, [0, 0, 0]]])


def test_one_transparent_colour_in_a_picture_without_alpha():
    data = file_of(Image.fromarray(COLOURS), "PNG", transparency=(10, 20, 30))
    assert np.array_equal(decoded(data)[0, 2], [255, 255, 255])
    assert np.array_equal(decoded(data)[1, 2], [0, 0, 0])


def test_associated_alpha_of_tiff():
    separate, premultiplied = (struct.pack("<HHII", 338, 3, 1, kind) for kind in (2, 1))  # the tag ExtraSamples
    data = file_of(Image.new("LA", (2, 2), (40, 51)), "TIFF")
    assert np.array_equal(decoded(data), as_rgb([[212, 212], [212, 212]]))  # a fifth of 40 and four fifths of white
    data = data.replace(separate, premultiplied)
    assert Image.open(io.BytesIO(data)).mode == "La"
    assert np.array_equal(decoded(data), as_rgb([[244, 244], [244, 244]]))  # 40 of 51 parts, and 204 of white


def test_lab_tiff_to_a_level():
    for lightness, expected in ((255, 255), (0, 0)):
        picture = decoded(file_of(Image.new("LAB", (2, 2), (lightness, 128, 128)), "TIFF"))
        assert np.abs(picture.astype(int) - expected).max() <= 1


# 0, 128, 129 and the ends show the rounding of v / 257; all others are compared below
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["<u2", ">u2"])
def test_16_bit_grey_is_scaled_not_clipped(kind, mode):
    values = np.array([[0, 128, 129], [256, 65406, 65535]], mode)
    assert np.array_equal(decoded(file_of(values, kind)), as_rgb([[0, 0, 1], [1, 254, 255]]))


def test_every_16_bit_grey_value_is_the_nearest_level():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    assert np.array_equal(decoded(file_of(values, "PNG")), as_rgb((values.astype(int) + 128) // 257))


def test_16_bit_tiff_in_which_zero_is_white():
    black_is_zero, white_is_zero = (struct.pack("<HHII", 262, 3, 1, kind) for kind in (1, 0))  # the tag Photometric
    data = file_of(np.array([[0, 65535]], np.uint16), "TIFF").replace(black_is_zero, white_is_zero)
    assert np.array_equal(decoded(data), as_rgb([[255, 0]]))


def test_12_bit_tiff_is_scaled_by_4095():
    tags = [(256, 2), (257, 1), (258, 12), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 3)]
    table = b"".join(struct.pack("<HHII", tag, 3, 1, value) for tag, value in tags)
    data = struct.pack("<2sHI", b"II", 42, 12) + bytes.fromhex("800fff00") + struct.pack("<H", len(tags)) + table
    assert np.array_equal(decoded(data + bytes(4)), as_rgb([[128, 255]]))  # 2048 / 4095 is 127.53 / 255


def test_16_bit_grey_with_a_transparent_value():
    data = file_of(np.array([[0, 300]], np.uint16), "PNG", transparency=300)
    assert np.array_equal(decoded(data), as_rgb([[0, 255]]))


@pytest.mark.parametrize(("values", "expected"), [
    (np.array([[0.0, 0.5, 1.0]], np.float32), [[0, 128, 255]]),
    (np.array([[-1.0, 0.0, 3.0]], np.float32), [[0, 64, 255]]),  # no agreed white: lowest to highest
    (np.array([[7.0, 7.0]], np.float32), [[0, 0]]),
    (np.array([[0, 257, 65535]], np.int32), [[0, 1, 255]]),
    (np.array([[0, 100_000, 200_000]], np.int32), [[0, 128, 255]]),
    (np.array([[-5, 0, 5]], np.int32), [[0, 128, 255]]),
])  # fmt: skip
def test_float_and_32_bit_tiff(values, expected):
    assert np.array_equal(decoded(file_of(values, "TIFF")), as_rgb(expected))


def test_16_bit_colour_keeps_the_upper_8_bits():
    samples = np.array([0x0000, 0x80FF, 0xFFFF], ">u2").tobytes()
    data = png_by_hand(1, 1, samples, depth=16, colour=2)
    assert np.array_equal(decoded(data), [[[0, 128, 255]]])


# Exact small cases: orientation and size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("orientation", "undo"), [
    (1, lambda p: p), (2, lambda p: p[:, ::-1]), (3, lambda p: p[::-1, ::-1]), (4, lambda p: p[::-1]),
    (5, lambda p: p.swapaxes(0, 1)), (6, lambda p: np.rot90(p, -1)), (7, lambda p: p[::-1, ::-1].swapaxes(0, 1)),
    (8, lambda p: np.rot90(p)),
])  # fmt: skip
def test_exif_orientation(kind, orientation, undo):
    pixels = np.kron([[0, 50, 100], [150, 200, 250]], np.ones((16, 16))).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"PNG": {}, "TIFF": {}, "JPEG": {"quality": 100}, "WEBP": {"lossless": True}}[kind]
    upright = decoded(file_of(pixels, kind, exif=exif, **options)).astype(int)
    assert upright.shape == undo(as_rgb(pixels)).shape
    assert np.abs(upright - undo(as_rgb(pixels))).max() <= (1 if kind == "JPEG" else 0)


def test_max_side_shrinks_the_longer_side_and_never_enlarges():
    data = file_of(np.zeros((30, 40, 3), np.uint8), "PNG")
    assert decode_image(data, 20).shape == (3, 15, 20)
    assert decode_image(data, 40).shape == decode_image(data, 400).shape == decode_image(data).shape == (3, 30, 40)
    assert decode_image(file_of(np.zeros((1, 500), np.uint8), "PNG"), 10).shape == (3, 1, 10)


def test_a_large_jpeg_is_read_at_a_fraction_and_shows_the_same():
    smooth = np.linspace(0, 255, 1600).astype(np.uint8)
    pixels = np.broadcast_to(smooth[None, :, None], (1200, 1600, 3))
    small = decode_image(file_of(np.ascontiguousarray(pixels), "JPEG", quality=95), 100)
    assert small.shape == (3, 75, 100)
    assert (small[:, 5] - torch.linspace(0, 1, 100)).abs().max() < 0.02


def test_resize_averages_and_keeps_channels_and_device():
    image = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(1, 8, 8)  # 1 16 16, mean one half
    small = resize(image, 2)
    assert small.shape == (1, 2, 2) and small.dtype == torch.float32
    assert small.mean() == pytest.approx(0.5, abs=1 / 255)
    assert torch.equal(resize(image, 16), image) and torch.equal(resize(image, 99), image)
    assert resize(torch.zeros(3, 7, 21), 6).shape == (3, 2, 6)


def test_to_grey_by_hand():
    red, mixed = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([10.0, 20.0, 30.0]) / 255
    grey = to_grey(torch.stack([red, mixed], dim=1)[:, None])  # 1 1 2
    assert (grey * 255).round().flatten().tolist() == [76, 18]  # 76.245 and 18.15


def test_to_cmyk_by_hand():
    colours = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.2, 0.4, 0.8]])
    inks = to_cmyk(colours.T[:, None])[:, 0].T  # a row of C, M, Y, K for each colour
    expected = [[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0.75, 0.5, 0, 0.2]]
    assert torch.allclose(inks, torch.tensor(expected, dtype=torch.float32))


def test_to_bytes_by_hand():
    image = torch.tensor([[[0.0, 0.5]], [[1.0, 0.25]], [[1 / 255, 0.0]]])
    assert to_bytes(image).tolist() == [[[0, 255, 1], [128, 64, 0]]]
    assert to_bytes(torch.tensor([[[1.0 + 1e-6, -1e-6]]])).tolist() == [[[255], [0]]]


# Agreement with independent implementations


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3]), st.integers(0, 2**32 - 1), st.booleans())
def test_encode_png_is_read_back_by_pillow(height, width, channels, seed, flat):
    pixels = np.random.default_rng(seed).integers(0, 2 if flat else 256, (height, width, channels), np.uint8)
    picture = Image.open(io.BytesIO(encode_png(pixels)))
    assert picture.mode == ("L" if channels == 1 else "RGB")
    assert np.array_equal(np.asarray(picture).reshape(pixels.shape), pixels)
    assert np.array_equal(decoded(encode_png(pixels)), np.broadcast_to(pixels, (height, width, 3)))


def test_encode_png_with_a_palette():
    palette = np.random.default_rng(1).integers(0, 256, (256, 3), np.uint8)
    index = np.random.default_rng(2).integers(0, 256, (20, 31), np.uint8)
    data = encode_png(index, palette)
    assert Image.open(io.BytesIO(data)).mode == "P"
    assert np.array_equal(decoded(data), palette[index])


def test_encode_gif_frames_and_time():
    palette = np.stack([np.arange(256), np.arange(256)[::-1], np.full(256, 7)], axis=1).astype(np.uint8)
    index = [np.full((4, 5), level, np.uint8) for level in (0, 100, 255)]
    for frames, options, expected in (
        (index, {}, [as_rgb(frame) for frame in index]),
        (index, {"palette": palette}, [palette[frame] for frame in index]),
        ([palette[frame] for frame in index], {}, [palette[frame] for frame in index]),
    ):
        movie = Image.open(io.BytesIO(encode_gif(frames, 80, **options)))
        assert movie.n_frames == 3 and movie.info["duration"] == 80 and movie.info["loop"] == 0
        for number, wanted in enumerate(expected):
            movie.seek(number)
            assert np.array_equal(np.asarray(movie.convert("RGB")), wanted)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_inks_multiply_back_to_the_colour(seed):
    image = torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(seed))
    inks = to_cmyk(image)
    assert inks.min() >= 0 and inks.max() <= 1
    assert torch.allclose((1 - inks[:3]) * (1 - inks[3:]), image, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_to_grey_is_the_nearest_level_in_integers(seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.int64)
    image = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    exact = (pixels @ [299, 587, 114] + 500) // 1000
    assert torch.equal(to_grey(image)[0], torch.from_numpy(exact).float() / 255)
    assert np.array_equal(to_bytes(image), pixels)


@pytest.mark.parametrize("max_side", [None, 20, 64, 300, 1024])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_code_of_a_sample_makes_it_exactly(name, max_side):
    code = picture_code(name, max_side)
    assert "cnnviz" not in code
    result: dict = {}
    exec(code, result)
    assert torch.equal(result["image"], sample_image(name, max_side))


@pytest.mark.parametrize("with_data", [False, True])
@pytest.mark.parametrize("max_side", [None, 16])
@pytest.mark.parametrize("case", ["jpeg turned", "large jpeg", "cmyk", "grey", "alpha", "palette", "16 bit", "float"])
def test_the_code_of_a_file_makes_it_exactly(tmp_path, case, max_side, with_data):
    exif = Image.Exif()
    exif[0x0112] = 6
    photograph = Image.fromarray(PHOTOGRAPH)
    data = {
        "jpeg turned": lambda: file_of(photograph, "JPEG", exif=exif),
        "large jpeg": lambda: file_of(photograph.resize((400, 300)), "JPEG"),
        "cmyk": lambda: file_of(photograph.convert("CMYK"), "JPEG"),
        "grey": lambda: file_of(photograph.convert("L"), "WEBP"),
        "alpha": lambda: file_of(np.dstack([PHOTOGRAPH, PHOTOGRAPH[..., 0]]), "PNG"),
        "palette": lambda: file_of(photograph.quantize(16), "GIF", transparency=3),
        "16 bit": lambda: file_of(PHOTOGRAPH[..., 0].astype(np.uint16) * 200, "PNG"),
        "float": lambda: file_of(PHOTOGRAPH[..., 0].astype(np.float32) / 300, "TIFF"),
    }[case]()
    path = tmp_path / 'a "quoted" näme.png'
    path.write_bytes(data)
    code = picture_code(None, max_side, file_name=str(path), data=data if with_data else None)
    assert "cnnviz" not in code
    assert ("def to_rgb" in code) == (not with_data or case in ("alpha", "palette", "16 bit", "float"))
    result: dict = {}
    exec(code, result)
    assert torch.equal(result["image"], decode_image(data, max_side))


@pytest.mark.parametrize("fractions", [False, True])
@pytest.mark.parametrize("channel", ["grey", "red", "green", "blue", "rgb"])
def test_the_code_of_a_patch_prints_its_numbers(channel, fractions, capsys):
    image = sample_image("flower", 64)
    result: dict = {}
    exec(picture_code("flower", 64) + patch_code(channel, 3, 40, 5, 4, fractions=fractions), result)
    whole = {"grey": to_grey(image), "red": image[0:1], "green": image[1:2], "blue": image[2:3], "rgb": image}[channel]
    expected = whole[:, 3:8, 40:44].squeeze(0) * (1 if fractions else 255)
    assert torch.equal(result["patch"], expected if fractions else expected.round())
    printed = capsys.readouterr().out
    shape = tuple(whole.squeeze(0).shape)
    assert printed.startswith(f"{shape} {whole.numel()} numbers\nfrom ")
    assert ("dtype=torch.int32" in printed) == (not fractions)


# Properties


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_pictures_of_whole_levels(name):
    image = sample_image(name)
    sizes = {"china": (427, 640), "flower": (427, 640), "digit": (28, 28)}
    assert image.shape == (3, *sizes.get(name, (256, 256)))
    picture = levels(image)
    assert picture.min() < 20 and picture.max() > 235
    assert max(sample_image(name, 100).shape) == (28 if name == "digit" else 100)
    if isinstance(SAMPLES[name], str):
        assert sample_image(name, 100).shape == (3, 67, 100)


def test_the_step_edge_has_one_edge_in_the_middle():
    edges = sample_image("step edge").diff(dim=2)
    assert edges.sum() == 3 * 256 and torch.equal(edges[:, :, 127], torch.ones(3, 256))


def test_diagonal_is_two_crossing_lines():
    image = sample_image("diagonal")[0]
    assert torch.equal(image, image.flip(0)) and torch.equal(image, image.flip(1)) and torch.equal(image, image.T)
    assert image.diagonal().min() == 1 and image[128, 0] == 0


def test_checkerboard_has_equal_squares():
    squares = sample_image("checkerboard")[0].reshape(8, 32, 8, 32)
    assert torch.equal(squares.amin(dim=(1, 3)), squares.amax(dim=(1, 3)))
    assert torch.equal(squares[:, 0, :, 0], (torch.arange(8)[:, None] + torch.arange(8)) % 2 * 1.0)


def test_disc_has_the_area_of_its_radius():
    image = sample_image("disc")[0]
    assert image.sum() == pytest.approx(torch.pi * (0.35 * 256) ** 2, rel=1e-3)
    assert torch.equal(image, image.T) and torch.equal(image, image.flip(0))


def test_zone_plate_reaches_the_finest_wave_at_the_border_and_nothing_finer():
    middle_row = 2 * sample_image("zone plate")[0, 128] - 1
    assert (middle_row[-1] * middle_row[-2] < 0) and (middle_row[-2] * middle_row[-3] < 0)  # sign changes every pixel
    phase = torch.pi * (torch.arange(256) - 127.5) ** 2 / 256
    assert (middle_row - torch.cos(phase)).abs().max() < 0.02
    assert phase.diff().abs().max() < torch.pi


def test_digit_is_centred_and_dark_at_the_border():
    image = sample_image("digit")[0]
    ink = image.sum()
    place = torch.arange(28) + 0.5
    assert abs((image.sum(1) @ place) / ink - 14) < 1.5 and abs((image.sum(0) @ place) / ink - 14) < 1.5
    border = torch.cat([image[:4].flatten(), image[-4:].flatten(), image[:, :4].flatten(), image[:, -4:].flatten()])
    assert border.max() == 0 and 0.08 < image.mean() < 0.2


def test_photographs_do_not_need_the_import_of_sklearn(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **options):
        assert not name.startswith("sklearn"), "scikit-learn was imported"
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert sample_image("china").shape == (3, 427, 640)


# Error messages


def png_by_hand(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 0) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = zlib.compress(b"\0" + rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


JPEG = file_of(PHOTOGRAPH, "JPEG")
PNG = file_of(PHOTOGRAPH, "PNG")


@pytest.mark.parametrize(("data", "message"), [
    (b"", "The file is empty (0 bytes): choose it again. PNG, JPEG, WebP, GIF, BMP and TIFF pictures are read."),
    (JPEG[: len(JPEG) // 2], "This JPEG file is damaged or ends too early: download or save it again."),
    (JPEG[:20], "This JPEG file is damaged or ends too early"),
    (PNG[:-200], "This PNG file is damaged or ends too early"),
    (PNG[:8], "This PNG file is damaged or ends too early"),
    (file_of(PHOTOGRAPH, "GIF")[:-100], "This GIF file is damaged or ends too early"),
    (file_of(PHOTOGRAPH, "BMP")[:-100], "This BMP file is damaged or ends too early"),
    (file_of(PHOTOGRAPH, "TIFF")[:-900], "This TIFF file is damaged or ends too early"),
    (file_of(PHOTOGRAPH, "WEBP")[:-100], "This WebP file is damaged or ends too early"),
    (b"Dear student,\nthis is no picture.\n", "The file holds text, not a picture, whatever its name says."),
    (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
     "This is an SVG: a drawing made of lines, not of pixels. Export it as PNG."),
    (b"%PDF-1.7 ...", "This is a PDF document, not a picture: export the page as PNG."),
    (b"\0\0\0\x18ftypheic\0\0\0\0", "This is a HEIC picture, which is not read here: export it as PNG or JPEG."),
    (b"\0\0\0\x1cftypavif\0\0\0\0", "This is a AVIF picture, which is not read here: export it as PNG or JPEG."),
    (b"RIFF\0\0\0\0WAVEfmt ", "The file is not a picture in a known format: export it as PNG or JPEG."),
    (bytes(100), "The file is not a picture in a known format"),
    (np.array([[np.nan]], np.float32), "The picture holds NaN or infinite values"),
])  # fmt: skip
def test_bad_files_say_what_they_are(data, message):
    data = data if isinstance(data, bytes) else file_of(data, "TIFF")
    for max_side in (None, 64):
        with pytest.raises(ValueError) as error:
            decode_image(data, max_side)
        assert message in str(error.value)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "JPEG"])
def test_a_decompression_bomb_is_refused_by_its_header(kind, monkeypatch):
    small = file_of(np.zeros((1, 1, 3), np.uint8), kind)
    side = struct.pack({"PNG": ">I", "GIF": "<H", "BMP": "<I", "JPEG": ">H"}[kind], 30_000)
    if kind == "PNG":
        bomb = png_by_hand(30_000, 30_000, b"\0")
    else:
        start = {"GIF": 6, "BMP": 18, "JPEG": small.find(b"\xff\xc0") + 5}[kind]
        bomb = small[:start] + side * 2 + small[start + 2 * len(side) :]
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("pixels were decoded"))
    with pytest.raises(ValueError) as error:
        decode_image(bomb, 512)
    assert str(error.value) == (
        "The picture is 30,000 x 30,000 = 900,000,000 pixels; the limit is 50,000,000: "
        "make it smaller, for example 7,071 x 7,071."
    )


@pytest.mark.parametrize(("call", "message"), [
    (lambda: sample_image("cat"), "There is no sample 'cat': choose one of china, flower, step edge"),
    (lambda: picture_code("cat"), "There is no sample 'cat'"),
    (lambda: patch_code("cyan", 0, 0, 1, 1), "There is no channel 'cyan': choose one of grey, rgb, red, green, blue."),
    (lambda: sample_image("disc", 0), "max_side 0 leaves no pixel: give 1 or more."),
    (lambda: decode_image(PNG, 0), "max_side 0 leaves no pixel"),
    (lambda: resize(torch.zeros(3, 2, 2), -1), "max_side -1 leaves no pixel"),
    (lambda: picture_code("disc", 0), "max_side 0 leaves no pixel"),
    (lambda: to_grey(torch.zeros(1, 2, 2)), "Grey is made from red, green and blue, (3, H, W), not from (1, 2, 2)."),
    (lambda: to_cmyk(torch.zeros(4, 2, 2)), "Inks are made from red, green and blue, (3, H, W), not from (4, 2, 2)."),
    (lambda: to_bytes(torch.zeros(2, 2)), "A picture has the shape (C, H, W), not (2, 2)."),
    (lambda: to_bytes(torch.tensor([[[0.0, 2.0]]])), "Values from 0 to 2 do not fit a picture, which holds 0 to 1"),
    (lambda: to_bytes(torch.tensor([[[torch.nan]]])), "Values from nan to nan do not fit"),
    (lambda: encode_png(np.zeros((2, 2))), "Pixels are uint8 (H, W) or (H, W, 3), not float64 (2, 2)."),
    (lambda: encode_png(np.zeros((2, 2, 4), np.uint8)), "not uint8 (2, 2, 4)"),
    (lambda: encode_png(np.zeros((0, 2), np.uint8)), "not uint8 (0, 2)"),
    (lambda: encode_png(COLOURS, COLOURS[0]), "A palette is uint8 (256, 3) for (H, W) indices"),
    (lambda: encode_gif([], 100), "An animation needs one frame or more"),
    (lambda: encode_gif([GREYS, COLOURS], 100), "all of the same shape"),
    (lambda: encode_gif([GREYS], 10), "10 ms a frame is shorter than browsers show: give 20 or more."),
])  # fmt: skip
def test_wrong_arguments_are_refused_in_words(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)


def test_a_missing_scikit_learn_is_said(monkeypatch):
    samples = importlib.import_module("cnnviz.images.samples")
    monkeypatch.setattr(samples, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"china.jpg comes with scikit-learn.*pip install scikit-learn"):
        sample_image("china")
    assert sample_image("disc").shape == (3, 256, 256)


def test_importing_the_package_brings_no_heavy_library():
    assert images.__name__ in sys.modules
    code = "import sys, cnnviz.images; print({'sklearn', 'streamlit', 'plotly', 'umap'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
