"""Everything a window has been over: what was answered where, and the maps that makes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...core.picture.boxes import Box
from ...methods.occlusion import OcclusionMap
from ...methods.perturbation.sweep import LEVELS, windows
from .probe import Seen


class Trail:
    """The answers to windows that were hidden in a picture of `size` (H, W), by hand or by a sweep.

    The maps over positions have a cell for every window of the sweep; a window put by hand counts for the cell it is
    nearest to. Between the windows of a sweep that is not finished, cells show a coarser neighbour's answer; an
    approximate sweep fills them with guesses, and `note` says so.
    """

    def __init__(self, size: tuple[int, int], window: int, stride: int) -> None:
        self.size = size
        self.boxes = windows(size, window, stride)
        self.seen: list[Seen] = []
        self.result: OcclusionMap | None = None  # of the sweep, as far as it is
        self._number: dict[Box | None, int] = {}
        self._cells = torch.full(self.boxes.shape[:2], -1)
        self._reached = torch.zeros(self.boxes.shape[:2], dtype=torch.bool)

    @property
    def swept(self) -> bool:
        """Whether a sweep has begun."""
        return self.result is not None

    @property
    def note(self) -> str:
        """What is to be said of a sweep that measured few windows; else nothing."""
        return self.result.note if self.result is not None and self.result.approximate else ""

    def visit(self, seen: Seen) -> None:
        """A window was put somewhere by hand."""
        assert seen.box is not None
        self._cells[self.nearest(seen.box)] = self._put(seen)

    def sweep(self, result: OcclusionMap) -> None:
        """How far a sweep has come; `result` must hold probabilities, labels and activations."""
        assert result.probabilities is not None and result.labels is not None and result.activations is not None
        self.result = result
        places = (~self._reached if result.approximate else result.reached & ~self._reached).nonzero()
        readings = (result.scores, result.probabilities, result.labels, result.activations)
        for row, col in places.tolist():
            top, left, height, width = result.boxes[row, col].tolist()
            score, probability, label, activation = (float(reading[row, col]) for reading in readings)
            guessed = not bool(result.reached[row, col])
            seen = Seen((top, left, height, width), score, probability, int(label), activation, guessed)
            number = self._put(seen)
            if not (guessed and self._is_known(row, col)):
                self._cells[row, col] = number
        self._reached |= result.reached

    def _is_known(self, row: int, col: int) -> bool:
        """Whether a cell shows an answer of the network."""
        number = int(self._cells[row, col])
        return number >= 0 and not self.seen[number].guessed

    def nearest(self, box: Box) -> tuple[int, int]:
        """The (row, col) of the sweep's window whose middle is nearest to that of a box."""
        top, left, height, width = box
        rows = self.boxes[:, 0, 0] + self.boxes[:, 0, 2] / 2 - (top + height / 2)
        cols = self.boxes[0, :, 1] + self.boxes[0, :, 3] / 2 - (left + width / 2)
        return int(rows.abs().argmin()), int(cols.abs().argmin())

    def cells(self) -> Tensor:
        """(rows, cols): the number in `seen` of the answer each cell shows, -1 where there is none."""
        shown = self._cells.clone()
        for level in reversed(LEVELS) if self.swept else ():
            rows, cols = (torch.arange(count) // level * level for count in shown.shape)
            shown = torch.where(shown < 0, self._cells[rows][:, cols], shown)
        return shown

    def average(self, values: Sequence[float]) -> Tensor:
        """(H, W): for every pixel the mean of the values (one per answer) over the windows that hid it; 0 for one that
        was never hidden.
        """
        height, width = self.size
        sums, counts = torch.zeros(2, height + 1, width + 1, dtype=torch.float64)
        boxes = torch.tensor([seen.box for seen in self.seen], dtype=torch.long).reshape(-1, 4)
        each = torch.tensor(values, dtype=torch.float64)
        for down, across, sign in ((0, 0, 1), (0, 1, -1), (1, 0, -1), (1, 1, 1)):  # corners, summed up below
            places = (boxes[:, 0] + down * boxes[:, 2], boxes[:, 1] + across * boxes[:, 3])
            sums.index_put_(places, sign * each, accumulate=True)
            counts.index_put_(places, torch.full_like(each, sign), accumulate=True)
        sums, counts = (part.cumsum(0).cumsum(1)[:-1, :-1] for part in (sums, counts))
        return torch.where(counts > 0.5, sums / counts.clamp(min=1), 0.0)

    def _put(self, seen: Seen) -> int:
        number = self._number.setdefault(seen.box, len(self.seen))
        if number == len(self.seen):
            self.seen.append(seen)
        elif self.seen[number].guessed:
            self.seen[number] = seen
        return number
