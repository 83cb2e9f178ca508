"""One layer of a network, and the layers of a network in order of execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from ..errors import DeepvisError
from .layout import Layout
from .receptive_field import ReceptiveField

HEADS = " heads"  # ends the name of a layer of attention weights, after the module that attends
OUTPUT = "output"  # the name of what the network itself returns, where no module returns it
NORMS = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)


@dataclass(frozen=True)
class Layer:
    """One layer: its dotted module name, kind (class name), output shape without the batch, and how its units lie.

    `channels`, `height` and `width` are those of its maps (1 × 1 for a fully connected layer). `rectifier` says which
    rectifier call of the pass made this output, None if none did. `extra` are the names of its tokens that are no part
    of the picture: "class", "register 1" and so on. `asked` says that it holds queries, keys or values of an attention.
    Of a layer of directions (`Network.with_units`) `of` is the network's own layer that it is read from, and `names`
    are those of its units, if they have any.

    >>> import deepvis_widgets as dv
    >>> from torch import nn
    >>> net = dv.Network(nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten()), dv.Preprocess((8, 8), None))
    >>> print(net.layers["0"])
    0  Conv2d  8×6×6  sees 3×3
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    layout: Layout
    channels: int
    height: int
    width: int
    field: ReceptiveField
    rectifier: int | None = None
    extra: tuple[str, ...] = ()
    asked: bool = False
    of: str = ""
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}  {self.kind}  {'×'.join(map(str, self.shape))}  sees {self.field}"


class Layers(Sequence[Layer]):
    """The layers in order of execution; index by number or by name.

    >>> import deepvis_widgets as dv
    >>> layers = dv.load("husky-wolf").layers
    >>> layers[0] is layers[layers.names[0]]
    True
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = list(layers)
        self._by_name = {layer.name: layer for layer in layers}

    def __len__(self) -> int:
        return len(self._layers)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return self._layers[key]
        if key not in self._by_name:
            raise DeepvisError(f'There is no layer "{key}"; this network has {listed(self.names)}.')
        return self._by_name[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_name or key in self._layers

    @property
    def names(self) -> list[str]:
        return [layer.name for layer in self._layers]

    @property
    def own(self) -> list[Layer]:
        """Those that the network computes itself: no directions."""
        return [layer for layer in self._layers if not layer.of]

    def __repr__(self) -> str:
        return "\n".join(map(str, self._layers))


def listed(names: Sequence[str], count: int = 8) -> str:
    """Returns names for a message: all of them, or the first ones, the last one and how many there are.

    >>> listed(["a", "b", "c", "d"], 3)
    'a, ... d (4 in all)'
    """
    return (
        ", ".join(names)
        if len(names) <= count
        else ", ".join(names[: count - 2]) + f", ... {names[-1]} ({len(names)} in all)"
    )


def module_of(layer: str, module: nn.Module) -> str:
    """Returns the dotted name of the module that made a layer: of "conv#2", its second output, "conv".

    >>> module_of("0#2", nn.Sequential(nn.ReLU()))
    '0'
    """
    layer = layer.removesuffix(HEADS) if layer.endswith(HEADS) else layer.partition(f"{HEADS}#")[0]
    try:
        nn.Module.get_submodule(module, layer)  # TorchScript refuses its own
    except AttributeError:
        return layer.rpartition("#")[0] or layer
    return layer


def shown_by(name: str, parts: Mapping[str, nn.Module]) -> tuple[str, nn.Module]:
    """Returns the name and the module of the layer that the output of the module `name` is: its own, but for what a
    norm that calls its activation itself, as timm's do, hands first to the place of a dropout: that is the norm's.

    >>> norm = nn.BatchNorm2d(4)
    >>> norm.drop = nn.Identity()
    >>> shown_by("0.drop", dict(nn.Sequential(norm).named_modules()))[0]
    '0'
    """
    owner = name.rpartition(".")[0]
    within = type(parts[name]) is nn.Identity and isinstance(parts[owner], NORMS)
    layer = owner if within else name
    return layer or OUTPUT, parts[layer]
