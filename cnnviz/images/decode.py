"""From a file's bytes to a tensor: formats, colour modes, orientation, and what is refused."""

import io
import struct
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from torch import Tensor

from cnnviz.images.pixels import check_side, shrink, to_tensor

PIXEL_LIMIT = 50_000_000  # pixels: the 50-megapixel mode of telephones (8160 x 6120), 150 MB as 8-bit RGB
ACCEPTED = "PNG, JPEG, WebP, GIF, BMP and TIFF pictures are read"

# First bytes of the file -> name of the format and the only Pillow reader that sees it.
READERS: dict[bytes, tuple[str, Callable[[io.BytesIO], Image.Image]]] = {
    b"\x89PNG\r\n\x1a\n": ("PNG", PngImageFile),
    b"\xff\xd8\xff": ("JPEG", JpegImageFile),
    b"RIFF": ("WebP", WebPImageFile),
    b"GIF8": ("GIF", GifImageFile),
    b"BM": ("BMP", BmpImageFile),
    b"II*\0": ("TIFF", TiffImageFile),
    b"MM\0*": ("TIFF", TiffImageFile),
    b"II+\0": ("TIFF", TiffImageFile),
    b"MM\0+": ("TIFF", TiffImageFile),
}
# Bytes 4 to 12 of the files that phones write: "ftyp" and a brand (ISO/IEC 14496-12, 23008-12).
PHONE_FORMATS = {
    b"ftypheic": "HEIC", b"ftypheix": "HEIC", b"ftyphevc": "HEIC", b"ftypmif1": "HEIC", b"ftypmsf1": "HEIC",
    b"ftypavif": "AVIF", b"ftypavis": "AVIF",
}  # fmt: skip
# What Pillow raises on a damaged header or body, seen by cutting and altering files of each format.
DAMAGE = (
    OSError, SyntaxError, ValueError, LookupError, TypeError, EOFError, OverflowError, struct.error,
    Image.DecompressionBombError,  # a GIF frame far larger than its screen
)  # fmt: skip


def decode_image(data: bytes, max_side: int | None = None) -> Tensor:
    """A picture file as a tensor, upright, over white, 8-bit, its longer side at most max_side.

    data: the bytes of a PNG, JPEG, WebP, GIF (first frame), BMP or TIFF file. Returns (3,H,W) float32 in [0,1], exact
    multiples of 1/255. 16-bit grey is scaled by 65535; a 16-bit colour channel keeps its upper 8 bits. Colour profiles
    are not applied: the numbers are the file's. Errors: ValueError says what the file is and the way out.
    """
    check_side(max_side)
    kind, picture = open_picture(data)
    width, height = picture.size
    if width * height > PIXEL_LIMIT:
        fitting = (PIXEL_LIMIT / (width * height)) ** 0.5
        raise ValueError(
            f"The picture is {width:,} x {height:,} = {width * height:,} pixels; the limit is {PIXEL_LIMIT:,}: "
            f"make it smaller, for example {max(1, int(width * fitting)):,} x {max(1, int(height * fitting)):,}."
        )
    if max_side is not None:
        picture.draft(None, (2 * max_side, 2 * max_side))  # a JPEG at 1/2, 1/4 or 1/8, still twice what is needed
    try:
        ImageOps.exif_transpose(picture, in_place=True)
    except DAMAGE as error:
        raise _damaged(kind) from error
    return to_tensor(shrink(to_rgb(picture), max_side))


def open_picture(data: bytes) -> tuple[str, Image.Image]:
    """The file's format and its picture, of which only the header is read. Errors: ValueError as in decode_image."""
    for start, (kind, reader) in READERS.items():
        if data.startswith(start) and (kind != "WebP" or data[8:12] == b"WEBP"):
            try:
                return kind, reader(io.BytesIO(data))
            except DAMAGE as error:
                raise _damaged(kind) from error
    raise ValueError(_refusal(data))


def to_rgb(picture: Image.Image) -> Image.Image:
    """Any picture as 8-bit RGB: deep grey values scaled to 0..255, transparent parts over white."""
    if picture.mode[0] in "IF":  # 16-bit and 32-bit integers, floats
        tags = getattr(picture, "tag_v2", {})  # TIFF: 258 is the bits of a sample, 262 is 0 where 0 means white
        values = np.asarray(picture).astype(np.float32)  # exact for 16 bits
        if not np.isfinite(values).all():
            raise ValueError("The picture holds NaN or infinite values: replace them and save it again.")
        low, high = 0.0, 1.0 if picture.mode == "F" else 4095.0 if tags.get(258) == (12,) else 65535.0
        if values.min() < low or values.max() > high:  # no agreed white: from the lowest to the highest value
            low, high = float(values.min()), float(values.max())
        levels = np.floor((values - low) * (255 / ((high - low) or 1)) + 0.5)
        if tags.get(262) == 0:
            levels = 255 - levels
        if "transparency" in picture.info:
            levels[values == picture.info["transparency"]] = 255
        return Image.fromarray(levels.astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        if picture.mode == "La":  # premultiplied
            picture = picture.convert("LA")
        picture = picture.convert("RGBA")
        white_page = Image.new("RGB", picture.size, "white")
        white_page.paste(picture, mask=picture)
        return white_page
    return picture.convert("RGB")


def _damaged(kind: str) -> ValueError:
    return ValueError(f"This {kind} file is damaged or ends too early: download or save it again.")


def _refusal(data: bytes) -> str:
    """Why no reader takes these bytes, and the way out."""
    head = data[:4096]
    if not data:
        return f"The file is empty (0 bytes): choose it again. {ACCEPTED}."
    if b"<svg" in head:
        return "This is an SVG: a drawing made of lines, not of pixels. Export it as PNG."
    if data.startswith(b"%PDF"):
        return "This is a PDF document, not a picture: export the page as PNG."
    if kind := PHONE_FORMATS.get(data[4:12]):
        return f"This is a {kind} picture, which is not read here: export it as PNG or JPEG."
    if not any(byte < 9 or 13 < byte < 32 for byte in head):  # no control characters but tabs and line ends
        return f"The file holds text, not a picture, whatever its name says. {ACCEPTED}."
    return f"The file is not a picture in a known format: export it as PNG or JPEG. {ACCEPTED}."
