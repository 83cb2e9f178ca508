"""What decides what the teaching board shows: trays of pictures, each a class."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets
from torch import Tensor

from ...core.checks import whole
from ...core.errors import DeepvisError
from ...core.picture.folder import readable, unread
from ...zoo.teaching.folders import folder_examples
from ..kit.picture_state import PictureState
from ..link.traits import Checked

FEWEST, MOST = 2, 6  # trays
MOST_PICTURES = 100  # of a folder; js/src/views/tray.ts takes as many
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

    examples = Checked(EMPTY, help="label → its pictures, or their folder; setting it fills the trays")
    unread = ""  # a sentence about the pictures that were left out when a tray was filled last

    def __init__(self, *given: Any, **traits: Any) -> None:
        self.views: dict[str, tuple[Tensor, ...]] = {label: () for label in EMPTY}
        self._read: list[tuple[Any, Tensor]] = []  # pictures on their way into a tray, with their views
        super().__init__(*given, **traits)

    @property
    def labels(self) -> list[str]:
        """The names of the trays."""
        return list(self.examples)

    # --- commands ---

    def add(self, label: str, picture: Any) -> None:
        """Puts a picture into a tray. Raises DeepvisError for one that cannot be read."""
        self.examples = {**self.examples, label: (*self._of(label), picture)}

    def add_all(self, label: str, pictures: Sequence[tuple[str, Any]]) -> None:
        """Puts named pictures into a tray, less those that cannot be read, which `unread` names. Raises DeepvisError
        where none can be.
        """
        good, bad = readable(pictures, self.network.view)
        if not good and len(pictures) == 1:
            self.add(label, pictures[0][1])
        if not good:
            raise DeepvisError(f"None of these {len(pictures)} pictures can be read.")
        self._read = good
        self.examples = {**self.examples, label: (*self._of(label), *(picture for picture, _ in good))}
        self.unread = unread(bad, len(pictures), label)

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
            raise DeepvisError('Trays are given as {"striped": [picture, ...], "plain": "folder"}.')
        if not FEWEST <= len(given) <= MOST:
            raise DeepvisError(f"{len(given)} trays are not accepted; accepted: {FEWEST} to {MOST}.")
        known = [pair for label, views in self.views.items() for pair in zip(self._of(label), views, strict=True)]
        known, self._read = [*known, *self._read], []
        found = {label.strip(): self._listed(label.strip(), pictures, known) for label, pictures in given.items()}
        examples = {label: pictures for label, (pictures, _) in found.items()}
        self.views = {
            label: tuple(self._view(picture, known) for picture in pictures) for label, pictures in examples.items()
        }
        self.unread = " ".join(said for _, said in found.values() if said)
        return examples

    def _listed(self, label: str, pictures: Any, known: list[tuple[Any, Tensor]]) -> tuple[tuple[Any, ...], str]:
        """The pictures of a tray, with their views among those that are `known`, and what is to be said of a folder."""
        if not isinstance(pictures, str | os.PathLike):
            return tuple(pictures), ""
        found = folder_examples(label, pictures, self.network.view, MOST_PICTURES)
        known.extend(zip(found.pictures, found.views, strict=True))
        return tuple(found.pictures), found.said

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
    return isinstance(label, str) and bool(label.strip()) and isinstance(pictures, list | tuple | str | os.PathLike)
