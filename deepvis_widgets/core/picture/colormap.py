"""Colour maps, from the same tables the front end draws with."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

import numpy as np
import torch
from torch import Tensor

from ..errors import DeepvisError
from .contrast import reach


@lru_cache(maxsize=1)
def tables() -> dict[str, np.ndarray]:
    """Colour map name → uint8 table (256, 3)."""
    text = files(__package__).joinpath("colormaps.json").read_text()
    return {name: np.asarray(rows, dtype=np.uint8) for name, rows in json.loads(text).items()}


def colour(values: Tensor, name: str, signed: bool) -> Tensor:
    """The map (H, W) in colour: float tensor (3, H, W) in [0, 1].

    A signed map is centred: 0 is the middle of the table and the strongest percent on either side its ends. An unsigned
    one runs from its minimum to the strongest percent (see reach).

    >>> colour(torch.tensor([[-1.0, 0.0, 1.0]]), "blue-red", signed=True).shape
    torch.Size([3, 1, 3])
    """
    if name not in tables():
        raise DeepvisError(f'There is no colour map "{name}"; accepted are {", ".join(tables())}.')
    values = values.detach().double().cpu()
    low = -reach(values) if signed else values.min()
    high = -low if signed else low + reach(values - low)
    share = (
        ((values - low) / (high - low)).clamp(0, 1) if high > low else torch.full_like(values, 0.5 if signed else 0.0)
    )
    levels = tables()[name][(share * 255).round().to(torch.uint8).numpy()]
    return torch.from_numpy(levels).permute(2, 0, 1).float() / 255
