"""What only moves numbers: flatten, view, dropout at rest, cat, crop, and any other by following numbered places."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from cnnviz.trace.reading import Reading
from cnnviz.trace.unit import Terms, Unit

MOST_NUMBERED = 4_000_000  # places that are numbered to see where a function puts them
Place = tuple[int, ...]


def in_order(reading: Reading) -> Unit:
    """Flatten, view, dropout at rest: the same numbers in the same order, whatever the shape."""
    shape = reading.trace.shape(reading.source)
    if math.prod(shape) != math.prod(reading.row.output_shape):
        return anywhere(reading)
    flat = np.ravel_multi_index(reading.place, reading.row.output_shape) if reading.place else 0
    return _moved(reading, reading.source, tuple(int(at) for at in np.unravel_index(flat, shape)))


def joined(reading: Reading) -> Unit:
    """cat: which of the inputs, and where in it."""
    dim = 1 if reading.module is not None else reading.setting("dim", 1, 0)
    axis = dim % (len(reading.place) + 1) - 1  # the network's dimensions have the batch before them
    at = reading.place[axis]
    given: Any = reading.node.args
    for node in given if reading.module is not None else (given or tuple(reading.node.kwargs.values()))[0]:
        name = reading.trace.names[node]
        size = reading.trace.shape(name)[axis]
        if at < size:
            return _moved(reading, name, (*reading.place[:axis], at, *reading.place[axis + 1 :]))
        at -= size
    raise AssertionError("the parts are as long as the whole")


def cropped(reading: Reading) -> Unit:
    """U-Net's: the middle of a map."""
    channel, *place = reading.place
    before, after = reading.trace.shape(reading.source)[1:], reading.row.output_shape[1:]
    borders = [(n - m) // 2 for n, m in zip(before, after, strict=True)]
    return _moved(reading, reading.source, (channel, *(at + border for at, border in zip(place, borders, strict=True))))


def anywhere(reading: Reading) -> Unit:
    """Whatever the function does with places: it is run on their numbers. 0 is a zero that was put in."""
    sources = reading.row.inputs
    shapes = [reading.trace.shape(name) for name in sources]
    if sum(map(math.prod, shapes)) > MOST_NUMBERED:
        raise ValueError(f"{reading.row.name} ({reading.row.kind}) is too large to be followed: go on from {', '.join(sources)}")
    leaves, first = {}, 1
    for name, shape in zip(sources, shapes, strict=True):
        leaves[name] = torch.arange(first, first + math.prod(shape), dtype=torch.float64).reshape(1, *shape)
        first += math.prod(shape)
    moved = reading.module(*reading.evaluate(reading.node.args, leaves)) if reading.module is not None else _run(reading, leaves)
    number = int(moved[(0, *reading.place)])
    for name, shape in zip(sources, shapes, strict=True):
        if 0 < number <= math.prod(shape):
            return _moved(reading, name, tuple(int(at) for at in np.unravel_index(number - 1, shape)))
        number -= math.prod(shape)
    none = Terms((), np.zeros(0, int), *(np.zeros((0, 1, 1)),) * 3, np.zeros((0, 1, 1, 1), int))
    return reading.unit("move", "0", "a zero that is put in", computed=0.0, magnitude=0.0, terms=none)


def _run(reading: Reading, leaves: dict[str, torch.Tensor]) -> torch.Tensor:
    args, kwargs = reading.evaluate((reading.node.args, reading.node.kwargs), leaves)
    if reading.node.op == "call_method":
        return getattr(args[0], str(reading.node.target))(*args[1:], **kwargs)
    assert callable(reading.node.target)
    return reading.node.target(*args, **kwargs)


def _moved(reading: Reading, source: str, place: Place) -> Unit:
    terms = reading.single(source, place)
    value = float(terms.values[0, 0, 0])
    where = ", ".join(map(str, place))
    return reading.unit("move", "x", f"unit ({where}) of {source}", computed=value, magnitude=abs(value), terms=terms)


IN_ORDER = (
    "flatten", "view", "reshape", "contiguous", "identity", "dropout", "dropout2d", "squeeze", "unsqueeze", "stochasticdepth",
    "featuredropout", "alphadropout", "clone", "detach", "float",
)  # fmt: skip
ANYWHERE = ("shortcut", "getitem", "permute", "transpose", "swapaxes", "movedim", "channelshuffle", "pixelshuffle", "roll", "flip",
            "pad", "zeropad2d", "expand", "windowpartition", "windowdepartition", "stack")  # fmt: skip
KINDS: dict[str, Callable[[Reading], Unit]] = {
    **dict.fromkeys(IN_ORDER, in_order), **dict.fromkeys(ANYWHERE, anywhere),
    "cat": joined, "concat": joined, "concatenate": joined, "centrecrop": cropped,
}  # fmt: skip
