"""One pass over a grey picture finds the layers of a network."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from ..answers.base import Answers
from ..answers.find import UNSAID, Unsaid
from ..asked_twice import AskedTwice, asked_twice
from ..attention.heads import Heads, find_heads
from ..errors import DeepvisError
from ..inputs.bundle import NOTHING, Bundle
from ..positions.trace import PositionTrace, side_by_side
from .compiled import kind_of
from .field_trace import FieldTrace
from .layer import OUTPUT, Layer, Layers
from .layout import Layout, find_layout
from .pass_options import PassOptions
from .recording import LayerRecorder, Recording, check_finite, observe

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Discovery:
    """What one pass showed: the layers, the pass itself, the names of layers whose output is overwritten later, how it
    answers twice, what it answered to this picture and to another, which layers the weights of its attentions are, in
    order, how many of these have no layer, because they look at windows of the picture, say, and whether it has
    rectifiers.
    """

    layers: Layers
    recording: Recording
    overwritten: frozenset[str]
    twice: AskedTwice
    picked: tuple[Any, ...]
    heads: tuple[str | None, ...]
    other_attentions: int
    rectifies: bool


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
    keep = None if any(getattr(part, "inplace", False) for part in module.modules()) else ()
    asking = _Asking(module, x, name, PassOptions(keep=keep, answers=said, given=given))
    twice = asked_twice(module, asking)
    plain, overwritten = PassOptions(heads=None, answers=said, given=given, twice=twice), asking.overwritten
    own = dict(module.named_buffers()) | dict(module.named_parameters())
    while True:  # where a pass shows that further outputs are overwritten in place, the next keeps copies of those
        fields, positions = FieldTrace(x), PositionTrace(x, own)
        beside = side_by_side(positions, fields)
        recorder = LayerRecorder(replace(plain, cloned=overwritten, beside=beside), 1)
        recording = _tried(module, x, recorder, name)
        if recorder.overwritten() <= overwritten:
            break
        overwritten |= recorder.overwritten()
    if not recorder.outputs:
        raise DeepvisError(f"{name} shows no layers: none of its modules returns a tensor (batch, channels, ...).")
    check_finite(recording, module, name)
    _check_rows(module, x, recording, replace(plain, keep=()))
    layers = _layers(recorder, fields, positions)
    heads = tuple(name if name in layers.names else None for name in recorder.calls.found)
    picked, others = (asking.picked, recording.picked), _others(recorder, positions, heads)
    rectifies = recorder.mode.rectifiers > 0
    return Discovery(layers, recording, overwritten, twice, picked, heads, others, rectifies)


def _check_rows(module: nn.Module, x: Tensor, recording: Recording, options: PassOptions) -> None:
    """Raises DeepvisError where one number stands for however many pictures, as a loss does."""
    if recording.logits.numel() > 1:
        return
    try:
        observe(module, torch.cat([x, x]), LayerRecorder(options, 2))
    except DeepvisError:
        raise
    except Exception as error:  # it takes no more than one at a time
        log.debug("two pictures at once: %s", error)


def _others(recorder: LayerRecorder, positions: PositionTrace, heads: Sequence[str | None]) -> int:
    """Returns how many attentions have no layer; some are known by their name, some by where their numbers stand."""
    own = sum(name is not None for name in heads)
    shown = sum(name in recorder.outputs for name in recorder.calls.found if name is not None)
    return max(positions.attentions, recorder.calls.compound, shown) - own


@dataclass(eq=False)
class _Asking:
    """Makes plain passes over noise round x: what is drawn by chance may meet nothing but zeros in a grey picture.
    `overwritten` are the layers that they keep and the network overwrites later: known before the passes that follow
    number by number, which take longer.
    """

    module: nn.Module
    x: Tensor
    name: str
    options: PassOptions
    picked: Any = None
    overwritten: frozenset[str] = frozenset()

    def __call__(self, twice: AskedTwice) -> tuple[Tensor, bool]:
        recorder = LayerRecorder(replace(self.options, twice=twice), 1)
        noise = torch.rand(self.x.shape, generator=torch.Generator().manual_seed(0))
        found = _tried(self.module, self.x + (noise - 0.5).to(self.x), recorder, self.name)
        self.picked = found.picked
        self.overwritten |= recorder.overwritten()
        return found.logits, recorder.mode.draw is not None and recorder.mode.draw.drawn


def _tried(module: nn.Module, x: Tensor, recorder: LayerRecorder, name: str) -> Recording:
    try:
        return observe(module, x, recorder)
    except DeepvisError:
        raise
    except Exception as error:
        shape = "×".join(map(str, x.shape[1:]))
        reason = " ".join(str(error).split())
        raise DeepvisError(
            f"{name} could not be run on a picture of {shape}: {type(error).__name__}: {reason}; "
            "preprocess= says of what size and of which channels it is to be."
        ) from error


def _layers(recorder: LayerRecorder, fields: FieldTrace, positions: PositionTrace) -> Layers:
    layers: list[Layer] = []
    layouts: dict[torch.Size, Layout] = {}
    attending = set(recorder.calls.found)
    for name, output in recorder.outputs.items():
        layout: Layout | None
        if name in attending:
            layout = find_heads(output, positions)
        else:
            places = positions.grid_of(output)
            names = () if places is None else positions.names_of(places)
            dims, followed = fields.dims_of(output), positions.knows(output)
            layout = find_layout(recorder.modules[name], output, layouts, dims, places, names, followed)
            layouts[output.shape] = layout
        if layout is not None:
            layers.append(_layer(name, output, layout, recorder, fields, positions.is_asked(output)))
    return Layers(layers)


def _layer(
    name: str, output: Tensor, layout: Layout, recorder: LayerRecorder, fields: FieldTrace, asked: bool
) -> Layer:
    channels, height, width = layout.grid(output.shape)
    kind = "Scores" if name == OUTPUT else kind_of(recorder.modules[name])
    if isinstance(layout, Heads):
        kind, asked = "Attention", True
    field, rectifier = fields.field_of(output, (height, width)), recorder.rectifiers.get(name)
    shape = tuple(output.shape[1:])
    return Layer(name, kind, shape, layout, channels, height, width, field, rectifier, layout.extra, asked)
