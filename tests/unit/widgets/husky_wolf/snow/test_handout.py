"""What stays of the SnowLab: its points, and what every network has learned and says."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.husky_wolf.scenes import drawn
from deepvis_widgets.widgets.husky_wolf.snow.snow_lab import SnowLab
from deepvis_widgets.widgets.page.parts import Chart, Choice, Map, Picture, Table
from tests.part_tree import every, notes, only

FEW = [("husky", "snow", 22), ("wolf", "meadow", 24)]
BUDGET: dict[str, Any] = {"steps": 4, "animals": 2, "grounds": 1}


def test_a_page_of_the_networks_that_were_trained() -> None:
    lab = SnowLab(share=0.0, scenes=[drawn(order) for order in FEW], seed=5, fresh=2, **BUDGET)
    assert lab.session.idle(60)
    before = lab.page()
    assert notes(before) == ["No network had been trained yet."] and len(every(before, Picture)) == 10
    assert [picture.caption for picture in every(before, Picture)] == lab.panes.gallery.captions
    for share in (1.0, 0.0):
        lab.share = share
        lab.train()
        assert lab.session.idle(120)
    page = lab.page()
    assert notes(page) == []
    chart, choice = only(page, Chart), only(page, Choice)
    line = chart.lines[0]
    points = lab.points
    assert chart.ends == (0, 1), "shares"
    assert list(line.x) == [0.0, 1.0] and list(line.y) == [points[1]["called_wolf"], points[0]["called_wolf"]]
    assert list(choice.labels) == ["100% snow", "0% snow"] and choice.chosen == 1
    for part, made in zip(choice.parts, lab.networks, strict=True):
        maps, table = every(part, Map), only(part, Table)
        for shown, order in zip(maps, FEW, strict=True):
            expected = explain(made.network, drawn(order), "cam")
            np.testing.assert_allclose(shown.values, expected.coarse.numpy(), atol=1e-5)  # type: ignore[attr-defined]
            assert shown.lines[0].startswith(f"{expected.target} ")  # type: ignore[attr-defined]
        right = round(float(made.examination.right[0][0]) * 2)
        assert table.rows[0][0] == "husky" and table.rows[0][1].endswith(f"{right} of 2")
    lab.close()
    assert notes(lab.page()) == ["No network had been trained yet."] and not every(lab.page(), Picture)
