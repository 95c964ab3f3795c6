"""Pictures, kernel and results as panels of the tracing component, with the line that says what came out."""

import numpy as np
from torch import Tensor

from cnnviz.chain import Step, step_kernel, step_spec
from cnnviz.convolution import ConvSpec
from cnnviz.figures.pictures import Painted
from cnnviz.images import to_bytes
from cnnviz.ui.components.picture_trace import Filter, Operation, Panel, Pool, Relu, Threshold
from cnnviz.ui.components.pixels import pixels


def send_input(name: str, image: Tensor, *, key: str) -> str:
    """Carry the input (1,H,W) or (3,H,W) to the browser; returns the name under which panels read it."""
    picture_id = f"{name}-{'colour' if len(image) == 3 else 'grey'}"
    array = to_bytes(image)
    pixels(picture_id, array if len(image) == 3 else array[..., 0], key=key)
    return picture_id


def shape_text(values: Tensor) -> str:
    return "×".join(map(str, values.shape))


def input_panel(image: Tensor, title: str = "Input") -> Panel:
    return Panel(title, tuple(image.shape), caption=f"{shape_text(image)}, values {range_text(image)}")


def result_panel(title: str, values: Tensor, painted: Painted, operation: Operation) -> Panel:
    """A drawn result with its shape, its range and how it is drawn written below it."""
    notes = [painted.note] * bool(painted.note) + [f"{painted.clipped:.1%} cut off"] * bool(painted.clipped)
    caption = "; ".join([f"{shape_text(values)}, values {range_text(values)}", *notes])
    return Panel(title, tuple(values.shape), painted.pixels, painted.palette, painted.limits, operation, caption)


def strongest(values: Tensor) -> tuple[int, int]:
    """The place (row, col) of the largest absolute value, of several the middle one: the first pixel to be traced."""
    strength = np.abs(values.cpu().numpy()).max(axis=0)  # H W; by numpy, for torch takes five times as long
    places = np.flatnonzero(strength == strength.max())
    row, column = divmod(int(places[len(places) // 2]), strength.shape[1])
    return row, column


def step_operation(step: Step, before: int) -> Operation:
    """How a pixel after a chain's step comes from panel `before`."""
    if step.kind == "relu":
        return Relu(before)
    if step.kind == "threshold":
        return Threshold(step.level, before, above=1.0)
    spec = step_spec(step)
    assert spec is not None  # a filter or a pooling has one
    if step.kind == "filter":
        return filter_operation(step_kernel(step), spec, step.flip, before)
    return pool_operation(spec, step.kind.removesuffix(" pool"), before)


def filter_operation(kernel: Tensor, spec: ConvSpec, flip: bool, of: int = 0) -> Filter:
    """How a filtered pixel comes from panel `of`."""
    stride, padding, dilation = (_pair(spec, name) for name in ("stride", "padding", "dilation"))
    return Filter(kernel.tolist(), of, stride, padding, dilation, spec.padding_mode, flip)


def pool_operation(spec: ConvSpec, mode: str, of: int = 0) -> Pool:
    """How a pooled pixel comes from panel `of`; mode is "max" or "average"."""
    size, stride, padding, dilation = (_pair(spec, name) for name in ("kernel_size", "stride", "padding", "dilation"))
    return Pool(mode, size, stride, of, padding, dilation)


def _pair(spec: ConvSpec, name: str) -> tuple[int, int]:
    rows, columns = spec.along(2)
    return getattr(rows, name), getattr(columns, name)


def range_text(values: Tensor) -> str:
    """The smallest and the largest value: "−1.25 to 0.98"."""
    low, high = (f"{float(value):.3g}".replace("-", "−") for value in values.aminmax())
    return f"{low} to {high}"


def size_rule(spec: ConvSpec, size: tuple[int, ...], output: tuple[int, ...]) -> str:
    """PyTorch's rule for the output's size with the numbers put in, rows and columns."""
    opening, closing = "⌈⌉" if spec.ceil_mode else "⌊⌋"
    parts = []
    for name, n, o, side in zip(("H′", "W′"), size, output, spec.along(2), strict=True):
        top = f"{n} + 2·{side.padding} − {side.dilation}·({side.kernel_size} − 1) − 1"
        parts.append(f"{name} = {opening}({top}) / {side.stride}{closing} + 1 = {o}")
    return ",   ".join(parts)
