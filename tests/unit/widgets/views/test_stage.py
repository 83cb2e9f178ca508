"""The picture stage: which marked boxes it takes."""

from __future__ import annotations

from typing import Any

import pytest
import traitlets

from deepvis_widgets.widgets.views.stage import MARKS, Stage


@pytest.mark.parametrize("kind", MARKS)
def test_every_kind_of_mark_is_shown(kind: str) -> None:
    stage = Stage(boxes=[{"box": (1, 2, 3, 4), "kind": kind, "label": 5}])
    assert stage.boxes == [{"box": [1, 2, 3, 4], "kind": kind, "label": "5"}]


@pytest.mark.parametrize("mark", [{}, {"box": "1234"}, {"box": (1, 2, 3)}, {"box": (1, 2, 3, 4), "kind": "wolf"}])
def test_a_wrong_mark_is_one_sentence_and_changes_nothing(mark: dict[str, Any]) -> None:
    stage = Stage(boxes=[{"box": (1, 2, 3, 4)}])
    with pytest.raises(traitlets.TraitError, match="A marked box needs box"):
        stage.boxes = [mark]
    assert len(stage.boxes) == 1
