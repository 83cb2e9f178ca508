"""Which part of what a network returns is its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from torch import Tensor

from ..errors import DeepvisError

Place: TypeAlias = int | str | None
NAMES = ("logits", "out", "scores", "prediction", "predictions", "output")  # what answers are called in dictionaries


def tensor_in(returned: Any, chosen: Place = None, count: int = 0) -> Tensor:
    """Returns the tensor that is the answer in what a network returned: a tensor, a tuple, list, dictionary, or an
    object with `logits`.

    `chosen` names it by its key, attribute or place. `count` (0: not known) is how many answers there are: of several
    tensors the one with so many is taken. Raises DeepvisError, with what there is, where it cannot be known.

    >>> import torch
    >>> tuple(tensor_in({"features": torch.zeros(2, 64), "logits": torch.zeros(2, 5)}).shape)
    (2, 5)
    >>> tuple(tensor_in((torch.zeros(2, 64), torch.zeros(2, 5)), count=5).shape)
    (2, 5)
    """
    if chosen is not None:
        returned = _chosen(returned, chosen)
    if isinstance(returned, Tensor):
        return returned
    if not isinstance(returned, Mapping) and isinstance(getattr(returned, "logits", None), Tensor):
        found: Tensor = returned.logits
        return found
    parts = _tensors(returned)
    if not parts:
        raise DeepvisError(
            f"The network returned {_kind(returned)}; accepted are tensors of scores (batch, answers) or maps "
            "(batch, classes, height, width), alone, in a tuple or a dictionary, and torchvision's detections."
        )
    return _named(parts) if isinstance(returned, Mapping) else _fitting(parts, count)


def _chosen(returned: Any, place: int | str) -> Any:
    try:
        if isinstance(place, str) and not isinstance(returned, Mapping):
            return getattr(returned, place)
        return returned[place]
    except (KeyError, IndexError, TypeError, AttributeError):
        there = ", ".join(repr(key) for key in _tensors(returned)) or _kind(returned)
        raise DeepvisError(f"The network returns no {place!r}; it returns {there}.") from None


def _tensors(returned: Any) -> dict[Any, Tensor]:
    pairs: Iterable[tuple[Any, Any]] = returned.items() if isinstance(returned, Mapping) else ()
    if isinstance(returned, tuple | list):
        pairs = enumerate(returned)
    return {key: value for key, value in pairs if isinstance(value, Tensor)}


def _named(parts: dict[Any, Tensor]) -> Tensor:
    if len(parts) == 1:
        return next(iter(parts.values()))
    for name in NAMES:
        if name in parts:
            return parts[name]
    raise _unknown(parts)


def _fitting(parts: dict[Any, Tensor], count: int) -> Tensor:
    """Of tensors of one shape the first: the others come from helping classifiers, unless each is one number. Else the
    one with as many answers, or the only one that is no map.
    """
    tensors = list(parts.values())
    if len({tensor.shape for tensor in tensors}) == 1 and (len(tensors) == 1 or not _single(tensors[0])):
        return tensors[0]
    for fitting in (
        [tensor for tensor in tensors if count and tensor.ndim > 1 and tensor.shape[1] == count],
        [tensor for tensor in tensors if tensor.ndim <= 2],
    ):
        if len(fitting) == 1:
            return fitting[0]
    raise _unknown(parts)


def _single(tensor: Tensor) -> bool:
    """Whether it is one number for each picture: several of these are several answers."""
    return tensor.ndim < 2 or tensor[0].numel() == 1


def _unknown(parts: dict[Any, Tensor]) -> DeepvisError:
    listed = ", ".join(f"{key!r} of shape {tuple(value.shape)}" for key, value in parts.items())
    first = next(iter(parts))
    return DeepvisError(
        f"The network returns {listed}; say which is its answer, with answers=dv.Classes(output={first!r}), for one."
    )


def _kind(returned: Any) -> str:
    return "nothing" if returned is None else f"a {type(returned).__name__} without one"
