"""Where in the picture each number of a pass stands: maps, tokens, and attention between them."""
