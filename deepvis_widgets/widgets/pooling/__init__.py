"""PoolingBoard: pooling, unpooling and the switches between them."""
