"""Functions of one number: activations, and normalisations with their means, variances and scales."""

import math
from collections.abc import Callable

import numpy as np

from cnnviz.trace.reading import Reading, number, numbers, text
from cnnviz.trace.unit import Unit


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _gelu(x: float, reading: Reading) -> float:
    if reading.setting("approximate", None, "none") == "tanh":
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * math.erfc(-x / math.sqrt(2))


def _clamped(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


# kind in small letters: the rule, with {x} where the number goes ({p}: in brackets if it is negative), and what computes it
FUNCTIONS: dict[str, tuple[str, Callable[[float, Reading], float]]] = {
    "relu": ("max(0, {x})", lambda x, _: max(0.0, x)),
    "relu6": ("min(max(0, {x}), 6)", lambda x, _: _clamped(x, 0, 6)),
    "leakyrelu": ("max(0, {x}) + slope · min(0, {x})", lambda x, at: x if x > 0 else x * at.setting("negative_slope", 1, 0.01)),
    "elu": ("{p} if above 0, else α (e^{p} − 1)", lambda x, at: x if x > 0 else at.setting("alpha", 1, 1.0) * math.expm1(x)),
    "gelu": ("{p} · Φ({x}), Φ of the normal distribution", _gelu),
    "silu": ("{p} · σ({x}), σ the sigmoid", lambda x, _: x * _sigmoid(x)),
    "sigmoid": ("1 / (1 + e^(−{p}))", lambda x, _: _sigmoid(x)),
    "tanh": ("tanh({x})", lambda x, _: math.tanh(x)),
    "scaledtanh": ("1.7159 · tanh(2/3 · {p})", lambda x, _: 1.7159 * math.tanh(2 / 3 * x)),
    "softplus": ("ln(1 + e^{p})", lambda x, _: max(x, 0.0) + math.log1p(math.exp(-abs(x)))),
    "hardsigmoid": ("min(max(0, {x} + 3), 6) / 6", lambda x, _: _clamped(x + 3, 0, 6) / 6),
    "hardswish": ("{p} · min(max(0, {x} + 3), 6) / 6", lambda x, _: x * _clamped(x + 3, 0, 6) / 6),
    "hardtanh": ("min(max(low, {x}), high)", lambda x, at: _clamped(x, at.setting("min_val", 1, -1), at.setting("max_val", 2, 1))),
}


def activation(reading: Reading) -> Unit:
    """The same function at every place."""
    rule, function = FUNCTIONS[reading.row.kind.replace("_", "").lower()]
    x = float(reading.x[reading.place])
    computed = function(x, reading)
    worked = rule.format(x=text(x), p=text(x, bracket=True))
    return reading.unit("function", rule.format(x="x", p="x"), worked, computed=computed, magnitude=abs(x) + abs(computed),
                        terms=reading.single(reading.source, reading.place))  # fmt: skip


def batch_norm(reading: Reading) -> Unit:
    """With the mean and variance that training has kept, or with the map's own where it has kept none."""
    module, channel = reading.module, reading.place[0]
    if module.running_mean is None:
        raise ValueError(f"{reading.row.name} kept no mean and variance in training: its numbers depend on the batch")
    mean, var = number(module.running_mean[channel]), number(module.running_var[channel])
    return _normalised(reading, mean, var, channel, "kept from training")


def layer_norm(reading: Reading) -> Unit:
    """Over the last dimensions, or over the channels of one place (torchvision's LayerNorm2d)."""
    module, place = reading.module, reading.place
    if type(module).__name__ == "LayerNorm2d":
        values, index = numbers(reading.x[:, place[1], place[2]]), place[:1]
    else:
        kept = len(place) - len(module.normalized_shape)
        values, index = numbers(reading.x[place[:kept]]), place[kept:]
    return _normalised(reading, values.mean(), values.var(), index, f"of {values.size} numbers", np.abs(values).max())


def group_norm(reading: Reading) -> Unit:
    module, channel = reading.module, reading.place[0]
    per = len(reading.x) // module.num_groups
    first = channel // per * per
    values = numbers(reading.x[first : first + per])
    return _normalised(reading, values.mean(), values.var(), channel, f"of {values.size} numbers", np.abs(values).max())


def _normalised(
    reading: Reading, mean: float, var: float, index: int | tuple[int, ...], where: str, largest: float = 0.0
) -> Unit:
    """(x - mean) / sqrt(var + eps), scaled and shifted; `largest`: of the numbers that mean and variance were taken of."""
    module = reading.module
    x = float(reading.x[reading.place])
    gamma, beta = (number(part[index]) if part is not None else None for part in (module.weight, module.bias))
    scale = (1.0 if gamma is None else gamma) / math.sqrt(var + module.eps)
    shift = 0.0 if beta is None else beta
    scaled, shifted = (" · γ" if gamma is not None else ""), (" + β" if beta is not None else "")
    worked = f"({text(x)} − {text(mean, bracket=True)}) / √({text(var)} + {module.eps:g})"
    worked += f" · {text(gamma, bracket=True)}" if gamma is not None else ""
    worked += f" + {text(beta, bracket=True)}" if beta is not None else ""
    named = (("μ", mean), ("σ²", var), ("ε", module.eps), ("γ", gamma), ("β", beta))
    return reading.unit(
        "function", f"(x − μ) / √(σ² + ε){scaled}{shifted}", worked, computed=(x - mean) * scale + shift,
        magnitude=(abs(x) + abs(mean) + largest) * abs(scale) + abs(shift), terms=reading.single(reading.source, reading.place),
        constants=tuple((name, value) for name, value in named if value is not None), note=f"μ and σ² {where}",
    )  # fmt: skip


KINDS: dict[str, Callable[[Reading], Unit]] = {
    **dict.fromkeys(FUNCTIONS, activation), "batchnorm2d": batch_norm, "batchnorm1d": batch_norm, "layernorm": layer_norm,
    "layernorm2d": layer_norm, "groupnorm": group_norm,
}  # fmt: skip
