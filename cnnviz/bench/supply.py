"""What the browser needs to draw a changed setting before Python has answered: the numbers for any size, and the fixed choices.

Numbers that are typed or seeded are cut from one table whatever the size (values.py), so the largest table serves every setting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from cnnviz.bench.choice import Choice
from cnnviz.bench.setting import LAYERS, MOST_CHANNELS, MOST_DRAWN, MOST_SIDE
from cnnviz.bench.values import bias_numbers

MOST_KERNEL = 7  # rows and columns of a kernel whose weights are sent along: a larger one waits for Python


@dataclass(frozen=True, eq=False)
class Supply:
    """input: (4, 16, 16); weight: (4, 4, 7, 7), None for a pooling; a layer of one dimension has one row.

    Where a name is in `counted` its numbers count 1, 2, 3, ... in reading order of the size they have, and there is no table.
    biases: none, one for all output channels, or one for each.
    """

    dimensions: int
    transposed: bool
    pooling: str | None
    padding_mode: str
    ceil_mode: bool
    count_include_pad: bool
    biases: tuple[float, ...]
    counted: tuple[str, ...]
    input: Tensor | None
    weight: Tensor | None
    most_drawn: int = MOST_DRAWN

    def described(self, blobs: list[bytes]) -> dict[str, Any]:
        """The supply as JSON; its tables go to `blobs` as little-endian float32, their places there into the JSON."""
        described = dict(vars(self))
        for name in ("input", "weight"):
            table = getattr(self, name)
            if table is not None:
                described[name] = {"shape": list(table.shape), "blob": len(blobs)}
                blobs.append(table.contiguous().numpy().astype("<f4").tobytes())
        return described


def supply(choice: Choice) -> Supply | None:
    """The supply of a choice; None where Python alone can tell what to show: three dimensions, typed numbers with a fault."""
    kind = LAYERS[choice.layer]
    if kind.dimensions > 2:
        return None
    names = ("input",) if kind.pooling else ("input", "weight")
    try:
        biases = () if kind.pooling else tuple(bias_numbers(choice.bias))
        tables = {name: _table(choice, name) for name in names}
    except ValueError:
        return None
    return Supply(
        kind.dimensions, kind.transposed, kind.pooling,
        choice.padding_mode if not (kind.pooling or kind.transposed) else "zeros",
        bool(kind.pooling) and choice.ceil_mode, choice.count_include_pad, biases,
        tuple(name for name in names if getattr(choice, name) == "counting"), tables["input"], tables.get("weight"),
    )  # fmt: skip


def _table(choice: Choice, name: str) -> Tensor | None:
    if getattr(choice, name) == "counting":
        return None
    dimensions = LAYERS[choice.layer].dimensions
    shape: Sequence[int] = (MOST_CHANNELS,) + (MOST_SIDE,) * dimensions
    if name == "weight":
        shape = (MOST_CHANNELS,) * 2 + (MOST_KERNEL,) * dimensions
    table = choice.numbers(name, shape)
    return table.unsqueeze(-2) if dimensions == 1 else table
