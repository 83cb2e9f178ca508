"""The site that `make docs` builds of README's neighbours, the lessons, the docstrings and living hand-outs."""
