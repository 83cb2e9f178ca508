"""MaximizationLab: activation maximization with its regularizers."""
