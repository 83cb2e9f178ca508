"""SnowLab: how much snow in the training set makes a network biased."""
