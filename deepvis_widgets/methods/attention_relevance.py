"""Relevance through attention: gradient-weighed rollout, which knows what class it explains."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..core.attention.flow import attentions, relevance
from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.picture.reduce import to_size
from ..core.report import Report
from ..core.results import HeatMap
from .attention_rollout import refusal, seen
from .backward import describe, no_path, start
from .base import Method, silent


class AttentionRelevance(Method):
    """R ← R + E_h[(∇W ⊙ W)⁺] R over all layers, from R = I on, ∇W the gradient of the class score: the row of the class
    token, or the mean of all rows where there is none (Chefer et al. 2021, "Generic attention-model explainability",
    eq. 5 and 6). Never negative.

    Raises DeepvisError where there is no attention, or where the tokens are not the same in all layers.

    >>> from torchvision.models import VisionTransformer
    >>> import deepvis_widgets as dv
    >>> module = VisionTransformer(64, 16, 2, 2, hidden_dim=32, mlp_dim=64, num_classes=5)
    >>> net = dv.Network(module, dv.Preprocess((64, 64), None))
    >>> dv.explain(net, dv.scene("wolf"), "attention_relevance", target=3).coarse.shape
    torch.Size([4, 4])
    """

    name = "attention_relevance"
    title = "Attention relevance"
    hidden = False

    def refuses(self, network: Network) -> str | None:
        return refusal(network, self.name)

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        layers = attentions(network.layers)
        recording = network.record(image, keep=[layer.name for layer in layers], since=layers[0].name)
        weights = [recording.outputs[layer.name] for layer in layers]
        score, resolved = start(network, recording, target)
        if not score.requires_grad:
            raise DeepvisError(no_path(network, image))
        found = torch.autograd.grad(score, weights, retain_graph=True, allow_unused=True)
        gradients = [torch.zeros_like(w) if g is None else g for w, g in zip(weights, found, strict=True)]
        with torch.no_grad():
            coarse = seen(layers[0].layout, relevance(weights, gradients))
        size = to_size(coarse, network.size)
        return HeatMap(self.name, describe(network, resolved), size, image, False, coarse=coarse, params=params)
