"""How much memory there is, and what a container leaves of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deepvis_widgets.core.memory import memory


def test_is_the_machine_s_or_what_a_container_is_limited_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}[name], raising=False)
    limits = [tmp_path / name for name in ("missing", "none", "more", "less")]
    for file, said in zip(limits[1:], ("max", "9000000", "2000000"), strict=True):
        file.write_text(f"{said}\n")
    assert memory([]) == memory(limits[:3]) == 4_096_000
    assert memory(limits) == 2_000_000


def test_is_not_known_where_the_system_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert memory([]) is None
