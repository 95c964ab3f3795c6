"""Placed blocks as SVG text."""

from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from cnnviz.figures.network_drawing.blocks import SLANT, Block, Box
from cnnviz.figures.network_drawing.layout import CHARACTER, ROOMY, Arc, Layout, label
from cnnviz.layer_table import LayerRow

# Okabe and Ito, "Color Universal Design" (2008), one colour for each sort of layer
SORTS = {
    "input": ("input", "#888888"),
    "conv": ("convolution", "#0072B2"),
    "up": ("transposed convolution, upsampling", "#B8A800"),
    "pool": ("pooling", "#D55E00"),
    "dense": ("fully connected", "#009E73"),
    "join": ("addition, concatenation", "#CC79A7"),
    "norm": ("normalisation", "#56B4E9"),
    "act": ("activation", "#E69F00"),
    "other": ("reshaping, other", "#777777"),
}
MARGIN = 10.0  # px
BELOW = 40.0  # px, for two lines of labels
STYLE = """
.net text{font:11px system-ui,sans-serif;fill:currentColor}.net .name{font-weight:600}.net .quiet{opacity:.75}
.net .link,.net .arc{fill:none;stroke:currentColor;stroke-opacity:.6;stroke-width:1.2}
.net .head{fill:currentColor;fill-opacity:.6;stroke:none}.net .turn{stroke-opacity:.25;stroke-dasharray:3 3}
.net .bracket{stroke:currentColor;stroke-opacity:.4}
.net [data-layer]{cursor:pointer;stroke:currentColor;stroke-width:.5;stroke-opacity:.55;stroke-linejoin:round}
.net [data-layer]:hover{stroke-width:1.6;stroke-opacity:1}.net [data-layer]:focus-visible{outline:2px solid currentColor}
.net .chosen{stroke-width:2.4;stroke-opacity:1}
"""
SHADES = "".join(
    f".net .{sort}{{fill:{colour}}}.net .{sort} .top{{fill:color-mix(in srgb,{colour} 60%,#fff)}}"
    f".net .side.{sort}{{fill:color-mix(in srgb,{colour} 78%,#000)}}"
    for sort, (_, colour) in SORTS.items()
)


def svg(layout: Layout, selected: str | None) -> str:
    """The whole drawing."""
    parts: list[str] = []
    middle, right = MARGIN, 0.0
    lines = [list(line) for _, line in groupby(layout.blocks, key=lambda block: block.line)]
    middles, turns = [], []
    for blocks in lines:
        number = blocks[0].line
        tops = [block.top for block in blocks] + [arc.level for arc in layout.arcs if arc.target.line == number]
        middle += -min(tops)
        middles.append(middle)
        bottom = max(block.y + block.height / 2 for block in blocks)
        parts += _labels(blocks, middle + bottom + 14)
        turns.append(middle + bottom + BELOW)
        middle += bottom + BELOW + MARGIN
        right = max(right, max(_drawn_right(block) for block in blocks))
    links = dict.fromkeys(part for pair in layout.links for part in _link(*pair, middles, turns))  # a turn once
    boxes = [_boxes(block, middles[block.line], selected) for block in layout.blocks]
    arcs = [_arc(arc, middles[arc.target.line]) for arc in layout.arcs]
    legend, wide = _legend(layout.blocks, middle + 4)
    size = f"{max(right, wide) + 2 * MARGIN:.0f} {middle + 30:.0f}".split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="net" width="{size[0]}" height="{size[1]}" '
        f'viewBox="{-MARGIN:.0f} 0 {size[0]} {size[1]}" style="max-width:100%;height:auto" '
        'role="img" aria-label="Drawing of the network">'
        f"<style>{STYLE}{SHADES}</style>{''.join([*links, *boxes, *arcs, *parts])}{legend}</svg>"
    )


def sort_of(row: LayerRow) -> str:
    """Which colour a row has."""
    kind = row.kind.lower()
    if kind == "input":
        return "input"
    if "transpose" in kind or kind in ("upsample", "interpolate"):
        return "up"
    if kind.startswith("conv"):
        return "conv"
    if "pool" in kind or kind in ("subsampling", "mean"):
        return "pool"
    if kind in ("linear", "radialbasis"):
        return "dense"
    if len(row.inputs) > 1:
        return "join"
    if "norm" in kind:
        return "norm"
    return "act" if any(word in kind for word in ("lu", "tanh", "sigmoid", "softmax")) else "other"


def _boxes(block: Block, middle: float, selected: str | None) -> str:
    """The block's boxes, left to right, so that each covers what stands behind it."""
    parts, x = [], block.x
    for box in block.boxes:
        chosen = " chosen" if box.row.name == selected else ""
        parts.append(
            f'<g data-layer={quoteattr(box.row.name)} class="{sort_of(box.row)}{chosen}" tabindex="0">'
            f"<title>{escape(_title(box.row))}</title>{_faces(box, x, middle + block.y, sort_of(block.head))}</g>"
        )
        x += box.width
    return "".join(parts)


def _faces(box: Box, x: float, middle: float, sort: str) -> str:
    """Front, top and right side in oblique projection; the side, which only a block's last box shows, in its colour."""
    top, across, up = middle - box.height / 2, box.depth * SLANT[0], box.depth * SLANT[1]
    right = x + box.width
    front = f'<path d="M{x:.1f} {top:.1f}h{box.width:.1f}v{box.height:.1f}h{-box.width:.1f}z"/>'
    if not box.depth:
        return front
    return (
        f'<path class="top" d="M{x:.1f} {top:.1f}l{across:.1f} {-up:.1f}h{box.width:.1f}l{-across:.1f} {up:.1f}z"/>'
        f'<path class="side {sort}" d="M{right:.1f} {top:.1f}l{across:.1f} {-up:.1f}v{box.height:.1f}l{-across:.1f} {up:.1f}z"/>'
        f"{front}"
    )


def _title(row: LayerRow) -> str:
    lines = [f"{row.name}: {row.kind}", " × ".join(map(str, row.output_shape))]
    if row.parameters:
        lines.append(f"{row.parameters:,} parameters")
    if row.macs:
        lines.append(f"{row.macs:,} multiply-adds")
    if row.receptive_field:
        size, jump = (" × ".join(map(str, n)) for n in (row.receptive_field.size, row.receptive_field.jump))
        lines.append(f"receptive field {size}, jump {jump}")
    return "\n".join(lines)


def _drawn_right(block: Block) -> float:
    return max(block.right + block.boxes[-1].depth * SLANT[0], block.x + CHARACTER * len(label(block)))


def _link(source: Block, target: Block, middles: list[float], turns: list[float]) -> list[str]:
    start, end = middles[source.line] + source.y, middles[target.line] + target.y
    if source.line != target.line:  # round the end of the line and back to the start of the next
        right, middle = source.right + source.boxes[-1].depth * SLANT[0] + 8, middles[target.line]
        return [
            f'<path class="link turn" d="M{source.right:.1f} {start:.1f}H{right:.1f}V{turns[source.line]:.1f}H0V{middle:.1f}"/>',
            f'<path class="link" d="M0 {middle:.1f}V{end:.1f}H{target.x:.1f}"/>',
        ]
    bend = (source.right + target.x) / 2
    curve = f"C{bend:.1f} {start:.1f} {bend:.1f} {end:.1f} {target.x:.1f} {end:.1f}"
    return [f'<path class="link" d="M{source.right:.1f} {start:.1f}{curve}"/>']


def _arc(arc: Arc, middle: float) -> str:
    """Up from the source's right edge, over, and down to the target; from the start of the line where the source is above."""
    source, target = arc.source, arc.target
    same_line = source.line == target.line
    start, end = (source.right if same_line else 0.0), target.x + target.width / 2
    foot = middle + source.y - (source.height / 2 if same_line else 0)
    tip, level, r = middle + target.y - target.height / 2, middle + arc.level, min(12.0, (end - start) / 2)
    return (
        f'<path class="arc" d="M{start:.1f} {foot:.1f}V{level + r:.1f}q0 {-r:.1f} {r:.1f} {-r:.1f}H{end - r:.1f}'
        f'q{r:.1f} 0 {r:.1f} {r:.1f}V{tip:.1f}"/><path class="head" d="M{end - 3:.1f} {tip - 6:.1f}h6l-3 6z"/>'
    )


def _labels(blocks: list[Block], y: float) -> list[str]:
    """Under a line: the shape where its size changes and there is room, and the names of the network's parts."""
    parts, free, last = [], -1e9, ""
    for block in blocks:
        text = label(block)
        changed = block.y == 0 and text.split()[-1] != last
        if block.x >= free and (changed or len(blocks) <= ROOMY):
            parts.append(f'<text class="quiet" x="{block.x:.1f}" y="{y:.1f}">{text}</text>')
            free, last = block.x + CHARACTER * len(text) + 6, text.split()[-1]
    groups = [(name, list(group)) for name, group in groupby(blocks, key=_part)]
    taken: list[tuple[float, float]] = []
    for name, members in sorted(groups, key=lambda group: -len(group[1])):  # the larger parts get their names first
        left, right = min(b.x for b in members), max(b.right for b in members)
        if len(members) > 1:
            parts.append(f'<path class="bracket" d="M{left:.1f} {y + 6:.1f}H{right:.1f}"/>')
        end = left + CHARACTER * len(name) + 6
        if all(end <= other_left or left >= other_right for other_left, other_right in taken):
            parts.append(f'<text class="name" x="{left:.1f}" y="{y + 18:.1f}">{escape(name)}</text>')
            taken.append((left, end))
    return parts


def _part(block: Block) -> str:
    """The first part of the block's dotted name."""
    return "input" if block.head.kind == "Input" else block.head.name.split(".")[0]


def _legend(blocks: list[Block], y: float) -> tuple[str, float]:
    used = {sort_of(box.row) for block in blocks for box in block.boxes}
    parts, x = [], 0.0
    for sort, (text, colour) in SORTS.items():
        if sort in used:
            parts.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="10" height="10" fill="{colour}"/>')
            parts.append(f'<text class="quiet" x="{x + 14:.0f}" y="{y + 9:.0f}">{text}</text>')
            x += 14 + CHARACTER * len(text) + 14
    return "".join(parts), x
