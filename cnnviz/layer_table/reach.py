"""What each layer and function does to the receptive fields of the maps that it reads."""

import math
from collections.abc import Sequence
from typing import Any

from cnnviz.layer_table import fields
from cnnviz.layer_table.fields import Field
from cnnviz.layer_table.walk import Step

# A unit of these reads its whole map
OVER_ALL = {"Linear", "linear", "GroupNorm", "LayerNorm", "InstanceNorm2d"}
AVERAGES = {"mean", "amax", "amin", "sum"}  # over all places, where no place is left
ADAPTIVE = {"AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d"}
POOLINGS = {"max_pool2d", "avg_pool2d"}
CROPS = {"CentreCrop", "CenterCrop"}
# These move or mix places without a change of size
SHUFFLES = {"permute", "transpose", "roll", "flip", "rot90", "matmul", "bmm", "MultiheadAttention"}
SETTINGS = {"kernel_size": None, "stride": 1, "padding": 0, "dilation": 1}


def field_of(step: Step, before: Sequence[Field | None]) -> Field | None:
    """The fields of a step's output from those of its inputs; None where they have no meaning or are not known."""
    places = tuple(step.value.shape[2:])
    if step.kind == "Input":
        return fields.input_field(places)
    known = [field for field in before if field is not None]
    if not known or len(known) < len(before):
        return None
    field = known[0] if len(known) == 1 else fields.together(known)
    settings = _settings(step, len(field.axes))
    if settings:
        return (fields.transposed if "Transpose" in step.kind else fields.windowed)(field, places, *settings)
    if step.kind in OVER_ALL or (step.kind in AVERAGES and math.prod(places) == 1):
        return fields.everywhere(field)
    if step.kind in ADAPTIVE:
        return fields.everywhere(field) if math.prod(places) == 1 else fields.resized(field, places, "adaptive")
    if step.kind in ("Upsample", "interpolate"):
        return _interpolated(step, field, places)
    if step.kind in CROPS:
        borders = [-((n - m) // 2) for n, m in zip(field.places, places, strict=True)]
        ones = [1] * len(places)
        return fields.windowed(field, places, ones, ones, borders, ones)
    same = places in (field.places, ())  # each place for itself, or flattened
    return field if same and step.kind not in SHUFFLES else None


def _settings(step: Step, dimensions: int) -> list[Sequence[int]] | None:
    """Kernel size, stride, padding, dilation of a convolution or pooling, a number for each dimension; None for others."""
    if hasattr(step.module, "kernel_size"):
        given = {name: getattr(step.module, name, None) for name in SETTINGS}
    elif step.kind in POOLINGS:
        given = dict(zip(SETTINGS, step.args[1:], strict=False)) | step.kwargs
        given["stride"] = given.get("stride") or given["kernel_size"]
    else:
        return None
    each = {name: _each(given.get(name), default, dimensions) for name, default in SETTINGS.items()}
    if given.get("padding") == "same":
        each["padding"] = [d * (k - 1) // 2 for k, d in zip(each["kernel_size"], each["dilation"], strict=True)]
    return list(each.values())


def _each(value: Any, default: int | None, dimensions: int) -> Sequence[int]:
    """One number for each dimension; `default` for what is not there or is a word ("valid" padding)."""
    value = default if value is None or isinstance(value, str) else value
    return tuple(value) if isinstance(value, tuple | list) else (value,) * dimensions


def _interpolated(step: Step, field: Field, places: tuple[int, ...]) -> Field | None:
    """Through an interpolation; None for the modes whose weights differ at every place."""
    given = vars(step.module) if step.module is not None else step.kwargs
    mode = given.get("mode", "nearest")
    if given.get("align_corners") or mode not in ("nearest", "linear", "bilinear"):
        return None
    return fields.resized(field, places, "nearest" if mode == "nearest" else "linear")
