"""A network that runs in a page, without a kernel: as ONNX, with every layer as an output."""
