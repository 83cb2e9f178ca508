"""How much memory this process may have."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory(limits: Sequence[Path] = LIMITS) -> int | None:
    """Returns the machine's memory in bytes, or what a container is limited to by one of these files, if that is less;
    None where the system does not say.

    >>> memory(()) is None or memory(()) > 2**27
    True
    """
    try:
        found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # no such question on this system
        return None
    return min([found, *filter(None, map(_limit, limits))]) if found > 0 else None


def _limit(file: Path) -> int | None:
    try:
        said = file.read_text().strip()
    except OSError:
        return None
    return int(said) if said.isdigit() else None
