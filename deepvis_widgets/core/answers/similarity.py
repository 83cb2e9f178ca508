"""How similar a picture is to a second one, as a network's embedding sees it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from ..errors import DeepvisError
from ..picture.picture import to_tensor
from .base import Answers, Embed, Weights, as_labels
from .output import Place, tensor_in


@dataclass(frozen=True, eq=False, init=False)
class Similarity(Answers):
    """Output (B, d), an embedding: the one answer is its cosine with that of a second `picture`, −1 to 1, and that is
    explained.

    >>> from torch import nn, rand
    >>> import deepvis_widgets as dv
    >>> module, picture = nn.Sequential(nn.Conv2d(3, 8, 8), nn.Flatten()), rand(3, 8, 8)
    >>> net = dv.Network(module, dv.Preprocess((8, 8), None), answers=dv.Similarity(picture))
    >>> round(net.logits(picture[None]).item(), 4)
    1.0
    """

    picture: Any = None
    second: Tensor | None = None  # the embedding of `picture`, (1, d) and of length 1
    _known: tuple[Any, Similarity] | None = None  # what was embedded last, with the weights it was embedded with

    kind: ClassVar[str] = "similarity"
    noun: ClassVar[str] = "similarity"
    score: ClassVar[str] = "cosine"
    title: ClassVar[str] = "Cosine with the second picture"
    probable: ClassVar[bool] = False
    percent: ClassVar[bool] = False
    ranked: ClassVar[bool] = False

    def __init__(self, picture: Any, label: str = "similarity", *, output: Place = None) -> None:
        if picture is None:
            raise DeepvisError("Similarity needs the second picture, with which others are compared.")
        self._set(labels=(label,), output=output, picture=picture, second=None, _known=None)

    @property
    def key(self) -> tuple[Any, ...]:
        return (*super().key, to_tensor(self.picture))

    def called(self, labels: Sequence[str]) -> Similarity:
        return Similarity(self.picture, *as_labels(labels)[:1], output=self.output)

    def compared_with(self, picture: Any) -> Similarity:
        return Similarity(picture, *self.labels, output=self.output)

    def pick(self, returned: Any) -> Tensor:
        picked: Tensor = tensor_in(returned, self.output).flatten(1)
        return picked

    def scores(self, picked: Any) -> Tensor:
        if self.second is None:  # the pass of the second picture itself, or that which finds the layers
            first: Tensor = picked[:, :1]
            return first
        cosine: Tensor = unit(picked) @ self.second.to(picked).T
        return cosine

    def current(self, weights: Weights, embed: Embed) -> Similarity:
        """Embeds the second picture, once for the same weights."""
        known, now = self._known, weights()
        if known is not None and now is not None and known[0] == now:
            return known[1]
        found = copy(self)
        found._set(second=unit(embed(self.picture).detach()))
        self._set(_known=(now, found))
        return found

    def probabilities(self, scores: Tensor) -> Tensor:
        raise DeepvisError("This network answers with a cosine, which is no probability.")

    def words(self, index: int, value: float, digits: int = 1) -> str:
        return f"{value:.3f}"

    def span(self, index: int) -> tuple[float, float] | None:
        return (-1.0, 1.0)

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_known": None}  # what was embedded belongs to this process

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)


def unit(rows: Tensor) -> Tensor:
    """Returns rows (B, d) made as long as 1.

    >>> import torch
    >>> unit(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    found: Tensor = rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return found
