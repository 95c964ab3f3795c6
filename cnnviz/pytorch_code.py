"""What a page shows, as PyTorch code without this package: pasted and run, it ends with the same numbers in `result`.

Each function takes `picture`, the code that makes `image` (3,H,W) as cnnviz.images.picture_code writes it, and
`grey=True` where the page works on one grey channel.
"""

from collections.abc import Sequence

from torch import Tensor

from cnnviz.chain import Step, step_kernel
from cnnviz.convolution import ConvSpec, pooling_call
from cnnviz.kernels import KERNELS, kernel_cells, kernel_to_text, same_padding

GREY = """
red, green, blue = (image * 255).round()
image = ((299 * red + 587 * green + 114 * blue + 500) / 1000).floor()[None] / 255  # 1 H W, grey by ITU-R BT.601
"""


def filter_code(picture: str, kernel: Tensor, spec: ConvSpec | None = None, *, flip: bool = False, grey: bool = False) -> str:
    """Code for filter_image(image, kernel, spec, flip=flip); `result` is (C,H',W')."""
    lines = _filter_lines("image", "result", kernel, spec, flip, 1 if grey else 3)
    return _with_picture(picture, grey, ["import torch.nn.functional as F"], lines)


def sobel_code(picture: str, *, padding_mode: str = "replicate", threshold: float | None = None) -> str:
    """Code for sobel(grey image); `result` is (4,H,W): gx, gy, magnitude, angle. threshold: what counts as an edge."""
    spec = ConvSpec((3, 3)) if padding_mode == "valid" else ConvSpec((3, 3), padding=1, padding_mode=padding_mode)
    source, options, lines = _bordered("image", spec)
    lines = [
        *_tensor_lines("sobel_x", KERNELS["Sobel x"]),
        "sobel_kernels = torch.stack([sobel_x, sobel_x.T])[:, None]  # 2 1 3 3",
        *lines,
        f"gx, gy = F.conv2d({source}, sobel_kernels{options})[0]  # each H W",
        "magnitude = torch.hypot(gx, gy)",
        "angle = torch.atan2(gy, gx)  # radians; 0 to the right, pi/2 downwards",
        *([] if threshold is None else [f"edges = magnitude >= {threshold!r}"]),
        "result = torch.stack([gx, gy, magnitude, angle])  # 4 H W",
    ]
    return _with_picture(picture, True, ["import torch.nn.functional as F"], lines)


def pool_code(picture: str, spec: ConvSpec, mode: str = "max", *, grey: bool = False) -> str:
    """Code for pool_image(image, spec, mode); `result` is (C,H',W')."""
    return _with_picture(picture, grey, ["import torch.nn as nn"], [f"result = {pooling_call(spec, mode)}(image)"])


def chain_code(picture: str, steps: Sequence[Step], *, grey: bool = False) -> str:
    """Code for apply_chain(image, steps): step_1, step_2, ... are the pictures in between, `result` is the last."""
    kinds = {step.kind for step in steps}
    imports = ["import torch.nn as nn"] * bool(kinds & {"max pool", "average pool"})
    imports += ["import torch.nn.functional as F"] * ("filter" in kinds)
    lines, source = [], "image"
    for number, step in enumerate(steps, start=1):
        lines += _step_lines(step, source, f"step_{number}", 1 if grey else 3)
        source = f"step_{number}"
    return _with_picture(picture, grey, imports, [*lines, f"result = {source}"])


def _step_lines(step: Step, source: str, target: str, channels: int) -> list[str]:
    if step.kind == "filter":
        return _filter_lines(source, target, step_kernel(step), step.spec, step.flip, channels)
    if step.kind == "relu":
        return [f"{target} = {source}.relu()"]
    if step.kind == "threshold":
        return [f"{target} = ({source} > {step.level!r}).float()"]
    assert step.spec is not None  # Step has checked it
    return [f"{target} = {pooling_call(step.spec, step.kind.removesuffix(' pool'))}({source})"]


def _filter_lines(source: str, target: str, kernel: Tensor, spec: ConvSpec | None, flip: bool, channels: int) -> list[str]:
    """The kernel, one copy of it for each channel, the border where F.conv2d has no padding for it, the convolution."""
    height, width = kernel.shape
    if spec is not None:
        padded, options, lines = _bordered(source, spec)
    elif height % 2 and width % 2:
        padded, options, lines = _bordered(source, ConvSpec((height, width), padding=same_padding((height, width))))
    else:
        padded, options, lines = f"{source}[None]", ', padding="same"', []
    each = "kernel[None, None]" if channels == 1 else f"kernel.expand({channels}, 1, -1, -1)"
    groups = "" if channels == 1 else f", groups={channels}"
    return [
        *_tensor_lines("kernel", kernel),
        *["kernel = kernel.flip(0, 1)  # true convolution"] * flip,
        *lines,
        f"{target} = F.conv2d({padded}, {each}{options}{groups})[0]",
    ]


def _bordered(source: str, spec: ConvSpec) -> tuple[str, str, list[str]]:
    """The expression for F.conv2d's input, its options, and the line before it that a padding mode needs."""
    rows, columns = spec.along(2)
    zeros = spec.padding_mode == "zeros"
    padding = (rows.padding, columns.padding)
    options = "".join(
        f", {name}={pair[0] if pair[0] == pair[1] else pair}"
        for name, pair, default in (
            ("stride", (rows.stride, columns.stride), 1),
            ("padding", padding if zeros else (0, 0), 0),
            ("dilation", (rows.dilation, columns.dilation), 1),
        )
        if pair != (default, default)
    )
    if zeros or padding == (0, 0):
        return f"{source}[None]", options, []
    border = (columns.padding, columns.padding, rows.padding, rows.padding)
    line = f'padded = F.pad({source}[None], {border}, mode="{spec.padding_mode}")  # left, right, top, bottom'
    return "padded", options, [line]


def _tensor_lines(name: str, kernel: Tensor) -> list[str]:
    """The kernel as a tensor, a row a line; its cells are the shortest that give the same float32."""
    rows = [f"    [{', '.join(row)}]," for row in kernel_cells(kernel_to_text(kernel))]
    return [f"{name} = torch.tensor([", *rows, "], dtype=torch.float32)"]


def _with_picture(picture: str, grey: bool, imports: Sequence[str], lines: Sequence[str]) -> str:
    """The whole program: further imports beside the picture's own `import torch`, the picture, grey, the lines."""
    before, found, after = picture.partition("import torch\n")
    if not found:
        before, after = "", f"\n{picture}"
    head = "\n".join([f"{before}import torch", *imports])
    return f"{head}\n{after}{GREY if grey else ''}\n" + "\n".join(lines) + "\n"
