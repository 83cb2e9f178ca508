"""From a file to the widget that was saved in it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import traitlets

from ..core.errors import DeepvisError
from ..core.network.network import Network
from .networks import found_networks
from .pictures import opened_picture
from .read import read_session
from .unpack import Tables, mapping_of, unpacked

# by their public name, under which they are saved: nothing else is made of what a file says
WIDGETS = {
    "AtlasView": "atlas_view.atlas_view",
    "CamBoard": "cam.cam_board",
    "CamVideo": "video.cam_video",
    "CircuitBoard": "circuit.circuit_board",
    "Compare": "compare.compare",
    "ConvolutionBoard": "convolution.convolution_board",
    "DeconvnetBoard": "deconvnet.deconvnet_board",
    "Explorer": "explorer.explorer",
    "HuskyWolf": "husky_wolf.husky_wolf",
    "InteractionBoard": "interaction.interaction_board",
    "MaximizationLab": "maximization.maximization_lab",
    "MaximizationPlate": "plate.maximization_plate",
    "OcclusionLab": "occlusion.occlusion_lab",
    "PoolingBoard": "pooling.pooling_board",
    "QuestionBoard": "question.question_board",
    "RelevanceBoard": "relevance.relevance_board",
    "RelevanceLedger": "relevance.relevance_ledger",
    "ShiftLab": "shift.shift_lab",
    "SnowLab": "husky_wolf.snow.snow_lab",
    "TeachBoard": "teach.teach_board",
}


def open(path: str | os.PathLike[str], network: Network | Sequence[Network] | None = None) -> Any:
    """Returns the widget that was saved under this path by its `save`, as it stood.

    Networks are loaded by their names, and pictures read from their paths, as they are in the file. A network that has
    no name, as it was made in the notebook or runs code of others, is asked for: give it as `network`, or a list where
    there are several. Its layers and labels must be those that it had.

    No code runs that is in the file. Raises DeepvisError where it cannot be read, is no session, or is of a newer
    version, and where a network or a picture in it is not there any more.

    >>> import tempfile
    >>> import deepvis_widgets as dv
    >>> board = dv.CamBoard("husky-wolf", dv.scene("wolf", "snow", seed=3), target="wolf")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = dv.open(board.save(Path(folder) / "session.json"))
    >>> again.network.labels[again.target], again.image.label
    ('wolf', 'wolf')
    >>> board.close(), again.close()
    (None, None)
    """
    if not isinstance(path, str | os.PathLike):
        raise DeepvisError(f"{path!r} is no path; accepted is that of a file written by the save of a widget.")
    file = Path(path).expanduser()
    content = read_session(file)
    try:
        return _made(content, network)
    except DeepvisError:
        raise
    except traitlets.TraitError as error:
        raise DeepvisError(f'"{file.name}" holds a value that is not accepted: {error}') from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        raise DeepvisError(f'"{file.name}" is no whole session; save it again.') from error


def _made(content: Mapping[str, Any], network: Any) -> Any:
    kind = _widget(content["widget"])
    pictures = [opened_picture(each) for each in content["pictures"]]
    tables = Tables(pictures=pictures)
    tables.networks.extend(found_networks(content["networks"], network, tables))
    arguments = mapping_of(content["arguments"], tables)
    traits = [(str(name), unpacked(value, tables)) for name, value in content["traits"]]
    _check_names(kind, arguments, [name for name, _ in traits])
    widget = kind(**arguments)
    try:
        for name, value in traits:
            setattr(widget, name, value)
    except BaseException:
        widget.close()
        raise
    return widget


def _widget(name: Any) -> Any:
    if name not in WIDGETS:
        raise DeepvisError(f"The session is of a widget {str(name)[:40]!r}, which this deepvis_widgets has not.")
    return getattr(import_module(f"..widgets.{WIDGETS[name]}", __package__), name)


def _check_names(kind: Any, arguments: Mapping[str, Any], traits: Sequence[str]) -> None:
    """Only what a widget's own `save` writes is set."""
    unknown = [name for name in arguments if name not in kind.ARGUMENTS]
    unknown += [name for name in traits if name not in kind.SETTINGS]
    if unknown:
        raise DeepvisError(f'A saved {kind.__name__} has no "{unknown[0]}".')
