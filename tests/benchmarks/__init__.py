"""Measurements, run by `make bench`; they print ratios and never fail on a time."""
