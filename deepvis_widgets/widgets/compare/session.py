"""From what a comparison is asked to show to answers in its cells: each cell asks its network's engine, in its slot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ...core.content_key import content_key
from ...core.errors import DeepvisError
from ...core.results import HeatMap
from ...core.weights_key import weights_key
from ...methods import explain, method, serving
from ...scores import Curves, curves
from ..link.frames import noted
from .cell import Cell
from .networks import Row, marked, seen
from .scale import limits_of

if TYPE_CHECKING:
    from .compare import Compare

MAP, CURVES = "Map", "Curves"  # what a cell computes, as its progress bar names it
STEPS = 32  # points of a curve
FILL = "blur"  # what takes the place of removed pixels


class Updates:
    """Asks the engines and shows their answers; `compare` is where the state is, `rows` are its networks.

    Answers come on the engines' threads, several at a time: whatever they change is changed with `lock` held.
    """

    def __init__(self, compare: Compare, rows: Sequence[Row]) -> None:
        self.compare, self.rows = compare, rows
        self.networks = [row.network for row in rows]
        self.picture: Any = None
        self.lock = threading.RLock()
        self._closed = False

    # --- the picture ---

    def open(self, picture: Any) -> None:
        """Compare on another picture; DeepvisError, and the old one stays, if it cannot be read."""
        views, masks = seen(self.networks, picture), marked(self.networks, picture, None)
        with self.lock:
            self.picture = picture
            for row, view, mask in zip(self.rows, views, masks, strict=True):
                row.view, row.mask, row.shares = view, mask, None
        for row in self.rows:
            self._ask_classes(row)
        for cell in self.compare.cells:
            self.restart(cell)
        self.compare.panes.show_mask(masks[0] is not None)

    def mark(self, mask: Any) -> None:
        """Another mask of the picture (None: the picture's own); DeepvisError if it does not fit."""
        masks = marked(self.networks, self.picture, mask)
        for row, seen_mask in zip(self.rows, masks, strict=True):
            row.mask = seen_mask
        for cell in self.compare.cells:
            cell.put_below(self._view(cell), cell.row.mask)
        self.compare.panes.show_mask(masks[0] is not None)
        self.compare.show_scores()

    def _view(self, cell: Cell) -> Tensor:
        assert cell.row.view is not None
        return cell.row.view

    # --- questions ---

    def _ask_classes(self, row: Row) -> None:
        view = row.view
        assert view is not None
        row.engine.submit(
            self._slot(row, "classes"),
            lambda _: row.network.probabilities(view[None])[0].cpu(),
            on_result=partial(self._answer_classes, row, view),
            on_error=lambda sentence, _: self.compare.panes.refuse(sentence),
            doing="reading the classes",
        )

    def restart(self, cell: Cell) -> None:
        """Another picture: the old map goes."""
        with self.lock:
            cell.clear()
            cell.put_below(self._view(cell), cell.row.mask)
        self.ask(cell)

    def ask(self, cell: Cell) -> None:
        """Explain anew in one cell; its map improves while the method runs, and an error leaves the old one."""
        row, name, params = cell.row, cell.name, self.compare.params.get(cell.name, {})
        view, target = row.view, self.compare.target
        if view is None or self._closed:
            return
        with self.lock:
            turn, cell.finished, cell.curves = cell.begin(MAP), False, None
        self.compare.show_scores()
        try:
            channel = row.channel(self.networks[0], target) if target is not None else None
            serving(name, row.network)
        except DeepvisError as error:
            row.engine.cancel(self._slot(row, name))
            self._end(cell, turn, notice=str(error))
            return
        key = content_key("compare", name, weights_key(row.network.module), view, channel, params)
        work = partial(self._explain, row, view, name, channel, params)
        self._submit(cell, turn, work, key, method(name).long, partial(self._answer_map, cell, turn), f"running {name}")

    def measure(self, cell: Cell) -> None:
        """Draw the curves of a cell whose map is finished, where they are wanted and not there yet."""
        compare, row = self.compare, cell.row
        wanted = (compare.curves or compare.scores) and cell.finished and cell.curves is None and not cell.running
        if not wanted or self._closed or cell.result is None or row.view is None:
            return
        channel = row.channel(self.networks[0], compare.target)
        if channel is None:
            return  # the classes are still being read: their answer asks again
        with self.lock:
            turn, heatmap, view = cell.begin(CURVES), cell.result.heatmap, row.view
        key = content_key("curves", weights_key(row.network.module), view, heatmap, channel, STEPS, FILL)
        work = partial(_curves, row, view, heatmap, channel)
        self._submit(cell, turn, work, key, True, partial(self._answer_curves, cell, turn), "drawing the curves")

    def _submit(
        self,
        cell: Cell,
        turn: int,
        work: Callable[..., Any],
        key: str,
        long: bool,
        answer: Callable[[Any], None],
        doing: str,
    ) -> None:
        cell.row.engine.submit(
            self._slot(cell.row, cell.name),
            work,
            key=key,
            long=long,
            on_partial=partial(self._improve, cell, turn),
            on_result=answer,
            on_error=lambda sentence, _: self._end(cell, turn, notice=sentence),
            on_cancelled=lambda: self._end(cell, turn, f"stopped at {cell.progress.value:.0%}", stopped=True),
            doing=doing,
        )

    def press(self, cell: Cell) -> None:
        """The button of a cell: stop what runs, or go on with what was stopped."""
        if cell.running:
            self.stop(cell)
        elif cell.finished:
            self.measure(cell)
        else:
            self.ask(cell)

    def stop(self, cell: Cell) -> None:
        """Stop what a cell computes; what it has drawn stays."""
        cell.row.engine.cancel(self._slot(cell.row, cell.name))

    def leave_curves(self, cell: Cell) -> None:
        """Curves are not wanted any more: the map stays, and nothing is said about them."""
        with self.lock:
            if cell.finished and cell.running:
                cell.turn += 1
                cell.end(self._words(cell))
                self.stop(cell)

    def drop(self, cell: Cell) -> None:
        """A cell is taken away: nothing it still computes is wanted."""
        with self.lock:
            cell.turn += 1
        self.stop(cell)

    def _slot(self, row: Row, name: str) -> str:
        return f"{self.compare.group}:{row.place}:{name}"

    @staticmethod
    def _explain(row: Row, view: Tensor, name: str, target: int | None, params: dict[str, Any], report: Any) -> Any:
        return explain(row.network, view, name, target=target, report=report, **params)

    # --- answers; all of this runs on the engines' threads ---

    def _answer_classes(self, row: Row, view: Tensor, shares: Tensor) -> None:
        with self.lock:
            if row.view is not view:
                return
            row.shares = shares
            if row is self.rows[0]:
                self.compare.panes.show_classes()
            for cell in self.compare.cells:
                if cell.finished:
                    cell.say(self._words(cell))
        self.compare.measure()

    def _improve(self, cell: Cell, turn: int, fraction: float, partial: object) -> None:
        with self.lock:
            if cell.turn != turn:
                return
            cell.advance(fraction)
            if isinstance(partial, HeatMap):
                self._show(cell, partial)

    def _answer_map(self, cell: Cell, turn: int, result: Any) -> None:
        if not isinstance(result, HeatMap):
            self._end(cell, turn, notice=f"{cell.name} gives {result.kind}, and only heat maps can be compared.")
            return
        with self.lock:
            if cell.turn != turn:
                return
            self._show(cell, result)
            cell.finished = True
            cell.end(self._words(cell))
        self.compare.show_scores()
        self.measure(cell)

    def _answer_curves(self, cell: Cell, turn: int, found: Curves) -> None:
        with self.lock:
            if cell.turn != turn:
                return
            cell.curves = found
            cell.end(self._words(cell))
        self.compare.show_scores()

    def _end(self, cell: Cell, turn: int, words: str = "", notice: str = "", stopped: bool = False) -> None:
        with self.lock:
            if cell.turn == turn:
                cell.end(words, notice, stopped)

    def _show(self, cell: Cell, result: HeatMap) -> None:
        cell.result = result
        self.rescale(cell.name)
        cell.draw()

    def rescale(self, name: str) -> None:
        """Give the maps of a method their scale: one for all networks, or one each."""
        shared = self.compare.scale == "shared"
        with self.lock:
            column = [cell for cell in self.compare.cells if cell.name == name and cell.result is not None]
            for cell in column:
                among = column if shared else [cell]
                results = [other.result for other in among if other.result is not None]
                signed = results[0].signed
                cell.map.limits = limits_of([result.heatmap for result in results], signed)
                cell.map.colormap = self.compare.colormaps["signed" if signed else "unsigned"]

    def _words(self, cell: Cell) -> str:
        """What the cell explains, and how sure the network is of it."""
        if cell.result is None:
            return ""
        row = cell.row
        channel = row.channel(self.networks[0], self.compare.target)
        share = "" if channel is None or row.shares is None else f" · {float(row.shares[channel]):.0%}"
        return f"explains {cell.result.target}{share}{noted(cell.result)}"

    def close(self) -> None:
        """Give the engines back: no answer arrives after this."""
        if not self._closed:
            self._closed = True
            for cell in self.compare.cells:
                self.drop(cell)
            for row in self.rows:
                row.engine.cancel(self._slot(row, "classes"))
                row.engine.release()
                row.view = row.mask = row.shares = None


def _curves(row: Row, view: Tensor, heatmap: Tensor, target: int, report: Any) -> Curves:
    return curves(row.network, view, heatmap, target, STEPS, FILL, report)
