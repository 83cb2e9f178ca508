"""Costs on disk: kept for this machine, this PyTorch and this network, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes.plan import remembered
from deepvis_widgets.passes.plan.machine import machine
from deepvis_widgets.passes.plan.remembered import cache_folder, recall, remember
from tests.small_nets import Plain, seeded

COSTS = {"fused 8": 0.25, "groups 64": 0.125}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "deepvis_widgets" / "costs"


def net(size: int = 24, made: nn.Module | None = None) -> Network:
    return Network(made or seeded(Plain()), Preprocess((size, size)))


def forget_process() -> None:
    """What another process would not know."""
    remembered._recent.clear()


def test_another_process_finds_them_and_other_weights_do_not_matter(folder: Path) -> None:
    assert cache_folder() == folder and recall(net(), "a case") == {}
    remember(net(), "a case", COSTS)
    forget_process()
    again = net()
    with torch.no_grad():
        again.module.classifier.weight.zero_()  # type: ignore[union-attr, operator]
    assert recall(again, "a case") == COSTS and recall(again, "another") == {}
    assert [file.suffix for file in folder.iterdir()] == [".json"], "nothing is left half written"


def test_another_network_size_precision_or_machine_has_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(net(), "a case", COSTS)
    others = (
        net(32),
        net(made=seeded(Plain()).double()),
        Network(seeded(Plain(1)), Preprocess((24, 24), mean=(0.5,), std=(0.5,))),
    )
    assert [recall(other, "a case") for other in others[:2]] == [{}, {}]
    monkeypatch.setattr(remembered, "machine", lambda: "another processor")
    assert recall(net(), "a case") == {}


def test_the_machine_is_processor_instructions_pytorch_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    before, threads = machine(), torch.get_num_threads()
    assert torch.__version__ in before and torch.backends.cpu.get_cpu_capability() in before
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "SSE41")
    held = machine()
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads + 1)
    assert len({before, held, machine()}) == 3


@pytest.mark.parametrize(
    "text",
    (
        "",
        "{",
        "[]",
        "null",
        '"cases"',
        "[" * 100_000,
        "\udcff",
        json.dumps({"version": 0, "machine": "?", "cases": {"a case": COSTS}}),
        *(
            json.dumps({"version": remembered.VERSION, "machine": machine(), "cases": cases})
            for cases in (
                None,
                [],
                {"a case": 3},
                {"a case": {"fused 8": "quick"}},
                {"a case": {"fused 8": -1.0}},
                {"a case": {"fused 8": float("nan")}},
            )
        ),
    ),
    ids=lambda text: repr(text[-30:]),
)
def test_a_damaged_file_is_as_good_as_none(folder: Path, text: str) -> None:
    remember(net(), "a case", COSTS)
    [file] = folder.iterdir()
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    forget_process()
    assert recall(net(), "a case") == {}
    remember(net(), "a case", COSTS)
    forget_process()
    assert recall(net(), "a case") == COSTS


def test_where_nothing_can_be_written_this_process_still_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    remember(net(), "a case", COSTS)
    assert recall(net(), "a case") == COSTS
    forget_process()
    assert recall(net(), "a case") == {} and blocked.is_file()


def test_a_file_holds_the_latest_cases_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "CASES", 3)
    for case in ("1", "2", "3", "1", "4"):
        remember(net(), case, {"fused 8": float(case)})
    forget_process()
    assert [recall(net(), case) for case in "1234"] == [{"fused 8": 1.0}, {}, {"fused 8": 3.0}, {"fused 8": 4.0}]


def test_tests_never_write_into_the_users_own_folder() -> None:
    assert Path.home() not in cache_folder().parents
