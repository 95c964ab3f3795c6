"""PyTorch code that makes a picture without this package: what the pages end with, and what a test runs."""

import inspect
import json

from cnnviz.images.decode import open_picture, to_rgb
from cnnviz.images.pixels import check_side
from cnnviz.images.samples import SAMPLES, drawn_side

TO_TENSOR = "image = torch.from_numpy(np.array(picture)).permute(2, 0, 1) / 255  # 3 H W\n"


def picture_code(
    name: str | None, max_side: int | None = None, *, file_name: str = "picture.png", data: bytes | None = None
) -> str:
    """Code whose last variable `image` is exactly sample_image(name, max_side), or decode_image of a file.

    name: one of SAMPLES, or None for the file file_name, which the code opens. data: that file's bytes, if at hand: the
    code is shorter where the file has no transparency and 8 bits a channel. Errors: ValueError as sample_image and
    decode_image.
    """
    check_side(max_side)
    if name is None:
        return _file_code(max_side, file_name, data)
    if name not in SAMPLES:
        raise ValueError(f"There is no sample {name!r}: choose one of {', '.join(SAMPLES)}.")
    source = SAMPLES[name]
    if isinstance(source, str):
        return (
            "import numpy as np\nimport torch\nfrom PIL import Image\n"
            "from sklearn.datasets import load_sample_image\n\n"
            f'picture = Image.fromarray(load_sample_image("{source}"))\n' + _shrink_code(max_side) + TO_TENSOR
        )
    drawing = inspect.getsource(source)
    imports = "import math\n\n" if "math." in drawing else ""
    call = f"image = {source.__name__}({drawn_side(name, max_side)})  # 3 H W\n"
    return f"{imports}import torch\nfrom torch import Tensor\n\n\n{drawing}\n\n{call}"


def patch_code(channel: str, top: int, left: int, rows: int, cols: int, *, fractions: bool = False) -> str:
    """Code that prints a channel's shape and range, and its numbers in a window; it follows picture_code.

    channel: "grey", "red", "green", "blue" or "rgb". fractions: numbers from 0 to 1 in place of 0 to 255. The window is
    the last variable, `patch`: (rows, cols) or (3, rows, cols). Errors: ValueError for another channel.
    """
    makers = {
        "grey": "grey = ((299 * red + 587 * green + 114 * blue + 500) / 1000).floor()  # rounded, H W\n",
        "rgb": "rgb = torch.stack([red, green, blue])  # 3 H W\n",
        "red": "", "green": "", "blue": "",
    }  # fmt: skip
    if channel not in makers:
        raise ValueError(f"There is no channel {channel!r}: choose one of {', '.join(makers)}.")
    window = f"{top}:{top + rows}, {left}:{left + cols}"
    values = f"{channel} / 255" if fractions else channel
    return (
        "red, green, blue = (image * 255).round()  # H W each, whole numbers from 0 to 255\n"
        f"{makers[channel]}values = {values}\n"
        'print(tuple(values.shape), values.numel(), "numbers")\n'
        'print(f"from {values.min():g} to {values.max():g}, mean {values.mean():.3f}")\n'
        f"patch = values[{':, ' if channel == 'rgb' else ''}{window}]\n"
        "torch.set_printoptions(linewidth=160)\n"
        f"print(patch{'' if fractions else '.int()'})\n"
    )


def _file_code(max_side: int | None, file_name: str, data: bytes | None) -> str:
    picture = None if data is None else open_picture(data)[1]
    plain = picture is not None and picture.mode[0] not in "IF" and not picture.has_transparency_data
    convert = 'picture.convert("RGB")' if plain else "to_rgb(picture)"
    return (
        "import numpy as np\nimport torch\nfrom PIL import Image, ImageOps\n\n"
        + ("" if plain else f"\n{inspect.getsource(to_rgb)}\n\n")
        + f"picture = Image.open({json.dumps(file_name, ensure_ascii=False)})\n"
        + ("" if max_side is None else f"picture.draft(None, ({2 * max_side}, {2 * max_side}))  # faster for a JPEG\n")
        + "ImageOps.exif_transpose(picture, in_place=True)\n"
        + f"picture = {convert}\n"
        + _shrink_code(max_side)
        + TO_TENSOR
    )


def _shrink_code(max_side: int | None) -> str:
    return "" if max_side is None else f"picture.thumbnail(({max_side}, {max_side}))  # at most, proportions kept\n"
