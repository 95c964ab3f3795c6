"""The receptive field of each layer in a chain of convolutions and poolings."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.convolution.spec import ConvSpec


@dataclass(frozen=True)
class ReceptiveField:
    """The input places that one output place depends on; each field is one number, or one per dimension.

    size: how many input pixels the field spans, from its first to its last (a dilated kernel leaves some out).
    jump: by how many input pixels the field moves from one output place to the next.
    start: the centre of the first output's field. Input pixel i has its centre at i, so the first output spans
    start - (size - 1) / 2 to start + (size - 1) / 2, both included; negative places lie in the padding.
    """

    size: int | tuple[int, ...]
    jump: int | tuple[int, ...]
    start: float | tuple[float, ...]


def receptive_fields(specs: Sequence[ConvSpec]) -> list[ReceptiveField]:
    """The receptive field after each layer, in the pixels of the chain's input.

    With kernel k, stride s, padding p and dilation d, each layer adds d (k - 1) jump to the size, moves the start by
    (d (k - 1) / 2 - p) jump, and then multiplies the jump by s. Tuples, one number per dimension, where any of the
    specs has them. Raises ValueError for a transposed convolution, whose field differs from place to place.
    Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019).
    """
    for number, spec in enumerate(specs, start=1):
        if spec.transposed:
            raise ValueError(
                f"layer {number} is a transposed convolution, whose receptive field differs from place to place: "
                "give a chain of convolutions and poolings"
            )
    dimensions = next((spec.dimensions for spec in specs if spec.dimensions), None)
    along = [_chain(specs, dim, dimensions or 1) for dim in range(dimensions or 1)]
    if dimensions is None:
        return [ReceptiveField(*numbers) for numbers in along[0]]
    layers = zip(*along, strict=True)
    return [ReceptiveField(*(tuple(numbers) for numbers in zip(*layer, strict=True))) for layer in layers]


def _chain(specs: Sequence[ConvSpec], dim: int, dimensions: int) -> list[tuple[int, int, float]]:
    """Size, jump and start after each layer, along one dimension."""
    size, jump, start = 1, 1, 0.0
    layers = []
    for spec in specs:
        side = spec.along(dimensions)[dim]
        size += (side.reach - 1) * jump
        start += ((side.reach - 1) / 2 - side.padding) * jump
        jump *= side.stride
        layers.append((size, jump, start))
    return layers
