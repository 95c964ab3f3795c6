"""The convolution bench: one small layer with all its numbers, for the browser, for the exports and for the eye."""

from cnnviz.bench.setting import LAYERS, MOST_CHANNELS, MOST_DRAWN, MOST_SIDE, Bench, Kind, make_bench, whole
from cnnviz.bench.values import (
    SOURCES,
    bias_from_text,
    counting,
    integers,
    made,
    random_values,
    refit,
    values_from_text,
    values_to_text,
)

__all__ = [
    "LAYERS",
    "MOST_CHANNELS",
    "MOST_DRAWN",
    "MOST_SIDE",
    "SOURCES",
    "Bench",
    "Kind",
    "bias_from_text",
    "counting",
    "integers",
    "made",
    "make_bench",
    "random_values",
    "refit",
    "values_from_text",
    "values_to_text",
    "whole",
]
