"""Floor 2: the methods. One file, one method; adding a method is adding a file."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

import torch

from ..core.errors import DeepvisError
from ..core.network.layout import Position
from ..core.network.network import Network
from ..core.params import Spec, specs
from ..core.report import Report
from ..core.results import Result
from .base import Method, silent

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def method(name: str) -> Method:
    """Returns the method of that name; DeepvisError lists the names there are.

    >>> method("lrp").title
    'LRP'
    """
    if name not in Method.registry:
        raise DeepvisError(f'There is no method "{name}"; accepted: {", ".join(sorted(Method.registry))}.')
    return Method.registry[name]


def checked(network: Any) -> Network:
    """Returns the Network itself; DeepvisError for anything else."""
    if not isinstance(network, Network):
        raise DeepvisError(
            f"A {type(network).__name__} is not a deepvis network; make one with dv.Network(module) or dv.load(name)."
        )
    return network


def serving(name: str, network: Any) -> Method:
    """Returns the method of that name; DeepvisError where there is none, or where it cannot serve this network.

    >>> import deepvis_widgets as dv
    >>> serving("cam", dv.load("husky-wolf")).title
    'CAM'
    """
    found = method(name)
    refusal = found.refuses(checked(network))
    if refusal:
        raise DeepvisError(refusal)
    return found


def methods() -> dict[str, list[Spec]]:
    """Returns every method's name with its parameters: default, label, and range or choices.

    >>> for spec in methods()["occlusion"][:2]:
    ...     print(spec.name, spec.default, spec.label)
    window 32 Window
    stride 8 Stride
    """
    return {name: specs(found.Params) for name, found in sorted(Method.registry.items())}


def explain(
    network: Network,
    picture: Any,
    name: str,
    *,
    target: int | str | None = None,
    layer: str | None = None,
    unit: int | tuple[int, Position] | None = None,
    report: Report = silent,
    **params: Any,
) -> Result:
    """Explains a network by the method `name`.

    `picture` is a path, PIL image, uint8 array (H, W, 3) or float tensor (3, H, W) in [0, 1], or what else the
    network's Preprocess takes; None for methods that make their own. `target` is a class index or label (None: the top
    class); or give a hidden unit: `layer` and `unit`, a channel, (channel, (row, col)), or (channel, "class") for a
    token that is no part of the picture. Further keyword arguments are the method's parameters, see `methods()`.
    `report(fraction, partial)` is called now and then. Raises DeepvisError for anything that does not exist or does not
    fit.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "lrp", target="wolf", composite="epsilon_plus")
    >>> found.heatmap.shape, found.attribution.shape
    (torch.Size([128, 128]), torch.Size([3, 128, 128]))
    >>> dv.explain(net, scene, "deconvnet", layer="features.relu5", unit=(12, (8, 8))).target
    'features.relu5:12 at (8, 8)'
    """
    found = serving(name, network)
    asked = network.target(target, layer, unit)
    if asked is not None and asked.layer is not None and not found.hidden:
        raise DeepvisError(f"{name} explains classes only; give target= and no layer= or unit=.")
    if found.picture and picture is None:
        raise DeepvisError(f"{name} needs a picture; None was given.")
    settings = found.settings(network, params)
    with torch.inference_mode(False):  # a caller's inference mode would leave every gradient zero
        view = network.view(picture) if found.picture else None
        return found.run(network, view, asked, settings, report)
