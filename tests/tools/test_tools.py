"""What the tools count and compare, on made-up examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tools.calls import Trail
from tests.tools.pictures import compare


def saved(picture: np.ndarray, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(picture).save(path)


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 250, (20, 30, 3), dtype=np.uint8)


def test_pictures_are_compared_pixel_by_pixel(tmp_path: Path, picture: np.ndarray) -> None:
    before, after, shown = (tmp_path / name for name in ("before", "after", "shown"))
    changed = picture.copy()
    changed[3, 4, 1] += 1
    changed[10, 20] += 5
    for name, now in (("same", picture), ("changed", changed), ("shorter", picture[:18])):
        saved(picture, before / f"{name}.png")
        saved(now, after / f"{name}.png")
    saved(picture, before / "gone.png")
    found = {difference.name: difference for difference in compare(before, after, shown)}
    assert found["same.png"].equal and not any(found[f"{name}.png"].equal for name in ("changed", "shorter", "gone"))
    assert (found["changed.png"].pixels, found["changed.png"].box) == (2, (3, 4, 8, 17))
    assert (found["shorter.png"].pixels, found["shorter.png"].box) == (2 * 30, (18, 0, 2, 30))
    assert sorted(path.name for path in shown.iterdir()) == ["changed.png", "shorter.png"]
    painted = np.asarray(Image.open(shown / "changed.png"))
    assert (painted == (255, 0, 0)).all(-1).sum() == 2


def test_calls_and_returns_from_file_to_file_are_counted() -> None:
    trail = Trail()
    trail.called("widgets/a.py", None)
    trail.called("widgets/a.py", "widgets/a.py")
    trail.returned("widgets/a.py", "widgets/a.py")
    trail.called("core/b.py", "widgets/a.py")
    trail.called("core/c.py", "core/b.py")
    trail.returned("core/c.py", "core/b.py")
    trail.returned("core/b.py", "widgets/a.py")
    trail.called("engine/d.py", "widgets/a.py")
    trail.returned("engine/d.py", "widgets/a.py")
    trail.returned("widgets/a.py", None)
    assert trail.files == {"widgets/a.py", "core/b.py", "core/c.py", "engine/d.py"}
    assert trail.all_entries == {"core/b.py": 2, "core/c.py": 1, "widgets/a.py": 2, "engine/d.py": 1}
    assert +trail.entries == {"core/b.py": 1, "widgets/a.py": 2, "engine/d.py": 1}
