"""What a network says of an object on its way over the picture, and where it stands now."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...core.network.network import Network
from ...methods.synthesis.plate import linear_layers

UNITS = 3  # hidden ones that are followed


@dataclass(frozen=True, eq=False)
class Asked:
    """Pictures (n, 3, H, W) of the object on its way at `places` (n,), and as its scene has it (3, H, W)."""

    label: str
    places: list[int]
    pictures: Tensor
    home: Tensor


@dataclass(frozen=True, eq=False)
class Curve:
    """A network's scores and probabilities (n,) of the label along the way, and the values (n, units) of the hidden
    units of a layer that say most for it where the scene has it.
    """

    asked: Asked
    layer: str
    units: tuple[int, ...]
    scores: Tensor
    probabilities: Tensor
    hidden: Tensor

    @property
    def strays(self) -> float:
        """How far the probability strays along the way: its standard deviation."""
        return float(self.probabilities.std(correction=0))

    @property
    def relative(self) -> Tensor:
        """The hidden units (n, units), each as a share of the most it reaches on the way."""
        return self.hidden / self.hidden.amax(0).clamp(min=1e-12)

    @property
    def kept(self) -> float:
        """The share of the most they reach that the hidden units keep, in the mean over the way."""
        return float(self.relative.clamp(min=0).mean())


@dataclass(frozen=True)
class Here:
    """What a network says where the object stands: the label's probability, and its own answer with its."""

    probability: float
    answer: str
    share: float


def hidden_layer(network: Network) -> str:
    """Returns the layer whose units are followed: the first hidden linear one, else the last without places before the
    scores, which is what was pooled; else the last layer before them.

    >>> import deepvis_widgets as dv
    >>> [hidden_layer(dv.load(name)) for name in ("husky-wolf", "husky-wolf-flattened")]
    ['flatten', 'relu1']
    """
    linear = linear_layers(network)
    if linear:
        return linear[0]
    before = list(network.layers)[:-1]
    placeless = [layer.name for layer in before if layer.height * layer.width == 1]
    return placeless[-1] if placeless else before[-1].name


def curve_of(network: Network, asked: Asked) -> Curve:
    """Follows the label and the hidden units that say most for it along the way."""
    channel, name = network.class_index(asked.label), hidden_layer(network)
    units = _telling(network, asked.home, channel, name)
    views = torch.stack([network.view(picture) for picture in asked.pictures])
    recording = network.run(network.feed(views), keep=(name,))
    maps = network.layers[name].layout.maps(recording.outputs[name]).mean((2, 3))
    shares = network.answers.probabilities(recording.logits)[:, channel]
    found = (part.detach().float().cpu() for part in (recording.logits[:, channel], shares, maps[:, list(units)]))
    return Curve(asked, name, units, *found)


def _telling(network: Network, home: Tensor, channel: int, name: str) -> tuple[int, ...]:
    """Returns the units with the largest gradient × activation for the class."""
    with torch.inference_mode(False), torch.enable_grad():
        recording = network.run(network.feed(network.view(home)[None]).requires_grad_(), keep=(name,), grad=True)
        output = recording.outputs[name]
        (slope,) = torch.autograd.grad(recording.logits[0, channel], output)
    says = network.layers[name].layout.maps(slope * output.detach()).sum((2, 3))[0]
    return tuple(says.topk(min(UNITS, len(says))).indices.tolist())


def here(network: Network, picture: Tensor, label: str) -> Here:
    """Asks about one picture (3, H, W)."""
    shares = network.probabilities(network.view(picture)[None])[0]
    top = int(shares.argmax())
    return Here(float(shares[network.class_index(label)]), network.labels[top], float(shares[top]))
