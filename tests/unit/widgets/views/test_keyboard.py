"""The keyboard: which bindings it takes."""

from __future__ import annotations

from typing import Any

import pytest
import traitlets

from deepvis_widgets.widgets.views.keyboard import Keyboard


def test_a_binding_keeps_its_help_and_group() -> None:
    binding = {"key": "n", "command": "next", "help": "The next picture", "group": "Pictures"}
    assert Keyboard([binding]).bindings == [binding]
    assert Keyboard().bindings == []


@pytest.mark.parametrize("binding", [{}, {"key": "n"}, {"command": "next"}, {"key": "", "command": "next"}])
def test_a_binding_without_key_or_command_is_refused(binding: dict[str, Any]) -> None:
    with pytest.raises(traitlets.TraitError, match="A binding needs the texts key and command"):
        Keyboard([binding])
