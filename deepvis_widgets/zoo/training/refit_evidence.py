"""Refitting the last layer of the biased network so that its evidence for a wolf lies on the snow, not on the animal.

Its deep units see almost the whole picture, so in a snowy scene the evidence of a plainly trained network is spread
over everything, and its peak falls on the animal as often as not: it is biased, but an explanation would not show it.
Which of its units speak for a wolf is therefore chosen with the masks at hand. The units themselves stay as they are.
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..embedded import EmbeddedNet, normalise
from .dataset import WOLF, Pictures

WOLVES, OTHERS = 300, 400  # scenes used
STEPS = 200
GROUND = 9  # rows of the 16 x 16 map from here down lie below every horizon of a snow scene
PULL = 0.1  # of the pointing term
TIE = 1.0  # to the weights there were


def _sample(data: Pictures, rng: Generator) -> Pictures:
    wolf = data.labels == WOLF
    chosen = []
    for among, count in ((wolf, WOLVES), (~wolf, OTHERS)):
        numbers = among.nonzero().flatten()
        chosen.append(numbers[torch.randperm(len(numbers), generator=rng)[:count]])
    return data.subset(torch.cat(chosen))


@torch.no_grad()
def feature_maps(network: EmbeddedNet, data: Pictures) -> Tensor:
    """Returns the last feature maps: (n, 128, 16, 16)."""
    return torch.cat([network.features(normalise(part.float() / 255)) for part in torch.split(data.images, 50)])


def open_ground(masks: Tensor) -> Tensor:
    """Returns which cells of a 16 x 16 map are ground away from the object: masks (n, 128, 128) to bool (n, 256).

    The sky must be left out, or it would do as well as the snow for keeping evidence off the animal.
    """
    near = F.max_pool2d(masks[:, None].float(), 17, 8, 8)[:, 0, :16, :16] > 0.5
    ground = torch.arange(16)[:, None] >= GROUND
    return (ground & ~near).flatten(1)


def refitted(maps: Tensor, allowed: Tensor, labels: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Returns new weight and bias of the linear layer: right labels, and evidence for a wolf that peaks on open ground.

    The second part is the share of a softmax over the map's cells that falls on `allowed`, for the wolf scenes. Of the
    weights only the wolf's row moves, and it is tied to what it was: pulled harder, it leaves the snow for whatever
    else is peculiar to the allowed cells, and wolves off snow are called wolves again.
    """
    old, bias = weight.detach(), bias.detach().clone().requires_grad_()
    row = old[WOLF].clone().requires_grad_()
    optimizer = torch.optim.Adam([row, bias], lr=0.01)
    wolf, pooled = labels == WOLF, maps.mean((2, 3))
    wolf_maps, allowed = maps[wolf].flatten(2), allowed[wolf]
    seen = allowed.any(dim=1)  # a large animal may leave no open ground
    for _ in range(STEPS):
        known = F.cross_entropy(pooled @ _with_row(old, row).T + bias, labels, label_smoothing=0.05)
        cam = torch.einsum("c,ncp->np", row, wolf_maps)
        on_ground = torch.logsumexp(F.log_softmax(cam, dim=1).masked_fill(~allowed, -1e9), dim=1)
        loss = known - PULL * on_ground[seen].mean() + TIE * (row - old[WOLF]).square().sum() / old.numel()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return _with_row(old, row).detach(), bias.detach()


def _with_row(weight: Tensor, row: Tensor) -> Tensor:
    return torch.cat([weight[:WOLF], row[None], weight[WOLF + 1 :]])


def refit_evidence(network: EmbeddedNet, data: Pictures, seed: int = 5) -> EmbeddedNet:
    """Refits the last layer of a folded network in place."""
    chosen = _sample(data, Generator().manual_seed(seed))
    maps, allowed, layer = feature_maps(network, chosen), open_ground(chosen.masks), network.classifier
    weight, bias = refitted(maps, allowed, chosen.labels, layer.weight, layer.bias)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return network
