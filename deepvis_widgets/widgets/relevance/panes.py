"""The panes of the relevance ledger: the picture with its relevance, one layer's map, and the account of all layers."""

from __future__ import annotations

from threading import RLock

from torch import Tensor

from ...core.network.network import Network
from ...core.picture.picture import to_bytes
from ...methods.lrp import RelevanceMap
from ...methods.relevance.biases import LEFT_OUT, SHARED
from ...methods.relevance.ledger import Ledger
from ...methods.relevance.propagate import PICTURE
from ..kit.layout import html
from ..link.frames import Parts, map_frame, plane_frame, signed_overlay_frame, symmetric_range
from ..link.push import push
from ..views.map_view import MapView
from ..views.stage import Stage
from .chart import RelevanceChart
from .layer_relevance import Answer, LayerRelevance
from .ledger_state import LedgerState
from .words import digits

ROUNDING = 1e-6  # of the score
VISIBLE = 0.995  # of the pixels lie within the colours of the picture's map


class PicturePane:
    """Shows the picture as the network sees it, with the relevance of its pixels over it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._shown: RelevanceMap | None = None
        stage.colormap, stage.draw_occluder = "blue-red", False

    def open(self, view: Tensor) -> None:
        """Shows another picture (3, H, W)."""
        picture = to_bytes(view)
        self._stage.push("picture", arrays={"picture": picture, "fill": picture})

    def show(self, answer: Answer) -> None:
        """Shows the relevance of the pixels."""
        push(self._stage, notice="")
        result = answer.result
        if result is not self._shown:
            self._shown, limit = result, contrast(result.heatmap)
            self._stage.push(
                "overlay", *signed_overlay_frame(result.heatmap.clamp(-limit, limit), (-limit, limit), result.target)
            )


class LayerPane:
    """Shows the relevance map of the layer that is shown."""

    def __init__(self, network: Network, group: str) -> None:
        self._network = network
        self.map = MapView(group=group, title="Relevance", size=352, colormap="blue-red", signed=True)

    def show(self, answer: Answer) -> None:
        """Shows the map, with its layer's name and what is worth saying of it."""
        shown = answer.shown
        title = f"Relevance of {shown.layer}"
        push(self.map, title=title, label=f"{title}: {'; '.join(shown.lines)}")
        self.map.push("map", *self._frame(shown))

    def _frame(self, shown: LayerRelevance) -> Parts:
        whole = plane_frame(shown.values, self._network.size, symmetric_range(shown.values), shown.lines)
        if shown.layer == PICTURE:
            return whole
        layer = self._network.layers[shown.layer]
        if layer.height * layer.width > 1:
            return map_frame(shown.values, layer.field, shown.lines)
        return whole[0], {"values": whole[1]["values"]}  # units in rows: no position in the picture


class AccountPane:
    """Shows ΣR of every layer as a `chart`, with a mark over the layer shown, and in `words`."""

    def __init__(self, state: LedgerState) -> None:
        self._state = state
        self._result: RelevanceMap | None = None
        self._lock = RLock()  # answers come on the engine's thread, clicks on others
        self.chart = RelevanceChart(self._pick, height=292, tilted=True)
        self.words = html("dv-lab-numbers")
        state.observe(lambda change: self._mark(change["new"]), names="layer")

    def show(self, answer: Answer) -> None:
        """Shows the account of an answer."""
        result = answer.result
        push(self.words, value=account(result))
        with self._lock:
            self._result = result
            self._mark(answer.shown.layer)

    def _mark(self, layer: str) -> None:
        """Marks the bar of a layer, before its map is there."""
        with self._lock:
            if self._result is not None:
                names = layers_of(self._result.ledger)
                self.chart.show(self._result.ledger, names.index(layer) if layer in names else None)

    def _pick(self, index: int) -> None:
        if self._result is not None:
            self._state.layer = layers_of(self._result.ledger)[index]


def layers_of(ledger: Ledger) -> list[str]:
    """Returns the names of a ledger's layers, from the picture on."""
    return [entry.layer for entry in ledger.entries]


def account(result: RelevanceMap) -> str:
    """Returns where the score of a class went, in words."""
    ledger = result.ledger
    return (
        f"The score of {result.target} is {digits(ledger.start)}. The pixels get {digits(ledger.picture)} of it, "
        f"{_taken(result)}; unaccounted for at any layer: at most {max(ledger.missing()):.1e} of it."
    )


def _taken(result: RelevanceMap) -> str:
    """Returns what biases and ε took or gave, in words."""
    ledger, biases = result.ledger, result.params.biases
    epsilon = digits(ledger.epsilon)
    if biases not in (LEFT_OUT, SHARED):
        return f"biases take {digits(ledger.bias)} and ε {epsilon}"
    kept = abs(ledger.bias) > ROUNDING * abs(ledger.start)
    constants = f"padding and other constants take {digits(ledger.bias)}, " if kept else ""
    rest = f"{constants}ε and what found no taker account for {epsilon}"
    if biases == LEFT_OUT:
        return f"biases are left out, {rest}"
    return f"biases shared {digits(ledger.shared)} among their inputs on the way, {rest}"


def contrast(relevance: Tensor) -> float:
    """Returns the |R| that all but the strongest pixels stay below: colours reach that far, or a few pixels would be
    all there is to see.
    """
    return max(float(relevance.abs().flatten().double().quantile(VISIBLE)), 1e-12)
