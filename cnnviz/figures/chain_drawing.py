"""The receptive fields of a chain of layers as squares that grow on the input, as SVG text.

All but the layers' colours is currentColor, the text colour of the page, so that it is legible on light and on dark.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from cnnviz.layer_chain import ChainRow

NAMES = {"conv": "conv", "max": "max pool", "avg": "avg pool"}
SIDE = 280  # SVG units of the drawing's square
MARGIN = 26  # above it, for its title
INSET = 84  # the small picture of the whole input
LABELS, LINE = 232, 25  # width of the list of layers, and height of a line in it
WHOLE = 0.4  # of the input's longer side: a field larger than this is drawn on the whole input
RIM = 0.18  # of a smaller field's side: what is drawn round it
MOST_CELLS = 48  # the grid of pixels is drawn up to so many on a side
# Okabe and Ito's colours without black and yellow, again after six layers
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")


class Square(NamedTuple):
    """Upper left corner and side, in pixels of the input (the corner of pixel 0 is 0)."""

    top: float
    left: float
    side: float


def growing_fields(rows: Sequence[ChainRow], input_size: tuple[int, int]) -> str:
    """SVG of what the middle place of the last map sees of the input, layer by layer, and dashed what the next "
    "place sees.

    In each layer before the last it is the place in the middle of the next layer's window. The part of the input,
    (height, width), round the largest field is drawn; where that is much less than the input, a small picture beside it
    shows where it lies. What lies outside the input is padding, drawn hatched.
    """
    places = traced_places(rows)
    fields = [field_square(row, place) for row, place in zip(rows, places, strict=True)]
    largest = max(fields, key=lambda square: square.side)
    whole = largest.side > WHOLE * max(input_size)
    view = _around(largest, input_size) if whole else _enlarged(largest)
    inset = "" if whole else _inset(view, input_size)
    row, col = places[-1]
    after = field_square(rows[-1], (row, col + 1)) if col + 1 < rows[-1].shape[2] else None
    list_top = (INSET + 40) if inset else 14
    tall = max(MARGIN + SIDE + 8, MARGIN + list_top + LINE * len(rows))
    wide = SIDE + 30 + LABELS
    lines = [_line(row, n, SIDE + 30, MARGIN + list_top + LINE * n) for n, row in enumerate(rows)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall:.0f}" width="{wide}" '
        f'style="max-width:100%;height:auto;color:inherit" role="img" aria-label="{_alt(rows, input_size)}">'
        f"{_text(0, MARGIN - 9, _title(view, input_size))}"
        f'<svg x="0" y="{MARGIN}" width="{SIDE}" height="{SIDE}" viewBox="{_box(view)}">'
        f"{_input(view, input_size)}{_squares(fields, after, view)}</svg>"
        f"{inset}{''.join(lines)}</svg>"
    )


def traced_places(rows: Sequence[ChainRow]) -> list[tuple[int, int]]:
    """A place (row, col) of each map: the middle of the last one, and before it the middle of the next layer's "
    "window."""
    place = tuple((side - 1) // 2 for side in rows[-1].shape[1:])
    places = [place]
    for row, after in zip(reversed(rows[:-1]), reversed(rows[1:]), strict=True):
        layer = after.layer
        inner = layer.dilation * ((layer.kernel - 1) // 2) - layer.padding
        place = tuple(min(max(at * layer.stride + inner, 0), side - 1) for at, side in zip(place, row.shape[1:], strict=True))
        places.insert(0, place)
    return [(down, across) for down, across in places]


def field_square(row: ChainRow, place: tuple[int, int]) -> Square:
    """What the place (row, col) of a layer's map sees of the input."""
    size, jump, start = row.field.size, row.field.jump, row.field.start
    assert isinstance(size, int) and isinstance(jump, int) and isinstance(start, (int, float))
    top, left = (start + jump * at - size / 2 + 0.5 for at in place)
    return Square(top, left, size)


def _enlarged(field: Square) -> Square:
    """The field and some pixels round it."""
    rim = field.side * RIM + 1
    return Square(field.top - rim, field.left - rim, field.side + 2 * rim)


def _around(field: Square, input_size: tuple[int, int]) -> Square:
    """The smallest square that holds the input and the field, and a little more."""
    top, left = min(0.0, field.top), min(0.0, field.left)
    height, width = (max(n, at + field.side) - low for n, at, low in zip(input_size, field[:2], (top, left), strict=True))
    side = max(height, width)
    rim = side * 0.02
    return Square(top - (side - height) / 2 - rim, left - (side - width) / 2 - rim, side + 2 * rim)


def _squares(fields: Sequence[Square], after: Square | None, view: Square) -> str:
    """The fields, the largest first so that the smaller ones lie on it."""
    thin = view.side / SIDE  # one SVG unit
    drawn = sorted(enumerate(fields), key=lambda pair: -pair[1].side)
    shapes = [
        f'<rect x="{f.left}" y="{f.top}" width="{f.side}" height="{f.side}" fill="{_colour(n)}" fill-opacity=".16" '
        f'stroke="{_colour(n)}" stroke-width="{2.5 * thin:.4f}"/>'
        for n, f in drawn
    ]
    if after:
        shapes.append(
            f'<rect x="{after.left}" y="{after.top}" width="{after.side}" height="{after.side}" fill="none" '
            f'stroke="{_colour(len(fields) - 1)}" stroke-width="{2 * thin:.4f}" '
            f'stroke-dasharray="{6 * thin:.4f} {4 * thin:.4f}"/>'
        )
    return "".join(shapes)


def _input(view: Square, input_size: tuple[int, int]) -> str:
    """The input's ground with its pixels, on the hatching of the padding."""
    height, width = input_size
    thin = view.side / SIDE
    grid = ""
    if view.side <= MOST_CELLS:
        rows = range(max(0, int(view.top)), min(height, int(view.top + view.side) + 1) + 1)
        columns = range(max(0, int(view.left)), min(width, int(view.left + view.side) + 1) + 1)
        lines = "".join([*(f"M0 {r}H{width}" for r in rows), *(f"M{c} 0V{height}" for c in columns)])
        grid = f'<path d="{lines}" stroke="currentColor" stroke-opacity=".2" stroke-width="{thin:.4f}" fill="none"/>'
    everywhere = f'x="{view.left}" y="{view.top}" width="{view.side}" height="{view.side}"'
    return (
        f'{_hatching(thin)}<rect {everywhere} fill="url(#chain-padding)"/>'
        f'<rect width="{width}" height="{height}" style="fill:var(--st-background-color, Canvas)"/>'
        f'<rect width="{width}" height="{height}" fill="currentColor" fill-opacity=".05" stroke="currentColor" '
        f'stroke-width="{1.5 * thin:.4f}"/>{grid}'
    )


def _inset(view: Square, input_size: tuple[int, int]) -> str:
    """The whole input, small, with the part that the drawing shows."""
    scale = INSET / max(input_size)
    height, width = (side * scale for side in input_size)
    x, y = SIDE + 30, MARGIN
    spot = max(view.side * scale, 3)  # px; smaller would not be seen
    return (
        f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{height:.1f}" fill="currentColor" fill-opacity=".05" '
        f'stroke="currentColor"/><rect x="{x + view.left * scale:.1f}" y="{y + view.top * scale:.1f}" '
        f'width="{spot:.1f}" height="{spot:.1f}" fill="none" stroke="{COLOURS[3]}" stroke-width="2"/>'
        f"{_text(x + width + 12, y + 16, f'input {input_size[0]} × {input_size[1]}')}"
        f"{_text(x + width + 12, y + 36, 'enlarged at the left')}"
    )


def _line(row: ChainRow, number: int, x: float, y: float) -> str:
    """One line of the list: the layer's colour, its name and the side of its field."""
    words = f"{number + 1} {NAMES[row.layer.kind]} sees {row.field.size} × {row.field.size}"
    key = f'<rect x="{x}" y="{y - 13}" width="16" height="16" rx="3" fill="{_colour(number)}"/>'
    return key + _text(x + 24, y, words)


def _title(view: Square, input_size: tuple[int, int]) -> str:
    if view.side >= max(input_size):
        return f"input {input_size[0]} × {input_size[1]}"
    return f"{view.side:.0f} × {view.side:.0f} pixels of the input"


def _hatching(thin: float) -> str:
    return (
        f'<pattern id="chain-padding" width="{7 * thin:.4f}" height="{7 * thin:.4f}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0 0V{7 * thin:.4f}" stroke="currentColor" stroke-opacity=".35" '
        f'stroke-width="{2 * thin:.4f}"/></pattern>'
    )


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="15" fill="currentColor">{escape(words)}</text>'


def _box(view: Square) -> str:
    return f"{view.left} {view.top} {view.side} {view.side}"


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _alt(rows: Sequence[ChainRow], input_size: tuple[int, int]) -> str:
    fields = ", ".join(f"layer {number} sees {row.field.size}" for number, row in enumerate(rows, start=1))
    return escape(f"Receptive fields on an input of {input_size[0]} by {input_size[1]} pixels: {fields}")
