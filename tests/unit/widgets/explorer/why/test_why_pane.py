"""The sheet "why" without a browser: tiles against the network's maps and weights, the trail, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.explorer.why import why_pane
from deepvis_widgets.widgets.link.protocol import pack
from tests.small_nets import Plain
from tests.unit.methods.circuits.nets import depthwise

SIDE = 32


def opened(module: nn.Module, layer: str, unit: int, side: int = SIDE) -> Explorer:
    torch.manual_seed(0)
    picture = torch.rand(3, side, side, generator=torch.Generator().manual_seed(1))
    network = dv.Network(module.eval(), dv.Preprocess((side, side), None), name="small")
    made = Explorer(network, picture, layer=layer, unit=unit)
    settle(made)
    return made


@pytest.fixture
def explorer() -> Iterator[Explorer]:
    torch.manual_seed(0)
    made = opened(Plain(), "features.3", 5)
    yield made
    made.close()


def settle(explorer: Explorer) -> None:
    assert explorer.session.idle(60)


def ask(explorer: Explorer, **state: Any) -> dict[str, Any]:
    for name, value in state.items():
        setattr(explorer, name, value)
    explorer.why = True
    settle(explorer)
    return dict(explorer.panes.why.port.values)


def send(explorer: Explorer, kind: str, **meta: Any) -> None:
    explorer._receive(None, *pack(f"why/{kind}", 1, meta))
    settle(explorer)


def planes(explorer: Explorer) -> list[np.ndarray]:
    """The planes as the browser reads them: values between their two ends."""
    frame = explorer.panes.why.port.last("planes")
    assert frame is not None
    values, shapes, ends = (frame.arrays[name] for name in ("values", "shapes", "ends"))
    starts = np.cumsum([0, *shapes.prod(1)])
    found = zip(starts, starts[1:], shapes, ends, strict=False)
    return [low + values[at:to].reshape(shape) / 255 * (high - low) for at, to, shape, (low, high) in found]


def step(explorer: Explorer, place: int) -> float:
    frame = explorer.panes.why.port.last("planes")
    assert frame is not None
    low, high = frame.arrays["ends"][place]
    return float(high - low) / 255


def test_tiles_are_the_maps_and_the_weights_of_the_units_below(explorer: Explorer) -> None:
    rows = [row for row in ask(explorer)["rows"] if row["tiles"]]
    shown, network = planes(explorer), explorer.network
    assert len(shown) == 2 * len(rows) > 4
    maps = network.record(explorer.view).outputs["features.1"][0].detach()
    weight = network.module.features[3].weight.detach()  # type: ignore[index,union-attr]
    pooled = torch.nn.functional.max_pool2d(maps, 2)
    assert pooled.shape[0] == weight.shape[1]
    row = rows[0]
    unit = row["below"]["unit"]
    assert row["below"]["layer"] == "features.1"
    assert np.abs(shown[0] - maps[unit].numpy()).max() <= step(explorer, 0)
    kernel = shown[1]
    inside = weight[5, unit].numpy()
    # a window at the border is cut
    assert kernel.shape <= (3, 3)
    assert any(
        np.abs(kernel - inside[top : top + kernel.shape[0], left : left + kernel.shape[1]]).max() <= step(explorer, 1)
        for top in range(4 - kernel.shape[0])
        for left in range(4 - kernel.shape[1])
    )


def test_maps_are_those_under_the_occluder(explorer: Explorer) -> None:
    ask(explorer)
    explorer.occluder = (0, 0, SIDE, SIDE)
    settle(explorer)
    covered = explorer.cover
    rows = explorer.panes.why.port.values["rows"]
    maps = explorer.network.record(covered).outputs["features.1"][0].detach()
    assert np.abs(planes(explorer)[0] - maps[rows[0]["below"]["unit"]].numpy()).max() <= max(step(explorer, 0), 1e-6)


def test_a_first_layer_is_fed_by_the_channels_of_the_picture(explorer: Explorer) -> None:
    rows = ask(explorer, layer="features.0", unit=1)["rows"]
    assert [row["words"].split()[0] for row in rows] == ["channel"] * 3 + ["bias"]
    assert all(row["below"] is None for row in rows)
    shown = planes(explorer)
    channel = int(rows[0]["words"].split()[1])
    fed = explorer.network.feed(explorer.view[None])[0, channel].numpy()
    assert shown[0].shape == fed.shape == (SIDE, SIDE)
    assert np.abs(shown[0] - fed).max() <= step(explorer, 0)


def test_a_depthwise_unit_has_one_row_with_its_whole_kernel() -> None:
    explorer = opened(depthwise(), "3", 4, 16)
    try:
        rows = ask(explorer, position=(5, 5))["rows"]
        assert [row["words"] for row in rows] == ["unit 4", "bias"]
        assert [plane.shape for plane in planes(explorer)] == [(16, 16), (3, 3)]
    finally:
        explorer.close()


def test_kernels_of_one_number_share_a_scale(explorer: Explorer) -> None:
    rows = ask(explorer, layer="classifier", unit=2)["rows"]
    weight = explorer.network.module.classifier.weight.detach()[2]  # type: ignore[union-attr,index]
    frame = explorer.panes.why.port.last("planes")
    assert frame is not None
    widths = {float(high) for _, high in frame.arrays["ends"][1::2]}
    assert len(widths) == 1, "each has a scale of its own"
    # a pooled layer's weight is spread over the places that are averaged: their ratios are those of the weights
    found = {row["below"]["unit"]: plane.mean() for row, plane in zip(rows, planes(explorer)[1::2], strict=False)}
    units = sorted(found, key=lambda unit: -abs(found[unit]))[:3]
    ratios = [found[unit] / found[units[0]] for unit in units]
    assert ratios == pytest.approx([float(weight[unit] / weight[units[0]]) for unit in units], abs=0.02)


def test_pictures_are_sent_once_and_only_while_the_sheet_is_open(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, asked = explorer.panes.why.port, []

    def known(layer: str, channel: int) -> Tensor | None:
        asked.append((layer, channel))
        return None if channel == 0 else torch.full((3, 20, 20), channel / 10)

    monkeypatch.setattr(explorer.panes.why, "_known", known)
    explorer.occluder = (0, 0, 4, 4)
    settle(explorer)
    assert not asked and port.last("planes") is None and port.last("patterns") is None
    ask(explorer, occluder=None)
    frame = port.last("patterns")
    assert frame is not None and asked
    units = frame.meta["units"]
    assert ["features.1", 0] not in units
    assert frame.arrays["pictures"].shape == (len(units), 64, 64, 3)
    assert frame.arrays["pictures"][0, 0, 0, 0] == pytest.approx(255 * units[0][1] / 10, abs=1)
    sent = []
    monkeypatch.setattr(port, "push", lambda kind, *_: sent.append(kind))
    explorer.occluder = (0, 0, 4, 4)
    settle(explorer)
    assert sent == ["planes"], "pictures that are there were sent again"
    monkeypatch.undo()
    explorer.why = False
    settle(explorer)
    assert port.last("planes") is None and port.last("patterns") is None
    assert port.values["rows"] == port.values["trail"] == []


def test_the_trail_goes_down_and_back_to_where_it_was(explorer: Explorer) -> None:
    explorer.layer, explorer.unit, explorer.position = "features.3", 5, (2, 3)
    rows = ask(explorer)["rows"]
    below = rows[0]["below"]
    send(explorer, "go", **below)
    port = explorer.panes.why.port
    first, second = {"layer": "features.3", "unit": 5}, {"layer": "features.1", "unit": below["unit"]}
    assert port.values["trail"] == [first, second]
    assert (explorer.layer, explorer.unit) == (below["layer"], below["unit"])
    send(explorer, "back", place=0)
    assert port.values["trail"] == [first]
    assert (explorer.layer, explorer.unit, explorer.position) == ("features.3", 5, (2, 3))
    send(explorer, "go", **below)
    explorer.unit = 3  # elsewhere, by other means
    settle(explorer)
    assert port.values["trail"] == [{"layer": "features.1", "unit": 3}]


def test_a_step_that_does_not_exist_is_one_sentence(explorer: Explorer) -> None:
    ask(explorer)
    send(explorer, "go", layer="features.1", unit=99, position=None)
    assert "99" in explorer.panes.why.port.values["how"]
    assert (explorer.layer, explorer.unit) == ("features.3", 5)
    assert explorer.panes.why.port.values["trail"] == [{"layer": "features.3", "unit": 5}]


def test_a_unit_that_no_sum_makes_is_one_sentence() -> None:
    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            block = nn.TransformerEncoderLayer(8, 2, 8, batch_first=True)
            self.embed, self.block, self.last = nn.Conv2d(3, 8, 4, 4), block, nn.Linear(8, 2)

        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = self.last(self.block(self.embed(x).flatten(2).transpose(1, 2)).mean(1))
            return scores

    explorer = opened(Tokens(), "block.norm1", 0, 16)
    try:
        heads = next(name for name in explorer.network.layers.names if name.endswith("heads"))
        relevance = ask(explorer)
        assert relevance["weights"] == "relevance" and "conditional LRP" in relevance["how"]
        refused = ask(explorer, layer=heads, unit=0)
        assert refused["rows"] == [] and "weights of an attention" in refused["how"]
        send(explorer, "board")
        assert explorer.circuit_board is None
        assert "weights of an attention" in explorer.panes.why.port.values["how"]
    finally:
        explorer.close()


def test_weights_that_change_are_noticed(explorer: Explorer) -> None:
    before = ask(explorer)["rows"][0]["adds"]
    with torch.no_grad():
        explorer.network.module.features[3].weight.mul_(2)  # type: ignore[index,union-attr,operator]
    explorer.position = (0, 0)
    settle(explorer)
    explorer.position = None
    settle(explorer)
    assert explorer.panes.why.port.values["rows"][0]["adds"] == pytest.approx(2 * before, rel=1e-4)


def test_only_so_many_rows_are_shown(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why_pane, "ROWS", 2)
    rows = ask(explorer)["rows"]
    assert [row["tiles"] for row in rows] == [True, True, False, False]
    assert rows[2]["words"].endswith("others")
    assert len(planes(explorer)) == 4
