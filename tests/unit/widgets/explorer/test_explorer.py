"""The Explorer without a browser: what its panes are sent, and what it refuses."""

from __future__ import annotations

import gc
import json
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ipywidgets.widgets.widget import _instances

import deepvis_widgets as dv
from deepvis_widgets.atlas import crops
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network import network as network_passes
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.recording import Recording
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.picture.reduce import backward_view
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.explorer import answers as live
from deepvis_widgets.widgets.explorer import drag as explorer_drag
from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.explorer.keys import KEYS
from deepvis_widgets.widgets.explorer.question import Question
from deepvis_widgets.widgets.link.protocol import Frame, pack
from tests.small_nets import Crafty, Plain

SIDE = 32


def network(module: Any = None) -> Network:
    torch.manual_seed(0)
    return Network(module or Plain(), Preprocess((SIDE, SIDE), None), name="small")


@pytest.fixture
def pictures() -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(3)]


@pytest.fixture
def explorer(pictures: list[torch.Tensor]) -> Iterator[Explorer]:
    made = Explorer(network(), pictures=pictures, unit=0)
    settle(made)
    yield made
    made.close()


def settle(explorer: Explorer) -> None:
    assert explorer.session.idle(60)


def last(pane: Any, kind: str) -> Frame:
    frame: Frame | None = pane.port.last(kind)
    assert frame is not None
    return frame


def same(one: Frame, other: Frame) -> bool:
    """Whether two frames are the same, byte by byte."""
    equal = all(np.array_equal(one.arrays[name], array) for name, array in other.arrays.items())
    return equal and one.arrays.keys() == other.arrays.keys() and (one.meta, one.seq) == (other.meta, other.seq)


def notice(pane: Any) -> str:
    return str(pane.port.values.get("notice", ""))


def shares(explorer: Explorer) -> list[float]:
    return sorted(last(explorer.panes.bars, "values").arrays["values"].tolist())


def values(frame: Frame, levels: int = 255) -> np.ndarray:
    """The quantised values of a frame with one scale for all, undone."""
    low, high = frame.meta["lo"], frame.meta["hi"]
    return low + (high - low) * frame.arrays["values"].astype(np.float64) / levels


def drag(explorer: Explorer, box: Any, seq: int) -> list[int]:
    """A frame of the stage, as the browser sends it; the acknowledged numbers."""
    answered: list[int] = []
    explorer.ack = answered.append  # type: ignore[method-assign]
    message, buffers = pack("stage/occluder", seq, {"box": box, "final": False})
    explorer._receive(None, message, buffers)
    settle(explorer)
    return answered


def test_every_pane_shows_the_numbers_of_the_network(explorer: Explorer, pictures: list[torch.Tensor]) -> None:
    net, panes = explorer.network, explorer.panes
    layer = explorer.layer
    output = net.run(net.feed(pictures[0][None]), keep=(layer,)).outputs[layer][0].numpy()
    tiles = last(panes.grid, "tiles")
    low, high = (tiles.arrays[name][:, None, None] for name in ("lo", "hi"))
    np.testing.assert_allclose(low + (high - low) * tiles.arrays["values"] / 255, output, atol=np.ptp(output) / 255)
    np.testing.assert_allclose(tiles.arrays["mean"], output.mean((1, 2)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(values(last(panes.unit, "map"), 65535), output[0], atol=np.ptp(output) / 60000)
    expected = explain(net, pictures[0], "cam")
    np.testing.assert_allclose(values(last(panes.stage, "overlay")), expected.coarse.numpy(), atol=0.01)  # type: ignore[attr-defined]
    signal = explain(net, pictures[0], "deconvnet", layer=layer, unit=0, seed="map").attribution  # type: ignore[attr-defined]
    shown = last(panes.backward, "rgb").arrays["picture"].astype(float) / 255
    np.testing.assert_allclose(shown, backward_view(signal, "raw").permute(1, 2, 0).numpy(), atol=1 / 255)
    expected_shares = net.probabilities(pictures[0][None])[0].tolist()
    np.testing.assert_allclose(shares(explorer), sorted(expected_shares), rtol=1e-4)


@pytest.mark.parametrize("position", [None, (1, 2)])
@pytest.mark.parametrize("seed", ["map", "activation", "one"])
def test_the_way_back_starts_from_what_is_chosen(
    explorer: Explorer, pictures: list[torch.Tensor], seed: str, position: tuple[int, int] | None
) -> None:
    explorer.backward_seed, explorer.position = seed, position
    settle(explorer)
    unit = explorer.unit if position is None else (explorer.unit, position)
    found = explain(explorer.network, pictures[0], "deconvnet", layer=explorer.layer, unit=unit, seed=seed)
    shown = last(explorer.panes.backward, "rgb").arrays["picture"].astype(float) / 255
    expected = backward_view(found.attribution, "raw").permute(1, 2, 0).numpy()  # type: ignore[attr-defined]
    np.testing.assert_allclose(shown, expected, atol=1 / 255)
    words = {"map": "the map", "activation": "one activation", "one": "1.0"}
    assert f"backward: deconvnet raw from {words[seed]}" in explorer.panes.status.port.values["words"]


def test_an_occluder_is_what_the_network_sees(explorer: Explorer, pictures: list[torch.Tensor]) -> None:
    explorer.occluder = (4, 6, 10, 12)
    settle(explorer)
    covered = pictures[0].clone()
    covered[:, 4:14, 6:18] = 0.5
    expected = explorer.network.probabilities(covered[None])[0].tolist()
    np.testing.assert_allclose(shares(explorer), sorted(expected), rtol=1e-4)


def test_every_drag_step_is_acknowledged_and_answered(explorer: Explorer) -> None:
    assert drag(explorer, [2, 2, 8, 8], 7) == [7]
    assert last(explorer.panes.grid, "tiles").seq == 7
    assert last(explorer.panes.stage, "overlay").seq == 7
    assert drag(explorer, None, 8) == [8]


def test_a_drag_is_acknowledged_also_when_the_network_fails(explorer: Explorer, monkeypatch: Any) -> None:
    before = last(explorer.panes.grid, "tiles").arrays["values"].copy()

    def broken(*_: Any) -> None:
        raise RuntimeError("the network broke")

    monkeypatch.setattr(explorer.network.module, "forward", broken)
    explorer.network.recordings.clear()
    assert drag(explorer, [1, 1, 9, 9], 3) == [3]
    assert "the network broke" in notice(explorer.panes.stage)
    assert (last(explorer.panes.grid, "tiles").arrays["values"] == before).all(), "the last good state is gone"
    monkeypatch.undo()
    assert drag(explorer, [1, 1, 9, 9], 4) == [4]
    assert notice(explorer.panes.stage) == ""


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("layer", "nowhere", "no layer"),
        ("unit", 99, "no unit 99"),
        ("position", (99, 0), "no position"),
        ("position", (1, 2, 3), "no position"),
        ("target", "no such class", "no class"),
        ("target", 77, "no class 77"),
        ("method", "magic", "no method"),
        ("occluder", (0, 0, 99, 99), "inside the picture"),
        ("occluder", "everywhere", "no occluder"),
        ("image", "missing.png", "no file"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(explorer: Explorer, trait: str, value: Any, words: str) -> None:
    before, picture = getattr(explorer, trait), last(explorer.panes.stage, "picture")
    with pytest.raises(DeepvisError, match=words) as raised:
        setattr(explorer, trait, value)
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)
    assert getattr(explorer, trait) is before or getattr(explorer, trait) == before
    settle(explorer)
    assert same(last(explorer.panes.stage, "picture"), picture)


def test_a_picture_that_cannot_be_read_is_a_sentence_on_the_stage(explorer: Explorer) -> None:
    before = last(explorer.panes.stage, "picture")
    explorer.show(b"not a picture")
    assert "not a picture" in notice(explorer.panes.stage)
    assert same(last(explorer.panes.stage, "picture"), before)


def test_a_sentence_stays_until_what_is_asked_after_it_is_answered(explorer: Explorer, monkeypatch: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()
    everything = explorer.session._everything

    def waiting(question: Question) -> None:
        begun.set()
        assert go_on.wait(60)
        everything(question)

    monkeypatch.setattr(explorer.session, "_everything", waiting)
    explorer.session.refresh()
    assert begun.wait(60)
    explorer.show(b"not a picture")
    go_on.set()
    settle(explorer)
    assert "not a picture" in notice(explorer.panes.stage), "taken away by the answer to an older question"
    explorer.session.scroll(torch.arange(2), lambda: None)
    settle(explorer)
    assert "not a picture" in notice(explorer.panes.stage), "taken away by a scroll"
    explorer.unit = (explorer.unit + 1) % 6
    settle(explorer)
    assert notice(explorer.panes.stage) == ""


def test_a_new_layer_brings_its_units_and_its_strongest_one_or_the_one_selected_there_before(
    explorer: Explorer,
) -> None:
    explorer.layer, explorer.unit = "features.4", 7
    explorer.layer = "features.0"
    settle(explorer)
    strongest = int(last(explorer.panes.grid, "stats").arrays["hi"].argmax())
    assert (explorer.unit, explorer.panes.grid.port.values["count"]) == (strongest, 6)
    explorer.layer = "features.4"
    assert explorer.unit == 7
    explorer.layer = "features.0"
    settle(explorer)
    assert last(explorer.panes.grid, "tiles").meta["layer"] == "features.0"


def test_a_frozen_unit_stays_in_the_backward_pane(explorer: Explorer) -> None:
    explorer.layer, explorer.unit, explorer.frozen = "features.4", 2, True
    settle(explorer)
    before = last(explorer.panes.backward, "rgb").arrays["picture"].copy()
    explorer.unit = 5
    settle(explorer)
    frame = last(explorer.panes.backward, "rgb")
    assert (frame.arrays["picture"] == before).all() and "frozen" in frame.meta["lines"][0]
    explorer.frozen = False
    settle(explorer)
    assert (last(explorer.panes.backward, "rgb").arrays["picture"] != before).any()


def test_the_difference_grid_shows_derivatives_of_the_frozen_unit(explorer: Explorer) -> None:
    explorer.layer, explorer.unit, explorer.backward, explorer.frozen = "features.4", 1, "gradient", True
    explorer.layer, explorer.tiles = "features.0", "gradient"
    settle(explorer)
    frame = last(explorer.panes.grid, "gradient")
    assert frame.meta["layer"] == "features.0" and frame.meta["lo"] < 0 < frame.meta["hi"]


BROWSER = ("unit-move", "occlude", "find-layer", "full-screen")  # what the browser does


def test_every_key_does_something_that_exists(explorer: Explorer) -> None:
    commands = {key["command"] for key in KEYS if not key["command"].startswith(BROWSER)}
    assert commands == set(explorer.commands.table)
    for command in commands - {"pattern", "unit-pictures", "camera"}:
        explorer.press(command)
    settle(explorer)
    assert notice(explorer.panes.stage) == ""


def test_no_two_commands_share_a_key() -> None:
    keys = [key["key"] for key in KEYS]
    assert len(keys) == len(set(keys))


class Distances(Plain):
    """Does what LRP has no rule for, on the way to the same scores."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = super().forward(x + 0 * torch.cdist(x, x))
        return scores


def test_a_refusal_that_takes_a_pass_to_find_reaches_the_menu_and_changes_nothing_else(
    pictures: list[torch.Tensor],
) -> None:
    explorer = Explorer(network(Distances()), pictures=pictures)
    chosen: list[Any] = []
    explorer.observe(lambda change: chosen.append(change["new"]), names="method")
    settle(explorer)
    serves = {found["name"]: found["serves"] for found in explorer.panes.method.port.values["methods"]}
    assert serves["lrp"] is False and serves["cam"] is True
    assert chosen == [] and explorer.method == "cam"
    explorer.close()


def test_the_progress_bar_is_that_of_the_method_chosen_last(explorer: Explorer, monkeypatch: Any) -> None:
    names = ("occlusion", "lime")
    begun, go = {name: threading.Event() for name in names}, {name: threading.Event() for name in names}

    def slow(network: Any, view: Any, name: str, *, report: Any, **params: Any) -> None:
        begun[name].set()
        assert go[name].wait(60)
        report(0.5)

    def fraction() -> float | None:
        found: float | None = explorer.panes.method.port.values["progress"]
        return found

    with monkeypatch.context() as patch:
        patch.setattr("deepvis_widgets.widgets.explorer.overlay.explain", slow)
        explorer.method = "occlusion"
        assert begun["occlusion"].wait(60)
        explorer.method = "lime"
        go["occlusion"].set()
        assert begun["lime"].wait(60)
    assert fraction() is not None, "the end of the first one took the bar from the second one"
    explorer.method = "gradient"
    assert fraction() is None
    go["lime"].set()
    settle(explorer)
    assert fraction() is None


def test_pictures_of_a_unit_stream_and_are_remembered(explorer: Explorer, monkeypatch: Any) -> None:
    monkeypatch.setattr("deepvis_widgets.widgets.explorer.unit_pictures.STEPS", 4)
    seen: list[float] = []
    explorer.session.subscribe(live.Drawing, lambda found: seen.append(found.fraction) if found.fraction else None)
    explorer.unit_pictures.draw()
    settle(explorer)
    assert notice(explorer.panes.patterns) == ""
    assert not explorer.panes.patterns.port.values["running"] and seen and seen[-1] == 1.0
    drawn = last(explorer.panes.patterns, "pictures").arrays["pictures"]
    assert drawn.shape[0] == 4 and drawn.std() > 0
    explorer.unit = 1
    assert last(explorer.panes.patterns, "pictures").arrays["pictures"].shape[0] == 0
    explorer.unit = 0
    explorer.unit_pictures.draw()
    settle(explorer)
    assert (last(explorer.panes.patterns, "pictures").arrays["pictures"] == drawn).all()


def test_pattern_mode_fills_the_tiles(explorer: Explorer, monkeypatch: Any) -> None:
    monkeypatch.setattr("deepvis_widgets.widgets.explorer.unit_pictures.PATTERN_STEPS", 2)
    explorer.layer = "features.1"
    sent: list[int] = []
    push = explorer.panes.grid.port.push

    def listening(kind: str, meta: Any, arrays: Any, seq: int = 0) -> None:
        if kind == "pictures":
            sent.extend(arrays["units"].tolist())
        push(kind, meta, arrays, seq)

    explorer.panes.grid.port.push = listening  # type: ignore[method-assign]
    explorer.tiles = "pictures"
    settle(explorer)
    assert sent == list(range(6)) and notice(explorer.panes.grid) == ""


def test_close_ends_the_thread_and_frees_cache_and_graph(pictures: list[torch.Tensor]) -> None:
    threads = threading.active_count()
    explorer = Explorer(network(), pictures=pictures)
    settle(explorer)
    assert threading.active_count() == threads + 1
    view = weakref.ref(explorer.view)
    explorer.close()
    explorer.close()  # twice is once
    assert threading.active_count() == threads
    assert len(explorer.network.recordings) == 0 and Engine.of(explorer.network).cache.bytes == 0
    explorer._trait_values.pop("image")
    pictures.clear()
    gc.collect()
    assert view() is None


def test_two_explorers_of_one_network_share_its_thread(pictures: list[torch.Tensor]) -> None:
    net, threads = network(), threading.active_count()
    one, two = Explorer(net, pictures=pictures), Explorer(net, pictures=pictures)
    settle(one)
    assert threading.active_count() == threads + 1
    one.close()
    two.unit = 3
    settle(two)
    assert json.dumps(two.unit) == "3" and notice(two.panes.stage) == ""
    two.close()
    assert threading.active_count() == threads


def test_it_opens_on_a_network_with_every_trick(pictures: list[torch.Tensor]) -> None:
    explorer = Explorer(network(Crafty()), pictures=pictures)
    for layer in explorer.network.layers.names:
        explorer.layer = layer
        settle(explorer)
        assert notice(explorer.panes.stage) == "", layer
        assert last(explorer.panes.grid, "tiles").meta["layer"] == layer
    explorer.close()


def test_under_an_occluder_the_class_that_was_on_top_is_explained(explorer: Explorer) -> None:
    top = int(explorer.network.probabilities(explorer.view[None]).argmax())
    assert explorer.top == top
    # as if the picture without the occluder had been of another class
    explorer.session._know_top(explorer.view, (top + 1) % 5)
    drag(explorer, [2, 2, 20, 20], 1)
    expected = explorer.network.labels[(top + 1) % 5]
    assert last(explorer.panes.stage, "overlay").meta["title"].endswith(expected)


def test_picking_a_class_shows_its_map_and_picking_it_again_lets_go(explorer: Explorer) -> None:
    explorer.method = None
    settle(explorer)
    assert last(explorer.panes.stage, "overlay").arrays["values"].size == 0
    explorer.pick(3)
    settle(explorer)
    assert (explorer.target, explorer.method) == (3, "cam")
    assert last(explorer.panes.stage, "overlay").meta["title"] == "CAM: class 3"
    explorer.pick(3)
    assert explorer.target is None


def marks(explorer: Explorer) -> dict[str, Any]:
    return {mark["kind"]: mark for mark in explorer.panes.stage.port.values["boxes"]}


def test_the_box_of_the_overlay_is_drawn_when_asked_for(explorer: Explorer, pictures: list[torch.Tensor]) -> None:
    assert "localization" not in marks(explorer)
    field = marks(explorer)["field"]
    explorer.localize = True
    for target in (1, 3):
        explorer.target = target
        settle(explorer)
        heat = explain(explorer.network, pictures[0], "cam", target=target)
        box = heat.box()
        expected = None if box is None else {"box": list(box), "kind": "localization", "label": heat.target}
        assert marks(explorer).get("localization") == expected
        assert marks(explorer)["field"] == field
    explorer.method = "saliency"
    settle(explorer)
    assert marks(explorer)["localization"]["box"] == list(
        explain(explorer.network, pictures[0], "saliency", target=3).box()
    )
    explorer.method = None
    settle(explorer)
    assert "localization" not in marks(explorer)
    explorer.method, explorer.localize = "saliency", False
    settle(explorer)
    assert "localization" not in marks(explorer)


def test_a_unit_seen_before_is_not_computed_again(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[int] = []
    compute = live.backward_picture

    def counted(network: Network, recording: Recording, kind: str, unit: Target, seed: str) -> torch.Tensor:
        computed.append(unit.channel)
        return compute(network, recording, kind, unit, seed)

    monkeypatch.setattr(live, "backward_picture", counted)
    explorer.backward = "gradient"
    settle(explorer)
    first = last(explorer.panes.backward, "rgb")
    for unit in (1, 0):
        explorer.unit = unit
        settle(explorer)
    again = last(explorer.panes.backward, "rgb")
    assert computed == [0, 1] and again.meta == first.meta
    np.testing.assert_array_equal(again.arrays["picture"], first.arrays["picture"])
    explorer.backward_view = "norm"
    settle(explorer)
    explorer.backward_view = "raw"
    settle(explorer)
    explorer.occluder = (0, 0, 8, 8)
    settle(explorer)
    assert computed == [0, 1, 0, 0]


def test_a_click_takes_no_pass_of_the_picture_though_patches_are_projected(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = dv.Explorer("husky-wolf", dv.scene("wolf", "snow", seed=3), unit=0)
    explorer.about = "deconv"
    settle(explorer)
    own, passed, projected = explorer.network.feed(explorer.view[None]), list[torch.Tensor](), list[str]()
    take, project = network_passes.record, crops.explain
    monkeypatch.setattr(network_passes, "record", lambda *given: passed.append(given[1].detach()) or take(*given))
    monkeypatch.setattr(crops, "explain", lambda *given, **how: projected.append(given[2]) or project(*given, **how))
    explorer.unit = 7
    settle(explorer)
    explorer.close()
    assert "deconvnet" in projected and not any(torch.equal(x, own) for x in passed)


def test_clicks_and_drags_keep_nothing_but_bounded_caches(explorer: Explorer) -> None:
    explorer.backward = "gradient"

    def use(rounds: int) -> None:
        for step in range(rounds):
            drag(explorer, (step % 16, step // 16 % 16, 8, 8), step + 1)
            explorer.unit = step % explorer.panes.grid.port.values["count"]
            settle(explorer)

    assert growth(lambda: use(40)) < LEAK
    assert explorer.session._seen.bytes <= explorer.session._seen.limit_bytes
    assert len(explorer.network.recordings) <= explorer.network.recordings.limit
    kept: list[Any] = []
    explorer.panes.stage.port.on_frame("occluder", lambda frame: kept.append(torch.rand(SIDE)))
    assert growth(lambda: use(40)) > LEAK, "one small tensor kept per step must be seen"


LEAK = 20  # tensors and recordings more than before; a step that kept one of its own would leave 40


def growth(work: Callable[[], None]) -> int:
    """How many more tensors and recordings are alive after `work` than before."""
    work()  # what is made once
    before = alive()
    work()
    return alive() - before


def alive() -> int:
    gc.collect()
    return sum(isinstance(found, torch.Tensor | Recording) for found in gc.get_objects())


def test_a_slow_way_back_rests_in_a_drag_and_catches_up(explorer: Explorer, monkeypatch: Any) -> None:
    monkeypatch.setattr(explorer_drag, "AT_ONCE", 0.0)
    dragging = explorer.session.dragging
    drag(explorer, [2, 2, 8, 8], 5)
    dragging._took, dragging._due = 0.1, time.perf_counter() + 0.3
    overlays: list[int] = []
    push = explorer.panes.stage.port.push

    def follow(kind: str, *args: Any, **more: Any) -> None:
        overlays.extend([args[2]] if kind == "overlay" else [])
        push(kind, *args, **more)

    monkeypatch.setattr(explorer.panes.stage.port, "push", follow)
    for seq in (6, 7, 8):
        message, buffers = pack("stage/occluder", seq, {"box": [2, seq, 8, 8], "final": False})
        explorer._receive(None, message, buffers)
    settle(explorer)
    assert last(explorer.panes.grid, "tiles").seq == 8
    assert overlays == [8], "only the last step's overlay is drawn, once there is time"


def test_a_drag_is_recorded_once_and_goes_on_with_what_changes(
    explorer: Explorer, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # no way is known to be the best
    drag(explorer, [2, 2, 8, 8], 1)
    recorded = explorer.session.dragging.moving._recorded
    assert recorded is not None
    drag(explorer, [5, 9, 8, 8], 2)
    assert explorer.session.dragging.moving._recorded is recorded
    net, layer, grid = explorer.network, explorer.layer, explorer.panes.grid
    covered = explorer.view.clone()
    covered[:, 5:13, 9:17] = 0.5
    output = net.run(net.feed(covered[None]), keep=(layer,)).outputs[layer][0].numpy()
    np.testing.assert_allclose(last(grid, "stats").arrays["mean"], output.mean((1, 2)), rtol=1e-4, atol=1e-6)
    expected = net.probabilities(covered[None])[0].tolist()
    np.testing.assert_allclose(shares(explorer), sorted(expected), rtol=1e-4)


def test_controls_that_are_out_of_sight_close_too(pictures: list[torch.Tensor]) -> None:
    before = set(_instances)
    explorer = Explorer(network(), pictures=pictures)
    explorer.method = "lime"
    explorer.method = "saliency"
    settle(explorer)
    explorer.close()
    assert [type(_instances[left]) for left in set(_instances) - before] == []


class Strided(torch.nn.Sequential):
    """A small network with a strided depthwise convolution."""

    def __init__(self) -> None:
        wide = torch.nn.Conv2d(8, 8, 3, 2, groups=8)
        last = (torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(8, 3))
        super().__init__(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), wide, *last)


def test_a_checkerboard_is_named_and_not_what_one_sees_first(pictures: list[torch.Tensor]) -> None:
    explorer = Explorer(network(Strided().eval()), pictures=pictures, layer="3", unit=0)
    settle(explorer)
    assert explorer.backward == "guided_backprop"
    for mode, layer, named in (("deconvnet", "3", True), ("gradient", "3", False), ("deconvnet", "1", False)):
        explorer.layer, explorer.backward = layer, mode
        settle(explorer)
        assert any("checkerboard" in words for words in explorer.panes.status.port.values["words"]) is named
    explorer.close()


def test_a_layer_without_known_pictures_shows_maps_and_draws_none(explorer: Explorer, monkeypatch: Any) -> None:
    known = torch.rand(3, 8, 8)
    here = explorer.layer
    monkeypatch.setattr(explorer._atlas, "knows_patterns", lambda layer: layer == here)
    monkeypatch.setattr(explorer.unit_pictures, "known_picture", lambda layer, *_: known if layer == here else None)
    drawn: list[str] = []
    monkeypatch.setattr(explorer.unit_pictures, "_draw_tiles", lambda layer, *_: drawn.append(layer))
    explorer.tiles, explorer.tiles_chosen = "pictures", False
    settle(explorer)
    # as a click does it, while the engine is busy with something else
    begun, go_on = threading.Event(), threading.Event()
    explorer.session.client.ask("other", lambda _: (begun.set(), go_on.wait(60)), lambda _: None, doing="waiting")
    assert begun.wait(60)
    explorer.layer = explorer.network.layers.names[0]
    go_on.set()
    settle(explorer)
    assert explorer.tiles == "activation" and drawn == []
    explorer.layer = here
    settle(explorer)
    assert explorer.tiles == "pictures" and drawn == []
