"""A unit's whole sum as a file."""

import csv
import io

from cnnviz.trace.unit import Unit


def terms_csv(unit: Unit) -> str:
    """Every term, then each channel's sum, the bias, the own sum and torch's value (RFC 4180, comma, CRLF).

    Columns: what, layer, place (channel row col, "padding" where nothing is read), value, weight, product.
    """
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(["what", "layer", "place", "value", "weight", "product"])
    for part in unit.parts:
        weights = part.values if part.weights is None else part.weights
        places = part.places.reshape(part.values.size, -1).tolist()
        for place, value, weight, product in zip(places, part.values.flat, weights.flat, part.products.flat, strict=True):
            where = "padding" if place[0] < 0 else " ".join(map(str, place))
            write(["term", part.layer, where, value, "" if part.weights is None else weight, product])
    for part in unit.parts:
        write(["channel sum", part.layer, part.channel, "", "", part.subtotal])
    if unit.bias is not None:
        write(["bias", unit.layer, "", "", "", unit.bias])
    for name, value in unit.constants:
        write([name, unit.layer, "", value, "", ""])
    here = " ".join(map(str, unit.place))
    write(["own value", unit.layer, here, "", "", unit.computed])
    write(["torch's value", unit.layer, here, "", "", unit.value])
    return text.getvalue()
