"""Why the selected unit has its value: what the units below add."""
