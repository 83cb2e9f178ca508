"""The bars of the class probabilities."""

from __future__ import annotations

import torch
from ipywidgets.widgets.widget import _instances

from deepvis_widgets.core.answers.classes import Classes
from deepvis_widgets.widgets.kit.class_bars import INVISIBLE, LONGEST, MOST, Probabilities, short, width
from deepvis_widgets.widgets.kit.layout import close_all, models_of

LABELS = [f"class {index}" for index in range(12)]


def shown(shares: list[float], chosen: int, rank: bool, pane: Probabilities) -> list[str]:
    pane.show(torch.tensor(shares), chosen, rank)
    return list(pane._bars.x)[::-1]


def spread(*strong: int) -> list[float]:
    shares = [0.001 * (12 - index) for index in range(12)]
    for place, index in enumerate(strong):
        shares[index] = 0.9 - 0.1 * place
    return shares


def test_the_strongest_come_first() -> None:
    names = shown(spread(5, 3), 5, True, Probabilities(Classes(LABELS), print))
    assert names[:3] == ["class 5", "class 3", "class 0"] and len(names) == MOST


def test_bars_stay_in_place_while_the_picture_is_covered() -> None:
    pane = Probabilities(Classes(LABELS), print)
    before = shown(spread(5, 3), 5, True, pane)
    assert shown(spread(3, 5), 5, False, pane) == before


def test_a_new_winner_and_the_chosen_class_get_a_bar() -> None:
    pane = Probabilities(Classes(LABELS), print)
    shown(spread(5, 3), 5, True, pane)
    names = shown(spread(11), 10, False, pane)
    assert {"class 11", "class 10", "class 5"} <= set(names) and len(names) == MOST


def test_a_click_picks_the_class_of_the_bar() -> None:
    picked: list[int] = []
    pane = Probabilities(Classes(LABELS), picked.append)
    shown(spread(5, 3), 5, True, pane)
    pane._clicked(None, {"data": {"index": MOST - 1}})  # bqplot counts from the bottom
    pane._clicked(None, {"data": {"index": MOST - 2}})
    assert picked == [5, 3]


def test_long_labels_that_begin_alike_keep_a_bar_each() -> None:
    pane = Probabilities(Classes([f"a very long label of number {index}" for index in range(12)]), print)
    assert len(set(shown(spread(2, 3), 2, True, pane))) == MOST


def test_two_classes_of_one_name_keep_a_bar_each() -> None:
    names = shown(spread(2, 3), 2, True, Probabilities(Classes(["crane"] * 12), print))
    assert len(set(names)) == MOST and {name.replace(INVISIBLE, "") for name in names} == {"crane"}


def test_labels_are_cut_on_the_right_to_what_fits_in_whatever_letters() -> None:
    assert short("mushroom", 3) == "mushroom" and short("Egyptian cat", 0) == "Egyptian cat"
    for label in ("W" * 18, "i" * 60, "a mammoth with a warm winter coat", "\u732b" * 18):
        cut = short(label, 2)
        assert cut.endswith("…" + INVISIBLE * 2) and label.startswith(cut.rstrip(INVISIBLE)[:-1])
        assert width(cut.rstrip(INVISIBLE)) <= LONGEST < width(label)


def test_the_words_hold_every_label_whole() -> None:
    pane = Probabilities(Classes([f"a very long label <of> number {index}" for index in range(12)]), print)
    shown(spread(2, 3), 2, True, pane)
    assert pane._text.value.startswith("<span>a very long label &lt;of&gt; number 2</span> 90.0%; <span>")


def test_no_model_is_left_once_it_is_closed_whether_its_answer_came_before_or_after() -> None:
    before = set(_instances)
    early, late = Probabilities(Classes(LABELS), print), Probabilities(Classes(LABELS), print)
    shown(spread(5, 3), 5, True, early)
    close_all([early, late])
    late.show(torch.tensor(spread(5, 3)), 5, True)
    assert set(_instances) == before and late._bars is None


def test_a_chart_made_while_the_pane_closes_is_closed_with_it() -> None:
    before = set(_instances)
    pane = Probabilities(Classes(LABELS), print)
    listed = models_of([pane])
    shown(spread(5, 3), 5, True, pane)
    for model in listed:
        model.close()
    assert set(_instances) == before
