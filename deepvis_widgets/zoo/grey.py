"""The embedded network that sees no colours: one input channel, so that its saliency needs no choice among channels."""

from importlib.resources import as_file, files

from safetensors.torch import load_file
from torch import Tensor, nn

from ..core.picture.map_over import LUMA
from .embedded import EmbeddedNet, normalise

GREY = "husky-wolf-grey"

_PLAN: tuple[tuple[int, int, int] | str, ...] = (
    (24, 7, 2),
    "pool",
    (32, 5, 1),
    "pool",
    (48, 3, 1),
    (64, 3, 1),
    (64, 3, 1),
)


class GreyNet(EmbeddedNet):
    """Five convolutions, global average pooling, one linear layer: grey pictures (n, 1, 128, 128), normalised by the
    first of MEAN and STD, to (n, 12) logits in the order of CLASSES. The last feature map is (n, 64, 16, 16).
    """

    def __init__(self, batch_norm: bool = False) -> None:
        super().__init__(batch_norm, _PLAN, bands=1)


def load_grey_module() -> GreyNet:
    """Returns the trained network, float32, in eval mode.

    >>> from torch import zeros
    >>> load_grey_module()(zeros(1, 1, 128, 128)).shape
    torch.Size([1, 12])
    """
    network = GreyNet()
    with as_file(files(__package__) / "weights" / f"{GREY}.safetensors") as path:
        network.load_state_dict({key: value.float() for key, value in load_file(path).items()})
    return network.eval()


def seen_by(network: nn.Module, pictures: Tensor) -> Tensor:
    """Returns pictures (n, 3, h, w) in [0, 1] as this embedded network takes them: normalised, and without colours,
    weighed as the eye weighs them, for the grey one.

    >>> from torch import ones
    >>> seen_by(GreyNet(), ones(1, 3, 8, 8)).shape
    torch.Size([1, 1, 8, 8])
    """
    if isinstance(network, GreyNet):
        pictures = (pictures * pictures.new_tensor(LUMA).view(3, 1, 1)).sum(1, keepdim=True)
    return normalise(pictures)
