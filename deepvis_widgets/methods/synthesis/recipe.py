"""What a recipe is: the pictures in the making, and how one step changes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ...core.network.network import Network
from .frame import Frame
from .params import SynthesisParams

Climb = Callable[[Tensor], tuple[Tensor, Tensor]]  # views (n, bands, h, w) of the crop → objective (n,), gradient


class Recipe(ABC):
    """The boxes of n pictures while they are made, in float64 for a float64 network, else in float32.

    Picture i draws from its own generator, seeded with seed + i, so it does not depend on how many are made together.
    A grey network gets grey pictures, of one colour channel.
    """

    def __init__(self, network: Network, frame: Frame, generators: Sequence[torch.Generator]) -> None:
        self.frame, self.generators = frame, generators
        self.device = network.device
        self.dtype = torch.float64 if network.dtype == torch.float64 else torch.float32
        self.colours = 1 if network.preprocessing.grey else network.bands
        self.mean = mean_colour(network).to(self.dtype).to(self.device)

    @staticmethod
    @abstractmethod
    def steps(params: SynthesisParams) -> int:
        """Returns the recipe's own number of steps."""

    @abstractmethod
    def boxes(self) -> Tensor:
        """Returns the pictures as they are: (n, C, h, w) in [0, 1], no graph."""

    @abstractmethod
    def continue_from(self, boxes: Tensor) -> None:
        """Takes over pictures (n, C, h, w) in [0, 1]."""

    @abstractmethod
    def step(self, climb: Climb, params: SynthesisParams, index: int, last: bool) -> Tensor:
        """Does step number `index` of all pictures; returns the objective (n,) before it. The `last` one changes
        nothing.
        """

    def normal(self) -> Tensor:
        """Returns independent N(0, 1) numbers, (n, C, h, w)."""
        shape = (self.colours, *self.frame.box[2:])
        return self.drawn(lambda generator: torch.randn(shape, generator=generator, dtype=torch.float64))

    def drawn(self, draw: Callable[[torch.Generator], Tensor]) -> Tensor:
        """Returns what each picture's generator gives, stacked."""
        found = torch.stack([draw(generator) for generator in self.generators])
        return found.to(self.dtype).to(self.device)  # in this order: MPS has no float64

    def in_crop(self, boxes: Tensor) -> Tensor:
        """Returns boxes (n, C, h, w) as views (n, bands, h, w) of the crop."""
        return as_views(self.frame.in_crop(boxes, self.mean))

    def of_crop(self, gradient: Tensor) -> Tensor:
        """Returns the gradient with respect to the boxes, from that with respect to the views of the crop."""
        top, left, height, width = self.frame.inner
        inside = gradient[..., top : top + height, left : left + width].to(self.dtype)
        return inside.sum(1, keepdim=True) if self.colours == 1 else inside


def as_views(boxes: Tensor) -> Tensor:
    """Returns pictures (n, C, h, w) as views (n, bands, h, w): a grey one has three equal bands.

    >>> as_views(torch.zeros(2, 1, 8, 8)).shape
    torch.Size([2, 3, 8, 8])
    """
    return boxes.expand(-1, max(3, boxes.shape[1]), -1, -1)


def mean_colour(network: Network) -> Tensor:
    """Returns the colour (C, 1, 1) in [0, 1] that the network is fed as zero, in the order of a view's bands; mid-grey
    where that is black, or no colour.
    """
    mean = torch.tensor(network.preprocessing.mean, dtype=torch.float64)
    proper = bool(((mean > 0) & (mean < 1)).all())
    return network.preprocessing.arranged((mean if proper else torch.full_like(mean, 0.5)).view(-1, 1, 1))
