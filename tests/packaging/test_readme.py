"""The recipes of the README and of docs/ work as printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from tests.tools.video import write

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md")))
RECIPES = {
    f"{page.stem}-{number}": recipe
    for page in PAGES
    for number, recipe in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
}


class Small(nn.Module):
    """A network of a reader's own, with two classes."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.convolution, self.head = nn.Conv2d(channels, 4, 3), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(self.convolution(x).relu().mean((2, 3)))
        return scores


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: Any) -> Path:
    """A folder with the files that the recipes name; the published weights are random ones: nothing is downloaded."""
    for name in ("cat.jpg", "zebra.jpg"):
        Image.effect_noise((90, 80), 60).convert("RGB").save(tmp_path / name)
    write(tmp_path / "clip.mp4", 48)
    np.save(tmp_path / "field.npy", np.arange(64 * 64 * 5, dtype=np.uint16).reshape(64, 64, 5) % 4000)
    (tmp_path / "folder" / "of" / "pictures").mkdir(parents=True)
    Image.effect_noise((60, 60), 60).save(tmp_path / "folder" / "of" / "pictures" / "one.png")
    save_file(torchvision.models.squeezenet1_1().state_dict(), tmp_path / "squeezenet1_1.safetensors")
    published = torchvision.models.resnet18().state_dict()
    monkeypatch.setattr(torchvision.models.ResNet18_Weights, "get_state_dict", lambda *_, **__: published)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_runs(recipe: str, at_home: Path) -> None:
    names: dict[str, Any] = {"module": Small(), "five_bands": Small(5)}
    exec(recipe, names)
    explorers = [value for value in names.values() if isinstance(value, names["dv"].Explorer)]
    for explorer in explorers:
        assert explorer.session.idle(60) and not explorer.panes.stage.port.values.get("notice")
        explorer.close()
    for comparison in [value for value in names.values() if isinstance(value, names["dv"].Compare)]:
        assert comparison.session.idle(60)
        assert not any(cell.map.notice for cell in comparison.cells)
        comparison.close()


def test_there_are_recipes() -> None:
    assert len(RECIPES) >= 15 and {name.split("-")[0] for name in RECIPES} >= {"README", "widgets", "scores", "atlas"}
    assert all(any(name in recipe for recipe in RECIPES.values()) for name in ("dv.Network(", "dv.explain("))


def test_the_readme_is_short() -> None:
    assert len(PAGES[0].read_text(encoding="utf-8").splitlines()) <= 150
