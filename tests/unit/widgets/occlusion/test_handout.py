"""What stays of an occlusion lab: the window's answers against masked passes and dv.explain, and the maps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.core.answers.values import Values
from deepvis_widgets.widgets.page.parts import Map, Occluder, Picture
from tests.part_tree import every, notes, only
from tests.small_nets import Plain, seeded

SIDE, WINDOW, STRIDE = 32, 12, 8
PICTURE = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def network(**more: object) -> dv.Network:
    return dv.Network(seeded(Plain()).double(), dv.Preprocess((SIDE, SIDE), None), name="small", **more)  # type: ignore[arg-type]


def opened(net: dv.Network) -> dv.OcclusionLab:
    lab = dv.OcclusionLab(net, PICTURE, [PICTURE], target=1)
    lab.window, lab.stride = WINDOW, STRIDE
    assert lab.engine.idle(60)
    return lab


@pytest.fixture
def lab() -> Iterator[dv.OcclusionLab]:
    made = opened(network())
    yield made
    made.close()


def swept(lab: dv.OcclusionLab) -> dv.OcclusionLab:
    lab.sweep()
    assert lab.engine.idle(60)
    return lab


def shares(net: dv.Network, row: int, col: int) -> np.ndarray:
    """All probabilities with the window at one position, by a pass of its own; it is clipped at the border."""
    view = net.view(PICTURE).clone()
    view[:, row * STRIDE : row * STRIDE + WINDOW, col * STRIDE : col * STRIDE + WINDOW] = 0.5
    with torch.no_grad():
        found: np.ndarray = net.module(net.feed(view[None])).softmax(1)[0].numpy()
    return found


def test_the_window_tells_at_every_position_what_a_pass_of_its_own_says(lab: dv.OcclusionLab) -> None:
    lab.occluder = (8, 3, WINDOW, WINDOW)
    part = only(swept(lab).page(), Occluder)
    assert part.values.shape == (4, 4, 5) and part.values.dtype == np.float64 and part.percent
    order = [lab.network.labels.index(name) for name in part.names]
    for row in range(4):
        for col in range(4):
            np.testing.assert_allclose(part.values[row, col], shares(lab.network, row, col)[order], atol=1e-9)
    assert (part.window, part.stride, part.start) == ((WINDOW, WINDOW), (STRIDE, STRIDE), (8, 3))
    assert (part.fill == 127).all() or (part.fill == 128).all()


def test_the_window_agrees_with_the_explanation(lab: dv.OcclusionLab) -> None:
    part = only(swept(lab).page(), Occluder)
    found = dv.explain(lab.network, PICTURE, "occlusion", target=1, window=WINDOW, stride=STRIDE)
    place = part.names.index(lab.network.labels[1])
    np.testing.assert_allclose(part.values[..., place], found.probabilities.numpy(), atol=1e-12)  # type: ignore[attr-defined]


def test_the_maps_show_what_was_said_at_every_position(lab: dv.OcclusionLab) -> None:
    page = swept(lab).page()
    lost, probability, label, activation = every(page, Map)
    passes = np.array([[shares(lab.network, row, col) for col in range(4)] for row in range(4)])
    np.testing.assert_allclose(probability.values, passes[..., 1], atol=1e-6)
    names = [label.palette[int(number)][0] for number in label.values.flatten()]
    assert names == [lab.network.labels[top] for top in passes.argmax(-1).flatten()]
    assert probability.group == label.group == activation.group != ""
    found = dv.explain(lab.network, PICTURE, "occlusion", target=1, window=WINDOW, stride=STRIDE)
    np.testing.assert_allclose(lost.values, found.heatmap.numpy(), atol=1e-5)  # type: ignore[attr-defined]
    assert lost.picture is not None and only(page, Picture).caption.startswith("Deconvolution of features")
    assert notes(page) == []


def test_without_a_sweep_the_page_says_so_and_shows_what_is_there(lab: dv.OcclusionLab) -> None:
    lab.occluder = (4, 4, WINDOW, WINDOW)
    assert lab.engine.idle(60)
    page = lab.page()
    assert not every(page, Occluder) and "No sweep was made" in notes(page)[0]
    probability = every(page, Map)[1]
    view = lab.network.view(PICTURE).clone()
    view[:, 4:16, 4:16] = 0.5
    expected = float(lab.network.probabilities(view[None])[0, 1])
    assert probability.values[0, 0] == pytest.approx(expected, abs=1e-6)


def test_a_sweep_under_way_says_how_far_it_is(lab: dv.OcclusionLab) -> None:
    swept(lab)
    result = lab.trail.result
    assert result is not None
    result.reached[2:] = False
    assert notes(lab.page()) == [
        "The sweep was under way: 8 of 16 positions are measured, and the others show what a neighbour said."
    ]


def test_an_approximate_sweep_estimates_all_answers_and_says_so(lab: dv.OcclusionLab) -> None:
    lab.approximate, lab.stride = True, 2
    page = swept(lab).page()
    part, result = only(page, Occluder), lab.trail.result
    assert result is not None and notes(page) == [result.note] and "approximate" in result.note
    place = part.names.index(lab.network.labels[1])
    np.testing.assert_allclose(part.values[..., place], result.probabilities.numpy(), atol=1e-12)  # type: ignore[union-attr]
    assert part.values.min() >= 0 and part.values.max() <= 1


def test_values_that_are_no_shares_stay_what_they_are_where_they_are_estimated() -> None:
    lab = opened(network(answers=Values([f"value {number}" for number in range(5)])))
    with torch.no_grad():
        lab.network.module.classifier.bias += 7
    lab.approximate, lab.stride = True, 2
    page = swept(lab).page()
    part = only(page, Occluder)
    assert not part.percent and part.values.max() > 5
    lab.close()


def test_before_the_answer_there_is_the_picture_and_a_note(lab: dv.OcclusionLab) -> None:
    lab.session.forget()
    page = lab.page()
    assert every(page, Picture) and "nothing to drag" in notes(page)[0]
