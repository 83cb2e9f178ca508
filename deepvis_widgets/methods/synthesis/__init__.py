"""Making pictures that a unit wants to see: where they lie, what they are asked for, and the recipes that draw them."""

from .ascent import Ascent
from .params import PRESETS, SynthesisParams

__all__ = ["PRESETS", "Ascent", "SynthesisParams"]
