"""The field in which a reader types the number of a cell."""

from __future__ import annotations

from deepvis_widgets.widgets.board.number_fields import CellEditor


def test_an_editor_hands_on_what_is_typed_and_is_empty_again() -> None:
    seen: list[str] = []
    editor = CellEditor(seen.append)
    assert editor.field.disabled
    editor.edit("kernel (1)", -2.0)
    assert editor.field.placeholder == "now -2" and not editor.field.disabled
    editor.field.value = "5"
    editor.field.value = "5"
    assert seen == ["5", "5"] and editor.field.value == ""
    editor.close()
