"""The recipes of the README work as printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torch import nn

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


class Small(nn.Module):
    """A network of a reader's own, with two classes."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(self.convolution(x).relu().mean((2, 3)))
        return scores


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: Any) -> Path:
    """A folder with the files that the recipes name; the published weights are random ones: nothing is downloaded."""
    Image.effect_noise((90, 80), 60).convert("RGB").save(tmp_path / "cat.jpg")
    (tmp_path / "folder" / "of" / "pictures").mkdir(parents=True)
    Image.effect_noise((60, 60), 60).save(tmp_path / "folder" / "of" / "pictures" / "one.png")
    save_file(torchvision.models.squeezenet1_1().state_dict(), tmp_path / "squeezenet1_1.safetensors")
    published = torchvision.models.resnet18().state_dict()
    monkeypatch.setattr(torchvision.models.ResNet18_Weights, "get_state_dict", lambda *_, **__: published)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("recipe", RECIPES, ids=range(len(RECIPES)))
def test_a_recipe_runs(recipe: str, at_home: Path) -> None:
    names: dict[str, Any] = {"module": Small()}
    exec(recipe, names)
    explorers = [value for value in names.values() if isinstance(value, names["dv"].Explorer)]
    for explorer in explorers:
        assert explorer.session.idle(60) and explorer.panes.stage.notice == ""
        explorer.close()
    for comparison in [value for value in names.values() if isinstance(value, names["dv"].Compare)]:
        assert comparison.session.idle(60)
        assert not any(cell.map.notice for cell in comparison.cells)
        comparison.close()


def test_there_are_recipes() -> None:
    assert len(RECIPES) >= 5
    assert any("dv.Network(" in recipe for recipe in RECIPES) and any("dv.explain(" in recipe for recipe in RECIPES)
