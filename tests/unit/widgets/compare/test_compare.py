"""Comparisons without a browser: what their cells are sent, and what they refuse."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.methods import explain
from deepvis_widgets.scores import curves, mass, pointing
from deepvis_widgets.widgets.compare.answers import CellAnswer
from deepvis_widgets.widgets.compare.cell import Cell
from deepvis_widgets.widgets.compare.compare import Compare
from deepvis_widgets.widgets.compare.networks import rows_of
from deepvis_widgets.widgets.compare.scale import limits_of
from deepvis_widgets.widgets.link.protocol import Frame
from tests.unit.widgets.compare.nets import SIDE, NoHead, network, picture
from tests.unit.widgets.conftest import WorkerChanges
from tests.untouched import Untouched

METHODS = ("cam", "occlusion", "gradient_x_input")


@pytest.fixture
def pictures() -> list[Tensor]:
    return [picture(1), picture(2)]


@pytest.fixture
def make(pictures: list[Tensor]) -> Iterator[Callable[..., Compare]]:
    """Makes comparisons of small networks that have come to rest, and closes them at the end."""
    made: list[Compare] = []

    def compare(networks: Any = None, **options: Any) -> Compare:
        options = {"pictures": pictures, "methods": METHODS, "params": {"occlusion": {"window": 8}}, **options}
        made.append(Compare(networks or [network(0, "one"), network(1, "two")], **options))
        settle(made[-1])
        return made[-1]

    yield compare
    for each in made:
        each.close()


def settle(compare: Compare) -> None:
    assert compare.session.idle(60)


def cell_of(compare: Compare, name: str, row: int = 0) -> Cell:
    return next(cell for cell in compare.cells if cell.answer.key == (name, row))


def sent(cell: Cell, kind: str = "map") -> Frame:
    frame = cell.map.last(kind)
    assert frame is not None
    return frame


def maps_of(cells: list[Cell]) -> list[Tensor]:
    return [cell.answer.result.heatmap for cell in cells if cell.answer.result]


def shown(cell: Cell) -> np.ndarray:
    """The values of the map that was sent, its quantisation undone."""
    frame = sent(cell)
    low, high = frame.meta["lo"], frame.meta["hi"]
    return low + (high - low) * frame.arrays["values"].astype(np.float64) / 65535


def test_every_cell_shows_the_map_of_its_method_on_its_network(
    make: Callable[..., Compare], pictures: list[Tensor]
) -> None:
    compare = make()
    assert [(cell.answer.name, cell.answer.row.title) for cell in compare.cells[:3]] == [
        ("cam", "one"),
        ("cam", "two"),
        ("occlusion", "one"),
    ]
    for cell in compare.cells:
        asked = cell.answer
        expected = explain(asked.row.network, pictures[0], asked.name, **compare.params.get(asked.name, {}))
        values = expected.heatmap.numpy()  # type: ignore[attr-defined]
        np.testing.assert_allclose(shown(cell), values, atol=np.ptp(values) / 60000)
        top = int(asked.row.network.probabilities(pictures[0][None]).argmax())
        assert cell.words.value.startswith(f"explains class {top}") and cell.map.notice == ""


def test_a_class_is_explained_by_all_networks_and_none_lets_go(
    make: Callable[..., Compare], pictures: list[Tensor]
) -> None:
    compare = make(target="class 3", methods=["cam"])
    assert compare.target == 3
    for cell in compare.cells:
        expected = explain(cell.answer.row.network, pictures[0], "cam", target=3).heatmap.numpy()  # type: ignore[attr-defined]
        np.testing.assert_allclose(shown(cell), expected, atol=np.ptp(expected) / 60000)
    compare.target = None
    settle(compare)
    tops = [int(row.network.probabilities(pictures[0][None]).argmax()) for row in rows_of(compare.networks)]
    assert [cell.words.value.split(" · ")[0] for cell in compare.cells] == [f"explains class {top}" for top in tops]
    with pytest.raises(DeepvisError, match="There is no class"):
        compare.target = "unicorn"


def test_another_network_finds_the_class_by_its_label(make: Callable[..., Compare]) -> None:
    first, other = network(0, "one"), network(1, "two")
    other.labels = ["class 4", "class 3", "b", "c", "d"]
    compare = make([first, other], target=3, methods=["cam"])
    assert cell_of(compare, "cam", 1).words.value.startswith("explains class 3")
    compare.target = 0
    settle(compare)
    assert cell_of(compare, "cam", 0).map.notice == ""
    assert 'There is no class "class 0"' in cell_of(compare, "cam", 1).map.notice


def test_a_shared_scale_is_one_per_method_and_an_own_one_fits_the_map(make: Callable[..., Compare]) -> None:
    compare = make()
    for name in METHODS:
        both = [cell_of(compare, name, row) for row in (0, 1)]
        assert both[0].map.limits == both[1].map.limits
        assert both[0].map.limits == limits_of(maps_of(both), True)
    compare.scale = "own"
    for cell in compare.cells:
        assert cell.answer.result is not None
        assert cell.map.limits == limits_of(maps_of([cell]), cell.answer.result.signed)
    one, two = (cell_of(compare, "cam", row).map.limits for row in (0, 1))
    assert one != two


def test_signed_and_unsigned_maps_have_colour_maps_of_their_own(make: Callable[..., Compare]) -> None:
    compare = make(methods=["cam", "saliency"])
    looks = {cell.answer.name: (cell.map.signed, cell.map.colormap) for cell in compare.cells}
    assert looks == {"cam": (True, "blue-red"), "saliency": (False, "inferno")}
    menus = compare.panes.tools.colours
    menus["unsigned"].value, menus["signed"].value = "cividis", "green-red"
    assert compare.colormaps == {"signed": "green-red", "unsigned": "cividis"}
    assert {cell.map.colormap for cell in compare.cells} == {"green-red", "cividis"}
    compare.colormaps = {"signed": "blue-red", "unsigned": "gray"}
    assert {kind: menu.value for kind, menu in menus.items()} == compare.colormaps


def test_only_colours_of_maps_that_are_there_are_offered(make: Callable[..., Compare]) -> None:
    compare = make(methods=["cam"])

    def offered() -> dict[str, str]:
        menus = compare.panes.tools.colours.items()
        return {kind: menu.value for kind, menu in menus if menu.layout.display != "none"}

    assert offered() == {"signed": "blue-red"}
    compare.add("saliency")
    settle(compare)
    assert offered() == {"signed": "blue-red", "unsigned": "inferno"}
    compare.remove("cam")
    assert offered() == {"unsigned": "inferno"}


def test_the_cursor_means_the_same_place_in_pictures_of_other_sizes(make: Callable[..., Compare]) -> None:
    compare = make([network(0, "one"), network(1, "two", side=2 * SIDE)], methods=["cam"])
    compare.cursor = (3, 30)
    assert [cell.map.position for cell in compare.cells] == [[3, 30], [7, 61]]
    compare.cells[1].map.position = [20, 9]  # as a click there does
    assert compare.cursor == (10, 4) and compare.cells[0].map.position == [10, 4]
    assert compare.cells[1].map.position == [20, 9], "the map that was clicked keeps its own place"
    compare.cells[0].map.position = None
    assert compare.cursor is None and compare.cells[1].map.position is None
    with pytest.raises(DeepvisError, match="no place in the picture"):
        compare.cursor = (SIDE, 0)


def test_curves_and_scores_are_those_of_the_scores_package(
    make: Callable[..., Compare], pictures: list[Tensor]
) -> None:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[8:20, 10:24] = True
    compare = make(methods=["cam", "gradient_x_input"], mask=mask)
    assert all(cell.answer.curves is None for cell in compare.cells), "curves cost passes: nobody asked for them"
    compare.scores = True
    settle(compare)
    for cell in compare.cells:
        assert cell.answer.result is not None and cell.map.notice == ""
        channel = int(cell.answer.row.network.probabilities(pictures[0][None]).argmax())
        expected = curves(cell.answer.row.network, pictures[0], cell.answer.result.heatmap, channel)
        numbers = compare.numbers[cell.answer.row.title, cell.answer.name]
        assert numbers["insertion"] == pytest.approx(expected.insertion_area, abs=1e-5)
        assert numbers["deletion"] == pytest.approx(expected.deletion_area, abs=1e-5)
        assert numbers["pointing"] == pointing(cell.answer.result.heatmap, torch.from_numpy(mask))
        assert numbers["mass"] == pytest.approx(mass(cell.answer.result.heatmap, torch.from_numpy(mask)))
        assert f"{numbers['insertion']:.3f}" in compare.panes.table.value
    compare.curves = True
    lines = [mark for mark in compare.panes.chart.insertion.figure.marks if type(mark).__name__ == "Lines"]
    assert len(lines) == 4
    looks = {(mark.colors[0], mark.line_style) for mark in lines}
    assert len(looks) == 4, "every line has a look of its own"
    np.testing.assert_allclose(lines[0].y, compare.cells[0].answer.curves.insertion.numpy(), atol=1e-6)  # type: ignore[union-attr]


def test_curves_that_are_not_wanted_any_more_leave_the_map(make: Callable[..., Compare]) -> None:
    compare = make(network(), methods=["cam"])
    cell, engine = compare.cells[0], Engine.of(compare.networks[0])
    go = threading.Event()
    engine.submit("other", lambda _: go.wait(30), long=True)  # so that the curves wait
    compare.curves = True
    assert cell.answer.running == "Curves"
    compare.curves = False
    assert not cell.answer.running and not cell.answer.stopped and cell.words.value.startswith("explains")
    go.set()
    settle(compare)
    assert cell.answer.curves is None and cell.answer.result is not None


def test_without_a_mask_the_scores_that_need_one_are_empty(make: Callable[..., Compare]) -> None:
    compare = make(methods=["cam"])
    compare.scores = True
    settle(compare)
    numbers = compare.numbers["one", "cam"]
    assert numbers["pointing"] is None and numbers["mass"] is None and numbers["insertion"] is not None
    assert compare.panes.tools.outline.disabled
    with pytest.raises(DeepvisError, match="mask is 3×3"):
        compare.mask = np.ones((3, 3), bool)


def test_a_mask_travels_with_the_picture_and_goes_with_it(make: Callable[..., Compare], pictures: list[Tensor]) -> None:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[3:9, 4:10] = True
    compare = make(methods=["cam"], mask=mask)
    below = sent(compare.cells[0], "below").arrays
    assert (below["mask"] == mask).all()
    np.testing.assert_allclose(below["picture"] / 255, pictures[0].permute(1, 2, 0).numpy(), atol=1 / 255)
    compare.image = pictures[1]
    assert compare.mask is None and sent(compare.cells[0], "below").arrays["mask"].size == 0


def test_methods_are_added_and_removed_and_the_others_stay(make: Callable[..., Compare]) -> None:
    compare = make(methods=["cam", "saliency"])
    kept, gone = cell_of(compare, "cam"), cell_of(compare, "saliency")
    compare.panes.tools.add.value = "gradient"
    settle(compare)
    assert compare.methods == ("cam", "saliency", "gradient") and compare.panes.tools.add.value == ""
    assert cell_of(compare, "gradient").answer.result is not None
    gone.remove.click()
    assert compare.methods == ("cam", "gradient") and gone.comm is None and cell_of(compare, "cam") is kept
    compare.methods = ["gradient"]
    cell_of(compare, "gradient").remove.click()
    assert compare.methods == ("gradient",) and "The last method stays" in compare.panes.notice.value


def test_what_is_no_heat_map_or_no_method_is_refused(make: Callable[..., Compare]) -> None:
    compare = make(methods=["cam"])
    for wrong, sentence in (
        (["activation_maximization"], "draws pictures of its own"),
        (["cam", "cam"], "named twice"),
        (["nonsense"], "There is no method"),
        ([], "is not accepted"),
        ("cam", "is not accepted"),
    ):
        with pytest.raises(DeepvisError, match=sentence):
            compare.methods = wrong
    assert compare.methods == ("cam",)
    compare.panes.tools.add.value = "activation_maximization"
    assert "draws pictures of its own" in compare.panes.notice.value and compare.methods == ("cam",)
    assert "(Activation maximization: not here)" in [text for text, _ in compare.panes.tools.add.options]


def test_a_method_that_refuses_a_network_says_so_in_its_cell_alone(make: Callable[..., Compare]) -> None:
    compare = make([network(0, "one"), network(1, "two", NoHead)], methods=["cam", "grad_cam"])
    assert "no exact CAM" in cell_of(compare, "cam", 1).map.notice
    assert not cell_of(compare, "cam", 1).answer.running and cell_of(compare, "cam", 1).answer.result is None
    assert cell_of(compare, "cam", 0).answer.result is not None
    assert all(cell_of(compare, "grad_cam", row).map.notice == "" for row in (0, 1))
    only = make(network(1, "two", NoHead), methods=["grad_cam"])
    with pytest.raises(DeepvisError, match="no exact CAM"):
        only.add("cam")


def test_parameters_reach_the_method_and_its_controls(make: Callable[..., Compare], pictures: list[Tensor]) -> None:
    compare = make(network(), methods=["cam", "occlusion"])
    cell, cam = cell_of(compare, "occlusion"), cell_of(compare, "cam")
    before, turn = shown(cell), cam.answer.turn
    cell.settings.click()
    assert compare.selected == "occlusion" and compare.panes.settings.controls is not None
    assert compare.panes.settings.controls.values["window"] == 8
    compare.panes.settings.controls.by_name["window"].value = 12
    settle(compare)
    expected = explain(compare.networks[0], pictures[0], "occlusion", window=12).heatmap.numpy()  # type: ignore[attr-defined]
    np.testing.assert_allclose(shown(cell), expected, atol=np.ptp(expected) / 60000)
    assert not np.allclose(shown(cell), before) and cam.answer.turn == turn, "other methods are not run again"
    compare.params = {"occlusion": {"window": 9}}
    settle(compare)
    assert compare.panes.settings.controls.values["window"] == 9
    with pytest.raises(DeepvisError, match="window"):
        compare.params = {"occlusion": {"window": 0}}
    compare.params = {"occlusion": {"window": 4, "stride": 8}}  # each in its range, not together
    settle(compare)
    assert "skips pixels" in cell.map.notice and cell.answer.result is not None, "the last good map stays"


def test_a_long_method_is_stopped_and_run_again(make: Callable[..., Compare]) -> None:
    compare = make(network(), methods=["cam"])
    started, go = threading.Event(), threading.Event()
    compare.methods = ("cam", "occlusion")
    settle(compare)
    cell = cell_of(compare, "occlusion")
    show = cell.show

    def held(answer: CellAnswer) -> None:
        show(answer)
        if answer.fraction:
            started.set()
            assert go.wait(30)

    cell.show = held  # type: ignore[method-assign]
    compare.params = {"occlusion": {"window": 6, "stride": 2}}
    assert started.wait(30) and cell.button.description == "Stop"
    cell.button.click()
    go.set()
    settle(compare)
    assert cell.words.value.startswith("stopped at") and not cell.answer.finished and cell.button.description == "Run"
    cell.button.click()
    settle(compare)
    assert cell.answer.finished and cell.words.value.startswith("explains") and cell.button.layout.display == "none"


def test_another_picture_replaces_every_map(make: Callable[..., Compare], pictures: list[Tensor]) -> None:
    compare = make(methods=["cam"])
    compare.panes.pictures.step(1)
    settle(compare)
    expected = explain(compare.networks[1], pictures[1], "cam").heatmap.numpy()  # type: ignore[attr-defined]
    np.testing.assert_allclose(shown(cell_of(compare, "cam", 1)), expected, atol=np.ptp(expected) / 60000)
    compare.show("nowhere.png")
    assert "There is no file" in compare.panes.notice.value and compare.image is pictures[1]


def test_the_networks_are_left_as_they_were(make: Callable[..., Compare]) -> None:
    nets = [network(0, "one"), network(1, "two")]
    untouched = [Untouched(net.module) for net in nets]
    compare = make(nets, methods=["cam", "occlusion", "lrp", "saliency"])
    compare.scores = True
    settle(compare)
    compare.close()
    for each in untouched:
        each.check()


def test_closing_ends_the_threads_and_frees_the_maps(make: Callable[..., Compare]) -> None:
    threads = threading.active_count()
    compare = make(methods=["occlusion"])
    assert threading.active_count() == threads + 2
    compare.close()
    compare.close()  # twice is once
    assert threading.active_count() == threads
    assert all(cell.map.comm is None for cell in compare.cells)


def test_a_wrong_beginning_leaves_no_thread_behind(pictures: list[Tensor]) -> None:
    threads = threading.active_count()
    for options in ({"methods": ["nonsense"]}, {"target": "unicorn"}, {"params": {"cam": {"size": 3}}}, {"mask": 3}):
        with pytest.raises(DeepvisError):
            Compare(network(), pictures=pictures, **options)  # type: ignore[arg-type]
    with pytest.raises(DeepvisError, match="no network"):
        Compare([], pictures=pictures)
    assert threading.active_count() == threads


def test_networks_of_one_name_are_told_apart(make: Callable[..., Compare]) -> None:
    compare = make([network(0, "net"), network(1, "net")], methods=["cam"])
    assert list(compare.results) == [("net (1)", "cam"), ("net (2)", "cam")]


def test_workers_change_widgets_by_push_only(pictures: list[Tensor], worker_changes: WorkerChanges) -> None:
    async def use() -> None:
        networks = [network(0, "one"), network(1, "two", NoHead)]
        compare = Compare(networks, pictures=pictures, methods=["cam", "occlusion"])
        compare.curves = compare.scores = True
        for act in (lambda: None, lambda: compare.add("lrp"), lambda: compare.show(pictures[1])):
            act()
            while not compare.session.idle(0.01):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        assert " · " in compare.panes.tools.target.options[1][0], "the probabilities of the classes are not shown"
        compare.close()

    asyncio.run(use())
    assert worker_changes.others == set()
