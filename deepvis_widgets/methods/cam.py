"""Class activation maps, exact where the head is global average pooling and at most one linear map."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.head import Head
from ..core.network import Network, Target
from ..core.recording import Recording
from ..core.reduce import to_size
from ..core.results import HeatMap
from .backward import describe
from .base import Method, Report, silent


class Cam(Method):
    """M_c(i, j) = Σ_k w_k^c f_k(i, j), no bias, no ReLU (Zhou et al. 2016, eq. 2); in SqueezeNet the class maps exist
    already.

    The mean of `coarse` plus the class's bias is its logit. Raises DeepvisError, naming grad_cam, for heads of another
    form.
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
    ) -> HeatMap:
        assert image is not None
        recording = network.look(image)
        channel = int(recording.logits[0].argmax()) if target is None else target.channel
        coarse = class_map(network, recording, channel)
        return HeatMap(
            self.name,
            describe(network, Target(channel)),
            to_size(coarse, network.size),
            image,
            True,
            coarse=coarse,
            params=params,
        )


def class_map(network: Network, recording: Recording, channel: int) -> Tensor:
    """M_c (h, w) of the first picture of a pass that went to the end."""
    if recording.head is None:
        raise DeepvisError(no_head(network))
    return class_maps(recording.head, torch.tensor([channel]))[0]


def no_head(network: Network) -> str:
    why = "does not end in global average pooling and one linear map, so it has no exact CAM"
    return f"{network.name} {why}; use grad_cam."


def class_maps(head: Head, channels: Tensor) -> Tensor:
    """M_c (classes, h, w) of the first picture for the class indices `channels`."""
    features = head.features[0].detach()
    maps = (
        features[channels]
        if head.weight is None
        else torch.einsum("ck,khw->chw", head.weight.detach()[channels], features)
    )
    return maps.cpu()
