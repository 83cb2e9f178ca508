"""RelevanceBoard and RelevanceLedger: layer-wise relevance propagation, by hand and by layer."""
