"""CamBoard: a class activation map as a weighted sum of unit maps."""
