"""A picture that a preprocessing has made, told from a picture that it has not seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor


class View(Tensor):
    """A picture (bands, H, W) as one preprocessing made it: what that one takes as it is, and never prepares again.

    What is computed from a view is a view of the same `maker`: a clone, a batch, one with a box covered. What is
    computed from views of two makers has none.

    >>> import torch
    >>> view = View.of(torch.zeros(3, 8, 8), "mine")
    >>> torch.stack([view, view + 1])[1].maker
    'mine'
    """

    maker: str | None = None  # the key of the preprocessing

    @classmethod
    def of(cls, picture: Tensor, maker: str) -> View:
        """Returns the picture as a view; no copy."""
        view = picture.as_subclass(cls)
        view.maker = maker
        return view

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        memo[id(self)] = copied = self.clone()
        return copied

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = super().__torch_function__(func, types, args, kwargs or {})  # type: ignore[no-untyped-call]
        new = [part for part in _views(made) if part.maker is None]
        if new:
            makers = {view.maker for view in _views((args, *(kwargs or {}).values()))}
            for part in new:
                part.maker = next(iter(makers)) if len(makers) == 1 else None
        return made


def _views(value: Any) -> Iterator[View]:
    if isinstance(value, View):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _views(part)


def plain(picture: Tensor) -> Tensor:
    """Returns the same numbers as an ordinary tensor; no copy.

    >>> import torch
    >>> type(plain(View.of(torch.zeros(3, 8, 8), "mine")))
    <class 'torch.Tensor'>
    """
    return picture if type(picture) is Tensor else picture.as_subclass(Tensor)


def made_by(maker: str, picture: Any) -> bool:
    """Returns whether this is a view, and of this maker."""
    return isinstance(picture, View) and picture.maker == maker
