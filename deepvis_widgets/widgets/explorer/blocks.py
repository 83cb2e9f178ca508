"""A network as a row of blocks: what a person calls stem, block 1, block 2, ... classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from ...core.network.layer import OUTPUT, Layer, module_of
from ...core.network.network import Network
from ..kit.arguments import default_layer

SMALLEST = 12  # layers that a block may have in any network
SHARE = 8  # a block has at most this share of a network's layers, or it is taken apart
COUNTED = ("blocks", "layers", "stages")
WEIGHTED = re.compile(r"conv|linear|embed|attention", re.IGNORECASE)
HIDDEN = re.compile(r"^(Identity|Dropout\w*|DropPath|StochasticDepth)$")
POOLING = re.compile(r"pool|flatten|permute", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """Layers that stand in one column; `shown` is the one whose units stand for the block. Directions stand in one of
    their own, and say which layer they are `of`.
    """

    title: str
    layers: tuple[str, ...]
    shown: str
    of: str = ""


def blocks(network: Network) -> list[Block]:
    """Returns the blocks of a network in order of execution.

    A module that is made of several layers is one block, such as ResNet's Bottleneck; elsewhere a block begins at each
    layer with weights, and has the norms, rectifiers and poolings that follow. Layers that do nothing are left out, and
    directions come after the block of the layer that they are read from.

    >>> import deepvis_widgets as dv
    >>> [block.shown for block in blocks(dv.load("husky-wolf"))][:2]
    ['features.relu1', 'features.relu2']
    """
    found: list[tuple[str, list[Layer]]] = []
    for layer in network.layers.own:
        if HIDDEN.match(layer.kind):
            continue
        name = _block_of(network, layer)
        goes_on = bool(found) and name == found[-1][0] and not (name == "" and _begins(layer))
        if goes_on:
            found[-1][1].append(layer)
        else:
            found.append((name, [layer]))
    own = [_block(name, layers) for name, layers in _joined(found)]
    return _with_directions(network, own)


def before(found: Sequence[Block], layer: Layer) -> Block | None:
    """Returns the block whose units give to those of a layer: the one before, or that which directions are read from.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf").with_units("features.relu2", [[1] * 64])
    >>> [before(blocks(net), net.layers[name]).shown for name in ("features.relu3", "features.relu2:directions")]
    ['features.relu2', 'features.relu2']
    """
    own = [block for block in found if not block.of]
    place = next((n for n, block in enumerate(own) if (layer.of or layer.name) in block.layers), None)
    if place is None or (place == 0 and not layer.of):
        return None
    return own[place] if layer.of else own[place - 1]


def _with_directions(network: Network, own: Sequence[Block]) -> list[Block]:
    """The blocks, and one more for each layer of directions, after that of the layer they are read from."""
    places = {name: place for place, block in enumerate(own) for name in block.layers}
    found, place = [[block] for block in own], 0
    for layer in network.layers:
        place = places.get(layer.name, place)
        if layer.of:
            found[place].append(Block(_title(layer.name), (layer.name,), layer.name, layer.of))
    return [block for blocks in found for block in blocks]


def _begins(layer: Layer) -> bool:
    return layer.name == OUTPUT or WEIGHTED.search(layer.kind) is not None


def _joined(found: Sequence[tuple[str, list[Layer]]]) -> list[tuple[str, list[Layer]]]:
    """Layers without weights join what is before them: norms, rectifiers, poolings."""
    joined: list[tuple[str, list[Layer]]] = []
    for name, layers in found:
        if joined and not any(_begins(layer) for layer in layers):
            joined[-1][1].extend(layers)
        else:
            joined.append((name, list(layers)))
    return joined


def _block_of(network: Network, layer: Layer) -> str:
    """The outermost module round a layer that is small enough to be one block; "" where there is none."""
    own = module_of(layer.name, network.module)
    parts, module = own.split("."), network.module
    for depth in range(len(parts) - 1):
        child = getattr(module, parts[depth], None)
        if not isinstance(child, nn.Module):
            return ""
        module, name = child, ".".join(parts[: depth + 1])
        if _fits(network, module, name) and _size(network, name) > 1:
            return name
    if not any(other.name.startswith(own + ".") for other in network.layers.own):
        return ""
    try:
        module = nn.Module.get_submodule(network.module, own)
    except AttributeError:
        return ""
    return own if _fits(network, module, own) else ""


def _fits(network: Network, module: nn.Module, name: str) -> bool:
    """Whether a module is small enough to be one block, and more than a list of others."""
    return not _is_plain(module) and _size(network, name) <= max(SMALLEST, len(network.layers.own) // SHARE)


def _is_plain(module: nn.Module) -> bool:
    """Whether a module only holds others, and is no kind of its own, as DenseNet's transitions are."""
    return type(module) is nn.Sequential or isinstance(module, nn.ModuleList | nn.ModuleDict)


def _size(network: Network, name: str) -> int:
    return sum(layer.name == name or layer.name.startswith(name + ".") for layer in network.layers.own)


def _block(name: str, layers: Sequence[Layer]) -> Block:
    shown = [layer for layer in layers if not POOLING.search(layer.kind)] or list(layers)
    chosen = next((layer for layer in shown if layer.name == name), shown[-1])
    return Block(_title(name or layers[0].name), tuple(layer.name for layer in layers), chosen.name)


def _title(name: str) -> str:
    """The last words of a dotted name, with the numbers after them: "layer4.1", "block 4.0" for blocks.4.0."""
    parts = name.split(".")
    first = next((place for place in range(len(parts) - 1, -1, -1) if not parts[place].isdecimal()), 0)
    word, numbers = parts[first], ".".join(parts[first + 1 :])
    if numbers and word in COUNTED:
        return f"{word[:-1]} {numbers}"
    return ".".join(parts[first:])


def start_layer(network: Network, found: Sequence[Block]) -> str:
    """Returns the layer that stands for the block in the middle of the network: what to open with."""
    middle = default_layer(network)
    return next((block.shown for block in found if middle in block.layers), middle)
