"""Attention: taken apart into simple operations, and its weights as maps."""
