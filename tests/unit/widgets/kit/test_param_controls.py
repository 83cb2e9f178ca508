"""Controls of methods, and menus that are filled anew."""

from __future__ import annotations

from typing import Any

import ipywidgets
import pytest

from deepvis_widgets.core.params import Spec
from deepvis_widgets.widgets.kit.param_controls import Controls, refill


@pytest.fixture
def menu() -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(options=[("one", 1), ("two", 2), ("three", 3)], value=2)


@pytest.mark.parametrize(
    "options", [[("eins", 1), ("zwei", 2), ("drei", 3)], [("two", 2)], [("zero", 0), ("one", 1), ("two", 2)]]
)
def test_other_entries_keep_what_is_chosen_and_nobody_notices(
    menu: ipywidgets.Dropdown, options: list[tuple[str, int]]
) -> None:
    seen: list[Any] = []
    menu.observe(seen.append, names=["value", "label"])
    refill(menu, options)
    assert seen == [] and menu.value == 2
    assert menu.label == options[menu.index][0] and list(menu.options) == options
    menu.value = options[0][1] if options[0][1] != 2 else None
    assert {change["name"] for change in seen} == {"value", "label"}


def test_the_same_entries_send_nothing(menu: ipywidgets.Dropdown) -> None:
    seen: list[Any] = []
    menu.observe(seen.append)
    refill(menu, list(menu.options))
    assert seen == []


def test_a_choice_that_is_gone_becomes_the_first_and_is_told(menu: ipywidgets.Dropdown) -> None:
    seen: list[Any] = []
    menu.observe(lambda change: seen.append(change["new"]), names="value")
    refill(menu, [("three", 3), ("four", 4)])
    assert menu.value == 3 and seen == [3]


def test_controls_say_when_they_change() -> None:
    seen: list[Any] = []
    controls = Controls([Spec("size", 2, "Size", 1, 9, 1)], lambda: seen.append(controls.values))
    controls.by_name["size"].value = 5
    assert seen == [{"size": 5}]
