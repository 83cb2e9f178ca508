"""Compare: explanations side by side."""
