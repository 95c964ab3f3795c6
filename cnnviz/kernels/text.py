"""Kernels as text, as they are typed into a grid or written into a link: "1 0 -1; 2 0 -2"."""

import math
import re
from fractions import Fraction
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from cnnviz.kernels.named import MAX_SIDE

LARGEST = 1e6  # of a cell's absolute value: more drowns every picture, and a few such filters overflow float32
EMPTY = ("", "·")  # a cell without a number; the dot stands for it where cells are parted by spaces
MAX_DENOMINATOR = 1000  # of the fractions that are written as such
SHOWN = 20  # characters of a bad cell that a message repeats


def kernel_from_text(text: str) -> Tensor:
    """The kernel that a text describes, (kH,kW) float32.

    Rows are parted by semicolons or new lines, columns by spaces, commas or tabs; a cell is a number or a fraction such
    as 1/9. 1 to 15 rows and columns. Errors: ValueError names the cell, counted from 1, and what stands in it.
    """
    rows = kernel_cells(text)
    if rows == (("",),):
        raise ValueError("the kernel is empty: give at least one number, for example 1 0 -1; 1 0 -1; 1 0 -1")
    if len(rows) > MAX_SIDE or len(rows[0]) > MAX_SIDE:
        raise ValueError(f"the kernel is {len(rows)}x{len(rows[0])}: it can have up to {MAX_SIDE} rows and columns")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            count = f"{len(row)} column{'s' * (len(row) != 1)}"
            raise ValueError(f"row {number} has {count}, row 1 has {len(rows[0])}: give all rows the same number")
    values = [[_value(cell, f"row {r}, column {c}") for c, cell in enumerate(row, 1)] for r, row in enumerate(rows, 1)]
    return torch.tensor(values, dtype=torch.float32)


def kernel_cells(text: str) -> tuple[tuple[str, ...], ...]:
    """The cells of a kernel's text as they stand there, good or bad, row by row."""
    lines = re.split(r"[;\n]", re.sub(r";\s*\n", ";", text.replace("\r\n", "\n")).strip(" \n;"))
    return tuple(tuple(_cells(line)) for line in lines)


def bad_cells(cells: tuple[tuple[str, ...], ...]) -> tuple[tuple[int, int], ...]:
    """The (row, col) of the cells, from 0, that kernel_from_text would refuse."""
    bad = []
    for r, row in enumerate(cells):
        for c, cell in enumerate(row):
            try:
                _value(cell, "")
            except ValueError:
                bad.append((r, c))
    return tuple(bad)


def kernel_to_text(kernel: Tensor) -> str:
    """The text from which kernel_from_text makes the same kernel (kH,kW), to the last bit of float32.

    Numbers are the shortest that do so; a fraction is written as one (1/9) where that is shorter.
    """
    if kernel.dim() != 2:
        raise ValueError(f"a kernel has rows and columns, not the shape {tuple(kernel.shape)}")
    return "; ".join(" ".join(_written(value) for value in row) for row in kernel.to(torch.float32).cpu().numpy())


def normalise(kernel: Tensor) -> Tensor:
    """The kernel divided by its sum: an even area keeps its brightness. ValueError where the sum is 0."""
    total, size = float(kernel.sum(dtype=torch.float64)), float(kernel.abs().sum(dtype=torch.float64))
    if abs(total) <= 1e-6 * size:  # the rounding of 225 weights in float32 stays below
        raise ValueError(
            "the kernel sums to 0, so that it cannot be divided by its sum: change a cell, or leave it as it is; "
            "a kernel that sums to 0 answers to changes and not to brightness"
        )
    return (kernel.double() / total).to(kernel.dtype)


def _cells(line: str) -> list[str]:
    """The cells of a row: commas and tabs part them even where nothing stands between."""
    line = line.strip(" ")
    if "," in line or "\t" in line:
        return [word for part in re.split(r"[,\t]", line) for word in part.split() or [""]]
    return line.split() or [""]


def _value(cell: str, where: str) -> float:
    """The number in a cell, or ValueError."""
    if cell in EMPTY:
        raise ValueError(f"{where} is empty: give a number, for example 0")
    shown = cell if len(cell) <= SHOWN else cell[:SHOWN] + "…"
    try:
        numbers = [float(part) for part in cell.replace("−", "-").split("/")]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 2 or "_" in cell:
        raise ValueError(f"{where} is {shown!r}: give a number such as -1, 0.5 or 1/9")
    if len(numbers) == 2 and numbers[1] == 0:
        raise ValueError(f"{where} is {shown!r}: nothing can be divided by 0")
    if any(math.isnan(number) for number in numbers) or (len(numbers) == 2 and math.isinf(numbers[1])):
        raise ValueError(f"{where} is {shown!r}, which is not a number: give one such as -1, 0.5 or 1/9")
    value = numbers[0] / numbers[1] if len(numbers) == 2 else numbers[0]
    if abs(value) > LARGEST:
        raise ValueError(f"{where} is {shown!r}: a cell lies between {-LARGEST:,.0f} and {LARGEST:,.0f}")
    return value


@lru_cache(maxsize=4096)  # a blur of 9x9 has 15 numbers in 81 cells
def _written(value: np.float32) -> str:
    """The shortest text that reads back as the same float32."""
    decimal = f"{value:.0f}" if value == round(value) and abs(value) <= LARGEST else str(value)
    fraction = Fraction(float(value)).limit_denominator(MAX_DENOMINATOR)
    exact = np.float32(fraction.numerator / fraction.denominator) == value
    return str(fraction) if exact and len(str(fraction)) < len(decimal) else decimal
