"""How a widget as it is now is made again: in lines of code, and from a file."""
