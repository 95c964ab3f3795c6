"""Numbers from a link or a browser, on the scale of a control."""

import math


def nearest_step(value: object, low: float, high: float, step: float, usual: float) -> float:
    """The number of low, low + step, ... up to high that is nearest to a value; `usual` for what is no number."""
    try:
        wanted = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return usual
    if math.isnan(wanted):
        return usual
    steps = round((min(max(wanted, low), high) - low) / step)
    return round(min(low + steps * step, high), 6)
