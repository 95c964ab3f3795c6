"""Pictures: from files and samples to tensors, and back to files. The only place that knows Pillow."""

from cnnviz.images.code import patch_code, picture_code
from cnnviz.images.decode import PIXEL_LIMIT, decode_image
from cnnviz.images.encode import encode_gif, encode_png
from cnnviz.images.pixels import resize, to_bytes, to_cmyk, to_grey
from cnnviz.images.samples import SAMPLES, sample_image

__all__ = [
    "PIXEL_LIMIT", "SAMPLES",
    "decode_image", "encode_gif", "encode_png", "patch_code", "picture_code", "resize", "sample_image",
    "to_bytes", "to_cmyk", "to_grey",
]  # fmt: skip
