"""Everything that a network is given beside its picture, with the values it has now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ..errors import DeepvisError
from ..picture.picture import to_tensor
from .base import Input, for_batch


@dataclass(frozen=True, eq=False)
class Bundle:
    """The inputs of a network by the names of the arguments that they fill, and their values.

    >>> import torch
    >>> from .numbers import Numbers
    >>> bundle = Bundle.of({"age": Numbers("age", [(0, 100)])}).given(age=30)
    >>> bundle.values, bundle.arguments(2, torch.zeros(2, 3, 8, 8))
    ({'age': (30.0,)}, {'age': tensor([[30.],
            [30.]])})
    """

    inputs: Mapping[str, Input] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, inputs: Mapping[str, Input] | Bundle | None) -> Bundle:
        """Returns the inputs with the values they begin with; a bundle as it is. Raises DeepvisError for what is no
        input.
        """
        if isinstance(inputs, Bundle):
            return inputs
        for name, found in (inputs or {}).items():
            if not isinstance(found, Input):
                raise DeepvisError(
                    f"inputs[{name!r}] is a {type(found).__name__}; accepted: dv.Words, Numbers, Picture or Fixed."
                )
        return cls(dict(inputs or {})).given(**{name: found.start() for name, found in (inputs or {}).items()})

    def given(self, **values: Any) -> Bundle:
        """Returns the same with other values; those not named stay. Raises DeepvisError for unknown names and for what
        is no value of an input.
        """
        unknown = next((name for name in values if name not in self.inputs), None)
        if unknown is not None:
            accepted = ", ".join(self.inputs) or "none beside the picture"
            raise DeepvisError(f'There is no input "{unknown}"; this network has {accepted}.')
        checked = {name: self.inputs[name].checked(value) for name, value in values.items()}
        tensors = {name: self.inputs[name].tensor(value) for name, value in checked.items()}
        return Bundle(self.inputs, {**self.values, **checked}, {**self.tensors, **tensors})

    def arguments(self, count: int, like: Tensor) -> dict[str, Any]:
        """Returns the arguments for a batch of `count` pictures `like` these."""
        return {name: for_batch(given, count, like) for name, given in self.tensors.items()}

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the answers beside picture and weights."""
        return tuple((name, _plain(self.inputs[name].kind, value)) for name, value in sorted(self.values.items()))


NOTHING = Bundle()


def _plain(kind: str, value: Any) -> Any:
    return to_tensor(value) if kind == "picture" else value
