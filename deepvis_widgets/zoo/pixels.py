"""The network that names every pixel of a scene: a small head on the embedded trunk, trained with the exact masks."""

from importlib.resources import as_file, files
from typing import cast

import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from .embedded import EMBEDDED, EmbeddedNet, load_module
from .scenes import CLASSES

PIXELS = "husky-wolf-pixels"
PIXEL_LABELS: tuple[str, ...] = ("background", *CLASSES)
TAPS = ("relu1", "relu3", "relu8")  # 32 maps of 64 x 64, 64 of 32 x 32, 128 of 16 x 16


class PixelHead(nn.Module):
    """Refines what the deepest maps say of a place by finer ones, twice (as in Long et al. 2015, with fewer maps)."""

    def __init__(self) -> None:
        super().__init__()
        self.deep = nn.Conv2d(128, 64, 1)
        self.middle = nn.Conv2d(64, 64, 1)
        self.relu1 = nn.ReLU()
        self.between = nn.Conv2d(64, 48, 3, padding=1)
        self.fine = nn.Conv2d(32, 48, 1)
        self.relu2 = nn.ReLU()
        self.classifier = nn.Conv2d(48, len(PIXEL_LABELS), 3, padding=1)

    def forward(self, fine: Tensor, middle: Tensor, deep: Tensor) -> Tensor:
        """Returns scores (B, 13, 64, 64) of the maps at TAPS."""
        coarse = self.relu1(self.middle(middle) + _twice(self.deep(deep)))
        finer = self.relu2(self.fine(fine) + _twice(self.between(coarse)))
        return cast(Tensor, self.classifier(finer))


def _twice(maps: Tensor) -> Tensor:
    return F.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)


class PixelNet(nn.Module):
    """Maps normalised pictures (B, 3, 128, 128) to scores of PIXEL_LABELS at every pixel (B, 13, 128, 128)."""

    def __init__(self, trunk: EmbeddedNet) -> None:
        super().__init__()
        self.features = trunk.features
        self.head = PixelHead()

    def taps(self, pictures: Tensor) -> list[Tensor]:
        """Returns the trunk's maps that the head reads, the finest first."""
        found, maps = [], pictures
        for name, layer in self.features.named_children():
            maps = layer(maps)
            if name in TAPS:
                found.append(maps)
        return found

    def forward(self, pictures: Tensor) -> Tensor:
        """Returns the scores of each pixel."""
        scores = self.head(*self.taps(pictures))
        return F.interpolate(scores, pictures.shape[2:], mode="bilinear", align_corners=False)


def load_pixel_module() -> PixelNet:
    """Returns the trained network, float32, in eval mode; its trunk is that of "husky-wolf".

    >>> from torch import zeros
    >>> load_pixel_module()(zeros(1, 3, 128, 128)).shape
    torch.Size([1, 13, 128, 128])
    """
    network = PixelNet(cast(EmbeddedNet, load_module(EMBEDDED[0])))
    with as_file(files(__package__) / "weights" / f"{PIXELS}.safetensors") as path:
        network.head.load_state_dict({key: value.float() for key, value in load_file(path).items()})
    return network.eval()
