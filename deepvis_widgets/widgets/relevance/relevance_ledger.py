"""Where the relevance of a real network's answer is, layer by layer, down to the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets
import torch
import torch.nn.functional as F
import traitlets
from torch import Tensor

from ...core.params import make, specs
from ...core.picture.picture import to_bytes
from ...methods import explain
from ...methods.lrp import LRPParams, RelevanceMap
from ...methods.relevance.propagate import PICTURE
from ..kit.param_controls import Controls
from ..kit.picture_lab import PictureLab
from ..link import frames
from ..link.frames import overlay, plane_frame, spread
from ..views.map_view import MapView
from .chart import RelevanceChart
from .words import digits

TOP = "top class"
NARROW = {"description_width": "60px"}
VISIBLE = 0.995  # of the pixels lie within the colours of the picture's map
UNITS = 4  # named as having the most relevance


@dataclass(frozen=True, eq=False)
class Shown:
    """The relevance map (h, w) of one layer, and what is worth saying of it."""

    layer: str
    values: Tensor
    lines: list[str]


class RelevanceLedger(PictureLab):
    """Layer-wise relevance propagation (Bach et al. 2015) through a network: ΣR of every layer, what biases and ε took,
    and the relevance map of any layer. A click on a bar shows that layer.

    `composite`, `epsilon` and `gamma` are those of dv.explain(..., "lrp"); `target` is a class or None (the top class),
    `layer` the layer shown, "picture" for the picture itself. All may be set, observed and linked; what does not exist
    raises DeepvisError. `result` is the RelevanceMap with its `ledger`, None until the first answer.
    """

    composite = traitlets.Unicode(LRPParams.composite, help="which rule each kind of layer gets")
    epsilon = traitlets.Float(LRPParams.epsilon, help="ε of the ε rule")
    gamma = traitlets.Float(LRPParams.gamma, help="γ of the γ rule")
    layer = traitlets.Unicode(PICTURE, help="the layer whose relevance is shown")

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        *,
        target: int | str | None = None,
        pictures: Any = None,
        layer: str = PICTURE,
        **params: Any,
    ) -> None:
        super().__init__(network, pictures)
        self.add_class("dv-relevance")
        self.result: RelevanceMap | None = None
        self.network.recordings.limit = max(2, self.network.recordings.limit)
        self._make_panes()
        self._lay_out()
        self.observe(lambda _: self.opened(), names=["composite", "epsilon", "gamma"])
        self.observe(lambda _: self._other_layer(), names="layer")
        self.begin(picture, **params, target=target, layer=layer)

    # --- what may be set ---

    @traitlets.validate("composite", "epsilon", "gamma")
    def _check_param(self, proposal: Any) -> Any:
        make(LRPParams, {proposal["trait"].name: proposal["value"]}, "lrp")
        return proposal["value"]

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        name = proposal["value"]
        return PICTURE if name == PICTURE else str(self.network.layers[name].name)

    # --- panes ---

    def _make_panes(self) -> None:
        self.controls = Controls(specs(LRPParams), lambda: None)
        for name, control in self.controls.by_name.items():
            control.style.description_width = NARROW["description_width"]
            traitlets.link((self, name), (control, "value"))
        labels = [(TOP, -1), *((label, index) for index, label in enumerate(self.network.labels))]
        self.classes = ipywidgets.Dropdown(
            options=labels, value=-1, description="Class", tooltip="the class whose score is handed back", style=NARROW
        )
        layers = [(PICTURE, PICTURE), *((name, name) for name in self.network.layers.names)]
        self.layers = ipywidgets.Dropdown(
            options=layers, description="Layer", tooltip="the layer shown; a click on a bar chooses it", style=NARROW
        )
        self.chart = RelevanceChart(self._picked, height=292, tilted=True)
        self.map = MapView(group=self.group, title="Relevance", size=264, colormap="blue-red", signed=True)
        self.words = ipywidgets.HTML().add_class("dv-lab-numbers")
        self.stage.colormap, self.stage.draw_occluder = "blue-red", False
        self.classes.observe(self._class_chosen, names="value")
        traitlets.link((self, "layer"), (self.layers, "value"))

    def _lay_out(self) -> None:
        def box(kind: str, *children: Any) -> Any:
            return ipywidgets.Box(children).add_class(kind)

        tools = box("dv-relevance-tools", self.classes, self.layers, self.controls)
        self.children = [
            self.bar,
            box("dv-relevance-panes", self.stage, self.map, tools),
            self.chart,
            self.words,
        ]

    # --- what happens ---

    def opened(self) -> None:
        """Another picture, class or rule: everything anew."""
        if self.view is None:
            return
        picture = to_bytes(self.view)
        self.stage.push("picture", arrays={"picture": picture, "fill": picture})
        self._explain()

    def retargeted(self) -> None:
        """Another class."""
        self.classes.value = -1 if self.target is None else self.target
        self._explain()

    def _explain(self) -> None:
        if self.view is None:
            return
        view, target, layer = self.view, self.target, self.layer
        params: dict[str, Any] = {"composite": self.composite, "epsilon": self.epsilon, "gamma": self.gamma}

        def work(_: Callable[..., None]) -> tuple[RelevanceMap, Shown]:
            result = explain(self.network, view, "lrp", target=target, **params)
            assert isinstance(result, RelevanceMap)
            return result, self._look(result, layer)

        self.ask("relevance", work, lambda answer: self._show(*answer), "running lrp")

    def _other_layer(self) -> None:
        result, layer = self.result, self.layer
        if result is not None:
            self._show_ledger()
            self.ask("relevance-layer", lambda _: self._look(result, layer), self._show_map, "showing this layer")

    def _look(self, result: RelevanceMap, layer: str) -> Shown:
        """The map of a layer; on the worker's thread."""
        if layer == PICTURE:
            return Shown(layer, result.heatmap, [f"ΣR = {digits(float(result.heatmap.sum()))}"])
        relevance = result.relevances[layer]
        maps: Tensor = self.network.layers[layer].layout.maps(relevance[None])[0]
        return Shown(layer, plane(maps), [f"ΣR = {digits(float(maps.sum()))}", strongest_units(maps)])

    def _show(self, result: RelevanceMap, shown: Shown) -> None:
        self.result = result
        self.stage.notice = ""
        limit = contrast(result.heatmap)
        self.stage.push("overlay", *overlay(result.heatmap.clamp(-limit, limit), (-limit, limit), result.target))
        self._show_ledger()
        if shown.layer == self.layer:
            self._show_map(shown)
        else:
            self._other_layer()

    def _show_ledger(self) -> None:
        result = self.result
        if result is None:
            return
        names = [entry.layer for entry in result.ledger.entries]
        self.chart.show(result.ledger, names.index(self.layer) if self.layer in names else None)
        ledger = result.ledger
        self.words.value = (
            f"The score of {result.target} is {digits(ledger.start)}. The pixels get {digits(ledger.picture)} of it, "
            f"biases take {digits(ledger.bias)} and ε {digits(ledger.epsilon)}; "
            f"unaccounted for at any layer: at most {max(ledger.missing()):.1e} of it."
        )

    def _show_map(self, shown: Shown) -> None:
        self.map.title = f"Relevance of {shown.layer}"
        self.map.label = f"Relevance of {shown.layer}: {'; '.join(shown.lines)}"
        self.map.push("map", *self._frame(shown))

    def _frame(self, shown: Shown) -> frames.Parts:
        if shown.layer == PICTURE:
            return plane_frame(shown.values, self.network.size, spread(shown.values), shown.lines)
        layer = self.network.layers[shown.layer]
        if layer.height * layer.width > 1:
            return frames.map_frame(shown.values, layer.field, shown.lines)
        meta, arrays = plane_frame(shown.values, self.network.size, spread(shown.values), shown.lines)
        return meta, {"values": arrays["values"]}  # units in rows: no place of the picture

    # --- controls ---

    def _class_chosen(self, change: Any) -> None:
        self.target = None if change["new"] == -1 else change["new"]

    def _picked(self, place: int) -> None:
        if self.result is not None:
            self.layer = self.result.ledger.entries[place].layer


def plane(maps: Tensor) -> Tensor:
    """Relevance maps (C, h, w) as one plane: their sum, or, of single values, the values themselves in a square."""
    if maps.shape[1] * maps.shape[2] > 1:
        return maps.sum(0)
    count = len(maps)
    cols = int(count**0.5 + 0.999)
    return F.pad(maps.flatten(), (0, -count % cols)).view(-1, cols)


def contrast(relevance: Tensor) -> float:
    """The |R| that all but the strongest pixels stay below: colours reach that far, or a few pixels would be all there
    is to see.
    """
    return max(float(relevance.abs().flatten().double().quantile(VISIBLE)), 1e-12)


def strongest_units(maps: Tensor) -> str:
    """The units with the most relevance, in words."""
    totals = maps.double().sum((1, 2))
    units = torch.argsort(totals.abs(), descending=True)[:UNITS].tolist()
    return "most at unit " + ", ".join(f"{unit} ({digits(float(totals[unit]))})" for unit in units)
