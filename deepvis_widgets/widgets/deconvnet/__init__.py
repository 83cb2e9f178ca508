"""DeconvnetBoard: convolution, ReLU and max pooling joined, there and back."""
