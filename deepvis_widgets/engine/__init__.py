"""The engine: one worker thread per network, slots, and a cache by content. It knows no widget."""

from ..core.content_key import content_key
from ..core.report import Report
from ..core.weights_key import forget_weights, weights_key
from .cache import Cache
from .engine import Engine
from .job import Job, State
from .sizes import size_of
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
