"""The numbers in the cells: seeded, counted or typed, and cut or extended when a size changes."""

import re
from collections.abc import Sequence

import torch
from torch import Tensor

from cnnviz.matrix_text import format_matrix, parse_matrix

SOURCES = ("typed", "integers", "counting", "random")
_TABLE = (4, 4, 16, 16)  # seeded numbers are cut from one table, so that a changed size keeps those that stay


def integers(shape: Sequence[int], seed: int, *, low: int, high: int) -> Tensor:
    """Whole numbers from low to high, float32 of that shape; the same seed gives the same numbers in every size."""
    table = torch.randint(low, high + 1, _TABLE, generator=torch.Generator().manual_seed(seed))
    return _cut(table.float(), shape)


def random_values(shape: Sequence[int], seed: int) -> Tensor:
    """Normal numbers of mean 0 and deviation 1, float32 of that shape."""
    return _cut(torch.randn(_TABLE, generator=torch.Generator().manual_seed(seed)), shape)


def counting(shape: Sequence[int]) -> Tensor:
    """1, 2, 3, ... in reading order."""
    return torch.arange(1, int(torch.Size(shape).numel()) + 1, dtype=torch.float32).reshape(tuple(shape))


def made(source: str, shape: Sequence[int], seed: int, *, signed: bool) -> Tensor:
    """Numbers from one of SOURCES but "typed"; signed: integers from -2 to 2 (weights), else from 0 to 5 (an input)."""
    if source == "counting":
        return counting(shape)
    if source == "random":
        return random_values(shape, seed)
    return integers(shape, seed, low=-2, high=2) if signed else integers(shape, seed, low=0, high=5)


def refit(values: Tensor, filler: Tensor) -> Tensor:
    """The filler with as much of the values in its upper left corner as fits: a changed size keeps what was typed."""
    corner = tuple(slice(0, min(a, b)) for a, b in zip(values.shape, filler.shape, strict=True))
    result = filler.clone()
    result[corner] = values[corner]
    return result


def values_from_text(text: str) -> Tensor:
    """Typed numbers as (groups, matrices, rows, columns): a blank line between matrices, a line of --- between groups.

    A group holds the channels of an input, or the kernels of one output channel. A nested Python list of matrices
    ([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]) is read too. ValueError names the matrix, the row and the cell.
    """
    groups = [_matrices(part) for part in re.split(r"^\s*-{3,}\s*$", text, flags=re.M)]
    shapes = {(len(matrix), len(matrix[0])) for group in groups for matrix in group}
    if len(shapes) > 1:
        raise ValueError(
            f"the matrices differ in size ({', '.join(f'{h}x{w}' for h, w in sorted(shapes))}): "
            "all channels, and all kernels, have one size"
        )
    if len({len(group) for group in groups}) > 1:
        raise ValueError("the parts between the --- lines hold different counts of matrices: give each the same")
    return torch.tensor(groups, dtype=torch.float32)


def values_to_text(values: Tensor) -> str:
    """The shortest text that `values_from_text` reads back: values as (groups, matrices, rows, columns)."""
    return "\n---\n".join("\n\n".join(format_matrix(_short(matrix)) for matrix in group) for group in values)


def _short(matrix: Tensor) -> list[list[float]]:
    """The rows in float64, each number the shortest decimal that float32 rounds back to the same value."""
    return [[float(str(number)) for number in row] for row in matrix.numpy()]


def _matrices(text: str) -> list[list[list[float]]]:
    """The matrices of one group."""
    if re.match(r"\s*(?:\w+\s*=\s*)?(?:[\w.]+\s*\()?\s*\[\s*\[\s*\[", text):
        parts = re.findall(r"\[\s*\[[^\[\]]*\](?:\s*,?\s*\[[^\[\]]*\])*\s*,?\s*\]", text)
    else:
        parts = [part for part in re.split(r"\n[ \t]*\n", text.strip().replace("\r\n", "\n")) if part.strip()] or [""]
    matrices = []
    for number, part in enumerate(parts, 1):
        try:
            matrices.append(parse_matrix(part))
        except ValueError as error:
            raise ValueError(f"matrix {number}: {error}" if len(parts) > 1 else str(error)) from None
    return matrices


def bias_from_text(text: str, channels: int) -> Tensor | None:
    """"" is no bias; one number is for all output channels, otherwise one for each."""
    numbers = bias_numbers(text)
    if not numbers:
        return None
    if len(numbers) == 1:
        numbers *= channels
    if len(numbers) != channels:
        raise ValueError(f"the bias has {len(numbers)} numbers for {channels} output channels: give 1 or {channels}")
    return torch.tensor(numbers)


def bias_numbers(text: str) -> list[float]:
    """The numbers of a typed bias; ValueError names the word that is none."""
    words = text.replace(",", " ").replace(";", " ").replace("\u2212", "-").split()
    numbers = []
    for word in words:
        try:
            number = float(word)
        except ValueError:
            raise ValueError(f"the bias {word!r} is not a number: give numbers such as 1 or 1, -2, or nothing") from None
        if not abs(number) < 3e38:
            raise ValueError(f"the bias {word} is not finite or too large: give a number such as 1")
        numbers.append(number)
    return numbers


def _cut(table: Tensor, shape: Sequence[int]) -> Tensor:
    """The table's corner of that shape; where the shape has fewer dimensions, a 2-dimensional one lies in the last row."""
    if len(shape) == 2:  # (channels, length)
        return table[0, : shape[0], 0, : shape[1]].clone()
    return table[(0,) * (4 - len(shape))][tuple(slice(length) for length in shape)].clone()
