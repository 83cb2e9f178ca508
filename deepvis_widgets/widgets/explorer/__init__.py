"""Explorer: every layer and unit of a network on one picture, live."""
