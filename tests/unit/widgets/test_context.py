"""What widgets send while the engine works goes out with the context variables of whoever asked: Shiny finds its
session there, and refuses a message that comes without one.
"""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import Any

import ipywidgets
import pytest

import deepvis_widgets as dv
from tests.unit.widgets.test_threads import USES, settled

SESSION: ContextVar[str] = ContextVar("session", default="none")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool]]:
    """The messages from now on: whose, the session they are sent in, whether from another thread."""
    found: list[tuple[str, str, bool]] = []
    send, main = ipywidgets.Widget._send, threading.main_thread()

    def watched(widget: Any, *arguments: Any, **more: Any) -> None:
        found.append((type(widget).__name__, SESSION.get(), threading.current_thread() is not main))
        send(widget, *arguments, **more)

    monkeypatch.setattr(ipywidgets.Widget, "_send", watched)
    return found


@pytest.mark.parametrize("name", ["Explorer", "AtlasView"])
def test_messages_go_out_in_the_session_of_the_widget(name: str, sent: list[tuple[str, str, bool]]) -> None:
    make, acts = USES[name]

    async def use() -> None:
        SESSION.set(name)  # in this task's context alone
        widget = make()
        try:
            await settled(widget)
            acts[0](widget)
            await settled(widget)
        finally:
            widget.close()

    asyncio.run(use())
    assert any(elsewhere for _, _, elsewhere in sent), "nothing came from the engine's thread"
    assert {message for message in sent if message[1] != name} == set()


def test_two_sessions_of_one_network_are_told_apart(sent: list[tuple[str, str, bool]]) -> None:
    network = dv.load("husky-wolf")

    async def use(session: str) -> None:
        SESSION.set(session)
        board = dv.CamBoard(network)
        board.add_class(session)
        try:
            await settled(board)
            board.step = 2
            await settled(board)
        finally:
            board.close()

    async def both() -> None:
        await asyncio.gather(asyncio.create_task(use("first")), asyncio.create_task(use("second")))

    asyncio.run(both())
    assert {session for _, session, _ in sent} == {"first", "second"}
