"""What the table says of an operation is what torch does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepvis_widgets.core.network.operations import (
    OPERATIONS,
    UNKNOWN,
    Numbers,
    Positions,
    _rows,
    with_numbers,
    with_positions,
)

MORE: dict[str, tuple[Any, ...]] = {  # further arguments that a call needs
    "threshold": (0.3, 0.0),
    "clamp": (0.2, 0.8),
    "clip": (0.2, 0.8),
    "clamp_min": (0.2,),
    "clamp_max": (0.8,),
    "prelu": (torch.full((4,), 0.5, dtype=torch.float64),),
    "fill": (1.0,),
    "local_response_norm": (2,),
}
ALONG_CHANNELS: dict[str, tuple[Any, ...]] = {  # arguments up to the dimension
    name: (2.0,) for name in ("norm", "vector_norm", "normalize")
} | {"topk": (2,)}


def function(name: str) -> Callable[..., Any] | None:
    places = (F, torch, torch.Tensor, torch.linalg, torch.special)
    return next((getattr(place, name) for place in places if callable(getattr(place, name, None))), None)


# those that want other arguments, or answer by chance
APART = {
    "rrelu",
    "to",
    "type",
    "type_as",
    "cuda",
    "data",
    "requires_grad",
    "feature_dropout",
    "dropout1d",
    "copy",
    "rand",
}


def callable_names(names: frozenset[str]) -> list[str]:
    """Those that torch has as functions by that name, in order."""
    return [name for name in sorted(names - APART) if function(name) is not None]


def picture() -> Tensor:
    return torch.rand(1, 4, 5, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 0.8 + 0.1


def touched(call: Callable[[Tensor], Any], x: Tensor) -> set[tuple[int, int]]:
    """The positions (row, col) of the output that change with the input at (2, 3)."""
    other = x.clone()
    other[:, :, 2, 3] = torch.tensor([0.9, 0.15, 0.55, 0.3], dtype=x.dtype)
    before, after = call(x.clone()), call(other)
    pairs = zip(before, after, strict=True) if isinstance(before, tuple) else [(before, after)]
    same = [torch.isclose(one.double(), two.double(), 0, 0, equal_nan=True) for one, two in pairs]
    changed = torch.stack([~part.reshape(-1, *part.shape[-2:]).all(0) for part in same]).any(0)
    return {(int(row), int(col)) for row, col in changed.nonzero()}


def test_no_operation_is_entered_twice() -> None:
    names = [name for name, _ in _rows()]
    assert len(names) == len(set(names)) == len(OPERATIONS)


@pytest.mark.parametrize("name", callable_names(with_positions(Positions.UNARY)))
def test_unary_operations_stay_at_their_position(name: str) -> None:
    call, x = function(name), picture()
    assert call is not None
    more = {"training": False} if "dropout" in name else {}
    given = (lambda x: x > 0.4) if name.startswith("bitwise") else lambda x: x
    assert touched(lambda x: call(given(x), *MORE.get(name, ()), **more), x) <= {(2, 3)}


@pytest.mark.parametrize("name", callable_names(with_positions(Positions.BINARY)))
def test_binary_operations_stay_at_their_position(name: str) -> None:
    call, x = function(name), picture()
    assert call is not None
    given = (lambda x: x > 0.4) if name.startswith("bitwise") else lambda x: x
    assert touched(lambda x: call(given(x), given(x.square())), x) <= {(2, 3)}
    assert touched(lambda x: call(given(x), given(x.mean(1))), x) <= {(2, 3)}


@pytest.mark.parametrize("name", callable_names(with_positions(Positions.ALONG)))
def test_operations_along_the_channels_stay_at_their_position(name: str) -> None:
    call, x = function(name), picture()
    assert call is not None
    before = ALONG_CHANNELS.get(name, ())
    args = (x, *before, 1)
    assert OPERATIONS[name].at == len(before) + 1 or name == "aminmax"
    assert OPERATIONS[name].dims(args, {}, 4) == (-3,)
    asked = (lambda x: call(x, dim=1)) if name == "aminmax" else lambda x: call(x, *before, 1)
    assert touched(asked, x) <= {(2, 3)}


@pytest.mark.parametrize("name", callable_names(with_numbers(Numbers.SAME) & with_positions(Positions.UNARY)))
def test_the_same_numbers_stay_in_their_order(name: str) -> None:
    call, x = function(name), picture()
    assert call is not None
    more = {"training": False} if "dropout" in name else {}
    assert torch.equal(call(x, **more).double(), x.to(call(x, **more).dtype).double())


@pytest.mark.parametrize(
    "name, args, kwargs, dims",
    (
        ("softmax", ("x", 1), {}, (-3,)),
        ("softmax", ("x",), {"dim": -1}, (-1,)),
        ("normalize", ("x",), {}, (-3,)),
        ("normalize", ("x", 2.0, 2), {}, (-2,)),
        ("mean", ("x", (2, 3)), {"keepdim": True}, (-2, -1)),
        ("mean", ("x",), {}, None),
        ("sum", ("x",), {"axis": [1]}, (-3,)),
        ("std", ("x", True), {}, None),
        ("chunk", ("x", 2), {}, (-4,)),
        ("cat", (["x", "x"],), {}, (-4,)),
        ("hstack", (["x", "x"],), {}, (-3,)),
        ("flip", ("x", [1]), {}, (-3,)),
    ),
)
def test_dimensions_of_a_call(name: str, args: Any, kwargs: Any, dims: tuple[int, ...] | None) -> None:
    assert OPERATIONS[name].dims(args, kwargs, 4) == dims


def test_what_is_unknown_sees_everything() -> None:
    assert OPERATIONS.get("fft", UNKNOWN) == UNKNOWN
    assert UNKNOWN.positions is Positions.EVERYWHERE and UNKNOWN.numbers is Numbers.OTHER
