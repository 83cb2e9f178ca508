"""What happens in the Explorer when something changes: a trait, a frame from the browser, a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch

from ...core.errors import DeepvisError
from ...core.picture.picture import from_bytes
from ...core.picture.reduce import VIEWS
from ..link.protocol import Frame
from .answers import Unit
from .state import BACKWARD_MODES, NONE, ZOOMS

if TYPE_CHECKING:
    from .explorer import Explorer
    from .session import Updates

GAMMAS, BOOSTS = (1.0, 0.7, 0.5, 0.3), (0.0, 0.3, 0.5, 0.8, 1.0)


class Wiring:
    """Connects one Explorer's traits, frames and keys with its updates; `commands` is what its keys do."""

    def __init__(self, explorer: Explorer, updates: Updates) -> None:
        self.explorer, self.updates, self.panes = explorer, updates, explorer.panes
        self.commands = self._make_commands()
        self._observe_traits()
        self._listen()
        self._show_method()

    # --- traits ---

    def _observe_traits(self) -> None:
        observe = self.explorer.observe
        observe(lambda _: self._layer_changed(), names="layer")
        observe(lambda _: self._unit_changed(), names="unit")
        observe(lambda _: self.updates.select(), names=["position", "backward", "backward_view"])
        observe(lambda _: self.updates.explain(), names="target")
        observe(lambda _: self._show_method(), names="method")
        observe(lambda change: self.updates.refresh(rank=change["new"] is None), names="occluder")
        observe(lambda _: self._fill_changed(), names="fill")
        observe(lambda change: self._freeze(change["new"]), names="frozen")
        observe(lambda _: self._tiles_changed(), names="tiles")
        observe(lambda change: self._zoom(change["old"], change["new"]), names="zoom")
        self.panes.method.observe(self._method_chosen, names="value")
        self.panes.stop.on_click(lambda _: self.updates.stop_explaining())
        self.panes.help_button.on_click(lambda _: self._toggle_help())
        for name in ("gamma", "boost"):
            self.panes.grid.observe(lambda _: self.panes.show_status(self.updates.milliseconds), names=name)

    def _layer_changed(self) -> None:
        explorer = self.explorer
        count = explorer.network.layers[explorer.layer].channels
        self.panes.grid.count = count
        self.updates.visible = torch.arange(0)
        explorer.position = None
        if explorer.unit >= count:
            explorer.unit = 0
        self.updates.forget_pictures()
        self.updates.refresh(rank=False)
        self._tiles_changed()

    def _unit_changed(self) -> None:
        self.explorer.position = None
        self.updates.forget_pictures()
        self.updates.select()

    def _fill_changed(self) -> None:
        self.updates.refill()
        self.updates.refresh(rank=False)

    def _freeze(self, frozen: bool) -> None:
        explorer = self.explorer
        self.updates.held = Unit(explorer.layer, explorer.unit, explorer.position) if frozen else None
        self.updates.select()

    def _tiles_changed(self) -> None:
        self.updates.stop_pattern()
        if self.explorer.tiles == "pictures":
            self.updates.draw_pattern()
        elif self.explorer.tiles == "gradient":
            self.updates.select()

    def _method_chosen(self, change: dict[str, Any]) -> None:
        if self.panes.refilling:
            return
        chosen = None if change["new"] == NONE else change["new"]
        try:
            self.explorer.method = chosen
        except DeepvisError as error:
            self.panes.stage.notice = str(error)
            self.panes.method.value = self.explorer.method or NONE

    def _show_method(self) -> None:
        name = self.explorer.method
        self.panes.method.value = NONE if name is None else name
        self.panes.show_controls(name, self.updates.explain)
        self.updates.explain()

    def _zoom(self, old: str, new: str) -> None:
        if old:
            self.explorer.remove_class(f"dv-zoom-{old}")
        if new:
            self.explorer.add_class(f"dv-zoom-{new}")
        self.panes.unit.size = self.panes.backward.size = 520 if new in ("unit", "backward") else 224

    # --- frames from the browser ---

    def _listen(self) -> None:
        panes = self.panes
        panes.stage.on_frame("occluder", self._dragged)
        panes.stage.on_frame("file", self._dropped)
        panes.grid.on_frame(
            "visible", lambda frame: self.updates.scroll(torch.tensor(frame.arrays["units"].astype("int64")), frame.seq)
        )
        panes.gallery.on_frame("start", lambda _: self.updates.draw_pictures())
        panes.gallery.on_frame("stop", lambda _: self.updates.stop_pictures())
        panes.keyboard.on_frame("key", lambda frame: self.commands[frame.meta["command"]]())
        panes.camera.on_frame("frame", self._filmed)

    def _dragged(self, frame: Frame) -> None:
        box = frame.meta["box"]
        self.updates.drag(None if box is None else tuple(box), frame.seq)

    def _dropped(self, frame: Frame) -> None:
        self.panes.pictures.leave()
        self.explorer.show(frame.arrays["bytes"].tobytes(), str(frame.meta.get("name", "")))
        self.panes.stage.ack(frame.seq)

    def _filmed(self, frame: Frame) -> None:
        self.updates.film(from_bytes(frame.arrays["picture"]), frame.seq)

    # --- keys ---

    def _make_commands(self) -> dict[str, Callable[[], None]]:
        explorer, panes = self.explorer, self.panes
        return {
            "layer-previous": lambda: self._step_layer(-1),
            "layer-next": lambda: self._step_layer(1),
            "picture-previous": lambda: panes.pictures.step(-1),
            "picture-next": lambda: panes.pictures.step(1),
            "camera": lambda: _flip(panes.camera, "running"),
            "camera-freeze": lambda: _flip(panes.camera, "frozen"),
            "zoom": lambda: _cycle(explorer, "zoom", ZOOMS),
            "pattern": lambda: self._toggle_tiles("pictures"),
            "difference": lambda: self._toggle_tiles("gradient"),
            "probabilities": lambda: _toggle_display(panes.areas["shares"]),
            "unit-pictures": self._toggle_pictures,
            "freeze": lambda: _flip(explorer, "frozen"),
            "backward": lambda: _cycle(explorer, "backward", BACKWARD_MODES),
            "backward-view": lambda: _cycle(explorer, "backward_view", VIEWS),
            "gamma": lambda: _cycle(panes.grid, "gamma", GAMMAS),
            "boost": lambda: _cycle(panes.grid, "boost", BOOSTS),
            "help": self._toggle_help,
            "reset": self._reset,
        }

    def _step_layer(self, by: int) -> None:
        names = self.explorer.network.layers.names
        place = names.index(self.explorer.layer) + by
        self.explorer.layer = names[max(0, min(place, len(names) - 1))]

    def _toggle_tiles(self, mode: str) -> None:
        self.explorer.tiles = "activation" if self.explorer.tiles == mode else mode

    def _toggle_pictures(self) -> None:
        self.explorer.about = "synthesized"
        if self.panes.gallery.running:
            self.updates.stop_pictures()
        else:
            self.updates.draw_pictures()

    def _toggle_help(self) -> None:
        _flip(self.panes.keyboard, "help")

    def _reset(self) -> None:
        explorer, panes = self.explorer, self.panes
        panes.keyboard.help, panes.grid.gamma, panes.grid.boost = False, 1.0, 0.0
        explorer.zoom, explorer.tiles, explorer.frozen = "", "activation", False


def _flip(owner: Any, trait: str) -> None:
    setattr(owner, trait, not getattr(owner, trait))


def _cycle(owner: Any, trait: str, values: Sequence[Any]) -> None:
    now = getattr(owner, trait)
    setattr(owner, trait, values[(values.index(now) + 1) % len(values)] if now in values else values[0])


def _toggle_display(box: Any) -> None:
    box.layout.display = None if box.layout.display == "none" else "none"
