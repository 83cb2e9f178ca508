"""What was frozen stays frozen, and what a person chooses while the worker works is kept."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest
import torch

from deepvis_widgets.widgets.explorer.explorer import Explorer
from tests.small_nets import Plain
from tests.unit.widgets.explorer.test_explorer import SIDE, network, settle


class Held(Plain):
    """Waits in its pass while `go` is not set."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.begun.set()
        assert self.go.wait(60)
        scores: torch.Tensor = super().forward(x)
        return scores


@pytest.fixture
def pictures() -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(3)]


def test_a_question_is_answered_as_it_was_asked_though_the_layer_changes(
    pictures: list[torch.Tensor], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("deepvis_widgets.widgets.explorer.question.ALL_TILES", 0)
    module = Held()
    explorer = Explorer(network(module), pictures=pictures, layer="features.0")
    settle(explorer)
    module.begun.clear()
    module.go.clear()
    explorer.occluder = (0, 0, 8, 8)
    assert module.begun.wait(60)
    explorer.layer = "features.4"  # has more units: those on screen are others
    with caplog.at_level(logging.ERROR):
        module.go.set()
        settle(explorer)
    explorer.close()
    assert not caplog.records


def test_a_method_chosen_while_the_menu_is_filled_anew_is_kept(pictures: list[torch.Tensor]) -> None:
    async def use() -> None:
        explorer = Explorer(network(Distances()), pictures=pictures)
        chosen, menu = threading.Event(), explorer.panes.overlay.method

        def choose() -> None:
            menu.value = "saliency"
            chosen.set()

        def meanwhile(_: Any) -> None:
            loop.call_soon_threadsafe(choose)
            if threading.current_thread() is not threading.main_thread():
                assert chosen.wait(60)

        loop = asyncio.get_running_loop()
        menu.observe(meanwhile, names="options")
        while not chosen.is_set():
            await asyncio.sleep(0.01)
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert ("(LRP: not here)", "lrp") in menu.options
        assert explorer.method == menu.value == "saliency"
        explorer.close()

    asyncio.run(use())


class Distances(Plain):
    """Does what LRP has no rule for, on the way to the same scores."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = super().forward(x + 0 * torch.cdist(x, x))
        return scores
