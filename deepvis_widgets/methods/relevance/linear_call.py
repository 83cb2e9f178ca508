"""One call of a convolution or a dense layer, as rules see it: linear in its input, but for the bias."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ...passes.fusion import has_fused_convolutions
from ...passes.gradients.both_ways import PackedBack, packs_long
from .biases import KEPT, LEFT_OUT
from .made_weights import Made, MadeWeights
from .sliding import Sliding, sliding

CONVOLUTIONS = frozenset(f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3))
PLAIN_CONVOLUTIONS = frozenset(name for name in CONVOLUTIONS if "transpose" not in name)
LINEAR = CONVOLUTIONS | {"linear"}


@dataclass(frozen=True, eq=False)
class Contribution:
    """x · weight + bias without a graph, and the way `back` from a message shaped like it to one shaped like x."""

    value: Tensor
    back: Callable[[Tensor], Tensor]


@dataclass(eq=False)
class LinearCall:
    """y = map(x, weight, bias), with what a rule may ask: x (B, C, ...) without a graph, the weights with a batch-norm
    behind merged into them, and the least and greatest value of every input where x is the picture itself.
    """

    name: str
    map: Callable[[Tensor, Tensor, Tensor | None], Tensor]
    x: Tensor
    own_weight: Tensor
    own_bias: Tensor | None
    bounds: tuple[Tensor, Tensor] | None = None
    biases: str = KEPT  # what becomes of them, one of BIASES
    norm: tuple[Tensor, Tensor] | None = None  # scale and shift (channels,) of the batch-norm behind
    norm_key: Hashable = None  # what they were computed of; None where that was the picture
    kept: MadeWeights | None = None  # what was made of weights before
    uses: int = 0  # how many operations read the output
    merged: bool = True  # whether the batch-norm behind takes part in what is asked
    version: int = 0
    sliding: Sliding | None = None  # how a convolution over two dimensions does, whose way back needs no graph
    made: tuple[Contribution, int] | None = None  # the output, and its version then

    @property
    def dense(self) -> bool:
        return self.name == "linear"

    @property
    def channel_dim(self) -> int:
        """The dimension of the output that the bias runs along."""
        return -1 if self.dense else 1

    @property
    def is_merged(self) -> bool:
        return self.norm is not None and self.merged and self.uses == 1

    @property
    def weight(self) -> Tensor:
        if self.norm is None or not self.is_merged:
            return self.own_weight
        shape = [1] * self.own_weight.ndim
        shape[1 if "transpose" in self.name else 0] = -1
        return self.own_weight * self.norm[0].view(shape)

    def made_of_weight(self, what: Hashable, make: Callable[[Tensor], Tensor]) -> Tensor:
        """Returns what `make` makes of the weight, made once for all passes where that can be; `what` says what it
        is.
        """
        return self.prepared(what, lambda: make(self.weight))

    @property
    def keeps(self) -> bool:
        """Whether what is made of the weight can be kept for other passes."""
        return self.kept is not None and not (self.is_merged and self.norm_key is None)

    def prepared(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """Returns what `make` makes of weight and bias, as `made_of_weight`."""
        if self.kept is None or not self.keeps:
            return make()
        return self.kept(self.own_weight, (what, self.norm_key if self.is_merged else None), make)

    @property
    def bias(self) -> Tensor | None:
        """The bias that takes part in the division, none where it is left out."""
        return None if self.biases == LEFT_OUT else self.constant

    @property
    def constant(self) -> Tensor | None:
        """The bias of the output."""
        if self.norm is None or not self.is_merged:
            return self.own_bias
        scale, shift = self.norm
        return shift if self.own_bias is None else self.own_bias * scale + shift

    @property
    def is_full_convolution(self) -> bool:
        """Whether every output channel reads every input channel, through a window."""
        return self.name in PLAIN_CONVOLUTIONS and self.own_weight.shape[1] == self.x.shape[1]

    def make(self) -> Tensor:
        """Returns the output without a graph; it is kept with its way back, so that this need not make it again."""
        made = self.contribution(self.x, self.own_weight, self.own_bias)
        self.made = made, made.value._version
        return made.value.detach()

    def own(self) -> Contribution:
        """Returns the output with a batch-norm behind merged, from what the pass made."""
        if self.made is None:
            self.make()
        assert self.made is not None
        made, version = self.made
        with torch.no_grad():
            value = made.value if made.value._version == version else self.map(self.x, self.own_weight, self.own_bias)
        packed = self._packed_back(value)
        if self.norm is None or not self.is_merged:
            return Contribution(value, packed or made.back)
        scale, shift = (numbers.view(1, -1, *[1] * (value.ndim - 2)) for numbers in self.norm)
        value = torch.addcmul(shift, value, scale)
        return Contribution(value, packed or (lambda message: made.back(message * scale)))

    def summed(self) -> Contribution:
        """Returns what the ε rule divides by: the output, less its bias where that is left out."""
        own = self.own()
        if self.biases != LEFT_OUT or self.constant is None:
            return own
        with torch.no_grad():  # subtracting the bias would leave rounding where the inputs contribute nothing
            return Contribution(self.map(self.x, self.weight, None), own.back)

    def contribution(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Contribution:
        """Returns x · weight + bias for any x and weights."""
        x = x.detach()
        if self._is_known(x, weight):
            with torch.no_grad():
                return Contribution(self.map(x, weight, bias), partial(self.back, x, weight))
        x = x.requires_grad_()
        with torch.enable_grad():
            output = self.map(x, weight, bias)
        return Contribution(output.detach(), partial(_back_by_autograd, output, x))

    def _packed_back(self, output: Tensor) -> Callable[[Tensor], Tensor] | None:
        """The way back to x, a batch-norm behind merged, by weights packed once, where packing them takes long."""
        plain = self.x.dtype == self.own_weight.dtype == output.dtype == torch.float32 and self.x.device.type == "cpu"
        if self.sliding is None or not (plain and self.keeps and has_fused_convolutions()):
            return None
        if not packs_long(self.sliding.with_weights(self.own_weight), output.shape):
            return None
        sizes = self.x.shape, output.shape

        def make() -> PackedBack:
            assert self.sliding is not None
            return PackedBack(self.sliding.with_weights(self.weight), *sizes)

        return self.prepared(("back", *sizes), make)

    def _is_known(self, x: Tensor, weight: Tensor) -> bool:
        """Whether the way back through these weights is known without a graph."""
        known = self.dense or (self.sliding is not None and x.ndim == 4)
        return known and x.dtype == weight.dtype and not torch.is_autocast_enabled(x.device.type)

    def back(self, x: Tensor, weight: Tensor, message: Tensor) -> Tensor:
        """Returns what a message shaped like the output gives x by way of these weights, where that is known."""
        return message @ weight if self.sliding is None else self.sliding.back(x, weight, message)

    def can_merge(self, output: Tensor) -> bool:
        """Returns whether a batch-norm over dimension 1 of the output is a scale of whole filters."""
        if self.dense:
            return output.ndim == 2
        return "transpose" not in self.name or self.own_weight.shape[1] == output.shape[1]

    def check_unchanged(self) -> None:
        """Raises DeepvisError where the input was overwritten after the call."""
        if self.x._version != self.version:
            raise DeepvisError(
                f"lrp cannot serve this network: the input of a {self.name} is overwritten in place after its use."
            )


def _back_by_autograd(output: Tensor, x: Tensor, message: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(output, x, message.to(output.dtype), retain_graph=True)
    return gradient


def linear_call(name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> LinearCall:
    """Returns the LinearCall of a call such as F.conv2d(input, weight, bias, stride, ...).

    >>> import torch.nn.functional as F
    >>> call = linear_call("linear", F.linear, (torch.ones(1, 2), torch.tensor([[3.0, 1.0]])), {})
    >>> call.dense, call.make().tolist()
    (True, [[4.0]])
    """
    names = ("input", "weight", "bias")
    given = dict(zip(names, args, strict=False)) | {key: kwargs[key] for key in names if key in kwargs}
    rest, more = args[3:], {key: value for key, value in kwargs.items() if key not in names}

    def apply(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if x.dtype != weight.dtype and not torch.is_autocast_enabled(x.device.type):
            # the pass itself ran under autocast, which brought them to one precision
            x = x.to(weight.dtype)
            bias = None if bias is None else bias.to(weight.dtype)
        y: Tensor = func(x, weight, bias, *rest, **more)
        return y

    x: Tensor = given["input"].detach()
    bias: Tensor | None = given.get("bias")
    bias = None if bias is None else bias.detach()
    slides = sliding(name, args, kwargs)
    return LinearCall(name, apply, x, given["weight"].detach(), bias, version=x._version, sliding=slides)


def batch_norm(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Returns scale and shift (channels,) of a batch-norm in eval mode: y = scale · x + shift."""
    names = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    given: dict[str, Any] = {"eps": 1e-5} | dict(zip(names, args, strict=False)) | kwargs
    x: Tensor = given["input"].detach()
    mean, variance = given.get("running_mean"), given.get("running_var")
    if mean is None or variance is None or given.get("training"):  # it normalises by the picture's own numbers
        dims = [dim for dim in range(x.ndim) if dim != 1]
        mean, variance = x.mean(dims), x.var(dims, unbiased=False)
    scale: Tensor = (variance + given["eps"]).rsqrt()
    if given.get("weight") is not None:
        scale = scale * given["weight"].detach()
    shift = -mean * scale
    return scale, shift if given.get("bias") is None else shift + given["bias"].detach()


def norm_key(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Hashable:
    """Returns of which numbers a batch-norm makes its scale; None where it normalises by the picture's own."""
    given = dict(zip(("", "mean", "variance", "weight", "bias", "training", "momentum", "eps"), args, strict=False))
    mean, variance = given.get("mean", kwargs.get("running_mean")), given.get("variance", kwargs.get("running_var"))
    if mean is None or variance is None or given.get("training", kwargs.get("training")):
        return None
    weight = given.get("weight", kwargs.get("weight"))
    eps = given.get("eps", kwargs.get("eps"))
    return variance.data_ptr(), None if weight is None else weight.data_ptr(), eps
