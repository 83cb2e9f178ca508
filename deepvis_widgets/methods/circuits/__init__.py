"""Why this number: what the units of the layers below add to one unit, exactly where that can be."""
