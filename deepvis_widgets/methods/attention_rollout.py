"""Attention rollout: where the answer of a vision transformer looks, through all layers; the same for every class."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ..core.attention.flow import attentions, one_sequence, rollout
from ..core.attention.heads import Heads
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.picture.reduce import to_size
from ..core.report import Report
from ..core.results import HeatMap
from .base import Method, silent

EVERY = "every class alike"


class AttentionRollout(Method):
    """The product over all layers of ½ (W + I), W the attention's mean over heads: the row of the class token, or the
    mean of all rows where there is none (Abnar & Zuidema 2020, sec. 3). No class is asked for. Never negative.

    Raises DeepvisError where there is no attention, or where the tokens are not the same in all layers.

    >>> from torchvision.models import VisionTransformer
    >>> import deepvis_widgets as dv
    >>> module = VisionTransformer(64, 16, 2, 2, hidden_dim=32, mlp_dim=64, num_classes=5)
    >>> net = dv.Network(module, dv.Preprocess((64, 64), None))
    >>> found = dv.explain(net, dv.scene("wolf"), "attention_rollout")
    >>> found.target, found.coarse.shape
    ('every class alike', torch.Size([4, 4]))
    """

    name = "attention_rollout"
    title = "Attention rollout"
    hidden = False

    def refuses(self, network: Network) -> str | None:
        return refusal(network, self.name)

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        layers = attentions(network.layers)
        names = [layer.name for layer in layers]
        outputs = network.run(network.feed(image[None]), keep=names, until=names[-1]).outputs
        coarse = seen(layers[0].layout, rollout([outputs[name] for name in names]))
        return HeatMap(self.name, EVERY, to_size(coarse, network.size), image, False, coarse=coarse, params=params)


def refusal(network: Network, name: str) -> str | None:
    """Returns why attention cannot be followed through a network, in one sentence; None where it can."""
    layers = attentions(network.layers)
    if not layers:
        return f"{network.name} has no attention over the whole picture for {name} to follow."
    if network.other_attentions or not one_sequence(layers):
        return f"{name} follows the same tokens through all layers, and those of {network.name} change on the way."
    return None


def seen(layout: Any, total: Tensor) -> Tensor:
    """Returns the map (h, w) of what the token that looks has of each patch, from (1, N, N)."""
    assert isinstance(layout, Heads)
    return layout.maps(total[:, None])[0, 0].detach().cpu()
