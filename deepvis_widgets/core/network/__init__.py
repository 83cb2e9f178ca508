"""A network: its layers and units, one recorded pass, receptive fields, the rules of the backward pass."""
