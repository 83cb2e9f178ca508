"""The engine: one worker thread per network, slots, and a cache by content. It knows no widget."""

from .cache import Cache
from .engine import Engine
from .jobs import Job, Report, State
from .keys import content_key
from .sizes import size_of
from .weights import forget_weights, weights_key
from .worker import Worker

__all__ = [
    "Cache",
    "Engine",
    "Job",
    "Report",
    "State",
    "Worker",
    "content_key",
    "forget_weights",
    "size_of",
    "weights_key",
]
