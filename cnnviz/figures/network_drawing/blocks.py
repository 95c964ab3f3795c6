"""The rows of a table gathered into blocks: a layer and what follows it without a change of shape."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from cnnviz.layer_table import LayerRow

TALLEST = 132.0  # px, of the map with the most rows
LOWEST = 5.0  # px
CHANNEL_SCALE = 1.25  # px for the square root of a channel: 64 channels are 10 px wide, 512 are 28
VECTOR_SCALE = 1.6  # px for the square root of a feature: 4,096 are 102 px high; from 6,800 on as high as the tallest map
SLICE = 3.0  # px, a layer that keeps the shape
SLANT = (0.26, 0.20)  # of the height: how far the depth goes right and up


@dataclass(eq=False)
class Box:
    """One row at its size in pixels; depth is 0 for a vector."""

    row: LayerRow
    width: float
    height: float
    depth: float


@dataclass(eq=False)
class Block:
    """Boxes that touch, left to right, and the blocks that they read; placed by the layout."""

    boxes: list[Box]
    inputs: list["Block"] = field(default_factory=list)
    outputs: list["Block"] = field(default_factory=list)
    x: float = 0.0  # px, of the left edge in its line
    y: float = 0.0  # px, of the middle, from the middle of the line, down
    line: int = 0

    @property
    def width(self) -> float:
        return sum(box.width for box in self.boxes)

    @property
    def height(self) -> float:
        return max(box.height for box in self.boxes)

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        """The highest point, of the slanted back."""
        return self.y - self.height / 2 - max(box.depth for box in self.boxes) * SLANT[1]

    @property
    def head(self) -> LayerRow:
        """The row that the block is named after: the one that does most."""
        return max((box.row for box in self.boxes), key=lambda row: (row.macs, len(row.inputs)))


def blocks_of(rows: Sequence[LayerRow], edges: Sequence[tuple[str, str]]) -> list[Block]:
    """The blocks in the order of computation, linked."""
    by_name = {row.name: row for row in rows}
    reads: dict[str, list[str]] = {row.name: [] for row in rows}
    readers: dict[str, list[str]] = {row.name: [] for row in rows}
    for source, target in edges:
        reads[target].append(source)
        readers[source].append(target)
    largest = max((row.output_shape[1] for row in rows if len(row.output_shape) == 3), default=1)
    home: dict[str, Block] = {}
    waiting: dict[str, list[Box]] = {}
    blocks: list[Block] = []
    for row in rows:
        before = reads[row.name]
        follows = len(before) == 1 and len(readers[before[0]]) == 1 and before[0] in home
        if follows and _keeps_shape(row, by_name[before[0]]):
            home[before[0]].boxes.append(_box(row, largest, is_slice=True))
            home[row.name] = home[before[0]]
            continue
        forked = len(before) == 1 and len(readers[before[0]]) > 1
        joins = len(readers[row.name]) == 1 and len(reads[readers[row.name][0]]) > 1
        if forked and joins and not row.macs and not row.parameters and "ool" not in row.kind:
            waiting.setdefault(readers[row.name][0], []).append(_box(row, largest, is_slice=True))  # a crop on a skip
            continue
        block = Block([*waiting.get(row.name, []), _box(row, largest, is_slice=False)])
        home.update({box.row.name: block for box in block.boxes})
        blocks.append(block)
    for block in blocks:
        sources = (home[source] for box in block.boxes for source in reads[box.row.name])
        block.inputs = [source for source in dict.fromkeys(sources) if source is not block]
        for before_it in block.inputs:
            before_it.outputs.append(block)
    return blocks


def _keeps_shape(row: LayerRow, before: LayerRow) -> bool:
    """Whether the row is drawn as a slice: nothing but a changed number at each place, or a flattening."""
    same = row.output_shape == before.output_shape and not row.macs and "ool" not in row.kind
    return same or row.kind.lower() in ("flatten", "view", "reshape")


def _box(row: LayerRow, largest: int, *, is_slice: bool) -> Box:
    shape = row.output_shape
    if len(shape) == 3:
        height, depth = (max(LOWEST, TALLEST * math.sqrt(side / largest)) for side in shape[1:])
        width = max(SLICE + 1, CHANNEL_SCALE * math.sqrt(shape[0]))
    else:
        height, depth, width = min(TALLEST, max(LOWEST, VECTOR_SCALE * math.sqrt(math.prod(shape)))), 0.0, 7.0
    return Box(row, SLICE if is_slice else width, height, depth)
