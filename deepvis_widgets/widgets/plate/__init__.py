"""MaximizationPlate: what units of every layer want to see, at true size, layer by layer."""
