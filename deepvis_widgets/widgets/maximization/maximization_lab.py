"""Activation maximization live: pictures that a unit wants to see, with every knob in reach while they are made."""

from __future__ import annotations

import uuid
from typing import Any

import ipywidgets
import traitlets

from ...core.errors import DeepvisError
from ...core.network.target import Target
from ...core.params import make
from ...engine.engine import Engine
from ...methods.backward import describe
from ...methods.synthesis import SynthesisParams
from ...methods.synthesis.yosinski import TURNED
from ..kit.arguments import as_network, default_layer
from ..kit.layout import close_all
from . import layer_gallery as true_sizes
from .kept import Kept, settings_words
from .knobs import NAMES
from .panes import CLASSES, MaximizationPanes
from .session import AscentRun, Look
from .state import ENLARGED, NEW, NUMBERS, VIEWS


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
    view = traitlets.Unicode(ENLARGED, help="how the pictures are shown")
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
        self.panes = MaximizationPanes(self.network, self.group, lambda name, value: setattr(self, name, value))
        name = f"ascent {self.group}"
        self.run = AscentRun(self.engine, self.network, name, self._show, self._ended, self.panes.complain)
        super().__init__(self.panes.rows)
        self.add_class("dv-lab").add_class("dv-maximization")
        try:
            self.layer = layer or default_layer(self.network)
            self.unit, self.preset, self.seeds = unit, preset, seeds
            for name, value in {**knobs, "target": target}.items():
                setattr(self, name, value)
        except Exception:
            self.close()  # nobody else could
            raise
        self._connect()
        self.panes.show_choice(self)

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
            self.panes.complain("There is no picture to keep yet; press Start first.")
            return
        last = look.trace[-1]
        best = int(last.argmin() if look.params.minimize else last.argmax())
        chosen = self.panes.gallery.chosen if 0 <= self.panes.gallery.chosen < len(last) else best
        top, left, height, width = look.box
        picture = look.pictures[chosen, :, top : top + height, left : left + width]
        words = describe(self.network, Target(look.target.channel, look.target.layer))
        kept = Kept(words, look.params, picture, float(last[chosen]), len(look.trace))
        self.kept.append(kept)
        lines = [f"{kept.value:.3g} after {kept.step} steps, seed {look.params.seed + chosen}", settings_words(kept)]
        self.panes.strip.add(words, (height, width), picture, lines)
        self.panes.show_kept(self)

    def forget_kept(self) -> None:
        """Take the kept pictures away."""
        self.kept.clear()
        self.panes.strip.clear()
        self.panes.show_kept(self)

    def draw_sizes(self) -> None:
        """Draw one unit of each layer at the true size of what it sees; pictures that are being made wait, paused."""
        self.pause()
        wanted = true_sizes.targets(self.network, self.unit if self.target is None else self.target)
        self.panes.sizes.clear()
        for target in wanted:
            size = true_sizes.size_of(self.network, target)
            self.panes.sizes.add(true_sizes.title_of(self.network, target), size)
        params = self.params

        def work(report: Any) -> None:
            for drawn in true_sizes.draw_all(self.network, wanted, params, report):
                height, width = drawn.picture.shape[1:]
                self.panes.sizes.put(drawn.place, drawn.picture, [f"{height}×{width} px", f"{drawn.value:.3g}"])

        self.panes.show_size_progress(0.0)
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

    def _connect(self) -> None:
        panes = self.panes
        for name in ("preset", "seeds", "seed", "steps", "view"):
            traitlets.link((self, name), (getattr(panes, f"{name}_choice"), "value"))
        panes.layer_choice.observe(self._layer_chosen, names="value")
        panes.unit_choice.observe(lambda change: setattr(self, "unit", change["new"]), names="value")
        panes.class_choice.observe(self._class_chosen, names="value")
        panes.play.on_click(lambda _: self.pause() if self.running else self.go_on())
        panes.again.on_click(lambda _: self.restart())
        panes.keeper.on_click(lambda _: self.keep())
        panes.forget.on_click(lambda _: self.forget_kept())
        panes.own.on_click(lambda _: self._reset())
        panes.size_button.on_click(lambda _: self.draw_sizes())
        self.observe(self._retargeted, names=["layer", "unit", "target"])
        self.observe(lambda _: self._renew(), names=list(NEW))
        self.observe(lambda _: self._turned(), names=[name for name in NUMBERS if name not in NEW])
        self.observe(lambda _: self._other_preset(), names="preset")
        self.observe(lambda _: panes.show_pictures(self), names="view")
        self.observe(lambda _: panes.show_state(self), names="running")

    # --- what happens ---

    def _retargeted(self, change: Any) -> None:
        """Another unit or class; choosing a unit lets the class go."""
        if change["name"] == "layer":
            self.unit = min(self.unit, self.network.layers[self.layer].channels - 1)
        if change["name"] != "target" and self.target is not None:
            self.target = None
            return
        self.panes.show_choice(self)
        self._renew()

    def _renew(self) -> None:
        """What there is does not fit any more: anew if it runs, else wait for the start."""
        if self.running:
            self.start()
            return
        self.run.forget()
        self.look = None
        self.panes.no_pictures()
        self.panes.show_state(self)

    def _turned(self) -> None:
        self.panes.knobs.show(self.params)
        self.panes.complain("")
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
            self.target = self.panes.class_choice.value if self.target is None else self.target
        elif change["new"] != self.layer:
            self.layer = change["new"]
        else:
            self.target = None

    def _class_chosen(self, change: Any) -> None:
        if self.target is not None:
            self.target = change["new"]

    def _begin(self) -> None:
        self.panes.complain("")
        self.set_trait("running", True)

    # --- answers: these are called on the engine's thread ---

    def _show(self, look: Look) -> None:
        self.look = look
        self.panes.show_pictures(self)
        self.panes.trace.show(look.trace, look.turns)

    def _ended(self, done: bool) -> None:
        self.set_trait("running", False)

    def _progress(self, fraction: float | None, sentence: str = "") -> None:
        if sentence:
            self.panes.complain(sentence)
        self.panes.show_size_progress(fraction)
