"""What a widget is given, as networks, pictures, methods, layers and boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.params import make
from ...core.picture.folder import folder_of
from ...methods import method
from ..link.traits import whole_numbers
from .picture_bar import folder_pictures
from .picture_name import picture_name


def as_network(network: Any) -> Network:
    """A Network for a Network, a module or a name."""
    if isinstance(network, Network):
        return network
    if isinstance(network, str):
        from ...zoo.load import load

        return load(network)
    return Network(network)


def as_pictures(pictures: Any) -> list[tuple[str, Any]]:
    """(name, picture) pairs of a folder, a list, or the ready scenes."""
    if pictures is None:
        from ...zoo.scenes import ready_scenes

        return [(picture_name(scene), scene) for scene in ready_scenes()]
    if isinstance(pictures, str | Path):
        return list(folder_pictures(Path(pictures).expanduser()))
    if isinstance(pictures, Sequence) and pictures:
        return [(picture_name(picture, f"picture {place}"), picture) for place, picture in enumerate(pictures, 1)]
    raise DeepvisError("pictures is empty or no list; give a folder or a list of pictures.")


def given_pictures(named: Sequence[tuple[str, Any]]) -> Any:
    """What `as_pictures` made these pairs of: None for the ready scenes, the path of a folder, or a list.

    >>> given_pictures(as_pictures(None)) is None
    True
    """
    from ...zoo.scenes import READY, Scene

    pictures = [picture for _, picture in named]
    if [(p.label, p.background, p.seed) for p in pictures if isinstance(p, Scene)] == list(READY[: len(pictures)]):
        return None if len(pictures) == len(READY) else pictures
    return folder_of(pictures) or pictures


def default_method(network: Network) -> str:
    """Exact class activation maps where the network has them, else Grad-CAM; gradient × input where it has no maps."""
    return next(name for name in ("cam", "grad_cam", "gradient_x_input") if method(name).refuses(network) is None)


def default_layer(network: Network) -> str:
    """A layer worth opening with: maps, in the middle of the network, after a rectifier where there is one; no queries,
    keys, values or weights of an attention.
    """
    maps = [layer for layer in network.layers.own if layer.height * layer.width > 1 and not layer.asked]
    maps = maps or network.layers.own
    rectified = [layer for layer in maps if layer.rectifier is not None] or maps
    return rectified[len(rectified) // 2].name


def as_params(params: Any) -> dict[str, dict[str, Any]]:
    """Method name → its parameters, for methods that exist and values in their ranges; DeepvisError otherwise."""
    if not isinstance(params, Mapping) or not all(isinstance(values, Mapping) for values in params.values()):
        raise DeepvisError(f'params={params!r} is not accepted; accepted: {{"occlusion": {{"window": 24}}}}.')
    for name, values in params.items():
        make(method(name).Params, dict(values), name)
    return {name: dict(values) for name, values in params.items()}


def as_box(box: Any, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """A box (top, left, height, width) inside a picture of `size`; DeepvisError otherwise."""
    if box is None:
        return None
    edges = whole_numbers(box, 4)
    if edges is None:
        raise DeepvisError(
            f"{box!r} is no occluder; accepted is (top, left, height, width) in picture pixels, or None."
        )
    top, left, height, width = edges
    if height < 1 or width < 1 or top < 0 or left < 0 or top + height > size[0] or left + width > size[1]:
        raise DeepvisError(
            f"The occluder {(top, left, height, width)} does not lie inside the picture of {size[0]}×{size[1]} pixels."
        )
    return top, left, height, width
