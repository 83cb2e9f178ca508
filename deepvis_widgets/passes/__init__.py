"""Floor 1: the same answers as a full pass gives, computed faster."""
