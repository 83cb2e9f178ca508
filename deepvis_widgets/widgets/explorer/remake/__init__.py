"""How the Explorer as it is now is made again."""
