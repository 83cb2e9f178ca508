"""Passes over one picture with windows of it hidden: incremental where the network allows it, in full where not."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.network.recording import Recording
from ..core.picture.fills import occlude
from .incremental import Incremental
from .patches import Patch, gather
from .single_class import narrow_to_class
from .trace import Trace, Untraceable
from .window_groups import groups

WORK = 2**36  # multiplications in one pass: under a second, so that one can be stopped
MOST = 64  # windows in one pass
TOLERANCE = 1e-4  # of the scores' spread, far above rounding: what the check at the start allows
log = logging.getLogger(__name__)


class WindowPasses:
    """What a network answers while a window of `view` (3, H, W) shows `fill` instead.

    A pass goes to the class scores if `scores`, else only as deep as the deepest of `layers`, whose outputs are kept.
    With a class as `target`, scores are those of this class alone, (B, 1).
    Incremental passes are compared with full ones for two windows before they are used; `incremental` is None where
    they are not.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> view = net.view(dv.scene("wolf", "snow"))
    >>> passes = WindowPasses(net, view, torch.full_like(view, 0.5))
    >>> passes.run(torch.tensor([[0, 0, 32, 32], [48, 48, 32, 32]])).logits.shape
    torch.Size([2, 12])
    """

    kind: type[Incremental] = Incremental

    def __init__(
        self,
        network: Network,
        view: Tensor,
        fill: Tensor,
        layers: Collection[str] = (),
        scores: bool = True,
        target: int | None = None,
    ) -> None:
        self.network, self.view, self.fill = network, view, fill
        self.layers, self.target = tuple(layers), target
        self.until = None if scores else network.deepest(self.layers)
        self.incremental: Incremental | None = None
        self._numbers: dict[str, int] = {}
        if network.device.type == "cpu":
            self._prepare()

    def run(self, boxes: Tensor) -> Recording:
        """Runs one pass with the windows `boxes` (B, 4), each (top, left, height, width) inside the picture, hidden."""
        return self._full(boxes) if self.incremental is None else self._incremental(self.incremental, boxes)

    def per_pass(self, boxes: Tensor, full: int) -> int:
        """Returns how many of these windows to put into one pass; `full`: into one that computes everything."""
        if self.incremental is None:
            return full
        self.incremental.run(self._patch(boxes[len(boxes) // 2][None]))
        return max(1, min(MOST, WORK // max(1, self.incremental.work)))

    def parts(self, boxes: Tensor, most: int) -> list[Tensor]:
        """Returns the indices of the windows `boxes` (n, 4), at most so many for a pass, and those together that cost
        least.
        """
        together = [torch.arange(len(boxes))] if self.incremental is None else groups(self.network, boxes)
        return [part for group in together for part in group.chunk(-(-len(group) // most))]

    # --- the two ways ---

    def _full(self, boxes: Tensor) -> Recording:
        views = torch.stack([occlude(self.view, self.fill, _box(box)) for box in boxes])
        recording = self.network.run(self.network.feed(views), keep=self.layers, until=self.until)
        return replace(recording, scores=self._asked(recording.scores))

    def _incremental(self, incremental: Incremental, boxes: Tensor) -> Recording:
        with torch.inference_mode(False), torch.no_grad():
            patch = self._patch(boxes)
            found = incremental.run(patch)
            values = {name: incremental.whole(found[number]) for name, number in self._numbers.items()}
        scores = values.pop("", None)
        return Recording(patch.values, values, self._asked(None if scores is None else scores.flatten(1)))

    def _asked(self, scores: Tensor | None) -> Tensor | None:
        """Returns those of the class scores that were asked for."""
        if scores is None or self.target is None or scores.shape[1] == 1:
            return scores
        return scores[:, self.target : self.target + 1]

    def _patch(self, boxes: Tensor) -> Patch:
        """Returns the pixels of the windows as the network is fed them; a window at the border keeps some of the
        picture.
        """
        height, width = self.view.shape[1:]
        size = int(boxes[:, 2].max()), int(boxes[:, 3].max())
        tops, lefts = boxes[:, 0].clamp(max=height - size[0]), boxes[:, 1].clamp(max=width - size[1])
        values = gather(self._x, tops, lefts, size)
        fill = gather(self._filled, tops, lefts, size)
        rows = tops[:, None] + torch.arange(size[0])
        cols = lefts[:, None] + torch.arange(size[1])
        inside = _within(rows, boxes[:, 0], boxes[:, 2])[:, :, None] & _within(cols, boxes[:, 1], boxes[:, 3])[:, None]
        return Patch(torch.where(inside[:, None], fill, values), tops, lefts, 0)

    # --- before the first pass ---

    def _prepare(self) -> None:
        """Traces the pass over the picture, and uses it if it gives the answers of a full pass."""
        try:
            with torch.inference_mode(False), torch.no_grad():
                self._x, self._filled = (self.network.feed(part[None]) for part in (self.view, self.fill))
                self.incremental = self._traced()
            if not self._agrees():
                raise Untraceable("its values differ from those of a full pass")
        except DeepvisError:
            raise
        except Exception as error:  # whatever a program does that cannot be run again, a full pass can
            log.debug("%s is passed in full: %s", self.network.name, error)
            self.incremental = None

    def _traced(self) -> Incremental:
        trace = Trace()
        trace.start(self._x)
        recording = self.network.run(self._x, keep=self.layers, until=self.until, beside=trace)
        tensors = {name: recording.outputs[name] for name in self.layers}
        if recording.scores is not None:
            tensors[""] = recording.scores
        self._numbers = {name: trace.program.number(tensor) for name, tensor in tensors.items()}
        if self.target is not None and recording.scores is not None:
            with suppress(Untraceable):  # all classes, then
                narrow_to_class(trace.program, self._numbers[""], self.target, self._numbers.values())
        return self.kind(trace.program, set(self._numbers.values()))

    def _agrees(self) -> bool:
        """Returns whether two windows give what a full pass gives."""
        assert self.incremental is not None
        boxes = torch.tensor([_part(self.view, 0.0), _part(self.view, 0.4)])
        found, expected = self._incremental(self.incremental, boxes), self._full(boxes)
        pairs = [(found.outputs[name], expected.outputs[name]) for name in self.layers]
        if expected.scores is not None:
            pairs.append((found.logits, expected.logits))
        return all(_close(a, b) for a, b in pairs)


def _close(found: Tensor, expected: Tensor) -> bool:
    spread = float(expected.double().std())
    tolerance = TOLERANCE if expected.dtype in (torch.float32, torch.float64) else 30 * TOLERANCE
    # where nothing varies, being equal says nothing
    return found.shape == expected.shape and spread > 0 and float((found - expected).abs().max()) <= tolerance * spread


def _part(view: Tensor, share: float) -> list[int]:
    """Returns a box of an eighth of the picture's sides, that far down and right."""
    height, width = view.shape[1:]
    return [int(share * height), int(share * width), math.ceil(height / 8), math.ceil(width / 8)]


def _within(places: Tensor, starts: Tensor, sides: Tensor) -> Tensor:
    return (places >= starts[:, None]) & (places < (starts + sides)[:, None])


def _box(box: Tensor) -> tuple[int, int, int, int]:
    top, left, height, width = box.tolist()
    return top, left, height, width
