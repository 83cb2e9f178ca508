"""A copy of a network with a linear layer of its own after the pooled features."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...core.answers.base import Answers
from ...core.answers.classes import Classes
from ...core.errors import DeepvisError
from ...core.network.eval_mode import eval_mode, module_lock
from ...core.network.network import Network
from .pooled_net import PooledNet, averaged
from .taught import TaughtNetwork

LastLayer = nn.Linear | nn.Conv2d  # the latter 1×1


def with_new_head(network: Network, labels: Sequence[str]) -> tuple[TaughtNetwork, LastLayer]:
    """Returns a copy of a network that gives these classes, and its last layer, new and all zeros.

    Where its last layer is one linear module after the pooling, that one is replaced, and all layers keep their names;
    elsewhere the copy ends at the last global average pooling. Units that are switched off stay off. Raises
    DeepvisError where there is none.
    """
    for way, output, inside in ((_replaced, network.answers.output, ""), (_cut, None, "net.")):
        made = way(network, len(labels))
        if made is not None:
            new = _network(network, made[0], Classes(tuple(labels), output=output))
            if new.has_head:
                return _without(new, network, inside), made[1]
    raise DeepvisError(
        f"{network.name} shows no average of its last maps over all places, so it has no pooled features to learn "
        "from; accepted are networks with global average pooling, such as ResNets."
    )


def maps_of(network: Network, view: Tensor) -> Tensor:
    """Returns the maps (K, h, w) that a network with a head averages for a view (3, H, W), float64 on the CPU."""
    head = network.look(view).head
    assert head is not None
    return head.features[0].detach().to("cpu", torch.float64)


def _network(network: Network, module: nn.Module, answers: Answers) -> TaughtNetwork:
    return TaughtNetwork(module, network.preprocessing, name=network.name, answers=answers, inputs=network.inputs)


def _without(new: TaughtNetwork, network: Network, inside: str) -> TaughtNetwork:
    """The copy less the units that are off in the network, whose layers have this before their names."""
    if not network.off:
        return new
    found: Network = new
    for layer, units in network.off.units.items():
        name = inside + layer
        if name in new.layers.names and new.layers[name].shape == network.layers[layer].shape:
            found = found.without(name, units)
    assert isinstance(found, TaughtNetwork)
    return found


def _copy(network: Network) -> nn.Module:
    with torch.inference_mode(False), module_lock:  # a caller's inference mode would make a copy without gradients
        return copy.deepcopy(network.module).eval()


def _replaced(network: Network, count: int) -> tuple[nn.Module, LastLayer] | None:
    """A copy with another last layer, where that is one module."""
    grey = torch.full((network.bands, *network.size), 0.5)
    head = network.look(grey).head
    if head is None or head.weight is None:
        return None
    module = _copy(network)
    last = [name for name, part in network.module.named_modules() if _holds(part, head.weight)]
    if len(last) != 1 or last == [""]:
        return None
    parent, _, own = last[0].rpartition(".")
    old = module.get_submodule(last[0])
    assert isinstance(old, LastLayer)
    new = _zeros(old.weight, count, isinstance(old, nn.Conv2d))
    setattr(module.get_submodule(parent), own, new)
    return module, new


def _cut(network: Network, count: int) -> tuple[nn.Module, LastLayer] | None:
    """A copy that ends at the last global average pooling."""
    x = network.feed(torch.full((1, network.bands, *network.size), 0.5))
    module = _copy(network)
    with torch.no_grad(), eval_mode(module):
        found = averaged(module, None, x, **network.inputs.arguments(1, x))
    if not found:
        return None
    new = _zeros(found[-1], count, False)
    return PooledNet(module, len(found), new).eval(), new


def _holds(part: nn.Module, weight: Tensor) -> bool:
    """Whether a module's weight is this one, all of it, which a pass saw detached and flattened."""
    own = part.weight if isinstance(part, LastLayer) else None
    return own is not None and (own.data_ptr(), own.numel()) == (weight.data_ptr(), weight.numel())


def _zeros(like: Tensor, count: int, convolution: bool) -> LastLayer:
    """A linear layer of as many inputs as `like` (·, K, ...) has columns, in its precision and on its device."""
    made: LastLayer = nn.Linear(like.shape[1], count, dtype=like.dtype, device="meta")
    if convolution:
        made = nn.Conv2d(like.shape[1], count, 1, dtype=like.dtype, device="meta")
    made = made.to_empty(device=like.device)  # nothing was drawn: torch's random numbers stay the user's
    for parameter in made.parameters():
        nn.init.zeros_(parameter)
    return made.eval()
