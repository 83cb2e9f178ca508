"""Does a map depend on what the network has learned? Its weights are replaced by noise, from the last layer down."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..core.errors import DeepvisError
from ..core.network.eval_mode import module_lock
from ..core.network.layer import module_of
from ..core.network.network import Network
from ..core.report import Report, part_of
from ..core.results import HeatMap
from ..methods import checked, explain
from ..methods.base import silent
from .parts import check_served, explained, heat_map
from .rank_correlation import rank_correlation


@dataclass(frozen=True, eq=False)
class Sanity:
    """How alike a map is to those of ever more random copies of the network.

    `layers` names the stages: stage i has random weights in `layers[i]` and in everything after it. `correlations`
    (stages,) is Spearman's ρ of the original map and the stage's, `absolute` (stages,) that of their magnitudes; nan
    where a map is constant. `heatmaps` (1 + stages, H, W) starts with the original.
    """

    method: str
    target: str
    layers: tuple[str, ...]
    correlations: Tensor
    absolute: Tensor
    heatmaps: Tensor


def sanity(
    network: Network,
    picture: Any,
    method: str,
    target: int | str | None = None,
    stages: int | Sequence[str] | None = None,
    seed: int = 0,
    report: Report = silent,
    **params: Any,
) -> Sanity:
    """Randomises weights in a cascade (Adebayo et al. 2018): a map that stays the same does not show what was learned.

    In a copy of the module each layer's weights are replaced by normal noise of their own mean and spread, from the
    last layer to the first; after each of `stages` the same target is explained again. `stages` is None (every layer
    with weights), a number of them spread evenly over the network, or layer names. Buffers, such as the statistics of
    batch-norm, stay. The user's module is left alone. `target` is a class index or label (None: the top class); further
    keyword arguments are the method's. Raises DeepvisError for a method without a heat map, a module that cannot be
    copied, or stages that do not exist.

    >>> import deepvis_widgets as dv
    >>> found = dv.sanity(dv.load("husky-wolf"), dv.scene("wolf", "snow", 3), "gradient", stages=["classifier"])
    >>> found.layers, found.heatmaps.shape
    (('classifier',), torch.Size([2, 128, 128]))
    """
    check_served(checked(network), method)
    view = network.view(picture)
    channel = explained(network, view, target)
    cascade = weighted_layers(network)
    wanted = _stages(network, list(cascade), stages)
    shares = torch.linspace(0, 1, len(wanted) + 2).tolist()

    def look(at: Network, stage: int) -> HeatMap:
        share = part_of(report, shares[stage], shares[stage + 1])
        found = heat_map(explain(at, view, method, target=channel, report=share, **params), method)
        share(1.0)
        return found

    original = look(network, 0)
    copied = _copy(network)
    maps = [
        original.heatmap,
        *(look(copied, 1 + stage).heatmap for stage in _randomised(copied, cascade, wanted, seed)),
    ]
    signed = [rank_correlation(maps[0], other) for other in maps[1:]]
    absolute = [rank_correlation(maps[0].abs(), other.abs()) for other in maps[1:]]
    return Sanity(
        method, original.target, tuple(wanted), torch.tensor(signed), torch.tensor(absolute), torch.stack(maps)
    )


def _randomised(copied: Network, cascade: dict[str, list[str]], wanted: list[str], seed: int) -> Iterator[int]:
    """Yields the number of each stage, when the copy has reached it."""
    generator = torch.Generator().manual_seed(seed)
    reached = 0
    for name, parameters in cascade.items():
        randomise(copied.module, parameters, generator)
        if name in wanted:
            yield reached
            reached += 1
        if reached == len(wanted):
            return


def weighted_layers(network: Network) -> dict[str, list[str]]:
    """Returns layer → the names of the parameters that are randomised with it, the last layer first.

    A parameter belongs to the layer of its module, or to the innermost layer around that; what lies in no layer, such
    as a class token, goes with the first.
    """
    order = list(dict.fromkeys(module_of(layer.name, network.module) for layer in network.layers.own))
    owned: dict[str, list[str]] = {name: [] for name in order}
    for name, parameter in network.module.named_parameters():
        if parameter.is_floating_point():
            owned[next((around for around in _around(name) if around in owned), order[0])].append(name)
    return {name: owned[name] for name in reversed(order) if owned[name]}


def _around(parameter: str) -> Iterator[str]:
    """Returns the dotted names of the modules that hold a parameter, innermost first."""
    parts = parameter.split(".")[:-1]
    return (".".join(parts[:length]) for length in range(len(parts), 0, -1))


@torch.no_grad()
def randomise(module: nn.Module, names: Sequence[str], generator: torch.Generator) -> None:
    """Replaces these parameters by normal noise of their own mean and spread."""
    for name in names:
        parameter = module.get_parameter(name)
        values = parameter.double()
        spread = values.std(correction=0)
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64).to(parameter.device)
        parameter.copy_(values.mean() + spread * noise)


def _stages(network: Network, cascade: list[str], stages: int | Sequence[str] | None) -> list[str]:
    """Returns the layers after which the map is looked at, the last layer first."""
    if stages is None:
        return cascade
    if isinstance(stages, int):
        if stages < 1:
            raise DeepvisError(f"stages={stages} is not accepted; accepted: 1 or more, layer names, or None for all.")
        places = torch.linspace(0, len(cascade) - 1, min(stages, len(cascade))).round().int().tolist()
        return [cascade[place] for place in places] if stages > 1 else cascade[-1:]
    names = [network.layers[name].name for name in ([stages] if isinstance(stages, str) else stages)]
    bare = next((name for name in names if name not in cascade), None)
    if bare is not None or not names:
        raise DeepvisError(
            f'Layer "{bare}" has no weights to randomise; accepted: {", ".join(reversed(cascade))}.'
            if names
            else "stages is empty; give layer names, a number of stages, or None for all."
        )
    return [name for name in cascade if name in names]


def _copy(network: Network) -> Network:
    try:
        with torch.inference_mode(False), module_lock:  # a caller's inference mode would make a copy without gradients
            module = copy.deepcopy(network.module)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise DeepvisError(f"{network.name} cannot be copied, so its weights cannot be randomised: {reason}") from error
    return network.with_module(module)
