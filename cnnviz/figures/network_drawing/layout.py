"""Where each block stands: along the computation from left to right, branches above each other, long networks in lines."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnviz.figures.network_drawing.blocks import SLANT, Block

GAP = 9.0  # px, at least, between a block's depth and the next block
LANE_GAP = 14.0  # px, between branches
CHARACTER = 6.7  # px, the width of a letter of the labels
ROOMY = 16  # blocks up to which each gets room for its own label
SQUEEZE = 0.75  # how narrow a line may be made before the network gets one line more
ENTRY = 14.0  # px, before the first block of a further line
NEAR = 0.3  # of a line: how far from the even share it may be broken


class Arc(NamedTuple):
    """A skip over other blocks, from one block to a later one, at a height above the line's middle."""

    source: Block
    target: Block
    level: float


class Layout(NamedTuple):
    """Blocks in their places, the skips that are arcs, and the direct links."""

    blocks: list[Block]
    arcs: list[Arc]
    links: list[tuple[Block, Block]]


def label(block: Block) -> str:
    """The shape as the papers write it: "6 @ 28x28" for maps, "84" for a vector."""
    shape = block.boxes[-1].row.output_shape
    return f"{shape[0]} @ {shape[1]}×{shape[2]}" if len(shape) == 3 else "×".join(map(str, shape))


def place(blocks: list[Block], width: int) -> Layout:
    """Set each block's x, y and line."""
    before = _dominators(blocks)
    for block in blocks:
        branches = [b for b in block.outputs if len(b.inputs) == 1]
        if len(block.inputs) > 1:
            block.y = before[block].y
        for branch, y in zip(branches, _lanes(branches, block.y), strict=True):
            branch.y = y
    roomy = len(blocks) <= ROOMY
    for block in blocks:
        block.x = max((_end(source, roomy) for source in block.inputs), default=0.0)
    _break_lines(blocks, width)
    order = {block: number for number, block in enumerate(blocks)}
    arcs: list[Arc] = []
    links = []
    pairs = [(source, block) for block in blocks for source in block.inputs]
    for source, target in sorted(pairs, key=lambda pair: order[pair[1]] - order[pair[0]]):
        over = [b for b in blocks[order[source] + 1 : order[target]] if b.line == target.line]
        in_the_way = [b for b in over if abs(b.y - target.y) < 1 or abs(b.y - source.y) < 1]
        if not in_the_way or abs(source.y - target.y) > 1:
            links.append((source, target))
            continue
        tops = [b.top for b in [source, *over, target] if b.line == target.line]
        inside = [arc.level for arc in arcs if arc.target.line == target.line and _overlap(arc, source, target)]
        arcs.append(Arc(source, target, min([min(tops) - 9, *(level - 8 for level in inside)])))
    return Layout(blocks, arcs, links)


def _overlap(arc: Arc, source: Block, target: Block) -> bool:
    return _start(arc.source, target) < target.x and _start(source, target) < arc.target.x


def _start(source: Block, target: Block) -> float:
    """Where the arc leaves: its block, or the start of the line where that stands in the line before."""
    return source.right if source.line == target.line else 0.0


def _end(block: Block, roomy: bool) -> float:
    """Where the next block may start."""
    depth = block.boxes[-1].depth * SLANT[0]
    needed = block.width + GAP + min(depth, 16.0)
    if roomy:
        needed = max(needed, CHARACTER * max(len(label(block)), len(block.head.name)) + 10)
    return block.x + needed


def _lanes(branches: Sequence[Block], y: float) -> Iterator[float]:
    """The middle of each branch: two of them as the line and one above it, more than two round the line's middle."""
    heights = [max(b.height + b.y - b.top - b.height / 2 for b in _chain(branch)) for branch in branches]
    if len(branches) <= 2:
        yield from [y, y - sum(heights) / 2 - LANE_GAP][: len(branches)]
        return
    at = y - (sum(heights) + LANE_GAP * (len(heights) - 1)) / 2
    for height in heights:
        yield at + height / 2
        at += height + LANE_GAP


def _chain(block: Block) -> Iterator[Block]:
    """The block and what follows it up to the next junction."""
    yield block
    while len(block.outputs) == 1 and len(block.outputs[0].inputs) == 1:
        block = block.outputs[0]
        yield block


def _dominators(blocks: list[Block]) -> dict[Block, Block]:
    """For each block the last one that all ways to it go through (Cooper, Harvey and Kennedy, 2001, on a graph without loops)."""
    order = {block: number for number, block in enumerate(blocks)}
    above: dict[Block, Block] = {}
    for block in blocks:
        meeting = set(block.inputs)
        while len(meeting) > 1:
            late = max(meeting, key=order.__getitem__)
            meeting = meeting - {late} | {above[late]}
        above[block] = meeting.pop() if meeting else block
    return above


def _break_lines(blocks: list[Block], width: int) -> None:
    """Even lines for a long network, broken where all that crosses comes from one block, then squeezed to the width."""
    order = {block: number for number, block in enumerate(blocks)}
    total = max(block.right for block in blocks)
    share = total / math.ceil(total * SQUEEZE / width)
    cuts = []
    for number in range(1, len(blocks)):
        crossing = {s for b in blocks[number:] for s in b.inputs if order[s] < number}
        if len(crossing) == 1 and blocks[number - 1] in crossing:
            cuts.append(number)
    starts = [0]
    for line in range(1, round(total / share)):
        near = [cut for cut in cuts if abs(blocks[cut].x - line * share) < NEAR * share and cut > starts[-1]]
        starts += sorted(near, key=lambda cut: abs(blocks[cut].x - line * share))[:1]
    spans = list(zip(starts, [*starts[1:], len(blocks)], strict=True))
    longest = max(max(block.right for block in blocks[start:end]) - blocks[start].x for start, end in spans)
    squeeze = min(1.0, (width - ENTRY) / longest)
    for line, (start, end) in enumerate(spans):
        left = min(block.x for block in blocks[start:end]) - (ENTRY / squeeze if line else 0)
        for block in blocks[start:end]:
            block.line, block.x = line, (block.x - left) * squeeze
            for box in block.boxes:
                box.width *= squeeze
