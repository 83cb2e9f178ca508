"""A network taught further classes by a few pictures: a new linear layer on the features that it has already."""
