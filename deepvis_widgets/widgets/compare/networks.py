"""One network of a comparison: its engine, how it sees the picture, what it says about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from ...core.errors import DeepvisError
from ...core.masks import mask_view
from ...core.network.network import Network
from ...engine.engine import Engine


class Row:
    """A network under its title; `view` (3, H, W) and `mask`, bool (H, W) or None, are of the picture that is shown.

    `shares` (classes,) are the probabilities of its classes, None until they are known.
    """

    def __init__(self, network: Network, title: str, place: int) -> None:
        self.network, self.title, self.place = network, title, place
        self.engine = Engine.of(network).acquire()
        self.view: Tensor | None = None
        self.mask: Tensor | None = None
        self.shares: Tensor | None = None

    def channel(self, first: Network, target: int | None) -> int | None:
        """The class index here of the class index `target` of the first network; None: the top class, if it is known.

        Networks with other labels find the class by its label; DeepvisError where there is none of that name.
        """
        if target is None:
            return None if self.shares is None else int(self.shares.argmax())
        same = self.network is first or self.network.labels == first.labels
        return target if same else self.network.class_index(first.labels[target])


def seen(networks: Sequence[Network], picture: Any) -> list[Tensor]:
    """How each network sees the picture; DeepvisError where it cannot be read."""
    return [network.view(picture) for network in networks]


def marked(networks: Sequence[Network], picture: Any, mask: Any) -> list[Tensor | None]:
    """The mask as each network sees it; the picture's own one (mask None) counts only where something of it is seen."""
    if mask is not None:
        return [mask_view(network, picture, mask) for network in networks]
    try:
        return [mask_view(network, picture) for network in networks]
    except DeepvisError:
        return [None] * len(networks)


def titles(networks: Sequence[Network]) -> list[str]:
    """A title for each network: its name, numbered where several have the same."""
    names = [network.name for network in networks]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: place + 1].count(name)})"
        for place, name in enumerate(names)
    ]
