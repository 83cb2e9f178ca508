"""The base of the boards that ipycanvas draws."""
