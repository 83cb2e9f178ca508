"""What stays of a comparison: its maps, those of the pictures and classes before, its curves and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import deepvis_widgets as dv
from deepvis_widgets.widgets.compare.compare import Compare
from deepvis_widgets.widgets.compare.score_table import scores_of
from deepvis_widgets.widgets.compare.visits import MOST
from deepvis_widgets.widgets.page.parts import Chart, Choice, Map, Table
from tests.part_tree import every, notes, only
from tests.unit.widgets.compare.nets import NoHead, network, picture

METHODS = ("cam", "occlusion")
PICTURES = [picture(1), picture(2)]


@pytest.fixture
def make() -> Iterator[Callable[..., Compare]]:
    made: list[Compare] = []

    def compare(networks: Any, **options: Any) -> Compare:
        options = {"methods": METHODS, "params": {"occlusion": {"window": 8}}, **options}
        made.append(Compare(networks, pictures=PICTURES, **options))
        return settle(made[-1])

    yield compare
    for each in made:
        each.close()


def settle(compare: Compare) -> Compare:
    assert compare.session.idle(60)
    return compare


def test_every_map_is_on_the_page_as_on_screen(make: Callable[..., Compare]) -> None:
    compare = make([network(0, "one"), network(1, "two")])
    maps = every(compare.page(), Map)
    assert [shown.title for shown in maps] == ["CAM · one", "Occlusion · one", "CAM · two", "Occlusion · two"]
    for shown, cell in zip(maps, [compare.cells[place] for place in (0, 2, 1, 3)], strict=True):
        answer = cell.answer
        assert answer.result is not None
        params = {"window": 8} if answer.name == "occlusion" else {}
        expected = dv.explain(answer.row.network, PICTURES[0], answer.name, **params)
        np.testing.assert_allclose(shown.values, expected.heatmap.numpy(), atol=1e-6)  # type: ignore[attr-defined]
        assert shown.ends == answer.limits and shown.colormap == answer.colormap and shown.signed
        assert shown.lines[0].startswith("explains class ") and shown.lines[0].endswith("%")
        assert shown.group == maps[0].group != ""


def test_pictures_and_classes_before_can_be_chosen_and_none_is_computed(make: Callable[..., Compare]) -> None:
    compare = make(network())
    compare.target = 2
    settle(compare)
    compare.image = PICTURES[1]
    settle(compare)
    kept = len(compare.session._clients[0].engine.cache)
    choice = only(compare.living_page(), Choice)
    assert len(compare.session._clients[0].engine.cache) == kept
    assert not every(compare.page(), Choice), "the picture in a notebook has what is on screen"
    assert list(choice.labels) == ["your picture: top class", "your picture: class 2", "your picture: class 2"]
    assert choice.chosen == 2
    for part, (shown, target) in zip(choice.parts, [(0, None), (0, 2), (1, 2)], strict=True):
        found, _ = every(part, Map)
        expected = dv.explain(compare.networks[0], PICTURES[shown], "cam", target=target)
        np.testing.assert_allclose(found.values, expected.heatmap.numpy(), atol=1e-6)  # type: ignore[attr-defined]
        np.testing.assert_allclose(found.picture, PICTURES[shown].permute(1, 2, 0).numpy() * 255, atol=0.51)


def test_a_picture_before_is_left_out_where_the_parameters_are_others_now(make: Callable[..., Compare]) -> None:
    compare = make(network(), methods=("occlusion",))
    compare.image = PICTURES[1]
    settle(compare)
    assert len(only(compare.living_page(), Choice).labels) == 2
    compare.params = {"occlusion": {"window": 16}}
    settle(compare)
    assert not every(compare.living_page(), Choice) and len(every(compare.page(), Map)) == 1


def test_only_the_last_visits_are_kept(make: Callable[..., Compare]) -> None:
    compare = make(network(), methods=("cam",))
    for number in range(MOST + 3):
        compare.image = picture(100 + number)
    assert len(compare.visits.all) == MOST and compare.visits.all[-1].picture is compare.image
    compare.close()
    assert compare.visits.all == ()


def test_a_method_that_is_refused_says_why(make: Callable[..., Compare]) -> None:
    compare = make([network(0, "one"), network(0, "other", NoHead)], methods=("cam",))
    page = compare.page()
    assert only(page, Map).title == "CAM · one"
    assert notes(page) == [f"CAM · other: {compare.cells[1].answer.notice}"] and "grad_cam" in notes(page)[0]


def test_curves_and_scores_are_those_on_screen(make: Callable[..., Compare]) -> None:
    compare = make([network(0, "one"), network(1, "two")], methods=("cam",))
    compare.curves = compare.scores = True
    settle(compare)
    page = compare.page()
    insertion, deletion = every(page, Chart)
    answers = compare.session.answers
    assert [line.name for line in insertion.lines] == ["CAM, one", "CAM, two"]
    assert insertion.lines[0].colour != insertion.lines[1].colour
    for line, under, answer in zip(insertion.lines, deletion.lines, answers, strict=True):
        assert answer.curves is not None
        assert list(line.y) == answer.curves.insertion.tolist() and list(under.y) == answer.curves.deletion.tolist()
    table = only(page, Table)
    assert list(table.heads) == ["method", "network", "pointing", "mass on the object", "insertion", "deletion"]
    area = scores_of(answers[1])["insertion"]
    assert list(table.rows[1]) == ["CAM", "two", "–", "–", f"{area:.3f}", f"{scores_of(answers[1])['deletion']:.3f}"]
