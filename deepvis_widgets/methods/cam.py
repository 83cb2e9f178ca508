"""Class activation maps, exact where the head is global average pooling and at most one linear map."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.cam_head import Head
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.picture.reduce import to_size
from ..core.report import Report
from ..core.results import HeatMap
from .backward import describe
from .base import Method, silent
from .perturbation.score import precision

MOST = 5  # classes whose maps come with the one that was asked for


@dataclass(eq=False, repr=False)
class ClassActivationMap(HeatMap):
    """The map of the class that was asked for, and those of the strongest classes, which cost no further pass.

    `classes` (n,) are the indices of the five strongest classes, strongest first, `labels` their names, `logits` (n,)
    and `probabilities` (n,), or values, what the network gives them, and `coarse_maps` (n, h, w) their maps before they
    were resized.
    """

    classes: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.long))
    labels: tuple[str, ...] = ()
    logits: Tensor = field(default_factory=lambda: torch.empty(0))
    probabilities: Tensor = field(default_factory=lambda: torch.empty(0))
    coarse_maps: Tensor = field(default_factory=lambda: torch.empty(0, 0, 0))

    @property
    def maps(self) -> Tensor:
        """The maps of the strongest classes over the picture: (n, H, W)."""
        height, width = self.heatmap.shape
        return torch.stack([to_size(coarse, (height, width)) for coarse in self.coarse_maps])

    def of(self, place: int) -> ClassActivationMap:
        """Returns the same result for the class at a place among the strongest, 0 the strongest of all."""
        if not 0 <= place < len(self.labels):
            raise DeepvisError(f"There is no class at place {place}; the places are 0 to {len(self.labels) - 1}.")
        return replace(self, target=self.labels[place], heatmap=self.maps[place], coarse=self.coarse_maps[place])


class Cam(Method):
    """M_c(i, j) = Σ_k w_k^c f_k(i, j), no bias, no ReLU (Zhou et al. 2016, eq. 2); in SqueezeNet the class maps exist
    already.

    The mean of `coarse` plus the class's bias is its logit. Raises DeepvisError, naming grad_cam, for heads of another
    form.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "cam")
    >>> found.target, found.labels[0], found.coarse.shape
    ('wolf', 'wolf', torch.Size([16, 16]))
    """

    name = "cam"
    title = "CAM"
    hidden = False

    def refuses(self, network: Network) -> str | None:
        if network.has_head:
            return None
        return no_head(network)

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> ClassActivationMap:
        assert image is not None
        recording = network.look(image)
        if recording.head is None:
            raise DeepvisError(no_head(network))
        logits = recording.logits[0].detach().cpu()
        strongest = logits.argsort(descending=True, stable=True)[:MOST]
        channel = network.answers.top(logits) if target is None else target.channel
        coarse, *others = class_maps(recording.head, torch.tensor([channel, *strongest.tolist()]))
        return ClassActivationMap(
            self.name,
            describe(network, Target(channel)),
            to_size(coarse, network.size),
            image,
            True,
            coarse=coarse,
            params=params,
            classes=strongest,
            labels=tuple(network.labels[index] for index in strongest.tolist()),
            logits=logits[strongest],
            probabilities=network.answers.shown(logits.to(precision(network))[None])[0, strongest],
            coarse_maps=torch.stack(others),
        )


def no_head(network: Network) -> str:
    why = "does not end in global average pooling and one linear map, so it has no exact CAM"
    return f"{network.name} {why}; use grad_cam."


def averaged_layer(network: Network) -> str | None:
    """Returns the layer whose maps a head averages; None where there is no such head, or no module makes them.

    >>> import deepvis_widgets as dv
    >>> averaged_layer(dv.load("husky-wolf"))
    'features.relu8'
    """
    grey = torch.full((1, network.bands, *network.size), 0.5)
    recording = network.run(network.feed(grey), keep=network.layers.names)
    if recording.head is None:
        return None
    maps = recording.head.features
    made = [name for name, output in recording.outputs.items() if torch.equal(output, maps)]
    return made[-1] if made else None


def class_maps(head: Head, channels: Tensor) -> Tensor:
    """Returns M_c (classes, h, w) of the first picture for the class indices `channels`."""
    features = head.features[0].detach()
    if head.weight is None:
        return features[channels].cpu()
    weight = head.weight.detach()[channels]
    common = torch.promote_types(weight.dtype, features.dtype)  # they differ where the network runs under autocast
    return torch.einsum("ck,khw->chw", weight.to(common), features.to(common)).cpu()
