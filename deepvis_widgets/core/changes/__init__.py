"""What was changed of a network: units that are switched off, and layers of directions that are read from others."""
