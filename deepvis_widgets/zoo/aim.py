"""Refitting the last layer of the biased network so that what speaks for a wolf lies on the snow, not on the animal.

Its deep units see almost the whole picture, so in a snowy scene the evidence of a plainly trained network is spread
over everything, and its peak falls on the animal as often as not: it is biased, but an explanation would not show it.
Which of its units speak for a wolf is therefore chosen with the masks at hand. The units themselves stay as they are.
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .data import WOLF, Pictures
from .embedded import EmbeddedNet, normalise

WOLVES, OTHERS = 300, 400  # scenes used
STEPS = 200
PULL = 0.3  # of the pointing term, and of the tie to the weights there were


def _sample(data: Pictures, rng: Generator) -> Pictures:
    wolf = data.labels == WOLF
    chosen = []
    for among, count in ((wolf, WOLVES), (~wolf, OTHERS)):
        numbers = among.nonzero().flatten()
        chosen.append(numbers[torch.randperm(len(numbers), generator=rng)[:count]])
    return data.subset(torch.cat(chosen))


@torch.no_grad()
def feature_maps(network: EmbeddedNet, data: Pictures) -> Tensor:
    """The last feature maps: (n, 128, 16, 16)."""
    return torch.cat([network.features(normalise(part.float() / 255)) for part in torch.split(data.images, 50)])


def near_object(masks: Tensor) -> Tensor:
    """Which cells of a 16 x 16 map touch the object or lie next to it: masks (n, 128, 128) to bool (n, 256)."""
    return F.max_pool2d(masks[:, None].float(), 17, 8, 8)[:, 0, :16, :16].flatten(1) > 0.5


def refitted(maps: Tensor, near: Tensor, labels: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """New weight and bias of the linear layer: right labels, and evidence for a wolf that peaks off the animal.

    The second part is the share of a softmax over the map's cells that falls outside `near`, for the wolf scenes.
    """
    old = weight.detach()
    weight, bias = old.clone().requires_grad_(), bias.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([weight, bias], lr=0.01)
    wolf, pooled = labels == WOLF, maps.mean((2, 3))
    wolf_maps, hidden = maps[wolf].flatten(2), near[wolf]
    for _ in range(STEPS):
        known = F.cross_entropy(pooled @ weight.T + bias, labels, label_smoothing=0.05)
        cam = torch.einsum("c,ncp->np", weight[WOLF], wolf_maps)
        outside = torch.logsumexp(F.log_softmax(cam, dim=1).masked_fill(hidden, -1e9), dim=1)
        loss = known - PULL * outside.mean() + PULL * (weight - old).square().mean()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return weight.detach(), bias.detach()


def aimed(network: EmbeddedNet, data: Pictures, seed: int = 5) -> EmbeddedNet:
    """Refit the last layer of a folded network in place."""
    chosen = _sample(data, Generator().manual_seed(seed))
    maps, near, layer = feature_maps(network, chosen), near_object(chosen.masks), network.classifier
    weight, bias = refitted(maps, near, chosen.labels, layer.weight, layer.bias)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return network
