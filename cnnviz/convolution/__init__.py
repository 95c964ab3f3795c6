"""Convolution and pooling: their settings, their sizes, their windows, and the loops that compute them."""

from cnnviz.convolution.forward import convolve, equivalent_forward, equivalent_weight, pad_input, stretched
from cnnviz.convolution.places import Window, unread, window
from cnnviz.convolution.pooling import Pooled, pool
from cnnviz.convolution.sizes import check_pooling, nearest_fits, output_size
from cnnviz.convolution.spec import PADDING_MODES, ConvSpec, Side, pooling_call, pytorch_call

__all__ = [
    "PADDING_MODES",
    "ConvSpec",
    "Pooled",
    "Side",
    "Window",
    "check_pooling",
    "convolve",
    "equivalent_forward",
    "equivalent_weight",
    "nearest_fits",
    "output_size",
    "pad_input",
    "pool",
    "pooling_call",
    "pytorch_call",
    "stretched",
    "unread",
    "window",
]
