"""Freed memory goes back to the machine."""

from __future__ import annotations

from typing import Any

import pytest
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.engine import Engine, freed_memory
from tests.soak import MB, memory

glibc = pytest.mark.skipif(freed_memory._trim() is None, reason="the C library keeps nothing that it could give back")


@glibc
def test_what_is_freed_between_things_that_stay_goes_back() -> None:
    pieces = [bytearray(20_000) for _ in range(4000)]
    stays = pieces[::100]  # so that no end of what was taken is free
    before = memory()
    pieces.clear()
    freed_memory.give_back()
    assert memory() < before - 50 * MB
    assert len(stays) == 40


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freed_memory, "_trim", lambda: None)
    freed_memory.give_back()


def test_the_last_user_of_an_engine_gives_back(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr("deepvis_widgets.engine.engine.give_back", lambda: given.append(True))
    network = dv.Network(nn.Sequential(nn.Conv2d(3, 2, 3)), dv.Preprocess((8, 8), None))
    with Engine.of(network) as engine:
        with engine:
            pass
        assert not given  # somebody still uses it
    assert given
