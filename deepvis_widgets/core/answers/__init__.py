"""What a network's output means: classes, labels, values, pixels, boxes or a similarity."""
