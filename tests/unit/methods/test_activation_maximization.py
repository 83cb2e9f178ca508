"""Activation maximization: parity with a slow reference, exactness of the crop, and manners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import Pictures
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.synthesis import PRESETS, Ascent, SynthesisParams
from deepvis_widgets.methods.synthesis.frame import find_frame, full_frame
from deepvis_widgets.methods.synthesis.source import sources
from deepvis_widgets.methods.synthesis.transform import affine, transformed
from tests.small_nets import Fire

NAME = "activation_maximization"
MEAN, STD = (0.5, 0.45, 0.4), (0.25, 0.2, 0.3)
SIZE = (40, 48)
HIDDEN = "4"  # the in-place ReLU after the second convolution


def module() -> nn.Sequential:
    torch.manual_seed(5)
    layers = [nn.Conv2d(3, 6, 5, 2, 2), nn.ReLU(True), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3, 1, 1), nn.ReLU(True)]
    made = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)).double().eval()
    with torch.no_grad():  # the recipes' rates are made for activations in the tens
        made[3].weight *= 30
        made[7].weight *= 30
    return made


def network(made: nn.Module | None = None) -> Network:
    return Network(made or module(), Preprocess(SIZE, None, MEAN, STD), labels=list("abcd"))


@pytest.fixture
def net() -> Network:
    return network()


def make(net: Network, layer: str | None = HIDDEN, unit: int = 2, **params: object) -> Pictures:
    asked = {"target": unit} if layer is None else {"layer": layer, "unit": unit}
    found = explain(net, None, NAME, **asked, **{"steps": 4, "pictures": 2, **params})  # type: ignore[arg-type]
    assert isinstance(found, Pictures)
    return found


# --- an independent, slow reference: Yosinski's loop in numpy, one picture at a time ---

# decay, blur σ, blur every, norm percentile, contribution percentile, desired progress, highest or constant rate
TABLE = {
    "yosinski-1": (0.0, 0.5, 4, 50, 0, 2.0, 100.0),
    "yosinski-2": (0.3, 0.0, 1, 20, 0, None, 100.0),
    "yosinski-3": (0.0001, 1.0, 4, 0, 0, None, 100.0),
    "yosinski-4": (0.0, 0.5, 4, 0, 90, 2.0, 1e8),
}


def mirrored(index: int, length: int) -> int:
    return -index if index < 0 else 2 * (length - 1) - index if index >= length else index


def slow_blur(row: np.ndarray, sigma: float) -> np.ndarray:
    radius = max(1, int(3 * sigma + 0.5))
    weights = {d: np.exp(-(d**2) / (2 * sigma**2)) for d in range(-radius, radius + 1)}
    total = sum(weights.values())
    return np.array(
        [sum(w * row[mirrored(i + d, len(row))] for d, w in weights.items()) / total for i in range(len(row))]
    )


def reference(
    slope: Callable[[np.ndarray], tuple[float, np.ndarray]], x: np.ndarray, preset: str, steps: int
) -> tuple[np.ndarray, list[float]]:
    """(the picture (3, h, w) in 0–255 around the mean, the objective of each step)."""
    decay, sigma, every, norm_percent, contribution_percent, progress, rate = TABLE[preset]
    mean, trace = 255 * np.array(MEAN)[:, None, None], []
    for i in range(steps):
        x = np.minimum(255, np.maximum(0, x + mean)) - mean
        value, g = slope((x + mean) / 255)
        g = g / 255
        trace.append(value)
        if i == steps - 1:
            break
        x = x + (rate if progress is None else min(rate, progress / np.linalg.norm(g) ** 2)) * g
        x *= 1 - decay
        if sigma and i % every == 0:
            x = np.apply_along_axis(slow_blur, 1, x, sigma)
            x = np.apply_along_axis(slow_blur, 2, x, sigma)
        if norm_percent:
            norm = np.sqrt((x**2).sum(0))
            x = x * ~(norm < np.percentile(norm, norm_percent))
        if contribution_percent:
            contribution = np.abs((-g * x).sum(0))
            x = x * ~(contribution < np.percentile(contribution, contribution_percent))
    return x, trace


def start(seed: int, height: int, width: int) -> np.ndarray:
    generator = torch.Generator().manual_seed(seed)
    return 10 * torch.randn(3, height, width, generator=generator, dtype=torch.float64).numpy()


Slope = Callable[[np.ndarray], tuple[float, np.ndarray]]


def slope_of(score: Callable[[Tensor], Tensor], box: tuple[int, int, int, int]) -> Slope:
    """(score, gradient) of a picture's box, through the full picture and plain autograd."""
    top, left, height, width = box
    mean, std = (torch.tensor(v, dtype=torch.float64).view(3, 1, 1) for v in (MEAN, STD))

    def slope(inside: np.ndarray) -> tuple[float, np.ndarray]:
        part = torch.from_numpy(inside).requires_grad_()
        full = mean.expand(3, *SIZE).clone()
        full[:, top : top + height, left : left + width] = part
        value = score(((full - mean) / std)[None])
        return float(value.detach()), torch.autograd.grad(value, part)[0].numpy()

    return slope


def same_picture(net: Network, found: Pictures, x: np.ndarray, index: int) -> None:
    shown = torch.from_numpy(np.clip(x / 255 + np.array(MEAN)[:, None, None], 0, 1)).float()
    assert torch.allclose(found.crops[index], shown, atol=1e-5)


@pytest.mark.parametrize("preset", sorted(TABLE))
def test_class_pictures_are_those_of_the_reference(net: Network, preset: str) -> None:
    found = make(net, None, 1, preset=preset, steps=7, seed=3)
    slope = slope_of(lambda x: net.module(x)[0, 1], found.box)
    for index in range(2):
        x, trace = reference(slope, start(3 + index, *SIZE), preset, 7)
        same_picture(net, found, x, index)
        assert torch.allclose(found.trace[:, index], torch.tensor(trace, dtype=torch.float64))


@pytest.mark.parametrize("preset", sorted(TABLE))
def test_unit_pictures_are_those_of_the_reference(net: Network, preset: str) -> None:
    found = make(net, HIDDEN, 2, preset=preset, steps=7)
    slope = slope_of(lambda x: net.module[:4](x)[0, 2, 5, 6], found.box)
    for index in range(2):
        x, trace = reference(slope, start(index, *found.box[2:]), preset, 7)
        same_picture(net, found, x, index)
        assert torch.allclose(found.trace[:, index], torch.tensor(trace, dtype=torch.float64))


@pytest.mark.parametrize("preset", ["yosinski-1", "yosinski-3"])
def test_pictures_of_a_probability_follow_the_gradient_of_its_logarithm(preset: str) -> None:
    sure = module()
    with torch.no_grad():  # logits that differ by tens leave the softmax nothing to tell
        sure[7].weight /= 300
    net = network(sure)
    found = make(net, None, 1, preset=preset, steps=7, seed=3, score="softmax")
    slope = slope_of(lambda x: sure(x)[0].log_softmax(0)[1], found.box)
    for index in range(2):
        x, trace = reference(slope, start(3 + index, *SIZE), preset, 7)
        same_picture(net, found, x, index)
        assert torch.allclose(found.trace[:, index], torch.tensor(trace, dtype=torch.float64).exp())


def test_a_class_is_climbed_with_the_scores_of_all_classes_noted(net: Network) -> None:
    ascent = Ascent(net, Target(1), SynthesisParams(preset="yosinski-3", pictures=2, steps=3))
    assert ascent.scores is None and ascent.first_scores is None
    begun = ascent.pictures()
    while not ascent.done:
        ascent.step()
    assert ascent.first_scores is not None and ascent.scores is not None
    for scores, pictures in ((ascent.first_scores, begun), (ascent.scores, ascent.pictures())):
        assert torch.allclose(scores.double(), net.logits(pictures), rtol=1e-4, atol=1e-3)
    hidden = Ascent(net, Target(2, HIDDEN), SynthesisParams(pictures=1, steps=1))
    hidden.step()
    assert hidden.scores is None


# --- what comes out ---


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("layer", [HIDDEN, None])
def test_the_objective_rises(net: Network, preset: str, layer: str | None) -> None:
    found = make(net, layer, preset=preset, steps=30)
    assert found.trace.shape == (30, 2)
    assert (found.trace[-1] > found.trace[0]).all()


@pytest.mark.parametrize("preset", sorted(TABLE))
def test_fitted_rates_do_not_care_for_the_scale_of_the_activations(preset: str) -> None:
    faint = module()
    with torch.no_grad():
        faint[3].weight *= 1e-3
        faint[3].bias *= 1e-3
    plain, small = (make(network(m), preset=preset, fitted=True, steps=8) for m in (module(), faint))
    assert torch.allclose(plain.pictures, small.pictures, atol=1e-4)
    assert torch.allclose(plain.trace, 1e3 * small.trace)
    assert (small.trace[-1] > small.trace[0]).all()


@pytest.mark.parametrize("preset", ["fourier", "yosinski-3"])
def test_minimising_lowers_the_objective(net: Network, preset: str) -> None:
    found = make(net, preset=preset, steps=30, minimize=True)
    assert (found.trace[-1] < found.trace[0]).all()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_last_value_is_that_of_the_pictures(net: Network, preset: str) -> None:
    found = make(net, preset=preset, steps=6)
    units = net.module[:4](net.feed(found.pictures))[:, 2, 5, 6]
    assert torch.allclose(found.trace[-1], units, atol=1e-5)


@pytest.mark.parametrize("preset", PRESETS)
def test_outside_the_receptive_field_is_the_mean_colour(net: Network, preset: str) -> None:
    found = make(net, preset=preset)
    top, left, height, width = found.box
    assert found.pictures.shape == (2, 3, *SIZE) and (height, width) == (15, 15)
    outside = found.pictures.clone()
    outside[..., top : top + height, left : left + width] = torch.tensor(MEAN).view(3, 1, 1)
    assert torch.allclose(outside, torch.tensor(MEAN).view(1, 3, 1, 1).expand_as(outside))
    assert found.pictures.min() >= 0 and found.pictures.max() <= 1


@pytest.mark.parametrize("preset", PRESETS)
def test_a_picture_does_not_depend_on_those_beside_it(net: Network, preset: str) -> None:
    together, alone = make(net, preset=preset, pictures=3, seed=7), make(net, preset=preset, pictures=1, seed=8)
    assert torch.allclose(together.pictures[1:2], alone.pictures, atol=1e-5)
    assert not torch.allclose(together.pictures[0], together.pictures[1], atol=1e-3)


def test_full_contrast_reaches_black_or_white_and_no_further(net: Network) -> None:
    plain, full = (make(net, preset="yosinski-2", stretch=on).crops for on in (False, True))
    mean = torch.tensor(MEAN).view(3, 1, 1)
    assert torch.allclose(full.amax((1, 2, 3)).maximum(1 - full.amin((1, 2, 3))), torch.ones(2), atol=1e-5)
    gain = (full - mean).abs().sum((1, 2, 3)) / (plain - mean).abs().sum((1, 2, 3))
    assert torch.allclose(full, mean + gain.view(-1, 1, 1, 1) * (plain - mean), atol=1e-4)


def test_channel_means_the_whole_map_and_frame(net: Network) -> None:
    found = make(net, objective="channel", preset="yosinski-3")
    assert found.box == (0, 0, *SIZE)
    assert torch.allclose(found.trace[-1], net.module[:4](net.feed(found.pictures))[:, 2].mean((1, 2)), atol=1e-5)


def test_a_position_can_be_chosen(net: Network) -> None:
    found = explain(net, None, NAME, layer=HIDDEN, unit=(1, (0, 11)), steps=3, pictures=1)
    assert isinstance(found, Pictures)
    assert found.box == net.layers[HIDDEN].field.box((0, 11))
    assert "(0, 11)" in found.target


# --- the crop ---


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("position", [(5, 6), (0, 0), (9, 11)])
def test_the_crop_gives_what_the_full_frame_gives(net: Network, preset: str, position: tuple[int, int]) -> None:
    target, params = Target(2, HIDDEN, position), SynthesisParams(preset=preset, pictures=2, steps=4)
    small, full = Ascent(net, target, params), Ascent(net, target, params, full_frame(net, target, "neuron"))
    assert small.frame.crop[2] < SIZE[0] and full.frame.crop == (0, 0, *SIZE)
    for _ in range(4):
        assert torch.allclose(small.step(), full.step())
    assert torch.allclose(small.pictures(), full.pictures(), atol=1e-5)


def test_a_network_that_takes_one_size_only_gets_the_full_frame() -> None:
    class Strict(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            if tuple(x.shape[-2:]) != SIZE:
                raise ValueError("wrong size")
            return super().forward(x)  # type: ignore[no-any-return]

    net = network(Strict(*module()))
    target = Target(2, HIDDEN)
    assert find_frame(net, target, "neuron") == full_frame(net, target, "neuron")
    assert make(net, HIDDEN).box[2:] == (15, 15)


def test_a_crop_that_changes_the_answer_is_not_used() -> None:
    class Off(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x * (1 if x.shape[-1] == SIZE[1] else 2))  # type: ignore[no-any-return]

    net = network(Off(*module()))
    assert find_frame(net, Target(2, HIDDEN), "neuron").crop == (0, 0, *SIZE)


def test_a_hidden_unit_runs_no_deeper_than_its_layer(net: Network) -> None:
    make(net, HIDDEN)  # a network is tried once, to its end, with its maps in another order
    seen: list[int] = []
    handle = net.module[5].register_forward_hook(lambda *_: seen.append(1))
    make(net, HIDDEN)
    handle.remove()
    assert not seen


# --- the pre-activation ---


@pytest.mark.parametrize("preset", PRESETS)
def test_a_dead_unit_is_revived(preset: str) -> None:
    dead = module()
    with torch.no_grad():
        dead[3].bias[2] = -50.0
    found = make(network(dead), HIDDEN, 2, preset=preset, steps=40)
    assert (found.trace[0] < 0).all() and (found.trace[-1] > found.trace[0] + 2).all()


def test_a_dead_unit_of_a_concatenation_is_followed_to_its_own_rectifier() -> None:
    torch.manual_seed(0)
    fire = Fire()
    with torch.no_grad():
        fire.right.bias[1] = -80.0
    net = network(nn.Sequential(fire, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(9, 4)).double())
    assert sources(net, [Target(5, "0")]) == [Target(1, "0.right_on")]
    assert sources(net, [Target(3, "0")]) == [Target(3, "0.left_on")]
    found = make(net, "0", 5, steps=30)
    assert (found.trace[0] < -70).all() and (found.trace[-1] > found.trace[0]).all()
    assert found.target.startswith("0:5")


def test_rectifiers_that_are_all_shut_let_the_first_steps_through() -> None:
    shut = module()
    with torch.no_grad():
        shut[0].bias -= 1.5
    found = make(network(shut), HIDDEN, 2, preset="yosinski-3", steps=60, rate=10.0)
    assert found.trace[0, 0] == found.trace[1, 0]
    assert found.trace[-1, 0] > found.trace[0, 0]


# --- streams, cancels, leaves no trace ---


def test_it_streams_and_ends_at_one(net: Network) -> None:
    fractions: list[float] = []
    partials: list[Pictures] = []

    def report(fraction: float, partial: Pictures | None = None) -> None:
        fractions.append(fraction)
        partials.extend([partial] if partial else [])

    found = make(net, steps=10, report=report)
    assert fractions == [pytest.approx((i + 1) / 10) for i in range(10)]
    assert 1 <= len(partials) < 10
    assert partials[0].pictures.shape == found.pictures.shape and len(partials[0].trace) == 1


@pytest.mark.parametrize("preset", PRESETS)
def test_cancelling_leaves_the_model_as_it_was(net: Network, preset: str) -> None:
    before = {key: value.clone() for key, value in net.module.state_dict().items()}
    net.module.train()

    def report(fraction: float, partial: Pictures | None = None) -> None:
        if fraction >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(net, preset=preset, report=report)
    assert all(part.training for part in net.module.modules())
    assert all(p.grad is None and p.requires_grad for p in net.module.parameters())
    assert not any(part._forward_hooks for part in net.module.modules())
    assert all(torch.equal(value, before[key]) for key, value in net.module.state_dict().items())


@pytest.mark.parametrize("preset", PRESETS)
def test_other_work_inside_report_changes_nothing(net: Network, preset: str) -> None:
    def report(fraction: float, partial: Pictures | None = None) -> None:
        torch.manual_seed(int(fraction * 100))
        with torch.inference_mode():
            net.logits(torch.rand(1, 3, *SIZE))
        explain(net, torch.rand(3, *SIZE), "gradient", target=0)

    assert torch.equal(make(net, preset=preset, report=report).pictures, make(net, preset=preset).pictures)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_global_random_numbers_are_left_alone(net: Network, preset: str) -> None:
    before = torch.get_rng_state()
    make(net, preset=preset)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("preset", PRESETS)
def test_it_works_whatever_mode_the_caller_is_in(net: Network, preset: str) -> None:
    plain = make(net, preset=preset)
    with torch.inference_mode():
        inside = make(net, preset=preset)
    with torch.no_grad():
        quiet = make(net, preset=preset)
    assert torch.equal(inside.pictures, plain.pictures) and torch.equal(quiet.pictures, plain.pictures)


# --- the loop as an object ---


def test_an_ascent_can_be_retuned_and_go_on(net: Network) -> None:
    ascent = Ascent(net, Target(2, HIDDEN), SynthesisParams(preset="yosinski-3", pictures=2, steps=8))
    for _ in range(8):
        ascent.step()
    assert ascent.done and ascent.trace.shape == (8, 2)
    ascent.retune(blur=2.0, steps=12)
    assert not ascent.done
    before = ascent.pictures()
    ascent.step()
    assert not torch.equal(ascent.pictures(), before)


@pytest.mark.parametrize("first, second", [("fourier", "yosinski-1"), ("yosinski-3", "fourier")])
def test_a_change_of_recipe_goes_on_from_the_pictures(net: Network, first: str, second: str) -> None:
    ascent = Ascent(net, Target(1), SynthesisParams(preset=first, pictures=2, steps=20))
    for _ in range(5):
        ascent.step()
    before = ascent.pictures()
    ascent.retune(preset=second)
    assert torch.allclose(ascent.pictures(), before, atol=0.02)
    ascent.step()


def test_seeds_cannot_change_half_way(net: Network) -> None:
    ascent = Ascent(net, Target(1), SynthesisParams(pictures=2))
    with pytest.raises(DeepvisError, match="seed cannot change"):
        ascent.retune(seed=4)
    ascent.retune(seed=0, rate=2.0)
    assert ascent.params == replace(SynthesisParams(pictures=2), rate=2.0)


# --- the transform ---


def test_no_transform_shows_the_box_in_its_place(net: Network) -> None:
    frame = find_frame(net, Target(2, HIDDEN, (5, 6)), "neuron")
    boxes, fill = torch.rand(2, 3, *frame.box[2:]), torch.full((3, 1, 1), 0.5)
    still = transformed(boxes, fill, frame, torch.zeros(2, 6), 1.0)
    assert torch.allclose(still, frame.in_crop(boxes, fill), atol=1e-5)


def test_a_shift_moves_the_picture_by_pixels() -> None:
    theta = affine(torch.tensor([[0.5, 0.0, 0.0, 0.0, 0.0, 0.0]]), (0, 0, 128, 128), (128, 128))
    assert torch.allclose(theta[0], torch.tensor([[1.0, 0.0, 2 / 64], [0.0, 1.0, 0.0]]), atol=1e-6)


# --- what it refuses, and other shapes ---


def test_it_needs_something_to_maximise(net: Network) -> None:
    with pytest.raises(DeepvisError, match="give target="):
        explain(net, None, NAME)


@pytest.mark.parametrize("bad", [{"preset": "yosinski-5"}, {"pictures": 17}, {"steps": -1}, {"rate": 0}, {"depth": 1}])
def test_it_names_what_it_does_not_accept(net: Network, bad: dict[str, object]) -> None:
    with pytest.raises(DeepvisError, match=f"{next(iter(bad))}.*accepted"):
        make(net, **bad)


def test_an_infinite_objective_is_told(net: Network) -> None:
    with torch.no_grad():
        net.module[3].bias[2] = float("nan")
    with pytest.raises(DeepvisError, match="NaN or infinite at step 1"):
        make(net)


@pytest.mark.parametrize("preset", PRESETS)
def test_grey_networks_get_grey_pictures(preset: str) -> None:
    made = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    found = make(Network(made, Preprocess((12, 12), None, (0.0,), (1.0,))), None, 1, preset=preset)
    assert found.pictures.shape == (2, 3, 12, 12)
    assert torch.equal(found.pictures[:, 0], found.pictures[:, 2])


def test_half_precision_networks_work() -> None:
    found = make(network(module().to(torch.bfloat16)), preset="fourier")
    assert torch.isfinite(found.pictures).all() and found.pictures.dtype == torch.float32
