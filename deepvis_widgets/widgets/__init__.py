"""The widgets: one file per widget, traits and layout only."""
