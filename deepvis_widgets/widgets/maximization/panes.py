"""The panes of the MaximizationLab: menus and knobs, the pictures, those kept, and one for each layer."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from ...core.network.target import Target
from ...methods.backward import describe
from ..kit import layout
from ..kit.layout import box, classed, display
from ..kit.picture_strip import Strip
from ..link.push import push
from .ascent_run import Look
from .choices import AscentChoices
from .climb_row import SIDE, ClimbRow
from .kept import Kept, settings_words
from .knobs import AscentKnobs
from .layer_gallery import Drawn
from .state import FULL_FRAME, NUMBERS, PROBABILITY, TRUE_SIZE, MaximizationState

TITLES = {False: "What it wants to see", True: "Up the logit"}  # of the first row: whether another climbs beside it

Act = Callable[[], object]


class MaximizationPanes:
    """Everything on the page, in `rows`. Draws the answers of a session; see MaximizationAnswers.

    Each button calls what it is given.
    """

    def __init__(
        self, state: MaximizationState, group: str, play: Act, restart: Act, keep: Act, forget: Act, draw_sizes: Act
    ) -> None:
        self._state, self._begun = state, False
        self._scale = SIDE / max(state.network.size)
        self.choices = AscentChoices(state)
        self.knobs = AscentKnobs(lambda name, value: setattr(state, name, value))
        self.play = _button("Start", "Start, pause or go on", play, "play")
        self.again = _button("Restart", "From new noise of the same seeds", restart, "refresh")
        self.keeper = _button("Keep", "Keep the picture chosen in the gallery, or the best one", keep, "thumb-tack")
        self.own = _button("Preset's own", "All knobs back to what the preset says", state.reset)
        self.words = layout.html("dv-lab-numbers")
        self.row = ClimbRow(group, TITLES[False], "Objective", state.network)
        self.gallery, self.trace = self.row.gallery, self.row.trace
        self.beside = ClimbRow(group, f"Up the {PROBABILITY}", PROBABILITY.capitalize(), state.network)
        self.kept = KeptRow(group, self._scale, forget)
        self.layers = LayerRow(group, self._scale, draw_sizes)
        self.sized, self.drawn, self.drawing = self.layers.make_room, self.layers.put, self.layers.progress
        self._lay_out()
        self.knobs.show(state.params)
        self._show_running()
        self._show_rows()
        state.observe(lambda _: self._show_rows(), names=["score", "target"])
        state.observe(lambda _: self.knobs.show(state.params), names=list(NUMBERS))
        state.observe(lambda _: self._show_running(), names="running")

    def _lay_out(self) -> None:
        buttons = box("dv-board-row", self.play, self.again, self.keeper, self.own)
        left = box("dv-max-side", *self.choices.rows, self.knobs)
        self.charts = box("dv-max-charts", self.row.chart)
        pictures = box("dv-max-main", buttons, self.words, self.row.pictures, self.beside.pictures, self.charts)
        self.rows = [box("dv-max-panes", left, pictures), self.kept, self.layers]

    # --- answers ---

    def looked(self, answer: Look) -> None:
        """Shows the pictures as they are, and how far they have come."""
        self._begun = True
        height, width = answer.box[2:]
        words = describe(self._state.network, Target(answer.target.channel, answer.target.layer))
        view = self._state.view
        for row, look in ((self.row, answer), (self.beside, answer.beside)):
            if look is not None:
                row.show(look, f"{words}, {height}×{width} px", view == FULL_FRAME, view == TRUE_SIZE)
        rest = " · done" if answer.done else ""
        push(self.words, value=f"Step {len(answer.trace)} · {words} · sees {height}×{width} px{rest}")

    def cleared(self) -> None:
        """Shows an empty gallery."""
        self._begun = False
        for row in (self.row, self.beside):
            row.clear()
        self._show_running()

    def say(self, sentence: str) -> None:
        """Shows one sentence about what does not go; an empty one takes it away."""
        push(self.gallery, notice=sentence)

    # --- the state ---

    def _show_rows(self) -> None:
        """One row of pictures, or two. A chart that is not displayed has no size, which bqplot cannot draw."""
        both = len(self._state.scores) > 1
        display(self.beside.pictures, both)
        self.charts.children = (self.row.chart, self.beside.chart) if both else (self.row.chart,)
        push(self.gallery, title=TITLES[both])

    def _show_running(self) -> None:
        """What the buttons would do now."""
        running = self._state.running
        begun = self._begun or running
        words = "Pause" if running else "Go on" if begun else "Start"
        push(self.play, description=words, icon="pause" if running else "play")
        self.again.disabled = self.keeper.disabled = not begun
        for row in (self.row, self.beside):
            push(row.gallery, running=running)
            if not begun:
                row.begin()
        if not begun:
            push(self.words, value="Every picture begins as noise; each step makes the unit like it a little more.")


class KeptRow(ipywidgets.Box):
    """The pictures that were kept, and a button that takes them away; shown when there are any."""

    def __init__(self, group: str, scale: float, on_forget: Act) -> None:
        self.strip = Strip(group, scale)
        self.forget = _button("Forget", "Take the kept pictures away", on_forget, "trash")
        super().__init__([box("dv-board-row", layout.title("Kept", "dv-lab-title"), self.forget), self.strip])
        self.add_class("dv-max-row")
        display(self, False)

    def add(self, kept: Kept) -> None:
        """Shows one more."""
        lines = [f"{kept.value:.3g} after {kept.step} steps, seed {kept.seed}", settings_words(kept)]
        height, width = kept.picture.shape[1:]
        self.strip.add(kept.target, (height, width), kept.picture, lines)
        display(self, True)

    def clear(self) -> None:
        """Takes all away."""
        self.strip.clear()
        display(self, False)


class LayerRow(ipywidgets.Box):
    """One unit of each layer at the true size of what it sees, and a button that has them drawn."""

    def __init__(self, group: str, scale: float, on_sizes: Act) -> None:
        tip = "Draw the unit of this number in every layer at the true size of what it sees"
        self.button = layout.button("One unit of each layer", tip, on_click=on_sizes, width="auto")
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"display": "none", "width": "120px"})
        self.strip = classed(Strip(group, scale), "dv-sizes")
        super().__init__([box("dv-board-row", self.button, self.bar), self.strip])
        self.add_class("dv-max-row")

    def make_room(self, cards: list[tuple[str, tuple[int, int]]]) -> None:
        """Lays out an empty card for each (title, (height, width))."""
        self.strip.clear()
        for title, size in cards:
            self.strip.add(title, size)

    def put(self, drawn: Drawn) -> None:
        """Shows one picture on its card."""
        height, width = drawn.picture.shape[1:]
        self.strip.put(drawn.place, drawn.picture, [f"{height}×{width} px", f"{drawn.value:.3g}"])

    def progress(self, fraction: float | None) -> None:
        """Shows how far the pictures are; None when they are done."""
        display(self.bar, fraction is not None)
        push(self.bar, value=fraction or 0.0)


def _button(text: str, tooltip: str, on_click: Act, icon: str = "") -> ipywidgets.Button:
    return layout.button(text, tooltip, icon, on_click, width="112px")
