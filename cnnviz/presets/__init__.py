"""Worked examples to load, and printed claims to judge; each with its source, every result computed."""

from cnnviz.presets.course import COURSE
from cnnviz.presets.guide import GUIDE
from cnnviz.presets.preset import Preset, least_squares_kernel
from cnnviz.presets.slips import SLIPS, Slip, Truth

PRESETS: dict[str, Preset] = {preset.name: preset for preset in [*COURSE, *GUIDE]}

__all__ = ["PRESETS", "SLIPS", "Preset", "Slip", "Truth", "least_squares_kernel"]
