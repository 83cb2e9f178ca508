"""What becomes of relevance in each operation, by kind: read off the table of operations."""

from __future__ import annotations

from ...core.network.operations import Numbers, with_numbers

# element by element: the relevance of an output is that of its input (the identity rule of Achtibat et al. 2024)
PASSED = with_numbers(Numbers.FUNCTION)
# sums: every part takes in proportion to what it contributes, constants what they contribute
SHARED = with_numbers(Numbers.SUM)
ADDED = with_numbers(Numbers.ADDITION)
SCALED = with_numbers(Numbers.SCALING)
# linear in each of their inputs
PRODUCTS = with_numbers(Numbers.PRODUCT)
# every output is one of the inputs: relevance goes where the value came from, which is what the gradient does
ROUTED = with_numbers(Numbers.SAME, Numbers.MOVED, Numbers.CHOSEN)
# so do these, but part of the output may be a constant, which keeps its relevance
JOINED = with_numbers(Numbers.JOINED)
FILLED = with_numbers(Numbers.JOINED, Numbers.FILLED)
# these write into their first argument
WRITING = with_numbers(Numbers.WRITTEN)
# what keeps a picture a picture: the values change, the meaning of a place does not
PREPARING = ADDED | SCALED | with_numbers(Numbers.SAME, Numbers.MOVED) | FILLED | {"batch_norm"}
