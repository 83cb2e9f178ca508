"""What decides what the teaching board shows: trays of pictures, each a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets
from torch import Tensor

from ...core.checks import whole
from ...core.errors import DeepvisError
from ..kit.picture_state import PictureState
from ..link.traits import Checked

FEWEST, MOST = 2, 6  # trays
EMPTY: dict[str, tuple[Any, ...]] = {"first": (), "second": ()}


class TeachState(PictureState):
    """The trays, the picture that is asked about, and the class explained.

    `views` are the pictures of each tray as the network sees them, (3, H, W).

    >>> import deepvis_widgets as dv
    >>> state = TeachState(dv.load("husky-wolf"))
    >>> state.add("first", dv.scene("zebra", seed=3))
    >>> state.rename("first", "striped")
    >>> {label: len(pictures) for label, pictures in state.examples.items()}
    {'striped': 1, 'second': 0}
    """

    examples = Checked(EMPTY, help="label → its pictures; setting it fills the trays")

    def __init__(self, *given: Any, **traits: Any) -> None:
        self.views: dict[str, tuple[Tensor, ...]] = {label: () for label in EMPTY}
        super().__init__(*given, **traits)

    @property
    def labels(self) -> list[str]:
        """The names of the trays."""
        return list(self.examples)

    # --- commands ---

    def add(self, label: str, picture: Any) -> None:
        """Puts a picture into a tray. Raises DeepvisError for one that cannot be read."""
        self.examples = {**self.examples, label: (*self._of(label), picture)}

    def take_out(self, label: str, place: int) -> None:
        """Takes the picture at a place out of a tray."""
        pictures = self._of(label)
        if not 0 <= place < len(pictures):
            raise DeepvisError(f'There is no picture {place} in "{label}"; it holds {len(pictures)}.')
        self.examples = {**self.examples, label: (*pictures[:place], *pictures[place + 1 :])}

    def rename(self, label: str, name: str) -> None:
        """Gives a tray another name."""
        self._of(label)
        if name != label and name in self.examples:
            raise DeepvisError(f'There is a tray "{name}" already; give this one another name.')
        self.examples = {name if other == label else other: pictures for other, pictures in self.examples.items()}

    def add_tray(self) -> None:
        """Adds an empty tray."""
        numbers = range(len(self.examples) + 1, 99)
        free = next(name for name in (f"class {number}" for number in numbers) if name not in self.examples)
        self.examples = {**self.examples, free: ()}

    def remove_tray(self, label: str) -> None:
        """Takes a tray away, with its pictures."""
        self._of(label)
        self.examples = {other: pictures for other, pictures in self.examples.items() if other != label}

    def _of(self, label: str) -> tuple[Any, ...]:
        if label not in self.examples:
            raise DeepvisError(f'There is no tray "{label}"; the trays are {", ".join(self.examples)}.')
        found: tuple[Any, ...] = self.examples[label]
        return found

    # --- what may be set ---

    @traitlets.validate("examples")
    def _check_examples(self, proposal: Any) -> dict[str, tuple[Any, ...]]:
        given = proposal["value"]
        if not isinstance(given, Mapping) or not all(map(_fills_a_tray, given.items())):
            raise DeepvisError('Trays are given as {"striped": [picture, ...], "plain": [picture, ...]}.')
        if not FEWEST <= len(given) <= MOST:
            raise DeepvisError(f"{len(given)} trays are not accepted; accepted: {FEWEST} to {MOST}.")
        examples = {label.strip(): tuple(pictures) for label, pictures in given.items()}
        known = [pair for label, views in self.views.items() for pair in zip(self._of(label), views, strict=True)]
        self.views = {
            label: tuple(self._view(picture, known) for picture in pictures) for label, pictures in examples.items()
        }
        return examples

    def _view(self, picture: Any, known: list[tuple[Any, Tensor]]) -> Tensor:
        """The view of a picture: the same tensor as before where it was in a tray before."""
        found = next((view for other, view in known if other is picture), None)
        return self.network.view(picture) if found is None else found

    @traitlets.observe("examples")
    def _keep_target(self, _: Any) -> None:
        if self.target is not None and self.target >= len(self.examples):
            self.target = None

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        target = proposal["value"]
        if target is None:
            return None
        if isinstance(target, str):
            self._of(target)
            return self.labels.index(target)
        index = whole(target)
        if index is None or not 0 <= index < len(self.examples):
            raise DeepvisError(f"There is no tray {target!r}; the trays are 0 to {len(self.examples) - 1}.")
        return index


def _fills_a_tray(pair: tuple[Any, Any]) -> bool:
    label, pictures = pair
    return isinstance(label, str) and bool(label.strip()) and isinstance(pictures, list | tuple)
