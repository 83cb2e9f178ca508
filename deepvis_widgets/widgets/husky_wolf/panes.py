"""The panes of the husky and wolf lesson, how they lie on the page, and what a step shows of them."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
import traitlets

from ...core.errors import DeepvisError
from ..kit.layout import box, button, classed, close_all, display, dropdown, html
from ..kit.notice import Notice
from ..kit.progress import Progress
from .ballot import Ballot
from .ending_pane import EndingPane
from .pictures_pane import PicturesPane
from .state import AGAIN, ANSWERS, EXPLANATIONS, LAST, LETTERS, TIME_OF, WITH_MAPS, HuskyWolfState
from .vote import Vote
from .words import heading

FOLLOWED = ["stage", "network", "votes", "voters", "picture", "opened", "making", "network_names", "left"]
ONWARD = {ANSWERS: "Show why", EXPLANATIONS: "Vote again", AGAIN: "The truth"}


class HuskyWolfPanes:
    """The widgets of one lesson; `rows` are what it lays out, and `stop` ends an explanation that is under way.

    Everything that the state says is shown by itself; answers are shown by `show_...`, on any thread.
    """

    def __init__(self, state: HuskyWolfState, stop: Callable[[], object]) -> None:
        self._state = state
        self._page: ipywidgets.Widget | None = None
        self.heading = html("dv-step")
        tips = [f"Ask network {letter}" for letter in LETTERS]
        self.network = ipywidgets.ToggleButtons(options=LETTERS, description="Network", tooltips=tips)
        voters = [("just me", "one"), ("a class, by hands", "class")]
        self.voters = dropdown("Who votes", voters, "Who votes")
        self.choices = box("dv-row", self.network, self.voters)
        self.pictures, self.ending = PicturesPane(state), EndingPane(state)
        self.busy = Progress(
            "dv-busy", "Stop explaining; what there is stays", stop, "1 1 120px", worded=True, keeps_place=True
        )
        self.controls = box("dv-row", self.choices, self.pictures.tools)
        self.ballot, self.stands = Ballot(), html("dv-hint")
        self.voting = box("dv-voting", self.ballot, self.stands)
        self.making = box("dv-making")
        self.notice: Notice = classed(Notice(classes=""), "dv-complaint")
        self.back = button("Back", "To the step before", on_click=state.back)
        self.next = button("Next", "To the next step", on_click=self._next, button_style="primary")
        self.show_pictures, self.complain = self.pictures.show, self.notice.say
        self.show_answers, self.show_fresh = self.ending.show_answers, self.ending.show_fresh
        self.show_drawing = self.ending.show_drawing
        self.rows = [
            self.heading,
            self.controls,
            self.pictures.box,
            self.voting,
            self.ending.box,
            self.making,
            self.notice,
            box("dv-row dv-steps", self.back, self.next, self.busy),
        ]
        self._bind()
        self.show_progress(None)
        self._show_step()

    def _bind(self) -> None:
        traitlets.link((self._state, "network"), (self.network, "value"))
        traitlets.link((self._state, "voters"), (self.voters, "value"))
        self.ballot.observe(lambda change: self._voted(change["new"]), names="vote")
        self._state.observe(lambda _: self._show_step(), names=FOLLOWED)

    def _voted(self, vote: Vote) -> None:
        state = self._state
        if state.stage in TIME_OF and not state.locked and vote != state.vote():
            self.complain("")
            state.cast(**vote.plain())

    def _next(self) -> None:
        try:
            self._state.next()
            self.complain("")
        except DeepvisError as error:
            self.complain(str(error))

    # --- what a step shows ---

    def _show_step(self) -> None:
        """Heading, panes and buttons of the step, and its vote."""
        state, stage = self._state, self._state.stage
        self.heading.value = heading(stage, state.network, bool(state.left) and not state.vote().voters)
        display(self.controls, stage < LAST)
        display(self.busy, stage < LAST)
        display(self.pictures.box, stage < LAST)
        display(self.pictures.tools, stage in WITH_MAPS)
        display(self.voting, stage in TIME_OF)
        self._show_page()
        self.back.disabled, self.voters.disabled = stage == ANSWERS, state.voted
        display(self.next, stage < LAST)
        self.next.description = ONWARD.get(stage, "Next")
        if stage in TIME_OF:
            self._show_ballot()
        else:
            self.complain("")

    def _show_ballot(self) -> None:
        state = self._state
        self.ballot.many, self.ballot.locked = state.voters == "class", state.locked
        self.ballot.vote = state.vote()
        self.stands.value = "This vote was before the explanations, so it stands." if state.locked else ""

    def add_page(self, page: ipywidgets.Widget) -> None:
        """Shows this page below the last step, where networks of one's own are made."""
        self._page = page
        self._show_page()

    def _show_page(self) -> None:
        # not hidden but taken out: a chart that is drawn where it has no room complains
        shown = self._state.stage == LAST and self._state.making and self._page is not None
        self.making.children = (self._page,) if shown else ()

    # --- what comes out ---

    def show_progress(self, fraction: float | None, doing: str = "", stoppable: bool = False) -> None:
        """Shows how far something is that takes seconds; None when it has ended."""
        self.busy.show(fraction)
        display(self.busy.stop, stoppable)
        self.busy.say(doing, doing)

    def close(self) -> None:
        """Takes every widget off the page and frees its model."""
        close_all([*self.rows, self.pictures.link])
