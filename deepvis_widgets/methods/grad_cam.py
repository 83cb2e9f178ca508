"""Grad-CAM: class activation maps for any head, from the gradient at a layer of maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.layer import Layer
from ..core.network.network import Network
from ..core.network.recording import Recording
from ..core.network.target import Target
from ..core.params import text
from ..core.picture.reduce import to_size
from ..core.report import Report
from ..core.results import HeatMap
from .backward import describe, no_path, passed, start
from .base import Method, silent
from .region_weights import regional


@dataclass(frozen=True)
class GradCamParams:
    at: str = text("", "Maps of layer", "the layer whose maps are weighed; empty: the last one with maps")


@dataclass(eq=False, repr=False)
class GradCamMap(HeatMap):
    """A map, and what is to be said of it."""

    said: str = ""

    @property
    def note(self) -> str:
        return self.said or super().note


class GradCam(Method):
    """L_c = ReLU(Σ_k α_k A_k), α_k the mean over positions of dS_c/dA_k (Selvaraju et al. 2017, eq. 1 and 2); never
    negative.

    For a hidden unit the maps are those of the last layer before it, for a direction of a layer those before that
    layer. For a class of pixels they are those of the last activations whose weights depend on the region asked about
    (Vinogradova et al. 2020): behind a head of 1 × 1 any region has the same map, and a note says so where such a layer
    is named. Queries, keys and values of an attention are maps for its own use, and weighed only where they are
    named by `at`. Raises DeepvisError where no layer with maps comes before the target.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "grad_cam", target="wolf", at="features.relu8")
    >>> found.coarse.shape, bool(found.heatmap.min() >= 0)
    (torch.Size([16, 16]), True)
    """

    name = "grad_cam"
    title = "Grad-CAM"
    Params = GradCamParams

    def refuses(self, network: Network) -> str | None:
        return (
            None
            if any(_has_maps(layer) for layer in network.layers.own)
            else f"{network.name} has no layer with maps for grad_cam to weigh."
        )

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        layer = target.layer if target else None
        candidates = _candidates(network, layer, params.at)
        found = _of_pixels if layer is None and network.answers.kind == "pixels" else _of_score
        coarse, resolved, said = found(network, image, target, candidates, bool(params.at))
        if coarse is None:
            coarse = torch.zeros(candidates[0].height, candidates[0].width, dtype=network.dtype)
        return GradCamMap(
            self.name,
            describe(network, resolved),
            to_size(coarse, network.size),
            image,
            False,
            coarse=coarse,
            params=params,
            said=said,
        )


Found = tuple[Tensor | None, Target, str]


def _of_score(network: Network, image: Tensor, target: Target | None, candidates: list[Layer], chosen: bool) -> Found:
    layer, deepest = target.layer if target else None, candidates[0].name
    # the deepest layer nearly always answers, and the graph need not go further down, unless it is of another picture
    for since in (None, deepest) if network.inputs.inputs else (deepest, None):
        whole = since is None
        recording = network.record(image, until=layer) if whole else passed(network, image, until=layer, since=since)
        objective, resolved = start(network, recording, target)
        coarse = _weighed(recording, candidates if whole else candidates[:1], objective)
        if coarse is not None:
            return coarse, resolved, ""
    outputs = (
        recording.outputs[name] for name in (candidate.name for candidate in candidates) if name in recording.outputs
    )
    if all(recording.path(objective, wrt=output) is None for output in outputs):
        raise DeepvisError(no_path(network, image))
    return None, resolved, ""


def _of_pixels(network: Network, image: Tensor, target: Target | None, candidates: list[Layer], chosen: bool) -> Found:
    recording = network.record(image)
    objective, resolved = start(network, recording, target)
    coarse, said = regional(recording, candidates, objective, resolved.channel, chosen)
    return coarse, resolved, said


def _has_maps(layer: Layer) -> bool:
    return layer.height * layer.width > 1


def _candidates(network: Network, layer: str | None, at: str) -> list[Layer]:
    """Returns the layers to weigh for a target in `layer` (None: the class scores): the one at `at`, or all, deepest
    first.
    """
    before = _before(network, layer)
    if not before:
        raise DeepvisError("No layer with maps comes before this target, so grad_cam has nothing to weigh.")
    if not at:
        return [candidate for candidate in before if not candidate.asked] or before
    if network.layers[at].of:
        raise DeepvisError(f'Nothing is computed from the directions of "{at}"; grad_cam weighs layers of the network.')
    name = network.layers[at].name
    found = [candidate for candidate in before if candidate.name == name]
    if not found:
        raise DeepvisError(f'"{at}" is no layer with maps before the target; the deepest one is "{before[0].name}".')
    return found


def _before(network: Network, layer: str | None) -> list[Layer]:
    """Returns the layers with maps before `layer` (None: before the class scores), deepest first."""
    own = network.layers.own
    at = None if layer is None else network.layers[layer]
    end = len(own) if at is None else [other.name for other in own].index(at.of or at.name)
    return [candidate for candidate in reversed(own[:end]) if _has_maps(candidate)]


def _weighed(recording: Recording, candidates: list[Layer], objective: Tensor) -> Tensor | None:
    """Returns the map (h, w) at the deepest candidate the objective depends on (a class token alone gives no map), if
    any.
    """
    for layer in candidates:
        output = recording.outputs[layer.name]
        if not output.requires_grad:  # it comes of another input than the picture
            continue
        signal = recording.gradient(objective, wrt=output)
        gradient = layer.layout.maps(signal)[0].contiguous()  # sums are rounded by how numbers lie in memory
        if gradient.any():
            maps = layer.layout.maps(output.detach())[0]
            weights = gradient.mean((1, 2), keepdim=True)
            return (weights * maps).sum(0).clamp(min=0).cpu()
        if not signal.any():  # nothing passes here, so nothing comes further down
            break
    return None
