"""The panes of the husky and wolf lesson: pictures, ballot, explanations, and what stands in the last step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np
import traitlets

from ...core.errors import DeepvisError
from ...core.picture.picture import to_bytes
from ...core.results import HeatMap
from ...methods import method
from ..kit.layout import close_all
from ..link import frames
from ..views.gallery import Gallery
from ..views.stage import Stage
from . import words as story
from .ballot import Ballot
from .questions import blended
from .vote_chart import VoteChart
from .words import AGAIN, ANSWERS, EXPLANATIONS, LAST, LETTERS, TIME_OF

if TYPE_CHECKING:
    from .husky_wolf import HuskyWolf

WITH_MAPS = (EXPLANATIONS, AGAIN)


class HuskyWolfPanes:
    """The widgets of one lesson; `rows` are what it lays out, `offered` the (title, name) of its methods."""

    def __init__(self, offered: Sequence[tuple[str, str]]) -> None:
        self.heading = _html("dv-step")
        self.network = ipywidgets.ToggleButtons(
            options=LETTERS, description="Network", tooltips=[f"Ask network {letter}" for letter in LETTERS]
        )
        self.voters = ipywidgets.Dropdown(
            options=[("just me", "one"), ("a class, by hands", "class")], description="Who votes", tooltip="Who votes"
        )
        self.gallery = Gallery(label="The pictures that the network is asked about", size=112, placeholder="")
        self.stage = Stage(zoom=320, draw_occluder=False, label="The picture that was chosen, enlarged")
        self.words = _html("dv-words")
        self.smaller = _button("Close", "Show all pictures alike again")
        self._make_tools(offered)
        self.ballot = Ballot()
        self.stands = _html("dv-hint")
        self.notice = _html("dv-complaint")
        self.back, self.next = _button("Back", "To the step before"), _button("Next", "To the next step")
        self.next.button_style = "primary"
        self.charts = _box("dv-votes")
        self.story, self.table = _html("dv-story"), _html("dv-answers")
        self.other = _button("The other network", "Go through the steps with the other network")
        self.make = _button("Make one yourself", "Train small networks with more or less snow behind wolves")
        self.making = _box("dv-making")
        self.restart = _button("Start again", "Forget all votes; which network is A is drawn anew")
        self._lay_out()
        self._viewed: tuple[Any, ...] = ()

    def _make_tools(self, offered: Sequence[tuple[str, str]]) -> None:
        self.method = ipywidgets.Dropdown(
            options=list(offered), value="cam", description="Method", tooltip="The method that explains the answers"
        )
        self.opacity = ipywidgets.FloatSlider(
            value=0.6,
            min=0,
            max=1,
            step=0.05,
            description="Opacity",
            readout_format=".0%",
            tooltip="How much of the picture the explanation covers",
        )
        self.progress = ipywidgets.FloatProgress(min=0, max=1, layout={"flex": "1 1 120px", "width": "auto"})
        self.doing = _html("dv-doing")
        self.stop = _button("Stop", "Stop explaining; what there is stays")
        self.busy = _box("dv-busy", self.doing, self.progress, self.stop)

    def _lay_out(self) -> None:
        self.viewer = _box("dv-viewer", self.stage, self.words, self.smaller)
        self.pictures = _box("dv-pictures", self.gallery, self.viewer)
        self.tools = _box("dv-row", self.method, self.opacity)
        self.choices = _box("dv-row", self.network, self.voters)
        self.voting = _box("dv-voting", self.ballot, self.stands)
        onward = _box("dv-row", self.other, self.restart, self.make)
        self.ending = _box("dv-ending", self.charts, self.story, self.table, onward)
        self.rows = [
            self.heading,
            self.choices,
            self.tools,
            self.busy,
            self.pictures,
            self.voting,
            self.ending,
            self.making,
            self.notice,
            _box("dv-row dv-steps", self.back, self.next),
        ]
        self.show_progress(None)

    def bind(self, lab: HuskyWolf) -> None:
        """Tie every control to the state it shows and sets."""
        for trait, control in (("network", self.network), ("method", self.method), ("opacity", self.opacity)):
            traitlets.link((lab, trait), (control, "value"))
        traitlets.link((lab, "voters"), (self.voters, "value"))
        traitlets.link((lab, "picture"), (self.gallery, "chosen"))
        ipywidgets.jslink((self.opacity, "value"), (self.stage, "opacity"))
        self.ballot.observe(lambda change: self._voted(lab, change["new"]), names="vote")
        self.smaller.on_click(lambda _: setattr(lab, "picture", -1))
        self.stop.on_click(lambda _: lab.run.stop())
        self.back.on_click(lambda _: lab.back())
        self.next.on_click(lambda _: self._next(lab))
        self.other.on_click(lambda _: lab.other())
        self.restart.on_click(lambda _: lab.restart())
        self.make.on_click(lambda _: setattr(lab, "making", True))

    def _voted(self, lab: HuskyWolf, vote: Any) -> None:
        if lab.stage in TIME_OF and not lab.locked and vote != lab.vote():
            self.complain("")
            lab.cast(**vote.plain())

    def _next(self, lab: HuskyWolf) -> None:
        try:
            lab.next()
            self.complain("")
        except DeepvisError as error:
            self.complain(str(error))

    # --- what a step shows ---

    def show_step(self, lab: HuskyWolf) -> None:
        """Heading, panes and buttons of the step, and its vote."""
        stage = lab.stage
        self.heading.value = story.heading(stage, lab.network)
        _display(self.choices, stage < LAST)
        _display(self.tools, stage in WITH_MAPS)
        _display(self.busy, stage < LAST)
        _display(self.pictures, stage < LAST)
        _display(self.voting, stage in TIME_OF)
        _display(self.ending, stage == LAST)
        # not hidden but taken out: a chart that is drawn where it has no room complains
        self.making.children = (lab.snow,) if stage == LAST and lab.making and lab.snow is not None else ()
        self.make.disabled = lab.making
        _display(self.viewer, lab.picture >= 0)
        self.back.disabled, self.voters.disabled = stage == ANSWERS, lab.voted
        _display(self.next, stage < LAST)
        self.next.description = {ANSWERS: "Show why", EXPLANATIONS: "Vote again", AGAIN: "The truth"}.get(stage, "Next")
        if stage in TIME_OF:
            self._show_ballot(lab)
        else:
            self.complain("")
        if stage == LAST:
            self._show_ending(lab)
        else:
            self._forget_ending()

    def _show_ballot(self, lab: HuskyWolf) -> None:
        self.ballot.many, self.ballot.locked = lab.voters == "class", lab.locked
        self.ballot.vote = lab.vote()
        self.stands.value = "This vote was before the explanations, so it stands." if lab.locked else ""

    def _show_ending(self, lab: HuskyWolf) -> None:
        names, run = lab.run.names, lab.run
        kinds = {letter: "biased" if name == story.BIASED else "honest" for letter, name in names.items()}
        votes = {letter: (lab.vote("before", letter), lab.vote("after", letter)) for letter in LETTERS}
        old, shown = self.charts.children, [letter for letter in LETTERS if any(vote.cast for vote in votes[letter])]
        self.charts.children = [VoteChart(f"Network {k}, the {kinds[k]} one", *votes[k]) for k in shown]
        close_all(old)
        self.story.value = story.story(names, run.scenes, run.answers)
        run.show_table()

    def _forget_ending(self) -> None:
        """What tells the networks apart is nowhere on the page before the last step."""
        close_all(self.charts.children)
        self.charts.children, self.story.value, self.table.value = (), "", ""

    def show_pictures(self, lab: HuskyWolf) -> None:
        """The pictures with captions, and the one enlarged; with their maps where that is the step."""
        run, answers = lab.run, lab.run.answers.get(lab.run.name)
        maps = run.maps if lab.stage in WITH_MAPS else {}
        views = [run.view(index) for index in range(len(run.scenes))]
        shown = [blended(view, maps[i], lab.opacity) if i in maps else view for i, view in enumerate(views)]
        pictures = np.stack([to_bytes(view) for view in shown]) if shown else frames.no_pictures()
        told = [None] * len(views) if answers is None else answers
        self.gallery.captions = [story.caption(*pair) for pair in zip(run.scenes, told, strict=True)]
        self.gallery.push("pictures", {"caption": ""}, {"pictures": pictures})
        if 0 <= lab.picture < len(views):
            self._enlarge(lab, views[lab.picture], maps.get(lab.picture))
            self.words.value = story.in_words(lab.network, run.scenes[lab.picture], told[lab.picture])

    def _enlarge(self, lab: HuskyWolf, view: Any, result: HeatMap | None) -> None:
        viewed = lab.picture, len(lab.run.scenes)
        if viewed != self._viewed:
            picture = to_bytes(view)
            self.stage.push("picture", arrays={"picture": picture, "fill": picture})
            self._viewed = viewed
        title = "" if result is None else f"{method(result.method).title}: {result.target}"
        meta, arrays = frames.overlay_frame(result, title)
        self.stage.colormap = "blue-red" if meta.get("signed", False) else "inferno"
        self.stage.push("overlay", meta, arrays)

    def show_progress(self, fraction: float | None, doing: str = "") -> None:
        """How far something that takes seconds is; None when it has ended. Its row keeps its place: what stands below
        must not move away from under a click.
        """
        self.busy.layout.visibility = "hidden" if fraction is None else None
        _display(self.stop, doing == "Explaining")
        self.doing.value, self.progress.value = doing, fraction or 0.0
        self.progress.tooltip = doing

    def show_table(self, fraction: float | None, table: str) -> None:
        """The table of answers, or how far the scenes are drawn that it needs."""
        waiting = f'<p role="status">Drawing new scenes: {fraction or 0:.0%}</p>'
        self.table.value = table if fraction is None else waiting

    def complain(self, sentence: str) -> None:
        """One sentence about what does not go; an empty one takes it away."""
        self.notice.value = f'<div role="alert">{sentence}</div>' if sentence else ""

    def close(self) -> None:
        """Take every widget off the page and free its model."""
        close_all(self.rows)


def _display(widget: Any, shown: bool) -> None:
    widget.layout.display = None if shown else "none"


def _html(name: str) -> ipywidgets.HTML:
    return ipywidgets.HTML().add_class(name)


def _button(description: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(description=description, tooltip=tooltip)


def _box(classes: str, *children: Any) -> ipywidgets.Box:
    box = ipywidgets.Box(list(children))
    for name in classes.split():
        box.add_class(name)
    return box
