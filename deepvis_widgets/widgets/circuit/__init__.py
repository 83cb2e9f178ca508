"""CircuitBoard: why a unit has the value it has, unit by unit, layer by layer."""
