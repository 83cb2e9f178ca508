"""Training of the question network and of the pixels' head: a run of a few steps from drawing to files that load."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from deepvis_widgets.zoo.pixels import PIXELS, load_pixel_module
from deepvis_widgets.zoo.questions import load_question_module
from deepvis_widgets.zoo.questions.network import QUESTIONS, own_weights
from deepvis_widgets.zoo.questions.phrases import COLORED
from deepvis_widgets.zoo.scenes import CLASSES, Scene, scene
from deepvis_widgets.zoo.training import train_pixels, train_questions
from deepvis_widgets.zoo.training.dataset import TRAIN_SEED, draw_scenes, fresh_orders
from deepvis_widgets.zoo.training.question_maps import SHOWN, maps_of, regions, shown


@pytest.fixture(scope="module")
def drawn() -> list[Scene]:
    return draw_scenes(fresh_orders(8, seed=77), quiet=True)


def test_a_tiny_run_stores_what_the_question_network_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_questions, "BATCH", 4)
    path = train_questions.train(tmp_path, scenes=8, epochs=(1, 1), quiet=True)
    weights = load_file(path)
    assert path.name == f"{QUESTIONS}.safetensors" and weights.keys() == own_weights(load_question_module()).keys()
    assert all(value.dtype == torch.float16 and value.isfinite().all() for value in weights.values())


def test_a_tiny_run_stores_what_the_pixel_network_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_pixels, "BATCH", 4)
    path = train_pixels.train(tmp_path, scenes=8, epochs=1, quiet=True)
    weights = load_file(path)
    assert path.name == f"{PIXELS}.safetensors" and weights.keys() == load_pixel_module().head.state_dict().keys()
    assert all(value.dtype == torch.float16 and value.isfinite().all() for value in weights.values())


def test_the_same_seed_trains_the_same_head(drawn: list[Scene], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_questions, "BATCH", 4)
    trained = []
    for _ in range(2):
        network = load_question_module()
        trained.append(own_weights(train_questions.fit(network, maps_of(network, drawn), (1, 1), quiet=True)))
    assert all(torch.equal(trained[0][key], trained[1][key]) for key in trained[0])


def test_heads_are_trained_on_scenes_the_trunk_has_not_seen() -> None:
    orders = train_questions.question_orders(400)
    assert len({order.seed for order in orders}) == 400
    first = min(order.seed for order in orders)
    assert first == train_questions.SEED == train_pixels.SEED > TRAIN_SEED + 100_000  # beyond the trunk's own scenes
    colored = sum(CLASSES[order.label] in COLORED for order in orders)
    assert colored > 150


def test_regions_keep_away_from_the_edge_of_the_object(drawn: list[Scene]) -> None:
    masks = torch.stack([torch.from_numpy(one.mask) for one in drawn])
    found = regions(masks)
    blocks = masks.view(-1, 16, 8, 16, 8).float().mean((2, 4)).flatten(1)
    assert (blocks[found["object"]] > 0.5).all()
    assert (blocks[found["ground"]] == 0).all() and (blocks[found["sky"]] == 0).all()
    assert not (found["ground"] & found["sky"]).any() and not (found["object"] & found["ground"]).any()


def test_cells_show_what_the_scene_knows() -> None:
    scenes = [scene("car", "meadow", 4), scene("wolf", "forest", 4)]
    data = maps_of(load_question_module(), scenes)
    cells = shown(data, regions(data.masks))
    assert cells.max() < SHOWN and set(cells.unique().tolist()) > {-100}
    sky = ["blue", "grey", "violet", "orange"].index(str(scenes[0].sky))
    assert cells[0, 0] == sky and cells[1, 0] == 4  # a forest has none
    assert cells[0, -1] == 5 + 1 and cells[1, -1] == 5 + 2  # meadow, forest
    assert len(cells[0][cells[0] >= 10].unique()) == 1 and (cells[1] == SHOWN - 1).any()
