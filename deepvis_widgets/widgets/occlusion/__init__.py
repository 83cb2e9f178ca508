"""OcclusionLab: scores and maps while a window covers the picture."""
