"""AtlasView, and the panes of an atlas that the Explorer shows as well."""
