"""The sum, maximum or mean behind one number of a claim's output, written out."""

import torch

from cnnviz.convolution import equivalent_weight, pad_input, stretched, window
from cnnviz.matrix_text import format_number
from cnnviz.slide_check.claim import Claim, as_tensor, computed_output, kernel

MOST_TERMS = 25  # of a sum that is written out whole: a 5x5 kernel


def worked_sum(claim: Claim, place: tuple[int, int]) -> str:
    """The products (for a pooling the values) that make the output at (row, col): "10·1 + 10·0 + 0·(−1) = 10".

    ValueError for a place outside the output.
    """
    layer, spec = claim.layer, claim.sides
    x = as_tensor(claim.input, layer.dimensions)
    result = _number(computed_output(claim, spec)[place[0]][place[1]])
    seen = window(spec, place[2 - layer.dimensions :], x.shape[1:])
    if layer.mode == "max":
        inside = [[at for at in side if at is not None] for side in seen.sources]
        values = x[0][torch.meshgrid(*map(torch.tensor, inside), indexing="ij")].flatten()
        return f"max({_list(', ', [_number(value) for value in values.tolist()])}) = {result}"
    padded = stretched(x, spec) if spec.transposed else pad_input(x, spec)
    taps = torch.meshgrid(*(torch.tensor(side) for side in seen.padded), indexing="ij")
    values = padded[0][taps].flatten()
    if layer.mode == "average":
        terms = _list(" + ", [_term(value) for value in values.tolist()])
        return f"({terms}) / {len(values)} = {result}"
    weight = kernel(claim)[None]
    weight = equivalent_weight(weight, spec) if spec.transposed else weight
    products = [f"{_number(a)}·{_term(b)}" for a, b in zip(values.tolist(), weight.flatten().tolist(), strict=True)]
    bias = f" + {_term(claim.bias)}" if claim.bias else ""
    return f"{_list(' + ', products)}{bias} = {result}"


def _list(between: str, terms: list[str]) -> str:
    shown = terms if len(terms) <= MOST_TERMS else [*terms[: MOST_TERMS - 1], "…"]
    return between.join(shown)


def _number(value: float) -> str:
    return format_number(round(value, 6)).replace("-", "−")


def _term(value: float) -> str:
    text = _number(value)
    return f"({text})" if text.startswith("−") else text
