"""How good one explanation of one picture is, as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from torch import Tensor

from ..core.errors import DeepvisError
from ..core.masks import mask_view
from ..core.network.network import Network
from ..core.report import Report, part_of
from ..core.results import HeatMap
from ..methods import checked, explain
from ..methods.base import silent
from .mass import mass
from .parts import check_served, explained, heat_map
from .perturbation import Curves, curves
from .pointing import pointing


@dataclass(eq=False)
class Measuring:
    """One heat map to be scored; the curves are drawn once for both of their areas."""

    network: Network
    found: HeatMap
    target: int
    mask: Tensor | None
    report: Report

    @cached_property
    def curves(self) -> Curves:
        return curves(self.network, self.found.picture, self.found.heatmap, self.target, report=self.report)

    @property
    def marked(self) -> Tensor:
        assert self.mask is not None
        return self.mask


_SCORES: dict[str, Callable[[Measuring], float]] = {
    "pointing": lambda asked: float(pointing(asked.found.heatmap, asked.marked)),
    "mass": lambda asked: mass(asked.found.heatmap, asked.marked),
    "insertion": lambda asked: asked.curves.insertion_area,
    "deletion": lambda asked: asked.curves.deletion_area,
}
SCORES = tuple(_SCORES)
NEED_A_MASK = ("pointing", "mass")


def score(
    network: Network,
    picture: Any,
    method: str,
    *,
    mask: Any = None,
    target: int | str | None = None,
    scores: Sequence[str] = SCORES,
    report: Report = silent,
    **params: Any,
) -> dict[str, float]:
    """Explains a class by the method `method` and scores the heat map: {score: number}.

    "pointing" is 1 where the map peaks on the object and 0 elsewhere, "mass" the share of its positive relevance on
    the object (nan where nothing is positive), "insertion" and "deletion" the areas under these curves. The first two
    need a mask of the object, bool (height, width) of the picture's size, which an embedded scene brings along; it is
    cut and resized as the network does with the picture. `target` is a class index or label (None: the top class);
    further keyword arguments are the method's. Raises DeepvisError for scores that do not exist, a missing mask or one
    that does not fit, and methods whose result is no heat map.

    >>> import deepvis_widgets as dv
    >>> wolf = dv.scene("wolf", "snow", 3)
    >>> dv.score(dv.load("husky-wolf"), wolf, "cam", target="wolf", scores=["pointing"])
    {'pointing': 1.0}
    """
    check_scores(scores)
    check_served(checked(network), method)
    seen = mask_view(network, picture, mask)
    _check_mask(scores, seen)
    view = network.view(picture)
    channel = explained(network, view, target)
    found = explain(network, view, method, target=channel, report=part_of(report, 0.0, 0.5), **params)
    numbers = measure(network, heat_map(found, method), channel, seen, scores, part_of(report, 0.5, 1.0))
    report(1.0)
    return numbers


def measure(
    network: Network,
    found: HeatMap,
    target: int,
    mask: Tensor | None = None,
    scores: Sequence[str] = SCORES,
    report: Report = silent,
) -> dict[str, float]:
    """Returns the scores of a heat map that is there already, of the class index `target`; `mask` is bool (H, W), as
    the network sees the picture. Raises DeepvisError as `score` does.
    """
    check_scores(scores)
    _check_mask(scores, mask)
    asked = Measuring(network, found, target, mask, report)
    return {name: _SCORES[name](asked) for name in scores}


def check_scores(scores: Sequence[str]) -> None:
    """Raises DeepvisError for a score that does not exist."""
    names = [scores] if isinstance(scores, str) else list(scores)
    unknown = next((name for name in names if name not in SCORES), None)
    if unknown is not None or isinstance(scores, str) or not names:
        raise DeepvisError(f"scores={scores!r} is not accepted; accepted: a list of {', '.join(SCORES)}.")


def _check_mask(scores: Sequence[str], mask: Tensor | None) -> None:
    missing = [name for name in scores if name in NEED_A_MASK]
    if missing and mask is None:
        raise DeepvisError(
            f"{' and '.join(missing)} need the mask of the object; give mask=, a bool array of the picture's size, "
            "or a dv.scene, which brings its own."
        )
