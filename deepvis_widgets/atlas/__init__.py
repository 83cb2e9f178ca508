"""Floor 3: pictures and statistics of every unit of a network over a whole set of pictures, on one machine or many."""

from .atlas import Atlas, LayerSummary
from .unit import Top, Unit

__all__ = ["Atlas", "LayerSummary", "Top", "Unit"]
