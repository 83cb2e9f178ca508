"""ConvolutionBoard: the arithmetic of one convolution."""
