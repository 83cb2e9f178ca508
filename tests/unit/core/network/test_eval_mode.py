"""Passes of one module in several threads: the user's module is in eval mode until the last of them is over, and in its
own mode then.
"""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.network import eval_mode as modes
from deepvis_widgets.core.network.eval_mode import eval_mode, module_lock
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.pass_options import PassOptions
from deepvis_widgets.core.network.recording import record
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.families import picture
from tests.untouched import Untouched

SIDE, PATIENCE = 8, 60.0


@dataclass
class Stop:
    """Where a pass waits until it is told to go on."""

    inside: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Gate(nn.Module):
    """Has the pass of a thread wait at the thread's stop."""

    def __init__(self) -> None:
        super().__init__()
        self.stops: dict[int, Stop] = {}

    def forward(self, x: Tensor) -> Tensor:
        stop = self.stops.get(threading.get_ident())
        if stop is not None:
            stop.inside.set()
            assert stop.go.wait(PATIENCE)
            if stop.error is not None:
                raise stop.error
        return x * 1


class Gated(nn.Module):
    """In train mode: a backbone that waits before its batch norm, and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 4, 3), Gate(), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1))
        self.backbone.append(nn.Flatten())
        self.drop, self.last = nn.Dropout(), nn.Linear(4, 3)
        self.train()

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.drop(self.backbone(x)))
        return scores


class Pass(threading.Thread):
    """One pass in a thread of its own, waiting at the gate until `finish`."""

    def __init__(self, module: nn.Module, gate: Gate, error: Exception | None = None) -> None:
        super().__init__(daemon=True)
        self.network = Network(module, Preprocess((SIDE, SIDE), None))
        self.stop, self.caught = Stop(error=error), None
        self._gate = gate
        self.logits: Tensor | None = None

    def run(self) -> None:
        self._gate.stops[threading.get_ident()] = self.stop
        try:
            self.logits = self.network.logits(picture(SIDE)[None])
        except RuntimeError as error:
            self.caught = error

    def begin(self) -> Pass:
        self.start()
        assert self.stop.inside.wait(PATIENCE)
        return self

    def finish(self) -> None:
        self.stop.go.set()
        self.join(PATIENCE)
        assert not self.is_alive()


@pytest.fixture
def module() -> Gated:
    return Gated()


def gate_of(module: Gated) -> Gate:
    gate = module.backbone[1]
    assert isinstance(gate, Gate)
    return gate


def training(module: nn.Module) -> set[bool]:
    return {part.training for part in module.modules()}


@pytest.mark.parametrize("whole_first", (True, False))
@pytest.mark.parametrize("first_ends_first", (True, False))
@pytest.mark.parametrize("second", ("same module", "its backbone"))
def test_two_passes_at_once_change_nothing(
    module: Gated, second: str, first_ends_first: bool, whole_first: bool
) -> None:
    gate, other = gate_of(module), module if second == "same module" else module.backbone
    passes = [Pass(part, gate) for part in ((module, other) if whole_first else (other, module))]
    expected = [one.network.logits(picture(SIDE)[None]) for one in passes]
    before = Untouched(module)
    ending = [one.begin() for one in passes][:: 1 if first_ends_first else -1]
    ending[0].finish()
    assert not ending[1].network.module.training  # the other one still passes
    ending[1].finish()
    before.check()
    assert all(one.logits is not None and torch.equal(one.logits, e) for one, e in zip(passes, expected, strict=True))
    assert not modes._held


def test_a_part_that_only_one_pass_needs_is_free_when_that_pass_is_over(module: Gated) -> None:
    whole, part = Pass(module, gate_of(module)).begin(), Pass(module.backbone, gate_of(module)).begin()
    whole.finish()
    assert module.training and module.last.training and training(module.backbone) == {False}
    part.finish()
    assert training(module) == {True}


def test_a_pass_that_fails_does_not_end_the_other_s_eval_mode(module: Gated) -> None:
    before = Untouched(module)
    failing = Pass(module, gate_of(module), RuntimeError("no")).begin()
    other = Pass(module, gate_of(module)).begin()
    failing.finish()
    assert str(failing.caught) == "no" and training(module) == {False}
    other.finish()
    before.check()


@pytest.mark.parametrize("mode", (True, False))
def test_train_called_meanwhile_holds_at_the_end(module: Gated, mode: bool) -> None:
    gate = gate_of(module)
    module.train(mode)
    first = Pass(module, gate).begin()
    module.train()
    second = Pass(module, gate)  # finds the module's layers, and so begins and ends a pass of its own
    assert training(module) == {False}
    second.begin()
    first.finish()
    assert training(module) == {False}
    second.finish()
    assert training(module) == {True} and not modes._held


def test_eval_called_before_a_pass_holds_as_ever(module: Gated) -> None:
    module.eval()
    module.drop.train()
    with eval_mode(module), eval_mode(module.drop):
        assert training(module) == {False}
    assert [name for name, part in module.named_modules() if part.training] == ["drop"]


def test_hooks_are_registered_and_removed_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch numbers them without a lock: of two with one number one would be lost."""
    free: list[bool] = []

    def watched(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*args: Any, **kwargs: Any) -> Any:
            other = threading.Thread(target=lambda: free.append(module_lock.acquire(blocking=False)))
            other.start()
            other.join()
            return change(*args, **kwargs)

        return changed

    monkeypatch.setattr(nn.Module, "register_forward_hook", watched(nn.Module.register_forward_hook))
    handle = torch.utils.hooks.RemovableHandle
    monkeypatch.setattr(handle, "remove", watched(handle.remove))
    record(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()), torch.zeros(1, 3, SIDE, SIDE))
    assert len(free) == 6 and not any(free)


class Interrupting(nn.Module):
    """Does something in the middle of a pass."""

    act: Callable[[], object] = staticmethod(lambda: None)

    def forward(self, x: Tensor) -> Tensor:
        type(self).act()
        return x * 1


@pytest.mark.parametrize("copied", (copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))))
def test_a_copy_made_during_a_pass_is_no_part_of_it(
    copied: Callable[[nn.Module], nn.Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, made = nn.Sequential(nn.Conv2d(3, 4, 3), Interrupting(), nn.Flatten()), []

    def copying() -> None:
        with module_lock:
            made.append(copied(module))

    def beside() -> None:
        other = threading.Thread(target=copying)
        other.start()
        other.join()

    x = torch.rand(2, 3, SIDE, SIDE)
    monkeypatch.setattr(Interrupting, "act", staticmethod(beside))
    found = record(module, x, PassOptions(until="1")).outputs
    monkeypatch.undo()
    assert list(found) == ["0", "1"] and made[0](x).shape == (2, 144)  # and does not end where that pass did
    assert list(found) == ["0", "1"] and list(record(made[0], x).outputs) == ["0", "1", "2"]
