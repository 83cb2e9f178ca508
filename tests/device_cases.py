"""What has to come out the same on every device: each case asks a network and returns numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import timm
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.base import Method, silent
from deepvis_widgets.methods.synthesis import SynthesisParams
from deepvis_widgets.methods.synthesis.many import Stage, grow
from deepvis_widgets.methods.synthesis.units import draw_units
from deepvis_widgets.passes.fused_passes import FusedPasses
from deepvis_widgets.passes.moving_window import Covered, MovingWindow
from deepvis_widgets.passes.window_passes import WindowPasses

SIZE, LAYER = (32, 40), "3"
ATTENDING = ("attention_relevance", "attention_rollout")  # ask for a transformer
QUICK: dict[str, dict[str, Any]] = {
    "activation_maximization": {"steps": 3, "pictures": 2},
    "integrated_gradients": {"steps": 4},
    "lime": {"samples": 20},
    "occlusion": {"window": 16, "stride": 8},
    "smoothgrad": {"samples": 2},
}
Case = Callable[[Network], Tensor]


def convolutional() -> nn.Module:
    """A network that every method but those of attention explains."""
    torch.manual_seed(0)
    first = [nn.Conv2d(3, 8, 5, 2, 2), nn.BatchNorm2d(8), nn.ReLU(True), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(True)]
    return nn.Sequential(*first, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5)).eval()


def transformer() -> nn.Module:
    """A small vision transformer."""
    torch.manual_seed(0)
    shape = {"img_size": SIZE, "patch_size": 8, "depth": 2, "embed_dim": 24, "num_heads": 3, "num_classes": 5}
    made: nn.Module = timm.create_model("vit_tiny_patch16_224", pretrained=False, **shape)
    return made.eval()


def network(module: nn.Module) -> Network:
    return Network(module, Preprocess(SIZE), labels=list("abcde"))


def picture() -> Tensor:
    return torch.rand(3, *SIZE, generator=torch.Generator().manual_seed(1))


def explained(net: Network, name: str, **how: Any) -> Tensor:
    found = dv.explain(net, picture(), name, **QUICK.get(name, {}), **how)
    values: Tensor = getattr(found, "pictures", None) if hasattr(found, "pictures") else found.heatmap
    return values


def of_a_unit(net: Network, name: str) -> Tensor:
    return explained(net, name, layer=LAYER, unit=(2, (4, 5)))


def swept(net: Network) -> Tensor:
    boxes = torch.tensor([(row, col, 8, 8) for row in (0, 9, 20) for col in (0, 11, 32)])
    view = picture()
    return WindowPasses(net, view, torch.full_like(view, 0.5)).run(boxes).logits.cpu()


def dragged(net: Network) -> Tensor:
    view, moving = picture(), MovingWindow(net)
    fill, outputs = torch.full_like(view, 0.5), []
    for box in ((2, 3, 8, 8), (9, 20, 8, 8)):
        covered = Covered(view, fill, box, LAYER)
        if moving.wants(covered):
            moving.prepare(covered, silent)
        outputs.append(moving.record(covered).outputs[LAYER].cpu())
    return torch.cat(outputs)


def tiles(net: Network) -> Tensor:
    found: list[Tensor] = []

    def report(_: float, part: Any = None) -> None:
        found.extend(() if part is None else part.pictures.values())

    draw_units(net, LAYER, [0, 3, 5], SynthesisParams(steps=3), report)
    return torch.stack(found)


def fused(net: Network) -> Tensor:
    views = torch.stack([picture(), picture().flip(2)])
    return FusedPasses(net, net.feed(views[:1])).run(net.feed(views)).logits.cpu()


def changed(net: Network) -> Tensor:
    directions = torch.rand(2, 8, generator=torch.Generator().manual_seed(2))
    other = net.without(LAYER, [1, 2]).with_units(LAYER, directions, name="two")
    return torch.cat([other.bars(picture()), explained(other, "gradient", layer=f"{LAYER}:two", unit=1).flatten()])


CASES: dict[str, Case] = {
    **{name: partial(explained, name=name, target=1) for name in Method.registry if name not in ATTENDING},
    **{f"{name} of a unit": partial(of_a_unit, name=name) for name in ("deconvnet", "lrp", "gradient", "occlusion")},
    "maximization by pixels": partial(explained, name="activation_maximization", target=2, preset="yosinski-4"),
    "maximization of a probability": partial(explained, name="activation_maximization", target=2, score="probability"),
    "patterns": lambda net: grow(net, LAYER, [0, 5], [Stage(16, 2), Stage(24, 1)]),
    "tiles": tiles,
    "sweep": swept,
    "drag": dragged,
    "fused passes": fused,
    "units switched off and added": changed,
    "answers": lambda net: torch.cat([net.bars(picture()), net.probabilities(picture()[None]).flatten().cpu()]),
    "circuit": lambda net: dv.circuit(net, picture(), LAYER, 2).parts[0].adds,
    "sanity": lambda net: dv.sanity(net, picture(), "gradient", target=1, stages=1).absolute,
}
