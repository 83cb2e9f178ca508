"""Units switched off in the Explorer, and why: against the network without them, and dv.circuit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.widgets.explorer import answers
from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.link.protocol import pack
from tests.small_nets import Plain

SIDE = 32
LAYER = "features.1"


@pytest.fixture
def explorer() -> Iterator[Explorer]:
    torch.manual_seed(0)
    picture = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    made = Explorer(dv.Network(Plain(), dv.Preprocess((SIDE, SIDE), None), name="small"), picture, layer=LAYER, unit=2)
    settle(made)
    yield made
    made.close()


def settle(explorer: Explorer) -> None:
    assert explorer.session.idle(60)


def heard(explorer: Explorer, kind: type) -> list[Any]:
    found: list[Any] = []
    explorer.session.subscribe(kind, found.append)
    return found


def test_everything_follows_a_unit_that_is_switched_off(explorer: Explorer) -> None:
    shares, tiles, overlays = (heard(explorer, kind) for kind in (answers.Shares, answers.Tiles, answers.Overlay))
    explorer.press("switch")
    settle(explorer)
    assert explorer.off == {LAYER: [2]}
    without = explorer.network.without(LAYER, 2)
    assert torch.allclose(shares[-1].values, without.bars(explorer.view), atol=1e-6)
    assert not torch.allclose(shares[-1].values, explorer.network.bars(explorer.view), atol=1e-4)
    assert float(tiles[-1].maps.high[2]) == 0
    expected = dv.explain(without, explorer.view, "cam")
    assert torch.allclose(overlays[-1].result.heatmap, expected.heatmap, atol=1e-5)  # type: ignore[attr-defined]
    explorer.press("switch")
    settle(explorer)
    assert explorer.off == {}
    assert torch.allclose(shares[-1].values, explorer.network.bars(explorer.view), atol=1e-6)


def test_a_group_is_off_with_the_occluder_on_and_all_come_back_at_once(explorer: Explorer) -> None:
    shares = heard(explorer, answers.Shares)
    explorer.occluder = (4, 4, 12, 12)
    explorer.off = {LAYER: (0, 3), "features.4": 1}
    settle(explorer)
    assert explorer.off == {LAYER: [0, 3], "features.4": [1]}
    covered = explorer.view.clone()
    covered[:, 4:16, 4:16] = explorer.cover[:, 4:16, 4:16]
    without = explorer.network.without(LAYER, [0, 3]).without("features.4", 1)
    assert torch.allclose(shares[-1].values, without.bars(covered), atol=1e-5)
    explorer.press("switch-on")
    settle(explorer)
    assert explorer.off == {}
    assert torch.allclose(shares[-1].values, explorer.network.bars(covered), atol=1e-5)


@pytest.mark.parametrize("value", [{"nothing": [1]}, {LAYER: [99]}, [LAYER], {LAYER: "2"}, None, 3])
def test_what_does_not_exist_is_refused_and_changes_nothing(explorer: Explorer, value: Any) -> None:
    explorer.off = {LAYER: [1]}
    with pytest.raises(dv.DeepvisError):
        explorer.off = value
    assert explorer.off == {LAYER: [1]}
    assert explorer.answering.off.units == {LAYER: (1,)}


def test_why_shows_the_terms_of_the_selected_unit_and_leads_down(explorer: Explorer) -> None:
    explorer.layer, explorer.unit, explorer.why = "features.3", 5, True
    settle(explorer)
    expected = dv.circuit(explorer.network, explorer.view, "features.3", 5)
    shown = explorer.panes.why.port.values
    assert [row["adds"] for row in shown["rows"][:3]] == [term.adds for term in expected.terms[:3]]
    assert sum(row["adds"] for row in shown["rows"]) == pytest.approx(expected.enters, abs=1e-4)
    assert shown["how"] == expected.how
    below = shown["rows"][0]["below"]
    explorer._receive(None, *pack("why/go", 1, below))
    settle(explorer)
    assert (explorer.layer, explorer.unit, explorer.position) == (LAYER, below["unit"], tuple(below["position"]))
    follows = dv.circuit(explorer.network, explorer.view, LAYER, (below["unit"], tuple(below["position"])))
    assert explorer.panes.why.port.values["rows"][0]["adds"] == follows.terms[0].adds


def test_why_follows_what_is_switched_off(explorer: Explorer) -> None:
    explorer.layer, explorer.unit, explorer.why = "features.3", 5, True
    settle(explorer)
    first = explorer.panes.why.port.values["rows"][0]["below"]
    explorer.off = {first["layer"]: [first["unit"]]}
    settle(explorer)
    left = [row["below"] for row in explorer.panes.why.port.values["rows"] if row["below"]]
    assert (first["layer"], first["unit"]) not in {(row["layer"], row["unit"]) for row in left}
    explorer.press("reset")
    assert explorer.why is False
