"""Approximate occlusion against the exact map: how near it comes, what it measures, and that it says so."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.occlusion import OcclusionMap
from deepvis_widgets.methods.perturbation.kriging import Kriging, coarse
from deepvis_widgets.methods.perturbation.sweep import windows
from deepvis_widgets.scores.rank_correlation import rank_correlation
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.scenes import scene
from tests.families import make, picture, preprocess_of

SCENES = (("husky", "snow", 3), ("wolf", "forest", 1), ("husky", "forest", 5))


def ask(net: Network, view: Tensor, **params: Any) -> OcclusionMap:
    found = explain(net, view, "occlusion", **params)
    assert isinstance(found, OcclusionMap)
    return found


@cache
def both(place: int) -> tuple[OcclusionMap, OcclusionMap]:
    """The exact and the approximate map of a scene."""
    net = load("husky-wolf")
    kind, background, seed = SCENES[place]
    view = net.view(scene(kind, background=background, seed=seed))
    asked: dict[str, Any] = {"window": 24, "stride": 6, "watch": net.layers.names[3]}
    return ask(net, view, **asked), ask(net, view, windows="approximate", **asked)


@pytest.mark.parametrize("place", range(len(SCENES)))
def test_few_windows_give_nearly_the_exact_map(place: int) -> None:
    exact, found = both(place)
    assert found.approximate and not exact.approximate
    assert 0.1 < found.reached.double().mean() < 0.3
    assert rank_correlation(found.heatmap, exact.heatmap) > 0.95
    assert rank_correlation(found.scores, exact.scores) > 0.85


def test_what_was_measured_is_exact() -> None:
    exact, found = both(0)
    at = found.reached
    for name in ("scores", "probabilities", "labels", "activations"):
        mine, theirs = getattr(found, name), getattr(exact, name)
        torch.testing.assert_close(mine[at], theirs[at], rtol=1e-3, atol=1e-5)
    assert not torch.allclose(found.scores[~at], exact.scores[~at], rtol=1e-4), "nothing was estimated"


def test_it_says_so() -> None:
    exact, found = both(0)
    said = f"approximate: {int(found.reached.sum())} of {found.reached.numel()} windows measured"
    assert found.note == said and said in repr(found)
    assert exact.note == "" and "approximate" not in repr(exact)


def test_labels_and_probabilities_stay_possible() -> None:
    _, found = both(1)
    assert found.labels is not None and found.probabilities is not None
    assert set(found.labels.unique().tolist()) <= set(found.labels[found.reached].unique().tolist())
    assert float(found.probabilities.min()) >= 0 and float(found.probabilities.max()) <= 1


def test_more_is_measured_where_the_map_changes() -> None:
    """Half of the picture is what the fill shows: there, no window changes anything."""
    net = Network(make("plain").double(), preprocess_of("plain"))
    view = picture(24).clone()
    view[:, :, :12] = 0.5
    found = ask(net, view, target=1, window=8, stride=1, windows="approximate")
    added = found.reached & ~coarse(found.boxes)
    flat = found.boxes[0, :, 1] + found.boxes[0, :, 3] <= 11
    assert added[:, ~flat].double().mean() > 1.5 * added[:, flat].double().mean()


def test_streams_and_every_part_says_that_it_is_approximate() -> None:
    net = Network(make("plain").double(), preprocess_of("plain"))
    told: list[tuple[float, OcclusionMap]] = []
    asked: dict[str, Any] = {"target": 1, "window": 8, "stride": 1, "windows": "approximate"}
    found = ask(net, picture(24), report=lambda *what: told.append(what), **asked)
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1
    assert all(part.approximate and torch.isfinite(part.heatmap).all() for _, part in told)
    counts = [int(part.reached.sum()) for _, part in told]
    assert counts == sorted(set(counts)) and counts[-1] == int(found.reached.sum())


def test_windows_that_hardly_overlap_are_all_measured() -> None:
    net = Network(make("plain").double(), preprocess_of("plain"))
    exact = ask(net, picture(24), target=1, window=8, stride=8)
    found = ask(net, picture(24), target=1, window=8, stride=8, windows="approximate")
    assert not found.approximate and found.note == "" and bool(found.reached.all())
    torch.testing.assert_close(found.heatmap, exact.heatmap)


def test_a_hidden_unit() -> None:
    net = Network(make("plain").double(), preprocess_of("plain"))
    asked: dict[str, Any] = {"layer": "features.3", "unit": 2, "window": 8, "stride": 1}
    exact, found = ask(net, picture(24), **asked), ask(net, picture(24), windows="approximate", **asked)
    assert found.approximate and found.labels is None
    torch.testing.assert_close(found.scores[found.reached], exact.scores[found.reached])
    assert rank_correlation(found.heatmap, exact.heatmap) > 0.7  # a spot the size of a window


def test_kriging_knows_constants_and_what_was_measured() -> None:
    boxes = windows((40, 52), 9, 2)
    done = coarse(boxes)
    kriging = Kriging(boxes, done)
    flat = torch.full((*done.shape, 1), 3.5)
    torch.testing.assert_close(kriging.estimate(flat * done[..., None]), flat)
    assert not kriging.variance[done].any() and (kriging.variance[~done] > 0).all()
    places = torch.arange(done.numel(), dtype=torch.float64).view(done.shape)
    assert torch.equal(kriging.nearest(places)[done], places[done])


def test_the_best_guess_for_a_sum_over_pixels() -> None:
    """What windows hide of a random picture adds up: the estimate beats the nearest window."""
    boxes = windows((48, 48), 12, 2)
    field = torch.rand(48, 48, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    sums = torch.stack([field[t : t + h, w : w + b].sum() for t, w, h, b in boxes.flatten(0, 1).tolist()])
    truth = sums.view(*boxes.shape[:2], 1)
    done = torch.zeros(boxes.shape[:2], dtype=torch.bool)
    done[::2, ::2] = True
    kriging = Kriging(boxes, done)
    guessed = (kriging.estimate(truth) - truth)[~done].norm()
    assert guessed < 0.7 * (kriging.nearest(truth[..., 0]) - truth[..., 0])[~done].norm()
