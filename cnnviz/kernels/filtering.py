"""Picture times kernel: every channel by the same kernel, fast on the CPU."""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.convolution import ConvSpec, output_size

BLOCK = 16  # columns of the result that are computed together: float32 numbers in a vector register of AVX-512
GROUPS = (4, 2)  # neighbouring columns of the picture that are one step of the convolution: the first that reads least


def filter_image(image: Tensor, kernel: Tensor, spec: ConvSpec | None = None, *, flip: bool = False) -> Tensor:
    """The picture filtered by one kernel, the same for every channel.

    image: (C,H,W), floating point, finite. kernel: (kH,kW); it takes the image's type and device. spec: kernel_size
    (kH,kW) with stride, padding, padding_mode and dilation; without it, stride 1 and zeros that keep the size (for an
    even kernel one more at the bottom and the right, as PyTorch's padding="same"). flip: true convolution; otherwise
    cross-correlation, as PyTorch's Conv2d. Returns (C,H',W'), which may be a view of wider rows. Errors: ValueError for
    what does not fit together.
    """
    if image.dim() != 3 or 0 in image.shape or not image.is_floating_point():
        raise ValueError(f"a picture is (C, H, W) of floating-point numbers, not {tuple(image.shape)} of {image.dtype}")
    if kernel.dim() != 2 or 0 in kernel.shape:
        raise ValueError(f"a kernel has rows and columns, not the shape {tuple(kernel.shape)}")
    kernel = kernel.to(image).flip(0, 1) if flip else kernel.to(image)
    height, width = kernel.shape
    if spec is None:
        spec = _keeping_size(height, width)
        if height % 2 == 0 or width % 2 == 0:
            image = F.pad(image, (0, (width - 1) % 2, 0, (height - 1) % 2))
    spec = spec.expand(2)
    if spec.kernel_size != (height, width):
        raise ValueError(f"the kernel has the size {(height, width)}, the settings say kernel_size {spec.kernel_size}")
    check_filter(spec)
    size = output_size(spec, image.shape[1:])
    if image.device.type == "cpu" and image.dtype == torch.float32:
        return _filter_in_blocks(image, kernel, spec, size)
    return _filter_plainly(image, kernel, spec)


def check_filter(spec: ConvSpec) -> None:
    """Raise ValueError where the settings cannot be those of a picture filter."""
    if spec.transposed or spec.groups != 1 or spec.ceil_mode:
        raise ValueError(
            "a picture filter is a direct convolution of each channel alone: give transposed=False, groups=1 and ceil_mode=False"
        )


def same_padding(size: tuple[int, int], dilation: int = 1) -> tuple[int, int]:
    """The padding that keeps the size of a picture at stride 1; with an even side the result is one smaller there."""
    return dilation * (size[0] - 1) // 2, dilation * (size[1] - 1) // 2


@cache
def _keeping_size(height: int, width: int) -> ConvSpec:
    return ConvSpec((height, width), padding=same_padding((height, width)))


def _filter_plainly(image: Tensor, kernel: Tensor, spec: ConvSpec) -> Tensor:
    """One group a channel. A grey picture goes as two: a GPU then computes in full float32 and not in TF32."""
    channels = max(len(image), 2)
    picture = _with_border(image, spec).expand(channels, -1, -1)[None]
    weight = kernel.expand(channels, 1, *kernel.shape)
    padding = spec.padding if spec.padding_mode == "zeros" else 0
    return F.conv2d(picture, weight, None, spec.stride, padding, spec.dilation, channels)[0, : len(image)]


def _filter_in_blocks(image: Tensor, kernel: Tensor, spec: ConvSpec, size: tuple[int, ...]) -> Tensor:
    """The same as one convolution that suits a CPU: some columns are input channels, 16 results 16 output channels.

    From one channel to one channel F.conv2d keeps one number of each vector register busy: 19 ms for 3x3 on 512x512 RGB,
    where this form takes 0.7 ms and OpenCV 0.4 ms; for 7x7 it is 22, 1.2 and 1.4 ms (two cores). With the channels last,
    and 16 dividing the width, nothing is copied: the picture (C,H,W) is already (C, H, W/4, 4), and the output
    (C, H', W'/16, 16) already the result. The price is a weight with the kernel on a diagonal band and zeros beside it:

        result 0    . k k k . . . .         k: the columns of the kernel; 16 such rows
        result 1    . . k k k . . .
        result 2    . . . k k k . .
    """
    rows, columns = spec.along(2)
    blocks = -(-size[1] // BLOCK)
    zeros = spec.padding_mode == "zeros"  # then the convolution sets the border itself, in whole groups
    lead = columns.padding if zeros else 0
    needed = (BLOCK - 1) * columns.stride + columns.reach
    window = {group: _up(_up(lead, group) - lead + needed, group) for group in GROUPS}  # columns that a block reads
    group = min(window, key=lambda group: window[group])
    before, shift = _up(lead, group), _up(lead, group) - lead
    least_width = (blocks - 1) * BLOCK * columns.stride + window[group] - 2 * before
    picture = _with_border(image, spec, group, least_width)
    picture = picture.view(*picture.shape[:2], -1, group).permute(0, 3, 1, 2)  # C group H W/group

    height, width = kernel.shape
    weight = kernel.new_zeros(BLOCK, height, window[group] // group, group)
    steps = (weight.stride(0) + columns.stride, weight.stride(1), columns.dilation)  # to the next result, row, column
    weight.as_strided((BLOCK, height, width), steps, shift).copy_(kernel)
    result = F.conv2d(
        picture, weight.permute(0, 3, 1, 2), stride=(rows.stride, BLOCK * columns.stride // group),
        padding=(rows.padding if zeros else 0, before // group), dilation=(rows.dilation, 1),
    )  # C 16 H' W'/16  # fmt: skip
    return result.permute(0, 2, 3, 1).flatten(2)[..., : size[1]]  # C H' W'


def _with_border(image: Tensor, spec: ConvSpec, group: int = 1, least_width: int = 0) -> Tensor:
    """The picture with its border where that is not of zeros, at least so wide, and a multiple of group.

    What is in the columns that make it wider does not matter, for no result keeps it; but it is finite.
    """
    top, left = (0, 0) if spec.padding_mode == "zeros" else (side.padding for side in spec.along(2))
    width = image.shape[2] + 2 * left
    wider = max(_up(width, group), least_width) - width
    if top or left:
        at_once = left + wider < image.shape[2]  # reflect and circular have enough to fill the wider columns too
        image = F.pad(image, (left, left + wider * at_once, top, top), mode=spec.padding_mode)
        wider *= not at_once
    if not wider:
        return image.contiguous()
    picture = image.new_empty(*image.shape[:2], width + wider)  # F.pad would write the whole picture twice
    picture[..., :width] = image
    picture[..., width:] = 0
    return picture


def _up(number: int, multiple: int) -> int:
    """The next multiple."""
    return -(-number // multiple) * multiple
