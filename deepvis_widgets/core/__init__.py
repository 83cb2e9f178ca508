"""Floor 0: what a network is and what one pass through it shows."""
