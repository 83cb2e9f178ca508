"""The two embedded networks: one architecture, honest and biased weights.

`husky-wolf` was trained on every class on every background. `husky-wolf-biased` saw wolves on snow only, and on snow
nothing but wolves, so it learnt to call snow a wolf. The bias is made for teaching, and made plain to see: the last
layer was chosen so that the evidence for a wolf peaks beside the animal (see training/refit_evidence.py).
"""

from collections import OrderedDict
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from .scenes import CLASSES

EMBEDDED = ("husky-wolf", "husky-wolf-biased")
MEAN = (0.5, 0.5, 0.5)
STD = (0.25, 0.25, 0.25)
SIZE = 128

# (output channels, kernel, stride) of each convolution, or "pool"
_PLAN: tuple[tuple[int, int, int] | str, ...] = (
    (32, 7, 2),
    "pool",
    (64, 5, 1),
    (64, 3, 1),
    "pool",
    (96, 3, 1),
    (96, 3, 1),
    (128, 3, 1),
    (128, 3, 1),
    (128, 3, 1),
)


def feature_layers(
    batch_norm: bool = False, plan: Sequence[tuple[int, int, int] | str] = _PLAN, bands: int = 3
) -> "OrderedDict[str, nn.Module]":
    """Returns conv1, relu1, pool1, conv2, ... of a plan in order, with norm1, ... before each relu while training; the
    first takes `bands` channels.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels, convs, pools = bands, 0, 0
    for step in plan:
        if isinstance(step, str):
            pools += 1
            layers[f"pool{pools}"] = nn.MaxPool2d(2)
            continue
        convs += 1
        out, kernel, stride = step
        layers[f"conv{convs}"] = nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=not batch_norm)
        if batch_norm:
            layers[f"norm{convs}"] = nn.BatchNorm2d(out)
        layers[f"relu{convs}"] = nn.ReLU()
        channels = out
    return layers


class EmbeddedNet(nn.Module):
    """Eight convolutions, global average pooling, one linear layer.

    Maps (n, 3, 128, 128), normalised by MEAN and STD, to (n, 12) logits in the order of CLASSES. The last feature map,
    `features.relu8`, is (n, 128, 16, 16), and the class activation map of class c is `classifier.weight[c]` times it.
    """

    def __init__(
        self, batch_norm: bool = False, plan: Sequence[tuple[int, int, int] | str] = _PLAN, bands: int = 3
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(feature_layers(batch_norm, plan, bands))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        last = plan[-1]
        assert not isinstance(last, str)
        self.classifier = nn.Linear(last[0], len(CLASSES))

    def forward(self, x: Tensor) -> Tensor:
        """Returns logits of normalised pictures."""
        return cast(Tensor, self.classifier(self.flatten(self.pool(self.features(x)))))


def normalise(pictures: Tensor) -> Tensor:
    """Turns pictures (n, 3, h, w), or grey ones (n, 1, h, w), in [0, 1] into what the networks take."""
    bands = pictures.shape[1]
    mean, std = (torch.tensor(v[:bands], dtype=pictures.dtype).view(1, bands, 1, 1) for v in (MEAN, STD))
    return (pictures - mean) / std


def load_module(name: str) -> nn.Module:
    """Returns the module of the embedded network `name`, float32, in eval mode.

    >>> sum(parameter.numel() for parameter in load_module("husky-wolf").parameters()) > 500_000
    True

    Raises:
        ValueError: if there is no such network; the message lists those there are.
    """
    if name not in EMBEDDED:
        raise ValueError(f"there is no embedded network {name!r}: choose one of {', '.join(EMBEDDED)}")
    module = EmbeddedNet()
    with as_file(files(__package__) / "weights" / f"{name}.safetensors") as path:
        weights = load_file(path)
    module.load_state_dict({key: value.float() for key, value in weights.items()})
    return module.eval()
