"""What a widget shows, as parts of which pictures (PNG), texts and pages that live without a kernel are made."""
