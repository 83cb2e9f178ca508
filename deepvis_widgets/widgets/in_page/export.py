"""A network as ONNX: from a view to its scores, what is shown of them, a class map, and every layer's maps."""

from __future__ import annotations

import importlib.util
import inspect
import tempfile
import threading
from copy import copy, deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...core.errors import DeepvisError
from ...core.network.eval_mode import module_lock
from ...core.network.network import Network
from ...methods.cam import class_maps
from .silently import silently

INPUTS = ("view", "target")
ANSWERS = ("scores", "shown")  # (1, n) each
CLASS_MAP = "class_map"  # (1, h, w) of the target; where the network's head has exact ones
LAYER = "layer/"  # begins the name of a layer's output, maps (1, C, h, w)
IN_PAGE = ("classes", "labels", "values")  # kinds of answers that a page draws
OPSET = 17
_one = threading.Lock()  # torch.onnx keeps what it does in globals


class ExportError(DeepvisError):
    """A network cannot be run in a page."""


def exported(network: Network) -> bytes:
    """Returns a network as ONNX: from a view (1, bands, H, W) in [0, 1] and a class index (1,) to OUTPUTS in `outputs`.

    What is computed is a recorded pass, preprocessing included, in float32: the layers are those of `network.layers`,
    reused modules and directions among them. A copy of the module is exported, and the module is left alone. Raises
    ExportError where a network cannot be exported, or its answers cannot be drawn without a kernel.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> len(exported(net)) > 2_000_000, outputs(net)[:4]
    (True, ['scores', 'shown', 'class_map', 'layer/features.conv1'])
    """
    _check(network)
    graph = _Graph(network)
    view = torch.full((1, network.bands, *network.size), 0.5)
    how: dict[str, Any] = {"input_names": INPUTS, "output_names": outputs(network), "opset_version": OPSET}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        how["dynamo"] = False  # a recorded pass listens with hooks, which torch.export does not run
    try:
        with _one, silently(), torch.no_grad(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "network.onnx"
            torch.onnx.export(graph, (view, torch.zeros(1, dtype=torch.long)), str(file), **how)
            return file.read_bytes()
    except Exception as error:
        raise ExportError(f"{network.name} cannot be exported to ONNX: {_first_line(error)}{_advice()}") from error


def outputs(network: Network) -> list[str]:
    """Returns the names of what an exported network puts out, in order.

    >>> import deepvis_widgets as dv
    >>> outputs(dv.load("husky-wolf"))[-1]
    'layer/classifier'
    """
    maps = [CLASS_MAP] if network.has_head else []
    return [*ANSWERS, *maps, *(LAYER + name for name in network.layers.names)]


def _check(network: Network) -> None:
    if network.answers.kind not in IN_PAGE:
        raise ExportError(f"{network.name} answers with {network.answers.kind}, which a page cannot draw by itself.")
    if network.varies:
        raise ExportError(f"{network.name} answers otherwise each time it is asked, which a page cannot repeat.")


class _Graph(nn.Module):
    """One recorded pass of a copy of the network's module, as a module: its layers become outputs of the graph."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        with module_lock:
            self.module = deepcopy(network.module).cpu().float().requires_grad_(False).eval()
        self.network = copy(network)  # the same layers, which need not be found anew
        self.network.module = self.module
        self.network.memory_format = torch.contiguous_format  # ONNX knows one order in memory

    def forward(self, view: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        network = self.network
        found = network.run(network.feed(view), keep=network.layers.names)
        answers = [found.logits, network.answers.shown(found.logits)]
        maps = [] if found.head is None else [class_maps(found.head, target)]
        layers = [layer.layout.maps(found.outputs[layer.name]) for layer in network.layers]
        return (*answers, *maps, *layers)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _advice() -> str:
    missing = importlib.util.find_spec("onnx") is None
    return ' (pip install "deepvis_widgets[page]" brings what it needs)' if missing else ""
