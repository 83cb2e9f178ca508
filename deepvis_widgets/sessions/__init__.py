"""Widgets from files: what `save` of a widget wrote becomes a widget again."""

from .open import open

__all__ = ["open"]
