"""What a network does after its last feature maps, followed from call to call during a pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from .backward_rules import pair
from .operations import Numbers, with_numbers

SAME_NUMBERS = with_numbers(Numbers.SAME)
# what picks numbers, reorders or casts them, as methods of tensors
MOVING = {
    **{name: name for name in ("select", "flip", "narrow", "index_select", "permute", "transpose", "t")},
    **{"to": "to", "double": "double", "float": "float", "getitem": "__getitem__"},
}
JOINING = ("cat", "concat", "concatenate")


@dataclass(frozen=True, eq=False)
class Head:
    """A head that class activation maps are exact for: global average pooling of `features` (B, K, h, w), then at most
    one linear map.

    `weight` (classes, K) is None where the features are the class maps themselves, as in SqueezeNet; `bias` (classes,)
    may be None. Where the means are joined to what the network is given beside its picture, such as a count of words,
    `bias` holds what that adds, too: it has no place in the picture.

    >>> from .recording import record
    >>> from torch import nn, zeros
    >>> module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    >>> head = record(module, zeros(1, 3, 8, 8)).head
    >>> tuple(head.features.shape), tuple(head.weight.shape)
    ((1, 4, 6, 6), (2, 4))
    """

    features: Tensor
    weight: Tensor | None = None
    bias: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Joined:
    """The means of a head's features from the column `start` on, between rows (n,) that no picture changes."""

    head: Head
    start: int
    before: Sequence[Tensor]
    after: Sequence[Tensor]

    def with_linear(self, weight: Tensor, bias: Tensor | None) -> Head | None:
        """Returns the head after a linear map (classes, columns) of all of it."""
        stop = self.start + self.head.features.shape[1]
        beside = torch.cat([*self.before, *self.after])
        if weight.ndim != 2 or weight.shape[1] != stop - self.start + len(beside):
            return None
        columns = torch.cat([weight[:, : self.start], weight[:, stop:]], 1)
        added = (columns * beside).sum(1)
        return Head(self.head.features, weight[:, self.start : stop], added if bias is None else bias + added)


class HeadTrace:
    """Follows global average pooling to the class scores, and scores through a final softmax or sigmoid.

    `beside` is what the network is given beside its picture.
    """

    def __init__(self, beside: Iterable[Any] = ()) -> None:
        self._heads: dict[int, Head] = {}
        self._joined: dict[int, Joined] = {}
        self._beside = {id(given): given for given in beside if isinstance(given, Tensor)}
        self._before: dict[int, tuple[str, Tensor]] = {}  # what came out → the normaliser, and what went in
        self._alive: list[Tensor] = []  # an id stays ours only while its tensor lives

    def head(self, logits: Tensor) -> Head | None:
        """Returns the head that made these class scores, None where it is of another form."""
        return self._heads.get(id(logits))

    def ends_in(self, output: Tensor) -> str | None:
        """Returns the normaliser that the network itself ends in, "softmax" or "sigmoid", None where it has none."""
        found = self._before.get(id(output))
        return None if found is None else found[0].removeprefix("log_")

    def before(self, output: Tensor, normalisers: Collection[str]) -> Tensor | None:
        """Returns what went into one of these normalisers, where the network ends in it."""
        found = self._before.get(id(output))
        if found is None or found[0].removeprefix("log_") not in normalisers:
            return None
        return output.logit() if found[1] is output else found[1]  # a sigmoid in place has overwritten it

    def follow(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        """Follows one call of the pass: the plain name of the operation, what it was given, and what came out."""
        source = args[0] if args else kwargs.get("input", kwargs.get("tensors"))
        if isinstance(output, Tensor) and isinstance(source, Tensor):
            self._follow(name, source, output, args, kwargs)
        elif name in JOINING and isinstance(output, Tensor) and isinstance(source, list | tuple):
            self._join(source, output)

    def _follow(self, name: str, source: Tensor, output: Tensor, args: Any, kwargs: Any) -> None:
        normaliser = _normaliser(name, output, args, kwargs)
        scores = None if normaliser is None else (normaliser, source)
        if normaliser is None and name in SAME_NUMBERS and _as_many(source, output) and _in_order(source, output):
            scores = self._before.get(id(source))
        elif normaliser is None and (known_before := self._before.get(id(source))) is not None:
            scores = _moved_alike(name, known_before, source, args, kwargs)
        if scores is not None:
            self._before[id(output)] = scores
            self._alive.append(output)
            return
        if name in SAME_NUMBERS and _as_many(source, output) and self._carry(source, output):
            return
        known = self._heads.get(id(source))
        head = None
        if is_global_average(name, source, output, args, kwargs):
            head = Head(source)
        elif known is not None and name in SAME_NUMBERS and _as_many(source, output):
            head = known
        elif known is not None and known.weight is None and name in ("linear", "conv2d"):
            head = _with_linear(known, name, args, kwargs)
        elif name == "linear" and (joined := self._joined.get(id(source))) is not None:
            with torch._C.DisableTorchFunction():  # what it computes is no part of the pass
                head = joined.with_linear(*_weight_and_bias(args, kwargs))
        elif known is not None and name == "masked_fill":
            with torch._C.DisableTorchFunction():
                head = _with_zeros(known, args)
        if head is not None:
            self._heads[id(output)] = head
            self._alive.append(output)
        else:
            self._forget(output)

    def _carry(self, source: Tensor, output: Tensor) -> bool:
        """Whether this was given beside the picture, or joined to such; then its output is, too."""
        if id(source) in self._beside:
            self._beside[id(output)] = output
        elif id(source) in self._joined:
            self._joined[id(output)] = self._joined[id(source)]
            self._alive.append(output)
        else:
            return False
        return True

    def _forget(self, output: Tensor) -> None:
        """Overwritten in place: no longer what it was."""
        for known in (self._heads, self._before, self._joined, self._beside):
            known.pop(id(output), None)

    def _join(self, parts: Sequence[Any], output: Tensor) -> None:
        """Means beside rows that were given beside the picture, in any order, where all pictures of the batch have the
        same.
        """
        self._forget(output)
        heads = [self._heads.get(id(part)) for part in parts]
        places = [place for place, head in enumerate(heads) if head is not None]
        if len(places) != 1 or output.ndim != 2 or output.shape[1] != sum(part.shape[-1] for part in parts):
            return
        (place,) = places
        head, rows = heads[place], [_row(self._beside.get(id(part))) for part in parts]
        before, after = rows[:place], rows[place + 1 :]
        if head is None or head.weight is not None or any(row is None for row in (*before, *after)):
            return
        starts = [0, *accumulate(part.shape[-1] for part in parts)]
        known = [[row for row in some if row is not None] for some in (before, after)]
        self._joined[id(output)] = Joined(head, starts[place], *known)
        self._alive.append(output)


def _row(given: Tensor | None) -> Tensor | None:
    """The row that a table (B, n) consists of, None where its rows may differ."""
    if given is None or given.ndim != 2 or not given.is_floating_point():
        return None
    return given[0].detach() if len(given) == 1 or given.stride(0) == 0 else None


def _as_many(source: Tensor, output: Tensor) -> bool:
    """Whether none was repeated, or rounded to another type."""
    return output.numel() == source.numel() and (output.dtype, output.device) == (source.dtype, source.device)


def _normaliser(name: str, output: Tensor, args: Any, kwargs: Any) -> str | None:
    """Returns what scores go through here; "sigmoid" also for gates, which no network ends in."""
    if name in ("softmax", "log_softmax"):
        return name if _over_classes(output, args, kwargs) else None
    return {"sigmoid": "sigmoid", "special_expit": "sigmoid", "logsigmoid": "log_sigmoid"}.get(name)


def _moved_alike(name: str, before: tuple[str, Tensor], source: Tensor, args: Any, kwargs: Any) -> Any:
    """What goes before numbers that were picked out of normalised ones, reordered or cast: the scores, treated alike;
    and before exp(log_softmax) what goes before the softmax.
    """
    normaliser, scores = before
    if name == "exp" and normaliser.startswith("log_"):
        return normaliser.removeprefix("log_"), scores
    if name not in MOVING or scores is source:  # a sigmoid in place has overwritten them
        return None
    with torch._C.DisableTorchFunction():
        return normaliser, getattr(Tensor, MOVING[name])(scores, *args[1:], **kwargs)


def _over_classes(output: Tensor, args: Any, kwargs: Any) -> bool:
    """Whether a softmax was taken over rows of class scores, or over maps (B, classes, h, w)."""
    dim = args[1] if len(args) > 1 else kwargs.get("dim")
    if output.ndim == 2:
        return dim in (1, -1, None)
    return output.ndim == 4 and dim in (1, -3)


def _in_order(source: Tensor, output: Tensor) -> bool:
    """Whether the classes of every picture are where they were: nothing was turned round, or joined with others."""
    ones = [size for size in output.shape if size != 1]
    return ones == [size for size in source.shape if size != 1]


def is_global_average(name: str, source: Tensor, output: Tensor, args: Any, kwargs: Any) -> bool:
    """Returns whether a call, by its plain name, averaged maps (B, K, h, w) over all their places."""
    if source.ndim != 4 or output.numel() != source.shape[0] * source.shape[1]:
        return False
    if name == "mean":
        dims = args[1] if len(args) > 1 else kwargs.get("dim", ())
        return isinstance(dims, list | tuple) and {d % 4 for d in dims} == {2, 3}
    if name == "avg_pool2d":
        kernel = args[1] if len(args) > 1 else kwargs["kernel_size"]
        padding = args[3] if len(args) > 3 else kwargs.get("padding", 0)
        return pair(kernel) == tuple(source.shape[2:]) and pair(padding) == (0, 0)
    return name == "adaptive_avg_pool2d" and source.shape[2] * source.shape[3] > 1


def _with_zeros(head: Head, args: Any) -> Head | None:
    """Returns the head of means, or of scores, some of which are set to zero."""
    source, mask, value = args
    if value != 0 or mask.numel() != source[0].numel():
        return None
    zero = mask.flatten()
    if head.weight is None:
        return Head(head.features.masked_fill(zero[:, None, None], 0))
    bias = None if head.bias is None else head.bias.masked_fill(zero, 0)
    return Head(head.features, head.weight.masked_fill(zero[:, None], 0), bias)


def _with_linear(head: Head, name: str, args: Any, kwargs: Any) -> Head | None:
    weight, bias = _weight_and_bias(args, kwargs)
    weight = weight.flatten(1) if name == "conv2d" and weight.shape[2:] == (1, 1) else weight
    fits = weight.ndim == 2 and weight.shape[1] == head.features.shape[1]
    return Head(head.features, weight, bias) if fits else None


def _weight_and_bias(args: Any, kwargs: Any) -> tuple[Tensor, Tensor | None]:
    return args[1] if len(args) > 1 else kwargs["weight"], args[2] if len(args) > 2 else kwargs.get("bias")
