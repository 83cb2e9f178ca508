"""One pass over a grey picture finds the layers of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..answers.base import Answers
from ..answers.find import UNSAID, Unsaid
from ..attention.heads import Heads, find_heads
from ..errors import DeepvisError
from ..inputs.bundle import NOTHING, Bundle
from ..one_draw import drawn_so_far
from ..positions.trace import PositionTrace, side_by_side
from .compiled import kind_of
from .field_trace import FieldTrace
from .layer import OUTPUT, Layer, Layers
from .layout import Layout, find_layout
from .pass_options import PassOptions
from .recording import LayerRecorder, Recording, check_finite, observe, record


@dataclass(frozen=True, eq=False)
class Discovery:
    """What one pass showed: the layers, the pass itself, the names of layers whose output is overwritten later, whether
    the answers vary by chance, which layers the weights of its attentions are, in order, and how many of these have no
    layer, because they look at windows of the picture, say.
    """

    layers: Layers
    recording: Recording
    overwritten: frozenset[str]
    varies: bool
    heads: tuple[str | None, ...]
    other_attentions: int


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
    before = drawn_so_far(x.device)
    overwritten = _written_in_place(module, x, name, PassOptions(heads=None, answers=said, given=given))
    own = dict(module.named_buffers()) | dict(module.named_parameters())
    while True:  # a first pass shows which outputs are overwritten in place, a second one keeps copies of those
        fields, positions = FieldTrace(x), PositionTrace(x, own)
        beside = side_by_side(positions, fields)
        options = PassOptions(cloned=overwritten, beside=beside, heads=None, answers=said, given=given)
        recorder = LayerRecorder(options, 1)
        recording = _tried(module, x, recorder, name)
        if recorder.overwritten() <= overwritten:
            break
        overwritten |= recorder.overwritten()
    if not recorder.outputs:
        raise DeepvisError(f"{name} shows no layers: none of its modules returns a tensor (batch, channels, ...).")
    check_finite(recording, module, name)
    by_chance = recorder.mode.chance or drawn_so_far(x.device) != before  # the first sees generators of its own, too
    varies = by_chance and _varies(module, x, recording, given)
    layers = _layers(recorder, fields, positions)
    heads = tuple(name if name in layers.names else None for name in recorder.calls.found)
    return Discovery(layers, recording, overwritten, varies, heads, _others(recorder, positions, heads))


def _written_in_place(module: nn.Module, x: Tensor, name: str, options: PassOptions) -> frozenset[str]:
    """Returns which outputs a plain pass shows to be overwritten; such a pass is made where a module says that it does
    so, as two that are followed number by number take longer.
    """
    if not any(getattr(part, "inplace", False) for part in module.modules()):
        return frozenset()
    recorder = LayerRecorder(options, 1)
    _tried(module, x, recorder, name)
    return frozenset(recorder.overwritten())


def _others(recorder: LayerRecorder, positions: PositionTrace, heads: Sequence[str | None]) -> int:
    """Returns how many attentions have no layer; some are known by their name, some by where their numbers stand."""
    own = sum(name is not None for name in heads)
    shown = sum(name in recorder.outputs for name in recorder.calls.found if name is not None)
    return max(positions.attentions, recorder.calls.compound, shown) - own


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
