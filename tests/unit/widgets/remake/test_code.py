"""The lines that a widget gives: they run, and give the widget as it stands and the numbers that are on screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.core.picture.reduce import backward_view
from deepvis_widgets.widgets.explorer.answers import BackwardView, Overlay
from deepvis_widgets.widgets.remake.text import WIDTH, variable_of
from tests.small_nets import Plain
from tests.unit.widgets.remake.again import WIDGETS, made, state


def without_explanations(code: str) -> str:
    """The blocks that make the widget: what explains is run, and compared, in tests of its own."""
    return "\n\n".join(block for block in code.split("\n\n") if not block.startswith("# ") or " is your " in block)


def close(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two maps are equal but for the order of sums."""
    return one.shape == other.shape and float((one - other).abs().max()) <= 1e-4 * float(other.abs().max())


def ran(code: str, **given: Any) -> dict[str, Any]:
    names = dict(given)
    exec(compile(code, "code", "exec"), names)
    return names


@pytest.mark.parametrize("name", WIDGETS)
def test_the_lines_of_a_widget_make_it_again(name: str) -> None:
    widget = made(name)
    code = widget.code()
    twin = ran(without_explanations(code))[variable_of(type(widget).__name__)]
    try:
        assert type(twin).__name__ == type(widget).__name__ and twin is not widget
        assert state(twin) == state(widget)
        assert twin.code() == code
        assert max(map(len, code.splitlines())) <= WIDTH + 20
    finally:
        twin.close()
        widget.close()


@pytest.fixture
def explorer() -> Iterator[dv.Explorer]:
    made = dv.Explorer("husky-wolf", dv.scene("wolf", "snow", seed=3), layer="features.relu5", unit=7)
    made.seen = {}
    made.session.subscribe(Overlay, lambda found: made.seen.update(overlay=found.result))
    made.session.subscribe(BackwardView, lambda found: made.seen.update(backward=found.picture))
    yield made
    made.close()


@pytest.mark.parametrize(
    "act",
    [
        'w.method = "lrp"; w.params = {"lrp": {"composite": "epsilon_gamma_box", "biases": "shared"}}; w.target = 0',
        'w.occluder = (30, 20, 40, 50); w.fill = "blur"; w.method = "grad_cam"',
        'w.off = {"features.relu5": [3, 8]}; w.method = "gradient_x_input"',
        'w.backward_seed = "one"; w.position = (3, 4)',
        'w.backward = "gradient"; w.backward_seed = "activation"; w.position = (3, 4)',
        'w.backward = "guided_backprop"; w.frozen = True; w.layer = "features.relu3"; w.unit = 2',
    ],
)
def test_the_lines_of_the_explorer_give_the_maps_on_screen(explorer: dv.Explorer, act: str) -> None:
    exec(act, {"w": explorer})
    assert explorer.session.idle(60)
    names = ran(explorer.code())
    assert close(names["found"].heatmap, explorer.seen["overlay"].heatmap)
    assert names["found"].target == explorer.seen["overlay"].target
    signal = names["signal"] if "signal" in names else names["backward"].attribution
    shown = backward_view(explorer.network.preprocessing.arranged(signal), explorer.backward_view)
    levels = torch.from_numpy(explorer.seen["backward"]).permute(2, 0, 1)
    assert int((shown * 255 - levels).abs().max()) <= 1
    names["explorer"].close()


def test_the_class_under_an_occluder_is_the_one_that_was_on_top_before(explorer: dv.Explorer) -> None:
    assert explorer.session.idle(60)
    explorer.occluder = (0, 0, 120, 120)  # hides the animal
    assert explorer.session.idle(60)
    assert 'target="wolf"' in explorer.code()


def test_maps_of_compare_are_those_of_its_cells() -> None:
    compare = dv.Compare(
        ["husky-wolf", "husky-wolf-biased"], methods=["cam", "lrp"], params={"lrp": {"biases": "shared"}}
    )
    assert compare.session.idle(60)
    names = ran(compare.code())
    for (title, name), found in compare.results.items():
        number = [network.name for network in compare.networks].index(title) + 1
        assert close(names[f"{name}_{number}"].heatmap, found.heatmap)
    names["compare"].close()
    compare.close()


def test_maps_of_the_labs_are_those_on_their_boards() -> None:
    ledger = dv.RelevanceLedger("husky-wolf", dv.scene("wolf"), composite="epsilon", target="husky")
    question = dv.QuestionBoard(picture=dv.scene("wolf", "snow", seed=3), question="what is the ground?")
    circuit = dv.CircuitBoard("husky-wolf", dv.scene("wolf"), "features.conv5", 12)
    for lab in (ledger, question, circuit):
        assert lab.client.idle(60)
    assert close(ran(ledger.code())["found"].heatmap, ledger.result.heatmap)
    assert ran(question.code())["found"].target == question.network.labels[question.answered.channel]
    assert ran(circuit.code())["found"].table() == circuit.table()
    for lab in (ledger, question, circuit):
        lab.close()


def test_a_sweep_is_that_of_the_lines() -> None:
    lab = dv.OcclusionLab("husky-wolf-biased", dv.scene("husky", "snow", seed=3), target="wolf")
    lab.window = lab.stride = 64
    assert lab.client.idle(60)
    lab.sweep()
    assert lab.client.idle(60)
    found = ran(lab.code())["found"]
    swept = {seen.box: seen.score for seen in lab.trail.seen}
    for row, col in ((0, 0), (1, 1)):
        assert swept[tuple(found.boxes[row, col].tolist())] == pytest.approx(float(found.scores[row, col]), abs=1e-4)
    lab.close()


def test_pictures_of_the_maximization_lab_are_those_of_the_lines() -> None:
    lab = dv.MaximizationLab("husky-wolf", layer="features.conv3", unit=3, seeds=2, steps=3, decay=0.01)
    lab.start()
    assert lab.client.idle(60)
    assert torch.allclose(ran(lab.code())["found"].pictures, lab.look.pictures, atol=1e-5)
    lab.close()


def test_the_network_shown_in_the_snow_lab_is_trained_anew() -> None:
    lab = dv.SnowLab(share=0.5, fresh=1, steps=1, animals=1, grounds=1, scenes=[dv.scene("husky", "snow", 22)])
    lab.train()
    assert lab.session.idle(60)
    names = ran(lab.code())
    view = lab.network.view(dv.scene("husky", "snow", 22))
    assert torch.equal(names["trained"].logits(view[None]), lab.network.logits(view[None]))
    assert names["snow_lab"].share == 0.5
    names["snow_lab"].close()
    lab.close()


def test_what_only_its_user_has_is_a_variable(tmp_path: Path) -> None:
    """Networks and pictures made in the notebook; a picture of a file by its path, also one that PIL opened."""
    net, picture = dv.Network(Plain(), dv.Preprocess((32, 32), None)), Image.new("RGB", (32, 24), "red")
    cam = dv.Compare(net, picture, methods=["gradient"])
    code = cam.code()
    assert "# net is your network: Network(Plain" in code and "# picture is your picture, 24 × 32 pixels" in code
    assert "dv.load" not in code
    twin = ran(code, net=net, picture=picture)["compare"]
    assert twin.networks[0] is net and twin.image is picture
    picture.save(tmp_path / "red.png")
    for given in (tmp_path / "red.png", str(tmp_path / "red.png"), Image.open(tmp_path / "red.png")):
        cam.image = given
        assert f'picture = "{tmp_path / "red.png"}"' in cam.code()
    drawn_on = Image.open(tmp_path / "red.png")
    drawn_on.putpixel((3, 3), (0, 0, 255))
    cam.image = drawn_on
    assert "is your picture" in cam.code()
    twin.close()
    cam.close()


def test_networks_are_said_as_they_were_loaded_and_changed(tmp_path: Path) -> None:
    made = dv.load("husky-wolf", preprocess=dv.Preprocess((64, 64), None))
    net = made.without("features.relu5", [3, 8]).with_units("features.relu2", [[1] * 64], ["all of them"], name="sum")
    with_words = dv.load("husky-wolf-questions").given(words="what is the ground?")
    for given in (net, with_words):
        board = dv.Compare(given, dv.scene("wolf"), methods=["gradient"])
        twin = ran(board.code())["compare"]
        view = given.view(board.image)
        assert twin.networks[0].layers.names == given.layers.names
        assert torch.equal(twin.networks[0].logits(view[None]), given.logits(view[None]))
        twin.close()
        board.close()


def test_a_network_whose_weights_were_changed_since_is_its_users() -> None:
    net = dv.load("husky-wolf")
    board = dv.CamBoard(net, dv.scene("wolf"))
    assert 'net = dv.load("husky-wolf")' in board.code()
    with torch.no_grad():
        net.module.classifier.bias.add_(1)
    assert "# net is your network" in board.code()
    board.close()


def test_ready_scenes_and_photos_are_named() -> None:
    board = dv.CamBoard("husky-wolf", dv.photo("coffee"))
    assert 'picture = dv.photo("coffee")' in board.code()
    board.image = board.choices[3][1]
    assert 'picture = dv.scene("husky", "forest", seed=102)' in board.code() and "pictures" not in board.code()
    board.image = board.choices[3][1].image  # a PIL image that does not say where it is from
    assert "is your picture" in board.code()
    board.close()
