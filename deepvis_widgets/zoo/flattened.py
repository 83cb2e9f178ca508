"""The twin of the embedded network that flattens: the same convolutions, but every place of the last map has weights of
its own in two hidden linear layers, as in AlexNet and VGG, where the embedded network takes the mean over the places.
"""

from importlib.resources import as_file, files
from typing import cast

from safetensors.torch import load_file
from torch import Tensor, nn

from .embedded import EMBEDDED, EmbeddedNet, load_module
from .scenes import CLASSES

FLATTENED = "husky-wolf-flattened"
HIDDEN = 64
GRID = 8  # the last map is pooled to 8 × 8 places before it is flattened, as in VGG


class FlattenedNet(nn.Module):
    """Maps normalised pictures (n, 3, 128, 128) to (n, 12) logits in the order of CLASSES.

    `features` are those of the trunk; `pool` halves their last map, `flatten` makes 8192 numbers of it, `full1` and
    `full2` have 64 units each.
    """

    def __init__(self, trunk: EmbeddedNet) -> None:
        super().__init__()
        self.features = trunk.features
        self.pool = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.full1 = nn.Linear(128 * GRID * GRID, HIDDEN)
        self.relu1 = nn.ReLU()
        self.full2 = nn.Linear(HIDDEN, HIDDEN)
        self.relu2 = nn.ReLU()
        self.classifier = nn.Linear(HIDDEN, len(CLASSES))

    def forward(self, x: Tensor) -> Tensor:
        """Returns logits of normalised pictures."""
        flat = self.flatten(self.pool(self.features(x)))
        return cast(Tensor, self.classifier(self.relu2(self.full2(self.relu1(self.full1(flat))))))


def own_weights(network: FlattenedNet) -> dict[str, Tensor]:
    """Returns the weights that are not the trunk's."""
    return {name: value for name, value in network.state_dict().items() if not name.startswith("features.")}


def load_flattened_module() -> FlattenedNet:
    """Returns the trained network, float32, in eval mode; its trunk is that of "husky-wolf".

    >>> from torch import zeros
    >>> load_flattened_module()(zeros(1, 3, 128, 128)).shape
    torch.Size([1, 12])
    """
    network = FlattenedNet(cast(EmbeddedNet, load_module(EMBEDDED[0])))
    with as_file(files(__package__) / "weights" / f"{FLATTENED}.safetensors") as path:
        own = {key: value.float() for key, value in load_file(path).items()}
    network.load_state_dict(network.state_dict() | own)
    return network.eval()
