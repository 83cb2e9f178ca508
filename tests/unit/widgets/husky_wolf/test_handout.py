"""What stays of the husky and wolf lesson: its steps, and no answer before its step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.husky_wolf.husky_wolf import HuskyWolf
from deepvis_widgets.widgets.husky_wolf.scenes import BIASED, HONEST, drawn
from deepvis_widgets.widgets.husky_wolf.vote import SNOW
from deepvis_widgets.widgets.page.parts import Choice, Columns, Map, Part, Picture, Table, Text
from tests.part_tree import every, notes, only

FEW = [("husky", "snow", 22), ("wolf", "snow", 7), ("wolf", "meadow", 24)]


@pytest.fixture
def lab() -> Iterator[HuskyWolf]:
    made = settle(HuskyWolf(first="biased", scenes=[drawn(order) for order in FEW], fresh=1))
    yield made
    made.close()


def settle(lab: HuskyWolf) -> HuskyWolf:
    assert lab.session.idle(60)
    return lab


def steps(page: Part) -> Choice:
    """The steps of the lesson."""
    return next(choice for choice in every(page, Choice) if choice.steps)


def said(page: Part) -> str:
    """Everything that a page says, also where it is not chosen."""
    texts = [text.text for text in every(page, Text)]
    named = [words for choice in every(page, Choice) for words in (choice.title, *choice.labels)]
    shown = [words for found in every(page, Map) for words in (found.title, *found.lines)]
    bars = [bars.title for bars in every(page, Columns)]
    return "\n".join([*texts, *named, *shown, *bars, *(picture.caption for picture in every(page, Picture))])


def test_the_steps_go_as_far_as_the_lesson_has_come_and_tell_nothing_before(lab: HuskyWolf) -> None:
    (first,) = steps(lab.page()).parts
    captions = [picture.caption for picture in every(first, Picture)]
    assert captions[:3] == lab.panes.pictures.gallery.captions and captions[0].endswith("✗ wrong: a husky")
    assert [picture.marked for picture in every(first, Picture)][:3] == [True, False, True]
    lab.cast(1, 0, {"the coat": 1})
    lab.next()
    settle(lab).next()
    lab.cast(0, 1, {SNOW: 1})
    page = settle(lab).page()
    assert len(steps(page).parts) == 3 and steps(page).chosen == 2
    assert not [word for word in ("honest", "biased", BIASED, HONEST) if word in said(page)]
    assert notes(page)[-1].startswith("The lesson had come to step 3 of 4")
    lab.next()
    page = settle(lab).page()
    assert len(steps(page).parts) == 4 and not any("biased" in said(part) for part in steps(page).parts[:3])
    assert "Network A was the biased one" in said(steps(page).parts[3])
    lab.stage = 1
    assert (len(steps(lab.page()).parts), steps(lab.page()).chosen) == (4, 0), "what was reached stays reached"
    lab.restart()
    assert len(steps(settle(lab).page()).parts) == 1


def test_explanations_are_there_for_the_network_that_was_looked_at(lab: HuskyWolf) -> None:
    lab.cast(1, 0)
    lab.next()
    second = steps(settle(lab).page()).parts[1]
    maps = every(second, Map)
    for shown, order in zip(maps, FEW, strict=True):
        expected = explain(lab.session.networks[BIASED], drawn(order), "cam")
        np.testing.assert_allclose(shown.values, expected.coarse.numpy(), atol=1e-5)  # type: ignore[attr-defined]
        assert shown.title == f"CAM: {expected.target}" and shown.ends == pytest.approx(expected.ends)  # type: ignore[attr-defined]
    assert notes(second) == [
        "The explanations of network B had not been looked at when this page was made, so they are not on it."
    ]
    lab.method = "gradient_x_input"
    second = steps(settle(lab).page()).parts[1]
    tried = next(choice for choice in every(second, Choice) if choice.title == "Method")
    assert list(tried.labels) == ["CAM", "Gradient × input"] and tried.chosen == 1
    expected = explain(lab.session.networks[BIASED], drawn(FEW[0]), "gradient_x_input")
    np.testing.assert_allclose(every(tried.parts[1], Map)[0].values, expected.heatmap.numpy(), atol=1e-5)  # type: ignore[attr-defined]


def test_the_ending_has_the_votes_and_the_table(lab: HuskyWolf) -> None:
    lab.cast(1, 0, {"the coat": 1})
    lab.next()
    settle(lab).next()
    lab.cast(0, 1, {SNOW: 1})
    lab.next()
    last = steps(settle(lab).page()).parts[3]
    votes = only(last, Columns)
    assert votes.title == "Network A, biased" and list(votes.names) == ["trust it", "do not", "named the snow"]
    assert [list(series.values) for series in votes.series] == [[1, 0, 0], [0, 1, 1]]
    assert "Trusted by 1 of 1 before the explanations, and by 0 of 1 after." in said(last)
    table = only(last, Table)
    assert [row[:2] for row in table.rows] == [
        ["A, biased", "husky"],
        ["A, biased", "wolf"],
        ["B, honest", "husky"],
        ["B, honest", "wolf"],
    ]
    scenes, answers = lab.session.fresh_scenes, lab.session.fresh_answers[BIASED]
    told = next(
        said.label
        for scene, said in zip(scenes, answers, strict=True)
        if (scene.label, scene.background) == ("husky", "snow")
    )
    cell = table.rows[0][list(table.heads).index("snow")]
    assert cell == (f"{told} 1" if told == "husky" else f"✗ {told} 1")
