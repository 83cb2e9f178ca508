"""The network in the live Explorer's page, for drags in which the kernel is slow."""
