"""How the receptive field grows through a network, in words."""

from collections.abc import Sequence

from cnnviz.layer_table import LayerRow


def field_answer(rows: Sequence[LayerRow]) -> str:
    """The first layer whose middle unit sees the whole input, and what the one before it sees; from the layer table."""
    height, width = rows[0].output_shape[-2:]
    grown = [(row, seen) for row in rows[1:] if (seen := _seen(row, (height, width))) is not None]
    for number, (row, seen) in enumerate(grown):
        if seen == (height, width):
            before = ""
            if number:
                last, part = grown[number - 1]
                before = f" The layer before it, **{last.name}**, sees {part[0]} × {part[1]} of the {height} × {width} pixels."
            assert row.receptive_field
            field = " × ".join(map(str, row.receptive_field.size))
            over = " (padding included)" if max(row.receptive_field.size) > max(height, width) else ""
            return f"**{row.name}** ({row.kind}): its receptive field is {field} pixels{over}.{before}"
    if not grown:
        return "The layers of this network have no receptive field on a plane."
    row, seen = grown[-1]
    return f"None: even the units of **{row.name}** see only {seen[0]} × {seen[1]} of the {height} × {width} pixels."


def _seen(row: LayerRow, size: tuple[int, int]) -> tuple[int, int] | None:
    """Rows and columns of the input that the unit in the middle sees."""
    field = row.receptive_field
    if field is None or len(field.places) != 2:
        return None
    spans = field.span([(places - 1) // 2 for places in field.places])
    sides = [max(0, min(last, side - 1) - max(first, 0) + 1) for (first, last), side in zip(spans, size, strict=True)]
    return sides[0], sides[1]
