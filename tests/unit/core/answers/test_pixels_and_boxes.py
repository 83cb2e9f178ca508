"""A class for every pixel, and boxes round things: what is explained of them, against a slow count and autograd."""

from typing import Any

import pytest
import torch
import torchvision
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.answers.boxes import overlap

SIDE = 32
PREPARE = dv.Preprocess((SIDE, SIDE), None)
VIEW = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))


class Segmenter(nn.Module):
    """Logits (B, 4, 16, 16), of which the last class is predicted nowhere."""

    def __init__(self, wrapped: bool = False) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            self.first, self.last = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 4, 3, padding=1)
        self.wrapped = wrapped

    def forward(self, x: Tensor) -> Any:
        y = 9 * self.last(torch.relu(self.first(x)))
        y = y - y.new_tensor([0, 0, 0, 99])[:, None, None]
        return {"out": y, "aux": y * 0} if self.wrapped else y


def segmenter(**given: Any) -> dv.Network:
    return dv.Network(Segmenter(**given).eval(), PREPARE, ["a", "b", "c", "never"], name="segmenter")


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_class_is_explained_where_it_is_predicted(wrapped: bool) -> None:
    net = segmenter(wrapped=wrapped)
    logits = Segmenter().eval()(net.feed(VIEW[None]))[0]
    winners = logits.argmax(0)
    assert net.answers.kind == "pixels" and len(winners.unique()) == 3
    expected = [logits[index][winners == index].mean() for index in range(3)]
    lead = (logits[3] - logits.amax(0)).flatten()
    expected.append(logits[3].flatten()[lead.argmax()])  # nowhere: the pixel that comes nearest
    torch.testing.assert_close(net.logits(VIEW[None])[0], torch.stack(expected).detach())
    shares = [float((winners == index).float().mean()) for index in range(4)]
    torch.testing.assert_close(net.bars(VIEW), torch.tensor(shares))


def test_a_region_is_explained_by_all_methods_alike() -> None:
    region = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    region[8:20, 4:10] = True
    net = segmenter().at(region)
    x = net.feed(VIEW[None]).requires_grad_()
    goal = Segmenter().eval()(x)[0, 1, 4:10, 2:5].mean()
    (gradient,) = torch.autograd.grad(goal, x)
    assert float(net.logits(VIEW[None])[0, 1]) == pytest.approx(float(goal), rel=1e-5)
    torch.testing.assert_close(dv.explain(net, VIEW, "gradient", target="b").attribution, gradient[0])
    swept = dv.explain(net, VIEW, "occlusion", target="b", window=16, stride=16)
    hidden = VIEW.clone()
    hidden[:, :16, :16] = 0.5
    by_hand = Segmenter().eval()(net.feed(hidden[None]))[0, 1, 4:10, 2:5].mean()
    assert float(swept.scores[0, 0]) == pytest.approx(float(by_hand), rel=1e-4)
    assert segmenter().at(None).answers.region is None


def test_a_box_and_its_outline_are_the_same_region() -> None:
    net = segmenter()
    region = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    region[4:10, 6:16] = True
    outline = [(4, 6), (4, 15), (9, 15), (9, 6)]
    for place in (region, (4, 6, 6, 10), outline, region.numpy()):
        torch.testing.assert_close(net.at(place).logits(VIEW[None]), net.at(region).logits(VIEW[None]))


def test_a_region_keeps_passes_of_its_own() -> None:
    net = segmenter()
    net.recordings.limit = 2  # as under an open Explorer
    region = torch.ones(SIDE, SIDE, dtype=torch.bool)
    whole = dv.explain(net.at(region), VIEW, "gradient", target="a").attribution
    predicted = dv.explain(net, VIEW, "gradient", target="a").attribution
    assert not torch.allclose(whole, predicted)


def test_regions_that_do_not_fit_are_one_sentence() -> None:
    net = segmenter()
    with pytest.raises(dv.DeepvisError, match="marks no pixel"):
        net.at(torch.zeros(SIDE, SIDE, dtype=torch.bool))
    with pytest.raises(dv.DeepvisError, match=r"accepted: a bool region \(32, 32\)"):
        net.at(torch.ones(8, 8, dtype=torch.bool))
    with pytest.raises(dv.DeepvisError, match=r"'here' is no place in the picture; accepted: a bool region"):
        net.at("here")
    with pytest.raises(dv.DeepvisError, match="marks no pixel of the picture"):
        net.at((40, 40, 4, 4))
    classes = dv.Network(nn.Sequential(nn.Conv2d(3, 2, SIDE), nn.Flatten()), PREPARE)
    with pytest.raises(dv.DeepvisError, match="its answers have no place in the picture"):
        classes.at(torch.ones(SIDE, SIDE, dtype=torch.bool))


def test_probabilities_of_pixels_are_refused() -> None:
    with pytest.raises(dv.DeepvisError, match="gives every pixel a class"):
        segmenter().probabilities(VIEW[None])


def test_one_map_is_a_thing_or_none() -> None:
    """One logit for each pixel: it is there where the logit is above zero."""
    module = nn.Conv2d(3, 1, 3, padding=1)
    net = dv.Network(module.eval(), PREPARE, ["thing"])
    logits = module(net.feed(VIEW[None]))[0, 0].detach()
    torch.testing.assert_close(net.bars(VIEW), (logits > 0).float().mean()[None])
    there = logits[logits > 0].mean() if bool((logits > 0).any()) else logits.max()
    torch.testing.assert_close(net.logits(VIEW[None])[0], there[None])


# --- boxes ---


def detector() -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        module: nn.Module = torchvision.models.detection.ssdlite320_mobilenet_v3_large(
            weights=None, weights_backbone=None, num_classes=5, score_thresh=0.0, detections_per_img=20
        )
    return module.eval()


def test_the_score_of_a_detected_thing_is_explained() -> None:
    module = detector()
    net = dv.Network(module, dv.Preprocess((64, 64), None, (0.0,) * 3, (1.0,) * 3), list("abcde"), name="detector")
    picture = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(2))
    x = picture[None].clone().requires_grad_()
    (found,) = module(x)
    label = int(found["labels"][0])
    best = found["scores"][found["labels"] == label].max()
    assert net.answers.kind == "boxes"
    assert float(net.logits(picture[None])[0, label]) == pytest.approx(float(best), rel=1e-5)
    (gradient,) = torch.autograd.grad(best, x)
    explained = dv.explain(net, picture, "gradient", target=label)
    torch.testing.assert_close(explained.attribution, gradient[0], rtol=1e-3, atol=1e-9)


def test_one_box_is_explained_by_the_box_that_overlaps_it() -> None:
    found = {
        "boxes": torch.tensor([[0.0, 0, 8, 8], [1, 0, 9, 8], [20, 20, 30, 30]]),
        "labels": torch.tensor([1, 1, 1]),
        "scores": torch.tensor([0.3, 0.5, 0.9]),
    }
    answers = dv.Boxes(["nothing", "cat"])
    assert answers.at((0, 0, 8, 8), (32, 32)).scores([found]).tolist() == [[0.0, 0.5]]
    assert answers.scores([found]).tolist() == [[0.0, pytest.approx(0.9)]]
    empty = {key: value[:0] for key, value in found.items()}
    assert answers.scores([empty, found]).shape == (2, 2)
    torch.testing.assert_close(
        overlap(found["boxes"], (0, 1, 8, 8)),
        torchvision.ops.box_iou(found["boxes"], torch.tensor([[1.0, 0, 9, 8]]))[:, 0],
    )


def test_a_detector_whose_things_have_no_names_numbers_them() -> None:
    net = dv.Network(detector(), dv.Preprocess((64, 64), None, (0.0,) * 3, (1.0,) * 3))
    assert net.classes == 5
