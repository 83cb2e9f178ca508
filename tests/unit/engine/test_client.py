"""One widget's way to the engine: what becomes of its questions when it closes, and another widget goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.report import Report
from deepvis_widgets.engine.client import Client
from tests.small_nets import Plain

WAIT = 60


@pytest.fixture
def clients() -> Iterator[tuple[Client, Client]]:
    """Two widgets of one network."""
    network = Network(Plain(), Preprocess((32, 32), None))
    one, other = Client(network, print), Client(network, print)
    yield one, other
    one.close()
    other.close()


def ask(client: Client, slot: str, work: Any, diary: Any, **more: Any) -> None:
    client.ask(
        slot,
        work,
        lambda _: diary.write(slot, "answer"),
        on_cancelled=lambda: diary.write(slot, "cancelled"),
        done=lambda: diary.write(slot, "done"),
        doing="testing",
        **more,
    )


def test_a_closed_client_begins_nothing_that_waits(clients: Any, diary: Any, gate: Any) -> None:
    one, other = clients
    ask(other, "other", gate, diary)
    assert gate.started.wait(WAIT)
    for slot, long in (("short", False), ("long", True)):
        ask(one, slot, lambda _: diary.write("computed"), diary, long=long)
    one.close()
    assert sorted(diary.lines) == [("long", "done"), ("short", "done")]
    gate.opened.set()
    assert other.idle(WAIT)
    assert diary.lines[2:] == [("other", "answer"), ("other", "done")]


def test_what_runs_for_a_closed_client_stops_at_its_next_report(clients: Any, diary: Any, reporting_gate: Any) -> None:
    one, other = clients

    def work(report: Report) -> None:
        reporting_gate(report)
        diary.write("went on")

    ask(one, "long", work, diary, long=True)
    assert reporting_gate.started.wait(WAIT)
    one.close()
    ask(other, "other", lambda _: None, diary)
    reporting_gate.opened.set()
    assert other.idle(WAIT)
    assert diary.lines == [("long", "done"), ("other", "answer"), ("other", "done")]


def test_what_is_asked_while_another_thread_closes_is_dropped(
    clients: Any, diary: Any, gate: Any, monkeypatch: Any
) -> None:
    """Closed between the look at whether it is, and the question."""
    one, other = clients
    ask(other, "other", gate, diary)
    assert gate.started.wait(WAIT)
    submit = one.engine.submit

    def meanwhile(*arguments: Any, **more: Any) -> None:
        one.close()
        submit(*arguments, **more)

    monkeypatch.setattr(one.engine, "submit", meanwhile)
    ask(one, "late", lambda _: diary.write("computed"), diary)
    monkeypatch.undo()
    gate.opened.set()
    assert other.idle(WAIT)
    assert diary.lines == [("late", "done"), ("other", "answer"), ("other", "done")]


def test_slots_of_the_other_widget_stay(clients: Any, diary: Any, gate: Any) -> None:
    one, other = clients
    ask(one, "same", gate, diary)
    assert gate.started.wait(WAIT)
    ask(other, "same", lambda _: diary.write("computed"), diary)
    one.close()
    gate.opened.set()
    assert other.idle(WAIT)
    assert ("computed",) in diary.lines and diary.of("same").count(("answer",)) == 1
