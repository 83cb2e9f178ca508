"""The networks of a comparison: their titles, how each sees the picture, which of its classes is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from ...core.changes.switched_off import called
from ...core.errors import DeepvisError
from ...core.masks import mask_view
from ...core.network.network import Network


@dataclass(frozen=True, eq=False)
class Row:
    """A network under its title; `place` is its number among those compared."""

    network: Network
    title: str
    place: int


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture as each network sees it: views (3, H, W), and masks of its object, bool (H, W), or None."""

    picture: Any
    views: tuple[Tensor, ...]
    masks: tuple[Tensor | None, ...]

    @classmethod
    def by(cls, networks: Sequence[Network], picture: Any) -> Seen:
        """The picture with its own mask, if it brings one; DeepvisError where it cannot be read."""
        views = tuple(network.view(picture) for network in networks)
        return cls(picture, views, _masks(networks, picture, None))

    def marked(self, networks: Sequence[Network], mask: Any) -> Seen:
        """The same views with another mask (None: the picture's own); DeepvisError where it does not fit."""
        return replace(self, masks=_masks(networks, self.picture, mask))


def _masks(networks: Sequence[Network], picture: Any, mask: Any) -> tuple[Tensor | None, ...]:
    """The mask as each network sees it; the picture's own one (mask None) counts only where something of it is seen."""
    if mask is not None:
        return tuple(mask_view(network, picture, mask) for network in networks)
    try:
        return tuple(mask_view(network, picture) for network in networks)
    except DeepvisError:
        return (None,) * len(networks)


def class_in(network: Network, first: Network, target: int) -> int:
    """The class index in `network` of the class index `target` of the first network.

    Networks with other labels find the class by its label; DeepvisError where there is none of that name.
    """
    same = network is first or network.labels == first.labels
    return target if same else network.class_index(first.labels[target])


def rows_of(networks: Sequence[Network]) -> tuple[Row, ...]:
    """The networks under their titles."""
    named = zip(networks, titles([called(network.name, network.off) for network in networks]), strict=True)
    return tuple(Row(network, title, place) for place, (network, title) in enumerate(named))


def titles(names: Sequence[str]) -> list[str]:
    """The names, numbered where several are the same.

    >>> titles(["wolf", "wolf", "husky"])
    ['wolf (1)', 'wolf (2)', 'husky']
    """
    return [
        name if names.count(name) == 1 else f"{name} ({names[: place + 1].count(name)})"
        for place, name in enumerate(names)
    ]
