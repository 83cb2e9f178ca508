"""What rules make of a network's weights, such as those of one sign, made once for the weights as they are."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

from torch import Tensor, nn

from ...core.network.network import Network
from ...core.weights_key import Stamps, stamps

MOST = 2**29  # bytes that are kept of one network, or as many as its own weights; what is more is made anew each time
KEY = "weights of relevance rules"


class Sized(Protocol):
    """What knows how many bytes it takes."""

    @property
    def nbytes(self) -> int: ...


Made = TypeVar("Made", bound=Sized)


class MadeWeights:
    """Tensors made of the weights of a module, and convolutions with them, by what they are.

    >>> module = nn.Linear(2, 1)
    >>> made = MadeWeights(module, ())
    >>> weight = module.weight.detach()
    >>> one = made(weight, "above", lambda: weight.clamp(min=0))
    >>> made(weight, "above", lambda: weight.clamp(min=0)) is one
    True
    """

    def __init__(self, module: nn.Module, seen: Stamps) -> None:
        self.seen = seen
        own = list(nn.Module.parameters(module))
        self._own = {tensor.data_ptr() for tensor in own}
        self._kept: dict[Hashable, Any] = {}
        self._left = MOST and max(MOST, sum(tensor.nbytes for tensor in own))

    @property
    def count(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def __call__(self, weight: Tensor, what: Hashable, make: Callable[[], Made]) -> Made:
        """Returns what `make` makes of a weight; `what` says what that is. Only of what are the module's parameters
        something is kept: other weights are computed in the pass.
        """
        key = weight.data_ptr(), weight.shape, weight.stride(), weight.dtype, what
        if key in self._kept:
            found: Made = self._kept[key]
            return found
        made = make()
        if weight.data_ptr() in self._own and made.nbytes <= self._left:
            self._kept[key] = made
            self._left -= made.nbytes
        return made


def made_weights(network: Network) -> MadeWeights | None:
    """Returns what has been made of a network's weights as they are now (see `stamps`); None where a change of them
    could not be noticed. It is kept as long as passes of the network are: until they are cleared.
    """
    seen, beside = stamps(network.module), network.recordings.beside
    found = beside.get(KEY)
    if seen is None or not isinstance(found, MadeWeights) or found.seen != seen:
        found = beside[KEY] = None if seen is None else MadeWeights(network.module, seen)
    return found
