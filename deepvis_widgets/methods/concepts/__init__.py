"""Concepts: directions in the space of a layer's channels that describe its activations over many pictures."""
