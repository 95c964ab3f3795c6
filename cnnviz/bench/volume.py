"""A Conv3d: its sizes and parameters, and a picture of its box in the input and of the voxel that it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, prod, sin

from cnnviz.convolution import ConvSpec, output_size, pytorch_call

MOST_SIDE = 64
ACROSS, UP = cos(pi / 6), sin(pi / 6)  # isometric: an axis runs 30 degrees from the horizontal
WIDTH, HEIGHT = 720, 400  # of the picture, in its own units

BORDER = 'stroke="currentColor" stroke-opacity=".45" stroke-dasharray="5 4"'
SOLID = 'stroke="currentColor" stroke-width="1.6" fill="#0b5cad" fill-opacity=".05"'
KERNEL = 'stroke="#d55e00" stroke-width="2.4" fill="#e69f00" fill-opacity=".4"'


@dataclass(frozen=True)
class Volume:
    """A Conv3d by its sizes: (depth, rows, columns) of the input, its settings, and its channels."""

    spec: ConvSpec
    input_size: tuple[int, ...]
    in_channels: int
    out_channels: int

    @property
    def call(self) -> str:
        """The layer as PyTorch code."""
        return pytorch_call(self.spec, self.in_channels, self.out_channels)

    @property
    def output(self) -> tuple[int, ...]:
        """(depth, rows, columns); ValueError where the settings do not fit the size."""
        return output_size(self.spec, self.input_size)

    @property
    def places(self) -> int:
        return prod(self.output)

    @property
    def weights(self) -> int:
        return parameters(self.spec, self.in_channels, self.out_channels)

    def picture(self, at: int) -> str:
        """SVG of the box at the output place number `at`, counted in reading order."""
        rest, col = divmod(at, self.output[2])
        return picture(self.spec, self.input_size, (*divmod(rest, self.output[1]), col))


def parameters(spec: ConvSpec, in_channels: int, out_channels: int) -> int:
    """The number of weights of a Conv3d, biases not counted."""
    return out_channels * (in_channels // spec.groups) * prod(spec.expand(3).kernel_size)  # type: ignore[arg-type]


def picture(spec: ConvSpec, size: Sequence[int], place: Sequence[int]) -> str:
    """SVG: the input's box with the kernel's box at an output place (depth, row, col), and the output with that voxel.

    A border of padding is drawn dashed. Raises ValueError where the settings do not fit the size.
    """
    output = output_size(spec, tuple(size))
    sides = spec.along(3)
    padded = [n + 2 * side.padding for n, side in zip(size, sides, strict=True)]
    start = [at * side.stride for at, side in zip(place, sides, strict=True)]
    reach = [side.reach for side in sides]
    unit = min(0.46 * WIDTH / (ACROSS * max(sum(padded[1:]), 1) + 1), 0.8 * HEIGHT / (sum(padded[1:]) * UP + padded[0]))
    left, right = (0.27 * WIDTH, 0.5 * HEIGHT), (0.77 * WIDTH, 0.5 * HEIGHT)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Sliding box" '
             'style="max-height:400px;width:100%" fill="none" font-size="15" text-anchor="middle">']  # fmt: skip
    if any(side.padding for side in sides):
        parts.append(_box(left, padded, unit, (0, 0, 0), padded, BORDER))
    parts += [
        _box(left, padded, unit, [side.padding for side in sides], size, SOLID),
        _box(left, padded, unit, start, reach, KERNEL),
        _box(right, output, unit, (0, 0, 0), output, SOLID),
        _box(right, output, unit, place, (1, 1, 1), KERNEL),
    ]
    text = 'fill="currentColor" stroke="none"'
    parts.append(f'<text x="{left[0]:.0f}" y="{HEIGHT - 8}" {text}>Input {_by(size)}, box {_by(reach)}</text>')
    parts.append(f'<text x="{right[0]:.0f}" y="{HEIGHT - 8}" {text}>Output {_by(output)}</text>')
    return "".join([*parts, "</svg>"])


def _by(numbers: Sequence[int]) -> str:
    return "×".join(map(str, numbers))


def _box(
    centre: tuple[float, float], frame: Sequence[int], unit: float, start: Sequence[int], size: Sequence[int], style: str
) -> str:
    """The three visible faces of a box at `start` (depth, row, col) within a frame that is drawn around `centre`."""

    def at(depth: float, row: float, col: float) -> str:
        d, r, c = (start[i] + size[i] * share - frame[i] / 2 for i, share in enumerate((depth, row, col)))
        return f"{centre[0] + (c - d) * ACROSS * unit:.1f},{centre[1] + (r + (c + d) * UP) * unit:.1f}"

    faces = (
        ((0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 0, 0)),  # top
        ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0)),  # front
        ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)),  # right
    )
    return "".join(f'<polygon points="{" ".join(at(*corner) for corner in face)}" {style}/>' for face in faces)
