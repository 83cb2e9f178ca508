"""lime against the lime package on the same perturbations and segments, and against itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import explain, lime
from deepvis_widgets.methods.perturbation import score as passes
from deepvis_widgets.methods.perturbation import segmentation
from deepvis_widgets.methods.perturbation.superpixels import Superpixels
from deepvis_widgets.methods.perturbation.surrogate import agreement, nearness, overlap, ridge
from tests.families import make, picture, preprocess_of


def double(name: str) -> Network:
    return Network(make(name).double(), preprocess_of(name))


def ask(net: Network, **params: Any) -> Superpixels:
    found = explain(net, picture(net.size[0]), "lime", **{"segmentation": "slic", "pieces": 9, "samples": 60} | params)
    assert isinstance(found, Superpixels)
    return found


class Replay:
    """In place of the package's random state: gives out our masks."""

    def __init__(self, masks: torch.Tensor) -> None:
        self.masks = masks

    def randint(self, low: int, high: int, count: int) -> np.ndarray:
        assert count == self.masks.numel()
        return self.masks.long().numpy().flatten()


def packages(net: Network, found: Superpixels, labels: tuple[int, ...], hide: float | None) -> Any:
    """The package's own explanation from our segments and masks. Its picture is of floats: of a uint8 picture it would
    round the mean colours down.
    """
    lime_image = pytest.importorskip("lime.lime_image")
    explainer = lime_image.LimeImageExplainer()
    explainer.random_state = Replay(found.masks)

    def classify(images: np.ndarray) -> np.ndarray:
        return net.logits(torch.from_numpy(images).permute(0, 3, 1, 2)).softmax(1).numpy()

    return explainer.explain_instance(
        found.picture.permute(1, 2, 0).double().numpy(),
        classify,
        labels=labels,
        top_labels=None,
        hide_color=hide,
        num_samples=found.samples,
        segmentation_fn=lambda _: found.segments.numpy(),
        random_seed=0,
    )


@pytest.mark.parametrize(("fill", "hide"), (("mean", None), ("grey", 0.5)))
def test_equals_the_lime_package(fill: str, hide: float | None) -> None:
    net = double("plain")
    found = ask(net, target=1, fill=fill, samples=80)
    peer = packages(net, found, (1, *map(net.labels.index, found.others)), hide)
    weights = torch.tensor([weight for _, weight in sorted(peer.local_exp[1])], dtype=torch.float64)
    tolerance = {"rtol": 1e-8, "atol": 1e-14}
    torch.testing.assert_close(found.weights, weights, **tolerance)
    assert found.intercept == pytest.approx(peer.intercept[1], rel=1e-9)
    for label, other in found.others.items():
        theirs = [weight for _, weight in sorted(peer.local_exp[net.labels.index(label)])]
        torch.testing.assert_close(other, torch.tensor(theirs, dtype=torch.float64), **tolerance)


@pytest.mark.parametrize("count", (3, 40))
def test_ridge_and_weights_equal_the_lime_package_s(count: int) -> None:
    lime_base = pytest.importorskip("lime.lime_base")
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    generator = np.random.default_rng(0)
    masks = generator.random((30, count)) < 0.5
    masks[0], masks[1] = True, False
    answers = generator.random((30, 2))
    distances = pairwise.cosine_distances(masks.astype(float), np.ones((1, count))).ravel()
    base = lime_base.LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2)))
    ours = ridge(torch.from_numpy(masks), torch.from_numpy(answers))
    np.testing.assert_allclose(nearness(torch.from_numpy(masks)).numpy(), base.kernel_fn(distances), rtol=1e-12)
    for column in range(2):
        intercept, weights, score, _ = base.explain_instance_with_data(
            masks.astype(float), answers, distances, column, 100000
        )
        np.testing.assert_allclose(ours.weights[:, column], [w for _, w in sorted(weights)], rtol=1e-9, atol=1e-13)
        assert float(ours.intercepts[column]) == pytest.approx(intercept, rel=1e-10)
        assert float(ours.scores[column]) == pytest.approx(score, rel=1e-10)


def test_one_seed_decides_everything() -> None:
    net = double("plain")
    params = {"segmentation": "quickshift", "samples": 20, "kernel": 1.0}
    first, again, other = ask(net, **params), ask(net, **params), ask(net, seed=1, **params)
    for name in ("segments", "weights", "masks", "answers", "stability", "heatmap"):
        assert torch.equal(getattr(first, name), getattr(again, name)), name
    assert not torch.equal(first.masks, other.masks)


@pytest.mark.parametrize("name", ("plain", "grey"))
def test_samples_are_the_pictures_the_network_would_be_fed(name: str) -> None:
    net = Network(make(name), preprocess_of(name))
    view = picture(net.size[0])
    segments = segmentation.superpixels(view, lime.LimeParams(segmentation="slic", pieces=9))
    hidden = lime.hidden_picture(view, segments, "mean")
    masks = lime.drawn_masks(int(segments.max()) + 1, lime.LimeParams(samples=6))
    expected = net.feed(torch.where(masks[:, segments][:, None], view, hidden))
    found = lime.Samples(net, view, hidden, segments).of(masks)
    assert torch.equal(found, expected) and found.is_contiguous(memory_format=torch.channels_last)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    net = double("plain")
    first = ask(net, target=1)
    monkeypatch.setattr(passes, "BUDGET", 1)
    again = ask(net, target=1)
    torch.testing.assert_close(again.weights, first.weights, rtol=1e-9, atol=1e-13)
    assert torch.equal(again.stability, first.stability)


@pytest.mark.parametrize(("samples", "keep"), ((9, 0.5), (4, 0.5), (400, 0.3)))
def test_pairs_mirror_each_other(samples: int, keep: float) -> None:
    masks = lime.drawn_masks(6, lime.LimeParams(samples=samples, keep=keep, paired=True))
    assert masks.shape == (samples, 6) and masks[0].all()
    firsts, seconds = masks[: samples - samples % 2 : 2], masks[1::2]
    if keep == 0.5:
        assert torch.equal(firsts, ~seconds)
    else:
        assert not (firsts & seconds).any() and masks[2:].double().mean() == pytest.approx(keep, abs=0.03)


def test_pairs_cancel_what_superpixels_do_two_by_two() -> None:
    """Weights of a made-up answer, exact for its linear part as soon as its products cancel."""
    expected, errors = torch.arange(8.0).double(), []
    for paired in (False, True):
        masks = lime.drawn_masks(8, lime.LimeParams(samples=120, seed=3, paired=paired))
        signs = masks.double() * 2 - 1
        answers = signs @ expected + 20 * signs[:, 0] * signs[:, 1] + 20 * signs[:, 2] * signs[:, 5]
        features = torch.cat([signs, torch.ones(120, 1).double()], 1)
        weights = torch.linalg.lstsq(features, answers[:, None]).solution[:8, 0]
        errors.append(float((weights - expected).abs().max()))
    assert errors[1] < 1e-9 < 0.1 < errors[0]


def test_pairs_are_not_torn_apart_by_the_check() -> None:
    masks = lime.drawn_masks(7, lime.LimeParams(samples=80, paired=True))
    answers = masks[:, 2].double() + 0.1 * masks[:, 4]
    halves = torch.arange(80) // 2 % 2 == 1
    one, two = (ridge(masks[half], answers[half, None]).weights[:, 0] for half in (~halves, halves))
    assert agreement(masks, answers, 2) == overlap(one, two, 5)


@pytest.mark.parametrize("name", segmentation.SEGMENTATIONS)
def test_superpixels_are_numbered_without_gaps(name: str) -> None:
    found = segmentation.superpixels(picture(40), lime.LimeParams(segmentation=name, kernel=1.0))
    assert found.shape == (40, 40) and found.dtype == torch.int64
    assert found.unique().tolist() == list(range(int(found.max()) + 1)) and found.max() > 0


def test_quickshift_is_the_one_of_the_lime_package() -> None:
    wrappers = pytest.importorskip("lime.wrappers.scikit_image")
    peer = wrappers.SegmentationAlgorithm("quickshift", kernel_size=4, max_dist=200, ratio=0.2, rng=5)
    theirs = peer(picture(40).permute(1, 2, 0).double().numpy())
    assert np.array_equal(segmentation.superpixels(picture(40), lime.LimeParams(seed=5)).numpy(), theirs)


def test_finds_the_superpixel_that_matters() -> None:
    """A network that looks at one corner only."""

    class Corner(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            corner = x[:, :, :8, :8].mean((1, 2, 3))
            return torch.stack([corner, -corner], 1)

    view = picture(24).clone()
    view[:, :8, :8] = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0)) / 2 + 0.5
    net = Network(torch.nn.Sequential(torch.nn.Identity(), Corner()), preprocess_of("plain"))
    found = explain(net, view, "lime", target=0, segmentation="slic", pieces=9, fill="grey", score="logit", samples=300)
    assert isinstance(found, Superpixels)
    inside = set(found.segments[:8, :8].unique().tolist())
    assert found.strongest(1)[0] in inside
    outside = [index for index in range(len(found.weights)) if index not in inside]
    assert found.weights[outside].abs().max() < 0.1 * found.weights.max()
    assert found.score > 0.95
    shown = np.asarray(found.image())
    assert (shown[-1, -1] == 128).all() and (shown[2, 2] != 128).any()
    assert np.asarray(found.image("blue-red")).shape == (24, 24, 3)


def test_stops_when_the_ranking_is_stable_if_asked() -> None:
    net = double("plain")
    params = {"target": 1, "samples": 500, "stable": 0.6}
    found = ask(net, stop=True, **params)
    assert found.samples < 500 and found.samples % lime.CHECK == 0
    assert (found.stability[-lime.PATIENCE :, 1] >= 0.6).all()
    whole = ask(net, **params)
    assert whole.samples == 500 and len(whole.stability) == 10
    torch.testing.assert_close(whole.stability[: len(found.stability)], found.stability)


def test_agreement() -> None:
    weights = torch.tensor([5.0, 4, 3, 2, 1, 0])
    assert overlap(weights, weights, 5) == 1
    assert overlap(weights, -weights, 3) == 0
    assert overlap(weights, torch.tensor([4.0, 5, 3, 2, 1, 0]), 2) == pytest.approx((0 + 1) / 2)
    masks = torch.rand(400, 6, generator=torch.Generator().manual_seed(0)) < 0.5
    assert agreement(masks, masks.double() @ weights.double()) == 1
    assert agreement(masks, torch.ones(400)) == 0 and agreement(masks[:3], torch.ones(3)) == 0


def test_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    net = double("plain")
    told: list[tuple[Any, ...]] = []
    ask(net, samples=120, report=lambda *what: told.append(what))
    fractions = [what[0] for what in told]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    partial = [what[1] for what in told if len(what) > 1]
    assert [one.samples for one in partial] == [50, 100, 120]
    assert all(one.image().size == (24, 24) for one in partial)


def test_a_hidden_unit() -> None:
    net = double("plain")
    view = picture(24)
    found = ask(net, layer="features.3", unit=2)
    unit = net.record(view).outputs["features.3"][0, 2]
    assert found.target.startswith("features.3:2 at ") and not found.others
    assert float(found.answers[0]) == pytest.approx(float(unit.max()))
    assert found.heatmap.any()


def test_pre_softmax_on_request() -> None:
    net = double("plain")
    logits = net.logits(picture(24)[None])[0]
    assert float(ask(net, target=1, score="logit").answers[0]) == pytest.approx(float(logits[1]))
    assert float(ask(net, target=1).answers[0]) == pytest.approx(float(logits.softmax(0)[1]))


def test_says_so_without_scikit_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "skimage.segmentation", None)
    with pytest.raises(DeepvisError, match="scikit-image"):
        ask(double("plain"))
