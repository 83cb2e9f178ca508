"""Tables of scores: every network by every method on every scene."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.scores import ScoreTable
from tests.families import make, network, picture, preprocess_of

MASK = np.zeros((24, 24), dtype=bool)
MASK[4:15, 6:20] = True
SCENES = [(picture(24), MASK), (picture(24).flip(2), MASK)]
FEW = ("pointing", "mass")


@pytest.fixture(scope="module")
def table() -> ScoreTable:
    methods = ["gradient", ("occlusion", {"window": 8, "stride": 4})]
    return dv.score_table([network("plain"), network("crafty")], SCENES, methods, scores=FEW, quiet=True)


def test_a_row_for_each_is_what_score_says(table: ScoreTable) -> None:
    assert [(row["network"], row["method"], row["scene"]) for row in table.rows] == [
        (net, method, scene)
        for net in ("plain", "crafty")
        for method in ("gradient", "occlusion (window=8, stride=4)")
        for scene in (0, 1)
    ]
    row, net = table.rows[7], network("crafty")
    expected = dv.score(net, SCENES[1][0], "occlusion", mask=MASK, scores=FEW, window=8, stride=4)
    assert {name: row[name] for name in FEW} == expected
    assert row["target"] == net.labels[int(net.logits(SCENES[1][0][None]).argmax())]


def test_means_are_over_the_scenes(table: ScoreTable) -> None:
    first = table.means()[0]
    assert first["scenes"] == 2 and first["network"] == "plain" and first["method"] == "gradient"
    assert first["mass"] == pytest.approx((table.rows[0]["mass"] + table.rows[1]["mass"]) / 2)
    assert len(table.means()) == 4


def test_means_leave_out_what_has_no_number() -> None:
    rows = [
        {"network": "n", "method": "m", "scene": i, "target": "t", "mass": v} for i, v in enumerate((math.nan, 0.5))
    ]
    assert ScoreTable(rows, ("mass",)).means()[0]["mass"] == 0.5
    assert "-" in str(ScoreTable(rows[:1], ("mass",))).splitlines()[1].split()


def test_it_shows_itself(table: ScoreTable) -> None:
    lines = str(table).splitlines()
    assert lines[0].split() == ["network", "method", "scenes", "pointing", "mass"] and len(lines) == 5
    assert len({len(line) for line in lines}) == 1
    assert f"{table.means()[0]['mass']:.3f}" in lines[1]
    shown = table._repr_html_()
    assert shown.count("<tr>") == 5 and "<td>gradient</td>" in shown
    hostile = ScoreTable([{"network": "<b>", "method": "m", "scene": 0, "target": "t", "mass": 1.0}], ("mass",))
    assert "&lt;b&gt;" in hostile._repr_html_()


def test_it_is_written_as_csv(table: ScoreTable, tmp_path: Path) -> None:
    text = table.to_csv(tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8") == text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 8 and [float(row["mass"]) for row in rows] == [row["mass"] for row in table.rows]
    assert rows[2]["method"] == "occlusion (window=8, stride=4)"


def test_one_of_each_needs_no_lists() -> None:
    scene = dv.scene("wolf", "snow", 1)
    found = dv.score_table(
        "husky-wolf", scene, ("occlusion", {"window": 64, "stride": 64}), scores=["mass"], quiet=True
    )
    assert len(found.rows) == 1 and found.rows[0]["network"] == "husky-wolf" and found.rows[0]["target"] == "wolf"
    assert len(dv.score_table(network("plain"), picture(24), "gradient", scores=["deletion"], quiet=True).rows) == 1


def test_networks_of_one_name_are_told_apart() -> None:
    twins = [Network(make("plain"), preprocess_of("plain")) for _ in range(2)]
    found = dv.score_table(twins, SCENES[:1], "gradient", scores=["mass"], quiet=True)
    assert [row["network"] for row in found.rows] == ["Plain 1", "Plain 2"]


def test_a_progress_bar_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    dv.score_table(network("plain"), SCENES, "gradient", scores=["mass"])
    assert "2/2" in capsys.readouterr().err
    dv.score_table(network("plain"), SCENES, "gradient", scores=["mass"], quiet=True)
    assert capsys.readouterr().err == ""


def test_progress_is_reported_over_the_whole() -> None:
    shares: list[float] = []
    given: dict[str, Any] = {
        "scores": ["deletion"],
        "quiet": True,
        "report": lambda share, _=None: shares.append(share),
    }
    dv.score_table(network("plain"), SCENES, ["gradient", "saliency"], **given)
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 4


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"methods": ["gradient", "cam"]}, "has no exact CAM; use grad_cam"),
        ({"methods": "activation_maximization"}, "scores are of heat maps only"),
        ({"networks": torch.nn.Identity()}, "is not a deepvis network"),
        ({"scenes": [picture(24)]}, "need the mask"),
        ({"scenes": []}, "There is nothing to score"),
        ({"methods": [3]}, "3 is no method"),
    ],
)
def test_what_cannot_be_scored_is_refused_before_it_starts(asked: dict[str, Any], sentence: str) -> None:
    given = {"networks": network("alexnet"), "scenes": SCENES, "methods": "gradient"} | asked
    with pytest.raises(DeepvisError, match=sentence):
        dv.score_table(given["networks"], given["scenes"], given["methods"], quiet=True)
