"""How the names of picture files end."""

from __future__ import annotations

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
