"""The embedded world: scenes drawn by a program, and the small networks trained on them."""
