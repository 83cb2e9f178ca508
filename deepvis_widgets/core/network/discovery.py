"""One pass over a grey picture finds the layers of a network."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..answers.base import Answers
from ..answers.find import UNSAID, Unsaid
from ..errors import DeepvisError
from ..inputs.bundle import NOTHING, Bundle
from .compiled import kind_of
from .field_trace import FieldTrace
from .layer import OUTPUT, Layer, Layers
from .layout import Layout, find_layout
from .pass_options import PassOptions
from .recording import LayerRecorder, Recording, check_finite, observe, record


@dataclass(frozen=True, eq=False)
class Discovery:
    """What one pass showed: the layers, the pass itself, the names of layers whose output is overwritten later, and
    whether the answers vary by chance.
    """

    layers: Layers
    recording: Recording
    overwritten: frozenset[str]
    varies: bool


def discover(
    module: nn.Module, x: Tensor, name: str, said: Answers | Unsaid = UNSAID, given: Bundle = NOTHING
) -> Discovery:
    """Returns the layers that a pass over x (1, C, H, W) shows; `name` is what messages call the network, `said` what
    its output means, and `given` what it takes beside the picture.

    Raises DeepvisError where the module cannot be run on x, shows no layers, or answers with NaN or infinity.

    >>> found = discover(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()), torch.zeros(1, 3, 8, 8), "mine")
    >>> found.layers.names
    ['0', '1']
    """
    overwritten: frozenset[str] = frozenset()
    while True:  # a first pass shows which outputs are overwritten in place, a second one keeps copies of those
        trace = FieldTrace(x)
        recorder = LayerRecorder(PassOptions(cloned=overwritten, beside=trace, answers=said, given=given), 1)
        recording = _tried(module, x, recorder, name)
        if recorder.overwritten() <= overwritten:
            break
        overwritten |= recorder.overwritten()
    if not recorder.outputs:
        raise DeepvisError(f"{name} shows no layers: none of its modules returns a tensor (batch, channels, ...).")
    check_finite(recording, module, name)
    varies = recorder.mode.chance and _varies(module, x, recording, given)
    return Discovery(_layers(recorder, trace), recording, overwritten, varies)


def _varies(module: nn.Module, x: Tensor, recording: Recording, given: Bundle) -> bool:
    """Returns whether a second pass over the same input gives other class scores."""
    assert recording.answers is not None
    again = record(module, x, PassOptions(keep=(), answers=recording.answers, given=given)).logits
    return not torch.allclose(again, recording.logits, rtol=1e-4, atol=1e-6, equal_nan=True)


def _tried(module: nn.Module, x: Tensor, recorder: LayerRecorder, name: str) -> Recording:
    try:
        return observe(module, x, recorder)
    except DeepvisError:
        raise
    except Exception as error:
        shape = "×".join(map(str, x.shape[1:]))
        reason = " ".join(str(error).split())
        raise DeepvisError(
            f"{name} could not be run on a picture of {shape}: {type(error).__name__}: {reason}"
        ) from error


def _layers(recorder: LayerRecorder, trace: FieldTrace) -> Layers:
    layers: list[Layer] = []
    layouts: dict[torch.Size, Layout] = {}
    for name, output in recorder.outputs.items():
        module = recorder.modules[name]
        layout = layouts[output.shape] = find_layout(module, output, layouts, trace.dims_of(output))
        channels, height, width = layout.grid(output.shape)
        kind = "Scores" if name == OUTPUT else kind_of(module)
        field, rectifier = trace.field_of(output, (height, width)), recorder.rectifiers.get(name)
        shape = tuple(output.shape[1:])
        layers.append(Layer(name, kind, shape, layout, channels, height, width, field, rectifier))
    return Layers(layers)
