"""Networks of repositories that torch.hub can load. Making one RUNS the repository's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...core.errors import DeepvisError
from .source import RANDOM, filled, had, seeded

PREFIX = "hub:"
UNKNOWN = "unexpected keyword argument 'pretrained'"


def hub_module(name: str, weights: Any) -> nn.Module:
    """Returns the network of "repository:model" in eval mode; a repository is "owner/name", "owner/name:branch" or a
    folder with a hubconf.py. Its code is run, and torch.hub asks whether it is trusted, as it always does.

    `weights` is None (those it publishes), "random" or a file. Raises DeepvisError where it cannot be had.
    """
    repository, _, model = name.rpartition(":")
    if not repository or not model:
        raise DeepvisError(f'"{PREFIX}{name}" lacks a part; accepted is "hub:repository:model".')
    folder = Path(repository).expanduser()
    known = {"source": "local"} if folder.is_dir() else {}
    entry = _Entry(str(folder) if known else repository, model, known)
    if weights is None:
        return had(PREFIX + name, entry.published)
    if weights == RANDOM:
        return seeded(lambda _: had(PREFIX + name, entry.random))
    return filled(seeded(lambda _: had(PREFIX + name, entry.bare)), Path(weights).expanduser())


class _Entry:
    """One entry of a repository's hubconf.py; what it returns may be anything."""

    def __init__(self, repository: str, model: str, more: dict[str, str]) -> None:
        self.repository, self.model, self.more = repository, model, more

    def published(self) -> Any:
        """The network with its own weights; most entries have to be asked for them."""
        found = self._made(pretrained=True)
        return self._made() if found is None else found

    def random(self) -> Any:
        """The network with random weights."""
        found = self._made(pretrained=False)
        if found is None:
            raise DeepvisError(f"{self.model} of {self.repository} cannot be asked for random weights.")
        return found

    def bare(self) -> Any:
        """The network with whatever weights."""
        found = self._made(pretrained=False)
        return self._made() if found is None else found

    def _made(self, **asked: bool) -> Any:
        """What the entry returns; None where it does not know what it is asked."""
        try:
            return torch.hub.load(self.repository, self.model, **self.more, **asked)  # type: ignore[no-untyped-call]
        except TypeError as error:
            if asked and UNKNOWN in str(error):
                return None
            raise
