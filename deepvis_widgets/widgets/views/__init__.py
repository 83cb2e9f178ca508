"""Widgets with a browser module of their own, one file each."""
