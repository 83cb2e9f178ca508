"""What methods return. Widgets draw by `kind`; in a notebook a result shows itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from PIL import Image
from torch import Tensor

from .errors import DeepvisError
from .picture.boxes import Box
from .picture.components import largest_box
from .picture.map_over import ends, map_over
from .picture.picture import to_pil

ZERO = "0 everywhere: this method finds nothing in the picture that counts"


class Result:
    """Anything a method returns; `kind` tells a widget how to draw it."""

    kind: ClassVar[str]

    def __post_init__(self) -> None:
        """Values of half precision become float32, which NumPy and plots can read."""
        for name, value in vars(self).items():
            if isinstance(value, Tensor) and value.dtype in (torch.bfloat16, torch.float16):
                setattr(self, name, value.float())

    def image(self) -> Image.Image:
        raise NotImplementedError

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.image().save(file, "PNG")
        return file.getvalue()


@dataclass(eq=False)
class HeatMap(Result):
    """A map over the picture as the network saw it.

    `heatmap` is (H, W); `attribution` (C, H, W) is what it was reduced from, signed, None for methods without one;
    `coarse` (h, w) is the map before it was resized to the picture. `signed` says whether values below zero mean
    "against". `picture` is the view, (3, H, W) in [0, 1]; further bands of it are not shown.

    >>> spot = torch.zeros(8, 8)
    >>> spot[2:4, 3:6] = 1
    >>> found = HeatMap("mine", "wolf", spot, torch.zeros(3, 8, 8), signed=False)
    >>> found, found.box()
    (HeatMap(mine of wolf, 8×8, 0 to 1), (2, 3, 2, 3))
    """

    kind: ClassVar[str] = "heatmap"
    method: str
    target: str
    heatmap: Tensor
    picture: Tensor
    signed: bool
    attribution: Tensor | None = None
    coarse: Tensor | None = None
    params: Any = None

    @property
    def note(self) -> str:
        """What is to be said wherever the map is shown, "" for nothing: that it is approximate, say."""
        return "" if self.heatmap.any() else ZERO

    @property
    def fine(self) -> bool:
        """Whether the map is made of pixels; others were small maps, and are smooth."""
        return self.coarse is None

    @property
    def ends(self) -> tuple[float, float]:
        """What the ends of the colours stand for, wherever the map is drawn: see map_over.ends."""
        return ends(self.heatmap, self.signed, self.fine)

    def image(self, colormap: str | None = None, opacity: float = 0.6) -> Image.Image:
        """Returns the heat map over the picture, as every widget draws it: 8-bit PIL image of (H, W).

        Under a map made of pixels the picture is grey, and the colours end at the 99th percentile.
        """
        chosen = colormap or ("blue-red" if self.signed else "inferno")
        return to_pil(map_over(self.picture, self.heatmap, chosen, self.signed, self.fine, opacity))

    def box(self, threshold: float = 0.2) -> Box | None:
        """Returns where the object is: the box (top, left, height, width) round the largest connected component above
        `threshold` of the maximum (Zhou et al. 2016, sec. 3.2); None where nothing is positive.

        Raises DeepvisError for a threshold that is not at least 0 and below 1.
        """
        if not 0 <= threshold < 1:
            raise DeepvisError(f"threshold={threshold} is not accepted; accepted: a share of the peak, 0 to below 1.")
        peak = self.heatmap.max()
        return largest_box(self.heatmap > threshold * peak) if peak > 0 else None

    def __repr__(self) -> str:
        height, width = self.heatmap.shape
        low, high = float(self.heatmap.min()), float(self.heatmap.max())
        said = f", {self.note}" if self.note else ""
        return f"HeatMap({self.method} of {self.target}, {height}×{width}, {low:.3g} to {high:.3g}{said})"


@dataclass(eq=False)
class Pictures(Result):
    """Synthesized pictures: `pictures` (n, 3, H, W) in [0, 1], full frame; `box` is the receptive field (top, left,
    height, width) they were optimised in, and `crops` (n, 3, h, w) what lies inside it. `trace` (steps, n) is the
    objective after each step.

    >>> made = Pictures("mine", "conv:3", torch.zeros(2, 3, 8, 8), (1, 2, 4, 5))
    >>> made, made.crops.shape
    (Pictures(mine of conv:3, 2 pictures of 4×5), torch.Size([2, 3, 4, 5]))
    """

    kind: ClassVar[str] = "pictures"
    method: str
    target: str
    pictures: Tensor
    box: Box
    trace: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    params: Any = None

    @property
    def crops(self) -> Tensor:
        top, left, height, width = self.box
        return self.pictures[..., top : top + height, left : left + width]

    def image(self, full: bool = False) -> Image.Image:
        """Returns the pictures side by side, cropped to the receptive field unless `full`."""
        return sheet(list(self.pictures if full else self.crops))

    def __repr__(self) -> str:
        return f"Pictures({self.method} of {self.target}, {len(self.pictures)} pictures of {self.box[2]}×{self.box[3]})"


def sheet(pictures: Sequence[Tensor], gap: int = 2) -> Image.Image:
    """Returns pictures (3, h, w) in one row, `gap` white pixels apart.

    >>> sheet([torch.zeros(3, 4, 4)] * 3).size
    (16, 4)
    """
    height, width = pictures[0].shape[1:]
    row = torch.ones(3, height, len(pictures) * (width + gap) - gap)
    for index, picture in enumerate(pictures):
        row[:, :, index * (width + gap) : index * (width + gap) + width] = picture[:3]
    return to_pil(row)
