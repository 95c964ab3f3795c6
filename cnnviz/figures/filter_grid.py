"""Learned filters: their order, their pictures and the histogram of their weights."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from cnnviz.figures.colours import DIVERGING, ZERO

ORDERS = ("number", "norm", "similarity")
GAP = 2  # pixels between two tiles
HISTOGRAM = (300, 84)  # CSS pixels, width and height of the bars' field


def filter_order(weight: Tensor, by: str = "number") -> list[int]:
    """The filters' numbers in an order.

    weight: (out,in,kH,kW). by: "number"; "norm", the largest root of summed squares first; "similarity": the filter of the
    largest norm, then always the one with the largest cosine to the last among those left. Errors: ValueError for another order.
    """
    if by not in ORDERS:
        raise ValueError(f"filters are not ordered by {by!r}: give {', '.join(ORDERS)}")
    flat = weight.detach().double().flatten(1)  # out in*kH*kW
    norms = flat.norm(dim=1)
    if by == "number":
        return list(range(len(flat)))
    largest_first = norms.argsort(descending=True, stable=True).tolist()
    if by == "norm":
        return largest_first
    unit = flat / norms.clamp(min=1e-30)[:, None]
    cosine = unit @ unit.T
    order, left = [largest_first[0]], set(largest_first[1:])
    while left:
        near = cosine[order[-1]]
        order.append(max(left, key=lambda number: (float(near[number]), -number)))
        left.remove(order[-1])
    return order


def filter_colours(weight: Tensor) -> np.ndarray:
    """First-layer filters (n,3,kH,kW) as colours, uint8 (n,kH,kW,3): mid grey is zero, one scale for all."""
    if weight.dim() != 4 or weight.shape[1] != 3:
        raise ValueError(f"colours are made of 3 input channels, (n, 3, kH, kW), not {tuple(weight.shape)}: show single channels")
    limit = float(weight.abs().max()) or 1.0
    share = (weight.detach().cpu() / limit * 127 + 128).round().clamp(1, 255)
    return share.permute(0, 2, 3, 1).numpy().astype(np.uint8)


def filter_picture(kernels: Tensor, *, across: int = 16, times: int = 12) -> np.ndarray:
    """Kernels (n,kH,kW) side by side, uint8 (H,W,3): blue below zero, white at it, orange above, one scale for all."""
    limit = float(kernels.abs().max()) or 1.0
    share = (kernels.detach().cpu().double() / limit * 127).round().numpy()
    pixels = DIVERGING[(ZERO + share).astype(np.uint8)]  # n kH kW 3
    return tiled(pixels.repeat(times, 1).repeat(times, 2), across=across)


def tiled(tiles: np.ndarray, *, across: int) -> np.ndarray:
    """Tiles uint8 (n,h,w,3) in rows of `across`, uint8 (H,W,3), a mid grey gap between them; ValueError for none."""
    if len(tiles) == 0 or across < 1:
        raise ValueError(f"{len(tiles)} tiles in rows of {across} make no picture: give 1 tile or more and 1 a row or more")
    count, height, width, _ = tiles.shape
    across = min(across, count)
    lines = -(-count // across)
    sheet = np.full((lines * (height + GAP) - GAP, across * (width + GAP) - GAP, 3), 128, np.uint8)
    for at, tile in enumerate(tiles):
        top, left = at // across * (height + GAP), at % across * (width + GAP)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def weights_csv(weight: Tensor) -> str:
    """Every weight of (out,in,kH,kW) on a line: filter, input channel, row, column, weight, to float32's last digit."""
    values = weight.detach().cpu().numpy()
    lines = [f"{','.join(map(str, place))},{value!s}" for place, value in np.ndenumerate(values)]
    return "\n".join(["filter,input_channel,row,column,weight", *lines]) + "\n"


def histogram_svg(values: Sequence[float] | np.ndarray, *, bins: int = 41, limit: float | None = None) -> str:
    """A histogram as SVG in the colours of the signed scale, zero in the middle of the middle bar.

    limit: the values at the two ends of its axis; by default the largest absolute value.
    """
    weights = np.asarray(values, np.float64).ravel()
    weights = weights[np.isfinite(weights)]
    limit = limit or (float(np.abs(weights).max()) if weights.size else 0.0) or 1.0
    counts, edges = np.histogram(np.clip(weights, -limit, limit), bins=bins, range=(-limit, limit))
    (width, height), top = HISTOGRAM, int(counts.max()) or 1
    left, above = 40, 14
    step = width / bins
    bars = []
    for count, start, end in zip(counts, edges, edges[1:], strict=False):
        middle = (start + end) / 2
        red, green, blue = DIVERGING[round(ZERO + 127 * float(np.clip(middle / limit, -1, 1)))]
        high = height * int(count) / top
        x = left + (start + limit) / (2 * limit) * width
        bars.append(
            f'<rect x="{x:.2f}" y="{above + height - high:.2f}" width="{step - 0.6:.2f}" height="{high:.2f}" '
            f'fill="rgb({red},{green},{blue})" stroke="currentColor" stroke-opacity=".35" stroke-width=".5">'
            f"<title>{count:,} weights from {start:.3g} to {end:.3g}</title></rect>"
        )
    bottom = above + height
    ticks = "".join(
        f'<text x="{left + share * width:.1f}" y="{bottom + 15}" text-anchor="middle">{value:.2g}</text>'
        for share, value in ((0, -limit), (0.5, 0), (1, limit))
    )
    return (
        f'<svg role="img" aria-label="Histogram of {weights.size:,} weights" viewBox="0 0 {left + width + 16} {bottom + 36}" '
        f'width="{left + width + 16}" style="max-width:100%;color:inherit" font-size="12" fill="currentColor">'
        f'{"".join(bars)}<path d="M{left} {bottom}h{width}" stroke="currentColor" stroke-opacity=".6"/>'
        f'<text x="{left - 5}" y="{above + 5}" text-anchor="end">{top:,}</text>'
        f'<text x="{left - 5}" y="{bottom}" text-anchor="end">0</text>'
        f'{ticks}<text x="{left + width / 2}" y="{bottom + 31}" text-anchor="middle">weight</text></svg>'
    )
