"""All that the answers of a comparison depend on, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .networks import Seen
from .state import CompareState


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked, as it was when it was asked; `target` is a class index of the first network, None: each top class.

    >>> question = Question.of(CompareState([], curves=True))
    >>> question.measures, question.scale
    (True, 'shared')
    """

    seen: Seen | None
    methods: tuple[str, ...]
    params: Mapping[str, Mapping[str, Any]]
    target: int | None
    scale: str
    colormaps: Mapping[str, str]
    curves: bool
    scores: bool

    @classmethod
    def of(cls, state: CompareState) -> Question:
        """What the state asks at this moment; to be called on the state's own thread."""
        values = {field.name: getattr(state, field.name) for field in fields(cls)}
        params = {name: dict(chosen) for name, chosen in state.params.items()}
        return cls(**values | {"params": params, "colormaps": dict(state.colormaps)})

    @property
    def measures(self) -> bool:
        """Whether curves are to be computed: the table has their areas."""
        return self.curves or self.scores
