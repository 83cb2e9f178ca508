"""One backward pass from a class score or a hidden unit to the input: what gradient, deconvnet and guided backprop
share.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.backward_rules import PLAIN, Rules
from ..core.network.network import Network
from ..core.network.recording import Recording
from ..core.network.target import Target, layout_of
from ..core.results import HeatMap
from ..passes.backward.recorded import remade

SEEDS = ("one", "activation", "map")
SCORES = ("logit", "probability")
SOFTMAX = {"softmax": "probability"}
SCORE_HELP = "the score itself, or its probability: after the softmax, or a label's sigmoid"


def attribution(
    network: Network, image: Tensor, target: Target | None, rules: Rules, *, seed: str = "one", score: str = "logit"
) -> tuple[Tensor, Target]:
    """Returns (attribution (C, H, W), the resolved target): the backward signal at the network's input, in the
    network's precision.

    `seed` is what starts the backward pass of a hidden unit: 1.0 at its position ("one"), its activation there
    ("activation"), or its whole map ("map"); without a position the strongest one is taken. A class starts from its
    logit, or from its probability.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> from deepvis_widgets.core.network.backward_rules import PLAIN
    >>> signal, target = attribution(net, net.view(scene), None, PLAIN)
    >>> signal.shape, net.labels[target.channel]
    (torch.Size([3, 128, 128]), 'wolf')
    """
    layer = target.layer if target else None
    recording = passed(network, image, rules, until=layer)
    objective, resolved = start(network, recording, target, seed, score)
    signal = recording.path(objective)
    if signal is None:
        raise DeepvisError(no_path(network, image))
    return signal[0].cpu(), resolved


def passed(
    network: Network, image: Tensor, rules: Rules = PLAIN, *, until: str | None = None, since: str | None = None
) -> Recording:
    """Returns the pass over a view to the class scores, or to the layer `until`, with its way back to the input, or to
    the layer `since`: one that is remembered, or remade, or the network's own.
    """
    x = network.feed(image[None])
    found = None if network.recordings.limit else remade(network, x, rules, until=until, since=since)
    keep = [name for name in (since, until) if name is not None]
    return network.record(image, rules=rules, until=until, keep=keep, since=since) if found is None else found


def no_path(network: Network, image: Tensor) -> str:
    """Returns why no gradient comes back to the picture, and what serves such a network all the same."""
    outputs = network.record(image).outputs
    first = next((name for name, output in outputs.items() if not output.requires_grad), None)
    place = "on the way" if first is None else f"at {first}"
    return (
        f"No gradient comes back to the picture: {network.name} cuts it {place} (no_grad, detach, rounding or whole "
        "numbers); occlusion and lime need none."
    )


def start(
    network: Network, recording: Recording, target: Target | None, seed: str = "one", score: str = "logit"
) -> tuple[Tensor, Target]:
    """Returns (the scalar to differentiate, the resolved target with its class or position filled in)."""
    with torch.enable_grad():
        if target is None or target.layer is None:
            return _class_score(network, recording, target, seed, score)
        output = recording.outputs[target.layer]
        layout = layout_of(network.layers[target.layer], target)
        unit = layout.maps(output)[0, target.channel]
        position = target.position or strongest(unit)
        resolved = replace(target, position=position)
        if seed == "map" and not isinstance(position, str):
            return (unit * unit.detach()).sum(), resolved
        value = layout.at(output, position)[0, target.channel]
        return (value * value.detach() if seed == "activation" else value), resolved


def _class_score(
    network: Network, recording: Recording, target: Target | None, seed: str, score: str
) -> tuple[Tensor, Target]:
    scores, answers = recording.logits[:1], network.answers
    channel = answers.top(scores[0]) if target is None else target.channel
    value = (answers.probabilities(scores) if score == "probability" else scores)[0, channel]
    return (value if seed == "one" else value * value.detach()), Target(channel)


def strongest(unit: Tensor) -> tuple[int, int]:
    """Returns the (row, col) of the largest value of a map (h, w)."""
    index = int(unit.argmax())
    return index // unit.shape[1], index % unit.shape[1]


def describe(network: Network, target: Target) -> str:
    """Returns the target in words: a class label, or layer:channel with its position.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> describe(net, Target(12, "features.relu5", (3, 4)))
    'features.relu5:12 at (3, 4)'
    """
    if target.layer is None:
        return network.labels[target.channel]
    place = "" if target.position is None else f" at {target.position}"
    place += "" if target.looking is None else f" from {target.looking}"
    names = network.layers[target.layer].names
    unit = f'{target.channel} "{names[target.channel]}"' if names else str(target.channel)
    return f"{target.layer}:{unit}{place}"


def heatmap(
    network: Network,
    image: Tensor,
    method: str,
    target: Target,
    signal: Tensor,
    reduced: Tensor,
    signed: bool,
    params: object,
) -> HeatMap:
    """Returns the HeatMap of an attribution and its reduction (H, W)."""
    return HeatMap(method, describe(network, target), reduced, image, signed, attribution=signal, params=params)
