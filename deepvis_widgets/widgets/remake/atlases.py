"""What a widget is given as an atlas, and what it is made again with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ...atlas import Atlas
from ...atlas.shipped import folder, shipped_atlas
from ...core.errors import DeepvisError
from ...core.network.network import Network


def as_atlas(network: Network, source: Any) -> Atlas | None:
    """An atlas of this network for a dv.Atlas or the folder of one; None: the one that ships with the package, if any.

    Raises DeepvisError where it belongs to another network, or is none.
    """
    if source is None:
        return shipped_atlas(network)
    if isinstance(source, Atlas):
        return source.of(network)
    if not hasattr(source, "__fspath__") and not isinstance(source, str):
        raise DeepvisError(f"{source!r} is no atlas; accepted is a dv.Atlas, or the folder of one.")
    return Atlas.open(source, network)


def atlas_argument(atlas: Any, network: Network) -> str | None:
    """The folder of an atlas, or of the dv.Atlas itself; None for the one that ships with the package."""
    place = atlas.folder if isinstance(atlas, Atlas) else atlas
    return None if place is None or Path(place) == folder(network.name) else os.fspath(place)
