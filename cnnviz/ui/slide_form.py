"""The form of the page “Check my slide”: text fields that keep what was typed, and an example from which they start.

Every example has fields of its own, whose defaults are its texts: the link then carries the example and what was changed
in it, and going to another example and back loses nothing.
"""

import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.convolution import ConvSpec
from cnnviz.convolution.spec import as_text
from cnnviz.matrix_text import format_matrix, format_number, parse_matrix
from cnnviz.presets import SLIPS
from cnnviz.slide_check import KINDS, Claim, Kind, Rows

OPENING = {  # the slips with which the page opens, one for each sort of claim
    "output": "Edge by the formula", "size": "(X - F) / (S + 1), stride 3", "parameters": "Channels in the count",
}  # fmt: skip
WHATS = {"output": "Output numbers", "size": "Output size", "parameters": "Parameters"}
NAMES = {
    "conv2d": "Conv2d", "conv1d": "Conv1d", "transposed2d": "ConvTranspose2d", "transposed1d": "ConvTranspose1d",
    "max_pool": "MaxPool2d", "average_pool": "AvgPool2d",
}  # fmt: skip
SETTINGS = ("stride", "padding", "dilation", "output_padding")
AREAS = ("input", "weight", "claim")
WIDTHS = {"size": 100, "kernel": 100, "output_padding": 122, "in_channels": 108, "out_channels": 116, "claimed": 116}
LINE_WIDTH = 70  # px, of the other one-line fields
LEAST_LINE, MOST_LINE = 6, 18  # characters, by which the many-line fields share the form's width
AROUND = 3.5  # characters, for a field's own border
STYLE = """<style>
[class*="st-key-slide_"] textarea { font-family: "Source Code Pro", ui-monospace, monospace; font-size: .9rem; }
[class*="st-key-slide_"] textarea { white-space: pre; overflow-x: auto; }
</style>"""
AREA_HEIGHT = 188  # px: six rows of numbers
LABELS = {name: name for name in (*SETTINGS, "in_channels", "out_channels", "groups", "bias")} | {
    "size": "Input size", "kernel": "kernel_size", "input": "Input", "weight": "Kernel",
    "claim": "The slide says", "claimed": "The slide says",
}  # fmt: skip
MOST_SIZE = 10_000  # rows or columns of an input whose size is checked
MOST_CHANNELS = 100_000


def example_picker() -> str:
    """A choice among the notes' claims that the form can hold; returns the example's name."""
    names = [name for name, slip in SLIPS.items() if slip.claim]
    return st.selectbox(
        "Start from", names, index=names.index(OPENING["output"]), key="slide_example", bind="query-params", width=300,
        format_func=lambda name: f"{_example(name).what}: {name}", persist_state="session",
    )  # fmt: skip


def slide_form(example: str) -> Callable[[], Claim]:
    """Draw the fields; returns what reads them, which raises ValueError with the field's name for a bad one."""
    start = _example(example)
    st.html(STYLE)
    what = st.segmented_control(
        "What does the slide claim?", list(WHATS), default=start.what, required=True, format_func=WHATS.__getitem__,
        **_kept(example, "what"),
    )  # fmt: skip
    if what != start.what:  # the example has no texts for this sort of claim
        start = _example(OPENING[what])
    with st.container(horizontal=True, gap="small"):
        kind = st.selectbox(
            "Layer", list(NAMES), list(NAMES).index(_example(example).kind), format_func=NAMES.__getitem__, width=164,
            **_kept(example, "kind"),
        )  # fmt: skip
        defaults = _texts(start)
        texts = {
            name: st.text_input(
                LABELS[name], defaults[name], width=WIDTHS.get(name, LINE_WIDTH), **_kept(example, f"{what}_{name}")
            )
            for name in _lines(what, KINDS[kind])
        }
    has_bias = what != "parameters" or st.toggle("Each output channel has a bias", start.has_bias, **_kept(example, "has_bias"))
    areas = _areas(what, KINDS[kind])
    longest = {name: max(map(len, defaults[name].split("\n"))) for name in areas}
    shares = [min(max(length, LEAST_LINE), MOST_LINE) + AROUND for length in longest.values()]
    for name, column in zip(areas, st.columns(shares or 1, gap="xsmall"), strict=False):
        texts[name] = column.text_area(LABELS[name], defaults[name], height=AREA_HEIGHT, **_kept(example, f"{what}_{name}"))
    return lambda: _claim(what, kind, texts, has_bias)


def opening_claim() -> Claim:
    """The claim on which the page opens."""
    return _example(OPENING["output"])


def field_key(example: str, name: str) -> str:
    """The key of an example's field, which is also its name in the link."""
    return f"slide_{re.sub('[^a-z0-9]+', '-', example.lower()).strip('-')}_{name}"


def _kept(example: str, name: str) -> Any:
    """Where a field keeps its value: in the link, and in the session while it is not shown."""
    return {"key": field_key(example, name), "bind": "query-params", "persist_state": "session"}


def _areas(what: str, layer: Kind) -> list[str]:
    """The many-line fields that such a claim needs."""
    return [name for name in AREAS if what == "output" and not (name == "weight" and layer.mode)]


def _lines(what: str, layer: Kind) -> list[str]:
    """The one-line fields that such a claim needs, in their order."""
    learned = layer.mode is None
    if what == "parameters":
        return ["kernel", "in_channels", *(["out_channels", "groups"] if learned else []), "claimed"]
    fields = ["size", "kernel"] if what == "size" else [] if learned else ["kernel"]
    fields += ["stride", "padding"] if layer.mode == "average" else ["stride", "padding", "dilation"]
    fields += ["output_padding"] if layer.transposed else []
    return [*fields, "claimed"] if what == "size" else [*fields, *(["bias"] if learned else [])]


def _claim(what: str, kind: str, texts: dict[str, str], has_bias: bool) -> Claim:
    """The claim that the fields hold."""
    layer = KINDS[kind]
    dimensions = layer.dimensions
    if what == "parameters":
        ins, outs, groups = (_whole(name, texts.get(name, "1"), 1)[0] for name in ("in_channels", "out_channels", "groups"))
        spec = ConvSpec(_whole("kernel", texts["kernel"], 1, dimensions), groups=groups, transposed=layer.transposed)
        return Claim(kind, what, spec, _matrix("claimed", texts), in_channels=ins, out_channels=outs, has_bias=has_bias)
    weight = _matrix("weight", texts) if "weight" in texts else None
    if weight and dimensions == 1 and len(weight) > 1:
        raise ValueError(f"Kernel: it has {len(weight)} rows, a 1-dimensional layer takes one: give one row")
    shape = (len(weight), len(weight[0]))[2 - dimensions :] if weight else ()
    stride, dilation = (_whole(name, texts.get(name, "1"), 1, dimensions) for name in ("stride", "dilation"))
    padding, more = (_whole(name, texts.get(name, "0"), 0, dimensions) for name in ("padding", "output_padding"))
    spec = ConvSpec(
        shape or _whole("kernel", texts["kernel"], 1, dimensions), stride, padding, dilation,
        output_padding=more, transposed=layer.transposed,
    )  # fmt: skip
    if what == "size":
        size = _whole("size", texts["size"], 1, dimensions)
        return Claim(kind, what, spec, _matrix("claimed", texts), input_size=size)
    bias = _matrix("bias", texts)[0][0] if "bias" in texts else 0.0
    return Claim(kind, what, spec, _matrix("claim", texts), _matrix("input", texts), weight, bias)


def _matrix(name: str, texts: dict[str, str]) -> Rows:
    """A field's numbers as rows; ValueError with the field's name."""
    try:
        return tuple(map(tuple, parse_matrix(texts[name])))
    except ValueError as error:
        raise ValueError(f"{LABELS[name]}: {error}") from None


def _whole(name: str, text: str, least: int, dimensions: int = 1) -> tuple[int, ...]:
    """A field's whole numbers, one for each dimension: "3", "3 5", "3 x 5", "(3, 5)"."""
    words = [word for word in re.split(r"[\s,;x×()\[\]]+", text.strip()) if word]
    most = MOST_CHANNELS if name.endswith("channels") or name == "groups" else MOST_SIZE
    numbers = "one whole number" if dimensions == 1 else "one whole number, or height and width"
    if len(words) not in (1, dimensions) or not all(re.fullmatch(r"[+-]?\d{1,9}", word) for word in words):
        raise ValueError(f"{LABELS[name]} is {text.strip()!r}: give {numbers}, such as {max(least, 1)}")
    values = [int(word) for word in words]
    for value in values:
        if not least <= value <= most:
            raise ValueError(f"{LABELS[name]} is {value}: give a number from {least} to {most:,}")
    return tuple(values if len(values) == dimensions else values * dimensions)


def _texts(claim: Claim) -> dict[str, str]:
    """What the fields hold for a claim."""
    lines = {name: getattr(claim.spec, name) for name in SETTINGS} | {
        "kernel": claim.spec.kernel_size, "groups": claim.spec.groups, "size": claim.input_size or 7,
        "in_channels": claim.in_channels, "out_channels": claim.out_channels,
    }  # fmt: skip
    areas = {"claim": claim.claimed, "input": claim.input or ((0.0,),), "weight": claim.weight or ((1.0,),)}
    return (
        {name: as_text(value).strip("()").replace(",", "") for name, value in lines.items()}
        | {name: format_matrix(rows).replace("; ", "\n") for name, rows in areas.items()}
        | {"bias": format_number(claim.bias), "claimed": format_matrix(claim.claimed)}
    )


def _example(name: str) -> Claim:
    claim = SLIPS[name].claim
    assert claim is not None, f"{name} is no claim of a layer"
    return claim
