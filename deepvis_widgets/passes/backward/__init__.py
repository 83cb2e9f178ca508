"""Backward passes without autograd: the operations of a traced pass, and the way back written over them."""
