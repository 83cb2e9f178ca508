"""A class activation map taken apart: what every unit of the last feature maps adds to a class."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..core.answers.base import Answers
from ..core.errors import DeepvisError
from ..core.network.cam_head import Head
from ..core.network.network import Network
from .cam import class_maps, no_head
from .perturbation.score import precision


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms w_k^c f_k of one class's map, the one that adds most to its logit, or takes most from it, first.

    `units` (K,) are their channels, `weights` (K,) their w_k^c, `adds` (K,) the mean of each term over its places:
    their sum plus `bias` is `logit`. `maps` (K, h, w) are the terms themselves.
    """

    units: Tensor
    weights: Tensor
    adds: Tensor
    maps: Tensor
    bias: float
    logit: float

    def __len__(self) -> int:
        return len(self.units)

    def partial(self, count: int) -> Tensor:
        """Returns the sum (h, w) of the first `count` terms; of all of them it is the class activation map."""
        return self.maps[:count].sum(0)

    def running(self) -> Tensor:
        """Returns the mean of the sum of the first 0, 1, ..., K terms: (K + 1,), ending at the logit without its
        bias.
        """
        return torch.cat([self.adds.new_zeros(1), self.adds.cumsum(0)])


@dataclass(frozen=True, eq=False)
class ClassEvidence:
    """What the last feature maps of one pass say for and against every class (Zhou et al. 2016); no further pass.

    `head` holds the feature maps (1, K, h, w) and the linear map after them, `logits` (classes,) the scores, and
    `answers` what they mean; on the CPU, without a graph.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = ClassEvidence.of(net, net.view(scene))
    >>> net.labels[found.top], found.terms(found.top).maps.shape
    ('wolf', torch.Size([128, 16, 16]))
    """

    head: Head
    logits: Tensor
    answers: Answers

    @classmethod
    def of(cls, network: Network, view: Tensor) -> ClassEvidence:
        """Reads the remembered pass over a view (3, H, W), or from a bare one; DeepvisError, naming grad_cam, for heads
        that have no exact class activation maps.
        """
        recording = network.look(view)
        if recording.head is None:
            raise DeepvisError(no_head(network))
        found, kind = recording.head, precision(network)
        # copies: what is taken apart later must be the answer that was recorded, also if the network learns meanwhile
        parts = (None if p is None else p.detach().to("cpu", kind, copy=True) for p in (found.weight, found.bias))
        return cls(
            Head(found.features[:1].detach().to("cpu", kind), *parts),
            recording.logits[0].detach().to("cpu", kind),
            network.answers,
        )

    @property
    def top(self) -> int:
        """The class with the highest score."""
        return self.answers.top(self.logits)

    def strongest(self, count: int) -> list[int]:
        """Returns the classes with the highest scores, in order."""
        return self.logits.argsort(descending=True)[:count].tolist()

    def shown(self) -> Tensor:
        """Returns class probabilities (classes,), or the scores themselves where they have none."""
        return self.answers.shown(self.logits[None])[0]

    def maps(self, classes: list[int]) -> Tensor:
        """Returns the class activation maps (n, h, w) of these classes."""
        return class_maps(self.head, torch.tensor(classes))

    def terms(self, channel: int) -> Terms | None:
        """Returns the terms of a class; None where the network's own layer makes the map of each class, as in
        SqueezeNet.
        """
        if self.head.weight is None:
            return None
        features, weights = self.head.features[0], self.head.weight[channel]
        adds = weights * features.mean((1, 2))
        order = adds.abs().argsort(descending=True, stable=True)
        bias = 0.0 if self.head.bias is None else float(self.head.bias[channel])
        maps = weights[order, None, None] * features[order]
        return Terms(order, weights[order], adds[order], maps, bias, float(self.logits[channel]))
