"""The fonts that pictures of widgets are written in."""
