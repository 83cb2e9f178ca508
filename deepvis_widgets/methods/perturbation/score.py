"""Many changed versions of one picture, passed through the network in batches: what smoothgrad, integrated gradients,
occlusion and LIME share.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.network.recording import Recording
from ...core.network.target import Target, layout_of
from ...passes.backward.recorded import remade
from ..backward import no_path, strongest

MOST = 32  # pictures in one pass
BUDGET = 2**28  # numbers in all layers' outputs of one pass: 32 pictures through a ResNet-18, 8 through a VGG-16
GRAPH_BUDGET = 2**26  # the same where all of them are kept for the way back


@dataclass(frozen=True)
class Score:
    """The number that is explained, for every picture of a batch: a class score, or a hidden unit at one position.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> score = Score.of(net, net.view(scene), net.target("wolf"), "probability")
    >>> score.value(score.forward(net.view(scene)[None])).shape
    torch.Size([1])
    """

    network: Network
    target: Target
    kind: str = "logit"  # or "probability"; a hidden unit has only its activation

    @classmethod
    def of(cls, network: Network, image: Tensor, target: Target | None, kind: str = "logit") -> Score:
        """Returns the score meant by `target` on the view `image` (3, H, W): None becomes its top class, a unit without
        a position is taken where it is strongest there.
        """
        return cls(network, resolve(network, image, target), kind)

    def forward(self, views: Tensor, keep: Collection[str] = ()) -> Recording:
        """Returns a bare pass over views (B, 3, H, W) in [0, 1], only as deep as the target."""
        return self._pass(self.network.feed(views), keep, grad=False)

    def value(self, recording: Recording) -> Tensor:
        """Returns the score of every picture of a pass: (B,)."""
        target = self.target
        if target.layer is None:
            return self.scores(recording)[:, target.channel]
        assert target.position is not None
        layout = layout_of(self.network.layers[target.layer], target)
        values: Tensor = layout.at(recording.outputs[target.layer], target.position)
        return values[:, target.channel]

    def scores(self, recording: Recording) -> Tensor:
        """Returns the scores of all classes for every picture of a pass: (B, n)."""
        logits = recording.logits
        return self.network.answers.probabilities(logits) if self.kind == "probability" else logits

    def gradient(self, x: Tensor) -> Tensor:
        """Returns d score / d input for every picture of an input (B, C, H, W), on the CPU, in float32 at least."""
        recording = remade(self.network, x, until=self.target.layer) or self._pass(x, (), grad=True)
        with torch.enable_grad():
            total = self.value(recording).sum()
        gradient = recording.path(total)
        if gradient is None:
            raise DeepvisError(no_path(self.network, torch.full((self.network.bands, *self.network.size), 0.5)))
        return gradient.to("cpu", precision(self.network))

    def _pass(self, x: Tensor, keep: Collection[str], grad: bool) -> Recording:
        layer = self.target.layer
        if layer is None:
            return self.network.run(x, keep=keep, grad=grad)
        wanted = {*keep, layer}
        return self.network.run(x, keep=wanted, until=self.network.deepest(wanted), grad=grad)


def resolve(network: Network, image: Tensor, target: Target | None) -> Target:
    """Returns the target with its class, or its unit's strongest position on the view `image`, filled in."""
    if target is None:
        return Target(network.top(image))
    if target.layer is None or target.position is not None:
        return target
    recording = network.run(network.feed(image[None]), keep=(target.layer,), until=target.layer)
    layout = layout_of(network.layers[target.layer], target)
    return replace(target, position=strongest(layout.maps(recording.outputs[target.layer])[0, target.channel]))


def per_pass(network: Network, grad: bool = False) -> int:
    """Returns how many pictures to put into one pass: fewer where pictures or layers are large."""
    numbers = sum(math.prod(layer.shape) for layer in network.layers)
    return max(1, min(MOST, (GRAPH_BUDGET if grad else BUDGET) // numbers))


def batches(count: int, size: int) -> Iterator[slice]:
    """Yields 0 .. count in slices of at most `size`."""
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))


def precision(network: Network) -> torch.dtype:
    """Returns what sums over many passes are kept in: the network's precision, float32 at least."""
    return torch.promote_types(network.dtype, torch.float32)
