"""Passes with the way back to the input, remade so that both ways do less than the network's own."""
