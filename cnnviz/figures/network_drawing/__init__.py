"""A drawing of a network to scale, as SVG text: each row of its layer table is a box that can be clicked.

Height and depth of a box follow the square root of the map's rows and columns, its width the square root of its channels
(a linear scale would leave the deep layers a pixel high); thin slices behind a box are layers that keep its shape, such
as normalisation and activation. Vectors are flat bars, their height by the square root of their length. Skips are arcs.
"""

from collections.abc import Sequence

from cnnviz.figures.network_drawing.blocks import blocks_of
from cnnviz.figures.network_drawing.layout import place
from cnnviz.figures.network_drawing.svg import svg
from cnnviz.layer_table import LayerRow

__all__ = ["drawing"]


def drawing(rows: Sequence[LayerRow], edges: Sequence[tuple[str, str]], *, width: int = 1060, selected: str | None = None) -> str:
    """The drawing as one <svg> element, about `width` pixels wide; a long network goes on in further lines.

    rows, edges: of cnnviz.layer_table. Each row is one <g data-layer="its name"> with its figures as <title>; `selected` is the
    name of the row to be shown as chosen. Lines and text are currentColor, so the drawing follows the page's light or
    dark theme. Raises ValueError for no rows, for an edge or a selection that names no row, and for a width under 300.
    """
    names = {row.name for row in rows}
    if not rows:
        raise ValueError("there are no rows to draw: give a layer table")
    if width < 300:
        raise ValueError(f"width is {width}: give 300 pixels or more")
    unknown = [
        name for name in [*(name for edge in edges for name in edge), *([selected] if selected else [])] if name not in names
    ]
    if unknown:
        raise ValueError(f"no row is named {unknown[0]!r}: give names that stand in the table")
    return svg(place(blocks_of(rows, edges), width), selected)
