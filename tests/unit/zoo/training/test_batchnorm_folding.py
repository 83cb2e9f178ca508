"""A folded network is the same function without batch-norm."""

from __future__ import annotations

import torch
from torch import nn

from deepvis_widgets.zoo.embedded import SIZE, EmbeddedNet
from deepvis_widgets.zoo.training.batchnorm_folding import fold_batchnorm


def test_folding_keeps_the_function() -> None:
    torch.manual_seed(0)
    trained = EmbeddedNet(batch_norm=True)
    for layer in trained.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    trained(torch.randn(8, 3, SIZE, SIZE))  # moves the running statistics
    pictures = torch.randn(2, 3, SIZE, SIZE)
    with torch.no_grad():
        assert torch.allclose(fold_batchnorm(trained)(pictures), trained.eval()(pictures), atol=1e-4)
