"""A small version of the report: the methods tell the two networks apart as it says."""

from __future__ import annotations

from typing import Any

import pytest

from deepvis_widgets.scores import report
from deepvis_widgets.scores.report import (
    INSIDE,
    NEAR,
    PEAK,
    SQUARES,
    TRIALS,
    figures,
    findings,
    table,
    tasks,
    verdict,
)
from deepvis_widgets.zoo.embedded import EMBEDDED
from deepvis_widgets.zoo.training.dataset import Pictures, canids_on_snow, draw

HONEST, BIASED = EMBEDDED


@pytest.fixture(scope="module")
def canids() -> Pictures:
    return draw(canids_on_snow(8, 900_000), quiet=True)


@pytest.fixture(scope="module")
def found(canids: Pictures) -> report.Figures:
    return figures(canids, slow=1, quiet=True)


def test_each_trial_is_measured_on_both_networks(found: report.Figures) -> None:
    assert set(found) == {(trial.title, name) for trial in TRIALS for name in EMBEDDED}
    assert all(0 <= share <= 1 for one in found.values() for share in one.values())


def test_the_networks_are_told_apart(found: report.Figures) -> None:
    for title in ("CAM", "occlusion"):
        assert found[title, HONEST][PEAK] >= 7 / 8 and found[title, BIASED][PEAK] <= 2 / 8
    assert found["LRP", HONEST][NEAR] >= 0.8 and found["LRP", HONEST][INSIDE] <= found["LRP", HONEST][NEAR]
    assert found["LRP", HONEST][SQUARES] >= 0.75
    assert found["gradient", BIASED][PEAK] >= 0.5


def test_findings_are_those_with_a_bound(found: report.Figures) -> None:
    told = findings(found)
    assert [(one.network, one.what.split()[0], one.bound, one.at_most) for one in told] == [
        (HONEST, "CAM", 0.95, False),
        (BIASED, "CAM", 0.2, True),
        (HONEST, "occlusion", 0.9, False),
        (BIASED, "occlusion", 0.2, True),
        (HONEST, "LIME", 0.9, False),
        (BIASED, "LIME", 0.4, True),
        (HONEST, "LRP", 0.8, False),
        (HONEST, "LRP", 0.8, False),
    ]
    assert told[1].share == found["CAM", BIASED][PEAK] and told[6].share == found["LRP", HONEST][NEAR]
    assert told[7].share == found["LRP", HONEST][SQUARES]


def test_slow_methods_get_fewer_scenes(canids: Pictures) -> None:
    counts: dict[str, int] = {}
    for task in tasks(canids, slow=3):
        counts[task.trial.title] = counts.get(task.trial.title, 0) + len(task.pictures)
    assert counts == {trial.title: 2 * (3 if trial.slow else 8) for trial in TRIALS}


def test_the_verdict_follows_the_figures() -> None:
    made = {(trial.title, name): {PEAK: 1.0} for trial in TRIALS for name in EMBEDDED}
    assert verdict(made, PEAK).startswith("Apart: none. Not apart: CAM, occlusion")
    made["gradient", BIASED] = {PEAK: 0.4}
    assert verdict(made, PEAK).startswith("Apart: gradient. Not apart: CAM, occlusion")


def test_the_command_prints_parameters_figures_and_verdicts(
    found: report.Figures, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "figures", lambda *_: found)
    monkeypatch.setattr("sys.argv", ["report", "--scenes", "2", "--workers", "1"])
    report.main()
    printed = capsys.readouterr().out
    assert "occlusion with window=48, stride=16, fill=grey" in printed
    assert table(found) in printed and all(str(one) in printed for one in findings(found))
    assert "Not apart: " in printed
