"""A vote on a network: hands counted, by one person or by a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.checks import whole
from ...core.errors import DeepvisError

SNOW = "the snow on the ground"
FEATURES = ("the face and the eyes", "the coat", "size and posture", SNOW, "the sky behind", "something else")
MOST = 9999  # hands


@dataclass(frozen=True)
class Vote:
    """Hands counted: how many trust the network, how many do not, and how many named each of FEATURES.

    >>> vote = Vote.read({"yes": 3, "no": 20, "named": {"the coat": 2}})
    >>> vote.voters, vote.snow
    (23, 0)
    """

    yes: int = 0
    no: int = 0
    named: Mapping[str, int] = field(default_factory=dict)

    @property
    def voters(self) -> int:
        """How many said yes or no."""
        return self.yes + self.no

    @property
    def cast(self) -> bool:
        """Whether anything was answered."""
        return bool(self.voters or self.named)

    @property
    def snow(self) -> int:
        """How many named the snow."""
        return self.named.get(SNOW, 0)

    @classmethod
    def read(cls, plain: Any) -> Vote:
        """Returns the vote of {"yes": 3, "no": 20, "named": {feature: hands}}; DeepvisError for anything else."""
        if not isinstance(plain, Mapping) or not set(plain) <= {"yes", "no", "named"}:
            raise DeepvisError(f'{plain!r} is no vote; accepted is {{"yes": 3, "no": 20, "named": {{"{SNOW}": 7}}}}.')
        named = plain.get("named", {})
        if not isinstance(named, Mapping) or not set(named) <= set(FEATURES):
            raise DeepvisError(f"{named!r} names something else than {', '.join(FEATURES)}.")
        counted = {feature: _hands(named[feature]) for feature in FEATURES if feature in named}
        return cls(_hands(plain.get("yes", 0)), _hands(plain.get("no", 0)), {k: v for k, v in counted.items() if v})

    def plain(self) -> dict[str, Any]:
        """Returns the vote as numbers, text and dicts: what `read` reads."""
        return {"yes": self.yes, "no": self.no, "named": dict(self.named)}


def _hands(value: Any) -> int:
    hands = whole(value)
    if hands is None or not 0 <= hands <= MOST:
        raise DeepvisError(f"{value!r} is no number of hands; accepted is a whole number from 0 to {MOST}.")
    return hands
