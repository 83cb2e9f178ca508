"""What a network is given beside the picture that is shown: words, numbers, a second picture, fixed tensors."""
