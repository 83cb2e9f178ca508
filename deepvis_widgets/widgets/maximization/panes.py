"""The panes of the activation maximization lab: menus and knobs, the pictures, those kept, and one for each layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np
import torch

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.picture.picture import to_bytes
from ...methods.backward import describe
from ...methods.synthesis import PRESETS
from ..kit.picture_strip import Strip
from ..link.frames import no_pictures
from ..views.gallery import Gallery
from .knobs import AscentKnobs
from .objective_chart import AscentTrace
from .state import FULL_FRAME, TRUE_SIZE, VIEWS

if TYPE_CHECKING:
    from .maximization_lab import MaximizationLab

CLASSES = ""  # the menu's value for class scores
SIDE = 152  # css pixels of a picture
LABELS = {"description_width": "60px"}
_EMPTY = torch.empty(0, 0)


class MaximizationPanes:
    """The widgets of one lab; `rows` are what it lays out, `turn(name, value)` what a knob does."""

    def __init__(self, network: Network, group: str, turn: Callable[[str, Any], None]) -> None:
        self._scale = SIDE / max(network.size)
        self._make_target(network)
        self._make_run()
        self.knobs = AscentKnobs(turn)
        self._make_buttons()
        self.words = ipywidgets.HTML().add_class("dv-lab-numbers")
        self.gallery = Gallery(
            group=group, size=SIDE, title="What it wants to see", placeholder="Press Start.", label="The pictures"
        )
        self.trace = AscentTrace()
        self.strip, self.sizes = Strip(group, self._scale), Strip(group, self._scale).add_class("dv-sizes")
        self.size_progress = ipywidgets.FloatProgress(min=0, max=1, layout={"display": "none", "width": "120px"})
        self._lay_out()

    def _make_target(self, network: Network) -> None:
        layers = [("class scores", CLASSES), *((name, name) for name in network.layers.names)]
        classes = [(label, index) for index, label in enumerate(network.labels)]
        self.layer_choice = _menu("Layer", "the layer of the unit, or the class scores", layers)
        self.unit_choice = _count("Unit", "the unit's channel", 0, 0)
        self.class_choice = _menu("Class", "the class whose score is maximised", classes)

    def _make_run(self) -> None:
        self.preset_choice = _menu("Recipe", "Fourier basis, or Yosinski's four", PRESETS)
        self.seeds_choice = _count("Pictures", "how many, each from its own noise", 1, 16)
        self.seed_choice = _count("Seed", "of the first picture", 0, 2**31 - 1)
        self.steps_choice = _count("Steps", "0: the recipe's own number", 0, 10_000)
        self.view_choice = _menu("Show", "enlarged, at its true size, or in the full frame", VIEWS)

    def _make_buttons(self) -> None:
        self.play = _button("Start", "Start, pause or go on", "play")
        self.again = _button("Restart", "From new noise of the same seeds", "refresh")
        self.keeper = _button("Keep", "Keep the picture chosen in the gallery, or the best one", "thumb-tack")
        self.own = _button("Preset's own", "All knobs back to what the preset says")
        self.forget = _button("Forget", "Take the kept pictures away", "trash")
        self.size_button = _button(
            "One unit of each layer", "Draw the unit of this number in every layer at the true size of what it sees"
        )
        self.size_button.layout.width = "auto"

    def _lay_out(self) -> None:
        choice = _box("dv-max-choice", self.layer_choice, self.unit_choice, self.class_choice, self.preset_choice)
        more = _box("dv-max-choice", self.seeds_choice, self.seed_choice, self.steps_choice, self.view_choice)
        buttons = _box("dv-board-row", self.play, self.again, self.keeper, self.own)
        left = _box("dv-max-side", choice, more, self.knobs)
        pictures = _box("dv-max-main", buttons, self.words, self.gallery, _title("Objective, by step"), self.trace)
        self.kept_row = _box("dv-max-row", _box("dv-board-row", _title("Kept"), self.forget), self.strip)
        sizes = _box("dv-max-row", _box("dv-board-row", self.size_button, self.size_progress), self.sizes)
        self.rows = [_box("dv-max-panes", left, pictures), self.kept_row, sizes]

    # --- what is shown ---

    def show_choice(self, lab: MaximizationLab) -> None:
        """What is maximised, with which knobs."""
        classes = lab.target is not None
        self.unit_choice.max = lab.network.layers[lab.layer].channels - 1
        self.unit_choice.value = lab.unit
        self.layer_choice.value = CLASSES if classes else lab.layer
        if classes:
            self.class_choice.value = lab.target
        _display(self.unit_choice, not classes)
        _display(self.class_choice, classes)
        self.knobs.show(lab.params)
        self.show_kept(lab)
        self.show_state(lab)

    def show_state(self, lab: MaximizationLab) -> None:
        """What the buttons would do now."""
        begun = lab.look is not None or lab.running
        self.play.description = "Pause" if lab.running else "Go on" if begun else "Start"
        self.play.icon = "pause" if lab.running else "play"
        self.again.disabled = self.keeper.disabled = not begun
        self.gallery.running = lab.running
        if not begun:
            self.trace.show(_EMPTY)
            self.gallery.captions = []
            self.gallery.progress = 0.0
            self.words.value = "Every picture begins as noise; each step makes the unit like it a little more."

    def show_pictures(self, lab: MaximizationLab) -> None:
        """The pictures as they are, and how far they have come."""
        look = lab.look
        if look is None:
            return
        top, left, height, width = look.box
        full = lab.view == FULL_FRAME
        shown = look.pictures if full else look.pictures[..., top : top + height, left : left + width]
        self.gallery.actual_size = lab.view == TRUE_SIZE
        words = describe(lab.network, Target(look.target.channel, look.target.layer))
        caption = {"caption": f"{words}, {height}×{width} px", "scale": self._scale}
        self.gallery.push("pictures", caption, {"pictures": np.stack([to_bytes(picture) for picture in shown])})
        self.gallery.progress = look.fraction
        last = look.trace[-1].tolist() if len(look.trace) else []
        self.gallery.captions = [f"seed {look.params.seed + i}: {value:.3g}" for i, value in enumerate(last)]
        rest = " · done" if look.done else ""
        self.words.value = f"Step {len(look.trace)} · {words} · sees {height}×{width} px{rest}"

    def no_pictures(self) -> None:
        """An empty gallery."""
        self.gallery.forget("pictures")
        self.gallery.push("pictures", {"caption": ""}, {"pictures": no_pictures()})

    def show_kept(self, lab: MaximizationLab) -> None:
        """The row of kept pictures, when there are any."""
        _display(self.kept_row, bool(lab.kept))

    def show_size_progress(self, fraction: float | None) -> None:
        """How far the pictures of all layers are; None when they are done."""
        _display(self.size_progress, fraction is not None)
        self.size_progress.value = fraction or 0.0

    def complain(self, sentence: str) -> None:
        """One sentence about what does not go; an empty one takes it away."""
        self.gallery.notice = sentence


def _display(widget: Any, shown: bool) -> None:
    widget.layout.display = None if shown else "none"


def _menu(description: str, tooltip: str, options: Any) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(options=options, description=description, tooltip=tooltip, style=LABELS)


def _count(description: str, tooltip: str, least: int, most: int) -> ipywidgets.BoundedIntText:
    return ipywidgets.BoundedIntText(min=least, max=most, description=description, tooltip=tooltip, style=LABELS)


def _button(text: str, tooltip: str, icon: str = "") -> ipywidgets.Button:
    return ipywidgets.Button(description=text, tooltip=tooltip, icon=icon, layout={"width": "112px"})


def _box(kind: str, *children: Any) -> Any:
    made = ipywidgets.Box(children)
    for name in kind.split():
        made.add_class(name)
    return made


def _title(text: str) -> Any:
    return ipywidgets.HTML(text).add_class("dv-lab-title")
