"""What reads whole vectors, several branches or many channels: linear layers, additions, products, norms, distances."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor, fx

from cnnviz.trace.reading import Reading, number, numbers, pointwise, text
from cnnviz.trace.unit import Terms, Unit
from cnnviz.trace.windows import weighted, window

CODE = (12, 7)  # rows and columns of the pictures that are LeNet-5's class codes
UNCHANGED = {"dropout", "flatten", "identity"}  # between a map and the linear layer that reads it


def linear(reading: Reading) -> Unit:
    """A vector times a row of the weights; where the vector is a flattened map, its channels are the parts."""
    module, (*before, feature) = reading.module, reading.place
    values, weights = numbers(reading.x[tuple(before)]), numbers(module.weight[feature])
    count = len(values)
    index = np.arange(count)
    places = np.concatenate([np.tile(np.array(before, dtype=np.int64), (count, 1)), index[:, None]], axis=1)
    shape = (None if before else _flattened(reading)) or (count, 1, 1)
    bias = None if module.bias is None else number(module.bias[feature])
    return weighted(
        reading, values.reshape(shape), weights.reshape(shape), places.reshape(*shape, -1), bias=bias,
        what="channels" if shape[1:] != (1, 1) else "inputs", channels=np.arange(shape[0]),
    )  # fmt: skip


def _flattened(reading: Reading) -> tuple[int, ...] | None:
    """The shape (C,H,W) of the map whose flattening is read, None where it is none."""
    node = reading.node.all_input_nodes[0]
    while len(reading.trace.shape(reading.trace.names[node])) == 1:
        kind = reading.trace.rows[reading.trace.names[node]].kind
        if kind.lower() not in UNCHANGED or not node.all_input_nodes:
            return None
        node = node.all_input_nodes[0]
    shape = reading.trace.shape(reading.trace.names[node])
    return shape if len(shape) == 3 and math.prod(shape) == reading.x.numel() else None


def radial_basis(reading: Reading) -> Unit:
    """Minus the squared distance to the class's code, both drawn as the pictures that the codes are."""
    module, (digit,) = reading.module, reading.place
    code, values = numbers(module.codes[digit]), numbers(reading.x)
    shape = (1, *CODE) if code.size == math.prod(CODE) else (code.size, 1, 1)
    products = -((values - code) ** 2)
    places = np.arange(code.size)[:, None].reshape(*shape, 1)
    values, code, products = (part.reshape(shape) for part in (values, code, products))
    terms = Terms((reading.source,) * shape[0], np.arange(shape[0]), values, code, products, places)
    return reading.unit("distance", "−Σ (x − code)²", f"−Σ of {code.size} squares", computed=products.sum(),
                        magnitude=((np.abs(values) + np.abs(code)) ** 2).sum(), terms=terms)  # fmt: skip


def operation(reading: Reading) -> Unit:
    """Two branches, or a branch and a constant, added, subtracted, multiplied or divided."""
    sign = _plain(reading.row.kind)
    operands = [_operand(reading, argument) for argument in reading.node.args[:2]]
    alpha = float(reading.setting("alpha", None, 1)) * (-1 if sign == "sub" else 1)
    values = [value for _, _, value in operands]
    read = [(layer, place, value) for layer, place, value in operands if layer is not None and place is not None]
    if sign in ("add", "sub"):
        weights = [weight for weight, (layer, _, _) in zip((1.0, alpha), operands, strict=True) if layer is not None]
        bias = sum(weight * value for weight, (layer, _, value) in zip((1.0, alpha), operands, strict=True) if layer is None)
        constant = len(read) < len(operands)
        worked = f"{text(values[0])} {'+' if alpha > 0 else '−'} {text(abs(alpha) * values[1], bracket=True)}"
        return reading.unit(
            "sum", "a + b" if sign == "add" else "a − b", worked, computed=values[0] + alpha * values[1],
            magnitude=sum(map(abs, values)), terms=pointwise(read, None if alpha == 1 else weights),
            bias=bias if constant else None,
        )  # fmt: skip
    product = sign == "mul"
    computed = values[0] * values[1] if product else values[0] / values[1]
    worked = f"{text(values[0])} {'·' if product else '/'} {text(values[1], bracket=True)}"
    return reading.unit("product", "a · b" if product else "a / b", worked, computed=computed, magnitude=abs(computed),
                        terms=pointwise(read))  # fmt: skip


def _operand(reading: Reading, argument: Any) -> tuple[str | None, tuple[int, ...] | None, float]:
    """(layer, place, value) of what is added or multiplied, spread as torch does; no layer for a constant."""
    layer = reading.trace.names.get(argument) if isinstance(argument, fx.Node) else None
    value = reading.trace.output(layer) if layer is not None else reading.evaluate(argument)
    if not isinstance(value, Tensor):
        return None, None, float(value)
    shape = value.shape
    spread = reading.place[len(reading.place) - len(shape) :] if len(shape) else ()
    if len(shape) > len(reading.place):  # a parameter with a batch of its own
        spread = (0,) * (len(shape) - len(reading.place)) + reading.place
    place = tuple(0 if size == 1 else at for size, at in zip(shape, spread, strict=True))
    return layer, place if layer is not None else None, float(value[place])


def response_norm(reading: Reading) -> Unit:
    """AlexNet's: divided by a power of the squares of its neighbours among the channels."""
    channel, row, col = reading.place
    n, alpha, beta, k = (reading.setting(name, at) for at, name in enumerate(("size", "alpha", "beta", "k"), start=1))
    reads = slice(max(0, channel - n // 2), channel + (n - 1) // 2 + 1)
    values, places = window(reading.source, reading.x, reads, [row], [col])
    products = alpha / n * values**2
    x, squares = float(reading.x[channel, row, col]), products.sum()
    terms = Terms((reading.source,) * len(values), places[:, 0, 0, 0], values, None, products, places)
    computed = x / (k + squares) ** beta
    return reading.unit(
        "share", "x / (k + α/n · Σ x²)^β", f"{text(x)} / ({text(k)} + {text(squares)})^{text(beta)}", computed=computed,
        magnitude=abs(computed), terms=terms, constants=(("n", n), ("α", alpha), ("β", beta), ("k", k)),
    )  # fmt: skip


def softmax(reading: Reading) -> Unit:
    """Over the channels or features (dimension 1 with the batch)."""
    dim = reading.setting("dim", 1)
    axis = (1 if dim is None else dim % (len(reading.place) + 1)) - 1
    values = numbers(reading.x.movedim(axis, -1)[(*reading.place[:axis], *reading.place[axis + 1 :])])
    powers = np.exp(values - values.max())
    places = [(*reading.place[:axis], i, *reading.place[axis + 1 :]) for i in range(len(values))]
    terms = pointwise([(reading.source, place, value) for place, value in zip(places, values, strict=True)])
    terms = Terms(terms.layers, np.arange(len(values)), terms.values, None, powers.reshape(-1, 1, 1), terms.places)
    own, total = powers[reading.place[axis]], powers.sum()
    return reading.unit("share", "e^x / Σ e^x", f"{text(own)} / {text(total)}, both over e^{text(values.max())}",
                        computed=own / total, magnitude=own / total, terms=terms)  # fmt: skip


def upsampling(reading: Reading) -> Unit:
    """Nearest: one number. Bilinear: up to four, weighed by nearness."""
    mode, aligned = reading.setting("mode", 3, "nearest"), bool(reading.setting("align_corners", 4))
    if mode not in ("nearest", "bilinear"):
        raise ValueError(f"{reading.row.name} interpolates by {mode!r}: only nearest and bilinear are unfolded")
    factor = reading.setting("scale_factor", 2)
    factors = factor if isinstance(factor, tuple | list) else (factor, factor)
    sides = zip(reading.place[1:], reading.x.shape[1:], reading.row.output_shape[1:], factors, strict=True)
    (rows, down), (cols, across) = (_between(*side, mode, aligned) for side in sides)
    values, places = window(reading.source, reading.x, slice(reading.place[0], reading.place[0] + 1), rows, cols)
    weights = np.outer(down, across)[None]
    return weighted(reading, values, weights, places, bias=None, what="channels", formula="Σ nearness · x")


def _between(at: int, n: int, m: int, factor: float | None, mode: str, aligned: bool) -> tuple[list[int], list[float]]:
    """The places along one dimension of n that place `at` of m lies between, and their weights; scale as torch has it, float32."""
    if aligned and mode == "bilinear":
        real = np.float32(at) * np.float32((n - 1) / (m - 1) if m > 1 else 0)
    else:
        scale = np.float32(1 / factor if factor else n / m)
        if mode == "nearest":
            return [min(int(np.float32(at) * scale), n - 1)], [1.0]
        real = max(np.float32(0), scale * (np.float32(at) + np.float32(0.5)) - np.float32(0.5))
    low = min(int(real), n - 1)
    share = float(real) - low
    return ([low, low + 1], [1 - share, share]) if low + 1 < n and share else ([low], [1.0])


def _plain(kind: str) -> str:
    return {"iadd": "add", "isub": "sub", "imul": "mul", "truediv": "div", "itruediv": "div"}.get(kind, kind.rstrip("_"))


KINDS: dict[str, Callable[[Reading], Unit]] = {
    "linear": linear, "radialbasis": radial_basis, "localresponsenorm": response_norm, "softmax": softmax,
    "upsample": upsampling, "interpolate": upsampling,
    **dict.fromkeys(("add", "iadd", "sub", "isub", "mul", "imul", "multiply", "div", "truediv", "itruediv"), operation),
}  # fmt: skip
