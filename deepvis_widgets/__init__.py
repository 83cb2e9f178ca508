"""See inside image classifiers: interactive notebook widgets for PyTorch networks."""

from deepvis_widgets._version import __version__

__all__ = ["__version__"]
