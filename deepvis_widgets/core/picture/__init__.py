"""Pictures: reading, preprocessing, fills, boxes, peaks and colour maps."""
