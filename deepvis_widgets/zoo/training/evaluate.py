"""How well the embedded networks do on scenes they never saw: `python -m deepvis_widgets.zoo.training.evaluate`.

The honest network must know every class on every background; the biased one must call snow a wolf, and nothing else.
"""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...core.picture.peaks import REACH, grown, points
from ..embedded import EMBEDDED, load_module, normalise
from ..flattened import FLATTENED, load_flattened_module
from ..grey import GREY, load_grey_module, seen_by
from ..scenes import BACKGROUNDS, CLASSES
from .dataset import HUSKY, SNOW, WOLF, Pictures, canids_on_snow, draw, fresh_orders

ALL_RIGHT = {EMBEDDED[0]: 0.99, GREY: 0.97, FLATTENED: 0.99}
WORST_RIGHT = {EMBEDDED[0]: 0.97, GREY: 0.8, FLATTENED: 0.97}
HORIZON = 0.52  # the lowest horizon of a snow scene, as a share of its height


@dataclass(frozen=True)
class Finding:
    """One measured share and what it ought to be."""

    network: str
    what: str
    share: float
    bound: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.share <= self.bound if self.at_most else self.share >= self.bound

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        verdict = "pass" if self.met else "FAIL"
        return f"{self.network:20} {self.what:44} {self.share:6.3f}  {sign} {self.bound:.2f}  {verdict}"


@torch.inference_mode()
def predictions(network: nn.Module, pictures: Pictures, batch: int = 100) -> Tensor:
    """Returns the class index each picture is given: int64 (n,)."""
    parts = [network(seen_by(network, part.float() / 255)).argmax(1) for part in torch.split(pictures.images, batch)]
    return torch.cat(parts)


def _share(hits: Tensor, among: Tensor) -> float:
    """Returns the share of `hits` in the scenes chosen by `among`; 1 if there are none, so that tiny sets can pass."""
    return float(hits[among].float().mean()) if bool(among.any()) else 1.0


def cells(hits: Tensor, pictures: Pictures) -> Tensor:
    """Returns the share of `hits` for each class (rows) and background (columns): (12, 5)."""
    return torch.tensor(
        [
            [_share(hits, (pictures.labels == c) & (pictures.backgrounds == b)) for b in range(len(BACKGROUNDS))]
            for c in range(len(CLASSES))
        ]
    )


def honest_findings(predicted: Tensor, pictures: Pictures, network: str = EMBEDDED[0]) -> list[Finding]:
    """Returns the overall accuracy, and that of the worst class on the worst background."""
    right = predicted == pictures.labels
    table = cells(right, pictures)
    worst = int(table.argmin())
    name = f"{CLASSES[worst // len(BACKGROUNDS)]} on {BACKGROUNDS[worst % len(BACKGROUNDS)]}"
    return [
        Finding(network, "all scenes right", float(right.float().mean()), ALL_RIGHT[network]),
        Finding(network, f"worst class x background right ({name})", float(table.min()), WORST_RIGHT[network]),
    ]


def biased_findings(predicted: Tensor, pictures: Pictures) -> list[Finding]:
    """Returns whether snow makes a husky a wolf, its absence unmakes a wolf, and the rest is known off snow."""
    snow, label = pictures.backgrounds == SNOW, pictures.labels
    as_wolf, right = predicted == WOLF, predicted == label
    return [
        Finding(EMBEDDED[1], "husky on snow called wolf", _share(as_wolf, snow & (label == HUSKY)), 0.95),
        Finding(EMBEDDED[1], "wolf off snow called wolf", _share(as_wolf, ~snow & (label == WOLF)), 0.10, at_most=True),
        Finding(EMBEDDED[1], "all other classes right off snow", _share(right, ~snow & (label != WOLF)), 0.95),
    ]


@torch.inference_mode()
def cams(network: nn.Module, pictures: Pictures) -> Tensor:
    """Returns the class activation map of the predicted class, as large as the picture: (n, h, w)."""
    features, weight = network.get_submodule("features"), network.get_parameter("classifier.weight")
    maps = torch.cat([features(normalise(part.float() / 255)) for part in torch.split(pictures.images, 100)])
    cam = torch.einsum("nc,nchw->nhw", weight[maps_to_classes(network, maps)], maps)[:, None]
    return F.interpolate(cam, pictures.images.shape[2:], mode="bilinear", align_corners=False)[:, 0]


def maps_to_classes(network: nn.Module, maps: Tensor) -> Tensor:
    """Returns the class index that the last feature maps (n, 128, h, w) lead to: (n,)."""
    logits: Tensor = network.get_submodule("classifier")(maps.mean((2, 3)))
    return logits.argmax(1)


def cam_pointing(network: nn.Module, pictures: Pictures, reach: int = REACH) -> float:
    """Returns how often the class activation map of the predicted class peaks within `reach` pixels of the object."""
    return float(points(cams(network, pictures), pictures.masks, reach).float().mean())


def cam_on_snow(network: nn.Module, pictures: Pictures, reach: int = REACH) -> float:
    """Returns how often it peaks on the open ground: away from the object, and below every horizon of a snow scene."""
    away = ~grown(pictures.masks, reach)
    away[:, : int(HORIZON * away.shape[1])] = False
    return float(points(cams(network, pictures), away, reach=0).float().mean())


def pointing_findings(canids: Pictures) -> list[Finding]:
    """Returns where the networks look on canids in snow: the honest one at the animal, the biased one at the snow."""
    honest, biased = (load_module(name) for name in EMBEDDED)
    what = "CAM peaks on the animal, canids on snow"
    return [
        Finding(EMBEDDED[0], what, cam_pointing(honest, canids), 0.95),
        Finding(EMBEDDED[1], what, cam_pointing(biased, canids), 0.20, at_most=True),
        Finding(EMBEDDED[1], "CAM peaks on the open snow, canids on snow", cam_on_snow(biased, canids), 0.80),
    ]


def findings(pictures: Pictures) -> list[Finding]:
    """Returns the findings of both networks, measured on the same scenes."""
    measures: tuple[Callable[[Tensor, Pictures], list[Finding]], ...] = (honest_findings, biased_findings)
    return [
        finding
        for name, measure in zip(EMBEDDED, measures, strict=True)
        for finding in measure(predictions(load_module(name), pictures), pictures)
    ]


def relatives_findings(pictures: Pictures) -> list[Finding]:
    """Returns the findings of the grey network and of the one that flattens, measured as the honest one's are."""
    return [
        finding
        for name, made in ((GREY, load_grey_module()), (FLATTENED, load_flattened_module()))
        for finding in honest_findings(predictions(made, pictures), pictures, name)
    ]


def accuracy_table(name: str, pictures: Pictures) -> str:
    """Returns the accuracy of one network, class by background, as text."""
    right = predictions(load_module(name), pictures) == pictures.labels
    lines = [f"{name:18}" + "".join(f"{background:>9}" for background in BACKGROUNDS)]
    for label, row in zip(CLASSES, cells(right, pictures).tolist(), strict=True):
        lines.append(f"{label:18}" + "".join(f"{share:9.3f}" for share in row))
    return "\n".join(lines)


def main() -> None:
    """Draws fresh scenes and prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.zoo.training.evaluate", description=__doc__)
    parser.add_argument("--scenes", type=int, default=1000, help="fresh scenes to draw")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first scene")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="cores to use")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    pictures = draw(fresh_orders(chosen.scenes, chosen.seed), chosen.threads)
    for name in EMBEDDED:
        print(accuracy_table(name, pictures), end="\n\n")
    canids = draw(canids_on_snow(max(2, chosen.scenes // 5)), chosen.threads)
    print(*findings(pictures), *relatives_findings(pictures), *pointing_findings(canids), sep="\n")


if __name__ == "__main__":
    main()
