"""Where the occluder is, of what is answered next."""

from __future__ import annotations

from dataclasses import dataclass

from ....core.picture.boxes import Box


@dataclass(frozen=True)
class Placed:
    """The answers that follow are to a question with the occluder here."""

    box: Box | None
