"""Whether the layers of a plan fit each other, and where they do not."""

import math
from typing import NamedTuple

from cnnviz.convolution import output_size
from cnnviz.network_plan.plan import KINDS, WINDOWED, NetworkPlan, PlanLayer, Shape, by

MOST_WEIGHTS = 100_000_000  # in one layer: 400 MB, about the largest of VGG16
MOST_NUMBERS = 100_000_000  # in one output: 400 MB


class Fit(NamedTuple):
    """The output shape of each layer up to the first that does not fit, and what is wrong with that one (None: all fit)."""

    shapes: list[Shape]
    fault: str | None


def fit(plan: NetworkPlan) -> Fit:
    """Run the input's shape through the layers; stops at the first that does not fit and says why."""
    shapes: list[Shape] = [plan.input_shape]
    for number, layer in enumerate(plan.layers, start=1):
        try:
            shape = _after(layer, number, shapes)
            if math.prod(shape) > MOST_NUMBERS:
                raise ValueError(f"it would make {math.prod(shape):,} numbers: keep to {MOST_NUMBERS:,}, with fewer channels")
            shapes.append(shape)
        except ValueError as error:
            return Fit(shapes[1:], f"layer {number}, {KINDS[layer.kind]}: {error}")
    return Fit(shapes[1:], None)


def _after(layer: PlanLayer, number: int, shapes: list[Shape]) -> Shape:
    """The shape after a layer that gets the last of the shapes; ValueError where it does not fit."""
    shape, kind = shapes[-1], layer.kind
    maps = len(shape) == 3
    if kind in (*WINDOWED, "gap") and not maps:
        raise ValueError(f"it takes maps and gets {shape[0]} numbers: put it before flatten")
    if kind in WINDOWED:
        height, width = output_size(layer.spec, shape[1:], pooling=kind != "conv")
        if kind != "conv":
            return (shape[0], height, width)
        _check_weights(shape[0] * layer.number * layer.kernel**2)
        return (layer.number, height, width)
    if kind == "gap":
        return (shape[0], 1, 1)
    if kind == "flatten":
        return (math.prod(shape),)
    if kind == "lin":
        if maps:
            raise ValueError(f"it takes a vector and gets maps, {by(shape)}: put flatten before it")
        _check_weights(shape[0] * layer.number)
        return (layer.number,)
    if kind == "skip":
        if layer.number >= number - 1:
            last = f"one of 0 (the input) to {number - 2}" if number > 1 else "a layer before it"
            raise ValueError(f"it adds the output of layer {layer.number}: give {last}, at least two layers back")
        if shapes[layer.number] != shape:
            raise ValueError(
                f"it cannot add {by(shapes[layer.number])}, from {f'layer {layer.number}' if layer.number else 'the input'}, "
                f"to {by(shape)}: keep channels and size between the two (padding, stride 1), or add another layer's output"
            )
    return shape


def _check_weights(weights: int) -> None:
    if weights > MOST_WEIGHTS:
        raise ValueError(f"it would have {weights:,} weights: keep to {MOST_WEIGHTS:,}, with fewer channels or after more pooling")
