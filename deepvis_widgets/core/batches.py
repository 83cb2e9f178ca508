"""Pictures that are passed together: whether each gets the answer that it gets alone, and one at a time where not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from .network.recording import Recording

TOLERANCE = 1e-3  # of the answers' spread, far above rounding


def answered_apart(ask: Callable[[Tensor], Tensor], two: Tensor) -> bool:
    """Returns whether two inputs (2, C, H, W) passed together get the scores (2, n) that each gets alone. A network
    that takes no more than one at a time does not.

    >>> two = torch.stack([torch.zeros(1, 2, 2), torch.ones(1, 2, 2)])
    >>> answered_apart(lambda x: x.flatten(1), two), answered_apart(lambda x: (x - x.mean(0)).flatten(1), two)
    (True, False)
    """
    alone = torch.cat([ask(two[:1]), ask(two[1:])])
    try:
        together = ask(two)
    except Exception:  # whatever a network says of more than one
        return False
    if together.shape != alone.shape:
        return False
    spread = float((alone - alone.mean()).abs().max())
    if not math.isfinite(spread):  # nothing to compare
        return True
    return torch.allclose(together, alone, rtol=TOLERANCE, atol=TOLERANCE * spread, equal_nan=True)


def two_pictures(bands: int, height: int, width: int) -> Tensor:
    """Returns views (2, bands, H, W) of noise that have little in common, the same each time.

    >>> tuple(two_pictures(3, 4, 6).shape)
    (2, 3, 4, 6)
    """
    noise = torch.rand(bands, height, width, generator=torch.Generator().manual_seed(0))
    return torch.stack([noise, noise.flip(1) / 2])


def joined(recordings: Sequence[Recording], x: Tensor) -> Recording:
    """Returns passes over one picture each as one over all of them, the input x (B, C, H, W).

    >>> one = Recording(torch.zeros(1, 1, 2, 2), {"a": torch.ones(1, 3)}, torch.ones(1, 2))
    >>> both = joined([one, one], torch.zeros(2, 1, 2, 2))
    >>> tuple(both.outputs["a"].shape), tuple(both.logits.shape)
    ((2, 3), (2, 2))
    """
    first = recordings[0]
    outputs = {name: torch.cat([found.outputs[name] for found in recordings]) for name in first.outputs}
    scores = None if first.scores is None else torch.cat([found.logits for found in recordings])
    return Recording(x, outputs, scores, None, first.table, first.answers, _picked(recordings))


def _picked(recordings: Sequence[Recording]) -> object:
    parts = [found.picked for found in recordings]
    if all(isinstance(part, Tensor) for part in parts):
        return torch.cat(parts)
    return [row for part in parts if isinstance(part, list) for row in part] or None
