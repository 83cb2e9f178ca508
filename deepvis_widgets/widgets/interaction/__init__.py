"""InteractionBoard: dense and sparse interaction, and how what a unit sees grows from layer to layer."""
