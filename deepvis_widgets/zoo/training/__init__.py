"""Training and evaluation of the embedded networks."""
