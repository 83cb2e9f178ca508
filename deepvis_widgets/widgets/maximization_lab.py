"""Activation maximization live: pictures that a unit wants to see, with every knob in reach while they are made."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np
import torch
import traitlets
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network import Target
from ..core.params import make
from ..core.picture import to_bytes
from ..core.results import sheet
from ..engine.engine import Engine
from ..methods.backward import describe
from ..methods.synthesis import PRESETS, SynthesisParams
from ..methods.synthesis.yosinski import TURNED
from . import true_sizes
from .ascent_knobs import FOURIER, NAMES, AscentKnobs
from .ascent_run import AscentRun, Look
from .ascent_trace import AscentTrace
from .explorer import as_network, default_layer
from .frames import no_pictures
from .gallery import Gallery
from .kept_strip import Strip
from .tree import close_all

VIEWS = ("enlarged", "true size", "full frame")
CLASSES = ""  # the menu's value for class scores
SIDE = 152  # css pixels of a picture
NEW = ("seeds", "seed")  # what only new pictures can follow
NUMBERS = ("preset", "steps", *NEW, *NAMES)
_EMPTY = torch.empty(0, 0)


@dataclass(frozen=True, eq=False, repr=False)
class Kept:
    """A picture that was kept: what it maximises, with which settings, the picture (3, h, w) in [0, 1] as the unit sees
    it, the objective, and after how many steps.
    """

    target: str
    settings: SynthesisParams
    picture: Tensor
    value: float
    step: int

    def image(self) -> Any:
        """The picture as an 8-bit PIL image."""
        return sheet([self.picture])

    def __repr__(self) -> str:
        height, width = self.picture.shape[1:]
        return (
            f"Kept({self.target}, {height}×{width}, {self.value:.3g} after {self.step} steps, {settings_words(self)})"
        )


class MaximizationLab(ipywidgets.VBox):
    """Gradient ascent on a unit or class score, live (Simonyan et al. 2013; Yosinski et al. 2015; Olah et al. 2017).

    `layer` and `unit` say what is maximised, or `target`, a class index or label; choosing a unit lets the class go.
    `preset` is one of PRESETS, `seeds` how many pictures are made together, `seed` that of the first. All knobs of
    dv.explain(..., "activation_maximization") are traits and act while the pictures are made: rate, decay, blur,
    blur_every, small_norm, small_contribution (None: the preset's own), transforms, tv, pull, fitted, stretch,
    minimize. `view` is one of VIEWS. All may be set, observed and linked; what does not exist raises DeepvisError.

    `start`, `pause`, `go_on`, `restart`, `keep` and `draw_sizes` are what the buttons do; `running` says whether
    pictures are being made; `look` has the pictures and the trace of the objective, `kept` what was kept.
    """

    layer = traitlets.Unicode(help="dotted name of the unit's layer")
    unit = traitlets.Int(0, help="channel of that layer")
    target = traitlets.Any(None, allow_none=True, help="class index maximised, or None: the unit; a label may be set")
    preset = traitlets.Unicode("yosinski-3", help="the recipe")
    seeds = traitlets.Any(4, help="pictures made together")
    seed = traitlets.Any(0, help="seed of the first picture")
    steps = traitlets.Any(0, help="how many steps; 0: the recipe's own number")
    rate = traitlets.Any(1.0, help="learning rate, times the recipe's own")
    decay = traitlets.Any(None, allow_none=True, help="what is taken off per step")
    blur = traitlets.Any(None, allow_none=True, help="σ of the blur in pixels")
    blur_every = traitlets.Any(None, allow_none=True, help="steps from one blur to the next")
    small_norm = traitlets.Any(None, allow_none=True, help="percentile of the colour norm under which pixels go")
    small_contribution = traitlets.Any(None, allow_none=True, help="percentile of the contribution under which they go")
    transforms = traitlets.Any(1.0, help="Fourier: jitter, how far the picture is moved, turned and scaled")
    tv = traitlets.Any(0.1, help="Fourier: weight of the total variation")
    pull = traitlets.Any(0.03, help="Fourier: weight of the distance from grey")
    fitted = traitlets.Any(True, help="Yosinski: rates fitted to this network instead of to CaffeNet")
    stretch = traitlets.Any(False, help="show faint pictures with all the contrast there is")
    minimize = traitlets.Any(False, help="what the unit wants least")
    view = traitlets.Unicode(VIEWS[0], help="how the pictures are shown")
    running = traitlets.Bool(False, help="whether pictures are being made", read_only=True)

    def __init__(
        self,
        network: Any = "husky-wolf",
        layer: str | None = None,
        unit: int = 0,
        target: int | str | None = None,
        preset: str = "yosinski-3",
        seeds: int = 4,
        **knobs: Any,
    ) -> None:
        self.network = as_network(network)
        self._check_names(knobs)
        self.group = uuid.uuid4().hex
        self.look: Look | None = None
        self.kept: list[Kept] = []
        self.engine = Engine.of(self.network).acquire()
        self.run = AscentRun(self.engine, self.network, f"ascent {self.group}", self._show, self._ended, self._complain)
        super().__init__()
        self.add_class("dv-lab").add_class("dv-maximization")
        try:
            self.layer = layer or default_layer(self.network)
            self.unit, self.preset, self.seeds = unit, preset, seeds
            for name, value in {**knobs, "target": target}.items():
                setattr(self, name, value)
            self._make_controls()
        except Exception:
            self.close()  # nobody else could
            raise
        self._connect()
        self._show_choice()

    def _check_names(self, knobs: dict[str, Any]) -> None:
        accepted = (*NUMBERS, "view")
        for name in knobs:
            if name not in accepted:
                raise DeepvisError(f'MaximizationLab has no "{name}"; accepted: {", ".join(accepted)}.')

    # --- what may be set ---

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return str(self.network.layers[proposal["value"]].name)

    @traitlets.validate("unit")
    def _check_unit(self, proposal: Any) -> int:
        self.network.target(None, self.layer, proposal["value"])
        return int(proposal["value"])

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.network.class_index(proposal["value"])

    @traitlets.validate("view")
    def _check_view(self, proposal: Any) -> str:
        if proposal["value"] not in VIEWS:
            raise DeepvisError(f'There is no view "{proposal["value"]}"; accepted: {", ".join(VIEWS)}.')
        return str(proposal["value"])

    @traitlets.validate(*NUMBERS)
    def _check_number(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        make(SynthesisParams, {"pictures" if name == "seeds" else name: proposal["value"]}, "activation_maximization")
        return proposal["value"]

    @property
    def params(self) -> SynthesisParams:
        """All knobs as they stand."""
        values = {name: getattr(self, name) for name in NUMBERS}
        return SynthesisParams(pictures=values.pop("seeds"), **values)

    @property
    def goal(self) -> Target:
        """What is maximised."""
        return Target(self.unit, self.layer) if self.target is None else Target(self.target)

    # --- what the buttons do ---

    def start(self) -> None:
        """New pictures from noise."""
        self._begin()
        self.run.start(self.goal, self.params)

    restart = start

    def pause(self) -> None:
        """Stop after the step that is being computed; everything stays as it is."""
        self.run.pause()

    def go_on(self) -> None:
        """On from where it was paused; when all steps were done, for as many again. Begins where nothing was begun."""
        if not self.run.begun:
            self.start()
            return
        self._begin()
        self.run.go_on(self.params)

    def keep(self) -> None:
        """Keep the picture chosen in the gallery, or else the one with the highest objective, lowest when minimised."""
        look = self.look
        if look is None or not len(look.trace):
            self._complain("There is no picture to keep yet; press Start first.")
            return
        last = look.trace[-1]
        best = int(last.argmin() if look.params.minimize else last.argmax())
        chosen = self.gallery.chosen if 0 <= self.gallery.chosen < len(last) else best
        top, left, height, width = look.box
        picture = look.pictures[chosen, :, top : top + height, left : left + width]
        words = describe(self.network, Target(look.target.channel, look.target.layer))
        kept = Kept(words, look.params, picture, float(last[chosen]), len(look.trace))
        self.kept.append(kept)
        lines = [f"{kept.value:.3g} after {kept.step} steps, seed {look.params.seed + chosen}", settings_words(kept)]
        self.strip.add(words, (height, width), picture, lines)
        self._show_kept()

    def forget_kept(self) -> None:
        """Take the kept pictures away."""
        self.kept.clear()
        self.strip.clear()
        self._show_kept()

    def draw_sizes(self) -> None:
        """Draw one unit of each layer at the true size of what it sees."""
        wanted = true_sizes.targets(self.network, self.unit if self.target is None else self.target)
        self.sizes.clear()
        for target in wanted:
            size = true_sizes.size_of(self.network, target)
            self.sizes.add(true_sizes.title_of(self.network, target), size)
        params = self.params

        def work(report: Any) -> None:
            for drawn in true_sizes.draw_all(self.network, wanted, params, report):
                height, width = drawn.picture.shape[1:]
                self.sizes.put(drawn.place, drawn.picture, [f"{height}×{width} px", f"{drawn.value:.3g}"])

        self.size_progress.layout.display = None
        self.engine.submit(
            f"sizes {self.group}",
            work,
            long=True,
            on_partial=lambda fraction, _: self._progress(fraction),
            on_result=lambda _: self._progress(None),
            on_error=lambda sentence, _: self._progress(None, sentence),
            on_cancelled=lambda: self._progress(None),
            doing="drawing one unit of each layer",
        )

    def close(self) -> None:
        """Stop, give the engine back, free the pictures, and take the widgets off the page."""
        if self.comm is not None:
            self.run.forget()
            self.engine.cancel(f"sizes {self.group}")
            self.engine.release()
            close_all(self.children)
            self.look = None
        super().close()

    # --- controls ---

    def _make_controls(self) -> None:
        style = {"description_width": "60px"}
        layers = [("class scores", CLASSES), *((name, name) for name in self.network.layers.names)]
        self.layer_choice = ipywidgets.Dropdown(
            options=layers, description="Layer", tooltip="the layer of the unit, or the class scores", style=style
        )
        self.unit_choice = ipywidgets.BoundedIntText(
            min=0, max=0, description="Unit", tooltip="the unit's channel", style=style
        )
        self.class_choice = ipywidgets.Dropdown(
            options=[(label, index) for index, label in enumerate(self.network.labels)],
            description="Class",
            tooltip="the class whose score is maximised",
            style=style,
        )
        self.preset_choice = ipywidgets.Dropdown(
            options=PRESETS, description="Recipe", tooltip="Fourier basis, or Yosinski's four", style=style
        )
        self.seeds_choice = ipywidgets.BoundedIntText(
            min=1, max=16, description="Pictures", tooltip="how many, each from its own noise", style=style
        )
        self.seed_choice = ipywidgets.BoundedIntText(
            min=0, max=2**31 - 1, description="Seed", tooltip="of the first picture", style=style
        )
        self.steps_choice = ipywidgets.BoundedIntText(
            min=0, max=10_000, description="Steps", tooltip="0: the recipe's own number", style=style
        )
        self.view_choice = ipywidgets.Dropdown(
            options=VIEWS, description="Show", tooltip="enlarged, at its true size, or in the full frame", style=style
        )
        self.knobs = AscentKnobs(lambda name, value: setattr(self, name, value))
        self.own = _button("Preset's own", "All knobs back to what the preset says")
        self.play = _button("Start", "Start, pause or go on", "play")
        self.again = _button("Restart", "From new noise of the same seeds", "refresh")
        self.keeper = _button("Keep", "Keep the picture chosen in the gallery, or the best one", "thumb-tack")
        self.words = ipywidgets.HTML().add_class("dv-lab-numbers")
        self.gallery = Gallery(
            group=self.group, size=SIDE, title="What it wants to see", placeholder="Press Start.", label="The pictures"
        )
        self.trace = AscentTrace()
        scale = SIDE / max(self.network.size)
        self.strip, self.sizes = Strip(self.group, scale), Strip(self.group, scale).add_class("dv-sizes")
        self.forget = _button("Forget", "Take the kept pictures away", "trash")
        self.size_button = _button(
            "One unit of each layer", "Draw the unit of this number in every layer at the true size of what it sees"
        )
        self.size_button.layout.width = "auto"
        self.size_progress = ipywidgets.FloatProgress(min=0, max=1, layout={"display": "none", "width": "120px"})
        self._lay_out()

    def _lay_out(self) -> None:
        def box(kind: str, *children: Any) -> Any:
            made = ipywidgets.Box(children)
            for name in kind.split():
                made.add_class(name)
            return made

        def title(text: str) -> Any:
            return ipywidgets.HTML(text).add_class("dv-lab-title")

        choice = box("dv-max-choice", self.layer_choice, self.unit_choice, self.class_choice, self.preset_choice)
        more = box("dv-max-choice", self.seeds_choice, self.seed_choice, self.steps_choice, self.view_choice)
        buttons = box("dv-board-row", self.play, self.again, self.keeper, self.own)
        left = box("dv-max-side", choice, more, self.knobs)
        pictures = box("dv-max-main", buttons, self.words, self.gallery, title("Objective, by step"), self.trace)
        self.kept_row = box("dv-max-row", box("dv-board-row", title("Kept"), self.forget), self.strip)
        sizes = box("dv-max-row", box("dv-board-row", self.size_button, self.size_progress), self.sizes)
        self.children = [box("dv-max-panes", left, pictures), self.kept_row, sizes]

    def _connect(self) -> None:
        for name, control in {
            "preset": self.preset_choice,
            "seeds": self.seeds_choice,
            "seed": self.seed_choice,
            "steps": self.steps_choice,
            "view": self.view_choice,
        }.items():
            traitlets.link((self, name), (control, "value"))
        self.layer_choice.observe(self._layer_chosen, names="value")
        self.unit_choice.observe(lambda change: setattr(self, "unit", change["new"]), names="value")
        self.class_choice.observe(self._class_chosen, names="value")
        self.play.on_click(lambda _: self.pause() if self.running else self.go_on())
        self.again.on_click(lambda _: self.restart())
        self.keeper.on_click(lambda _: self.keep())
        self.forget.on_click(lambda _: self.forget_kept())
        self.own.on_click(lambda _: self._reset())
        self.size_button.on_click(lambda _: self.draw_sizes())
        self.observe(self._retargeted, names=["layer", "unit", "target"])
        self.observe(lambda _: self._renew(), names=list(NEW))
        self.observe(lambda _: self._turned(), names=[name for name in NUMBERS if name not in NEW])
        self.observe(lambda _: self._other_preset(), names="preset")
        self.observe(lambda _: self._show_pictures(), names="view")
        self.observe(lambda _: self._show_state(), names="running")

    # --- what happens ---

    def _retargeted(self, change: Any) -> None:
        """Another unit or class; choosing a unit lets the class go."""
        if change["name"] == "layer":
            self.unit = min(self.unit, self.network.layers[self.layer].channels - 1)
        if change["name"] != "target" and self.target is not None:
            self.target = None
            return
        self._show_choice()
        self._renew()

    def _renew(self) -> None:
        """What there is does not fit any more: anew if it runs, else wait for the start."""
        if self.running:
            self.start()
            return
        self.run.forget()
        self.look = None
        self.gallery.forget("pictures")
        self.gallery.push("pictures", {"caption": ""}, {"pictures": no_pictures()})
        self._show_state()

    def _turned(self) -> None:
        self.knobs.show(self.params)
        self.gallery.notice = ""
        if self.run.begun or self.running:
            self.run.turn(self.params)

    def _other_preset(self) -> None:
        for name in TURNED:
            setattr(self, name, None)
        self._turned()

    def _reset(self) -> None:
        """All knobs as the preset has them."""
        defaults = SynthesisParams()
        for name in NAMES:
            setattr(self, name, True if name == "fitted" else getattr(defaults, name))

    def _layer_chosen(self, change: Any) -> None:
        if change["new"] == CLASSES:
            self.target = self.class_choice.value if self.target is None else self.target
        elif change["new"] != self.layer:
            self.layer = change["new"]
        else:
            self.target = None

    def _class_chosen(self, change: Any) -> None:
        if self.target is not None:
            self.target = change["new"]

    def _begin(self) -> None:
        self.gallery.notice = ""
        self.set_trait("running", True)

    # --- answers: these are called on the engine's thread ---

    def _show(self, look: Look) -> None:
        self.look = look
        self._show_pictures()
        self.trace.show(look.trace, look.turns)

    def _ended(self, done: bool) -> None:
        self.set_trait("running", False)

    def _complain(self, sentence: str) -> None:
        self.gallery.notice = sentence

    def _progress(self, fraction: float | None, sentence: str = "") -> None:
        if sentence:
            self._complain(sentence)
        self.size_progress.layout.display = "none" if fraction is None else None
        self.size_progress.value = fraction or 0.0

    # --- what is shown ---

    def _show_choice(self) -> None:
        classes = self.target is not None
        self.unit_choice.max = self.network.layers[self.layer].channels - 1
        self.unit_choice.value = self.unit
        self.layer_choice.value = CLASSES if classes else self.layer
        if classes:
            self.class_choice.value = self.target
        self.unit_choice.layout.display = "none" if classes else None
        self.class_choice.layout.display = None if classes else "none"
        self.knobs.show(self.params)
        self._show_kept()
        self._show_state()

    def _show_state(self) -> None:
        begun = self.look is not None or self.running
        self.play.description = "Pause" if self.running else "Go on" if begun else "Start"
        self.play.icon = "pause" if self.running else "play"
        self.again.disabled = self.keeper.disabled = not begun
        self.gallery.running = self.running
        if not begun:
            self.trace.show(_EMPTY)
            self.gallery.captions = []
            self.gallery.progress = 0.0
            self.words.value = "Every picture begins as noise; each step makes the unit like it a little more."

    def _show_pictures(self) -> None:
        look = self.look
        if look is None:
            return
        top, left, height, width = look.box
        full = self.view == "full frame"
        shown = look.pictures if full else look.pictures[..., top : top + height, left : left + width]
        true = self.view == "true size"
        self.gallery.actual_size = true
        scale = SIDE / max(self.network.size)
        words = describe(self.network, Target(look.target.channel, look.target.layer))
        arrays = {"pictures": _stacked(shown)}
        self.gallery.push("pictures", {"caption": f"{words}, {height}×{width} px", "scale": scale}, arrays)
        self.gallery.progress = look.fraction
        last = look.trace[-1].tolist() if len(look.trace) else []
        self.gallery.captions = [f"seed {look.params.seed + i}: {value:.3g}" for i, value in enumerate(last)]
        rest = " · done" if look.done else ""
        self.words.value = f"Step {len(look.trace)} · {words} · sees {height}×{width} px{rest}"

    def _show_kept(self) -> None:
        self.kept_row.layout.display = None if self.kept else "none"


def settings_words(kept: Kept) -> str:
    """The settings under which a picture was made, as far as they are not the preset's own."""
    params, defaults = kept.settings, SynthesisParams()
    own = FOURIER if params.preset == "fourier" else TURNED
    turned = [
        f"{name.replace('_', ' ')} {getattr(params, name):.4g}"
        for name in ("rate", *own)
        if getattr(params, name) != getattr(defaults, name)
    ]
    offered = ("stretch", "minimize") if params.preset == "fourier" else ("fitted", "stretch", "minimize")
    flags = [name for name in offered if getattr(params, name)]
    return ", ".join([params.preset, *flags, *turned])


def _stacked(pictures: Tensor) -> np.ndarray:
    return np.stack([to_bytes(picture) for picture in pictures])


def _button(text: str, tooltip: str, icon: str = "") -> ipywidgets.Button:
    return ipywidgets.Button(description=text, tooltip=tooltip, icon=icon, layout={"width": "112px"})
