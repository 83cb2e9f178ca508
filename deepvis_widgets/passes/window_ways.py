"""Every way to pass one picture with windows of it hidden: in full, plain or fused, or only where the windows reach, in
groups or one by one. They give the same answers.
"""

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
from .fusion import fused
from .hidden import Hidden
from .plan.planner import OWN_TIME, Clock
from .plan.ways import FUSED, GROUPS, PLAIN, SINGLE
from .replay import Replay, needed
from .single_class import narrow_to_class
from .single_window import SingleWindow
from .trace import Program, Trace, Untraceable

TOLERANCE = 1e-4  # of the scores' spread, far above rounding: what the check at the start allows
log = logging.getLogger(__name__)


class WindowWays:
    """What a network answers while a window of `view` (3, H, W) shows `fill` instead, in the way that is asked for.

    A pass goes to the class scores if `scores`, else only as deep as the deepest of `layers`, whose outputs are kept.
    With a class as `target`, scores are those of this class alone, (B, 1). Every way but the plain one is compared with
    plain passes for two windows, `checked`, before it is used: `can` says whether it may be. `plain` is what a plain
    pass of one picture takes, in seconds; `work` the multiplications in groups for each of those two windows.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> view = net.view(dv.scene("wolf", "snow"))
    >>> ways = WindowWays(net, view, torch.full_like(view, 0.5))
    >>> ways.by(GROUPS, torch.tensor([[0, 0, 32, 32], [48, 48, 32, 32]])).logits.shape
    torch.Size([2, 12])
    """

    def __init__(
        self,
        network: Network,
        view: Tensor,
        fill: Tensor,
        layers: Collection[str] = (),
        scores: bool = True,
        target: int | None = None,
        clock: Clock = OWN_TIME,
    ) -> None:
        self.network, self.view, self.fill = network, view, fill
        self.layers, self.target = tuple(layers), target
        self.until = None if scores else network.deepest(self.layers)
        self.checked = torch.tensor([_part(view, share) for share in (0.0, 0.4)])
        self.plain, self.work, self._clock = 0.0, 1, clock
        self.incremental: SingleWindow | None = None
        self._remade: Replay | None = None
        self._program: Program | None = None  # what the fused pass is made from, until it is
        self._can: dict[str, bool] = {}
        self._numbers: dict[str, int] = {}
        if network.device.type == "cpu":
            self._prepare()

    def by(self, kind: str, boxes: Tensor) -> Recording:
        """Runs the windows `boxes` (B, 4), each (top, left, height, width) inside the picture, in a way that `can` be
        used.
        """
        if kind == GROUPS:
            return self._groups(boxes)
        if kind == SINGLE:
            return self._single(boxes)
        return self._fused(boxes) if kind == FUSED else self._plain(boxes)

    def can(self, kind: str) -> bool:
        """Returns whether passes of a kind give the answers of plain ones: found out when it is first asked."""
        if kind not in self._can:
            self._can[kind] = self._agrees(kind)
        return self._can[kind]

    # --- the ways ---

    def _plain(self, boxes: Tensor) -> Recording:
        views = torch.stack([occlude(self.view, self.fill, _box(box)) for box in boxes])
        recording = self.network.run(self.network.feed(views), keep=self.layers, until=self.until)
        return replace(recording, scores=self._asked(recording.scores))

    def _fused(self, boxes: Tensor) -> Recording:
        assert self._remade is not None
        with torch.inference_mode(False), torch.no_grad():
            x = self._hidden.whole(boxes)
            return self._recording(x, dict(zip(self._remade.wanted, self._remade(x), strict=True)))

    def _groups(self, boxes: Tensor) -> Recording:
        assert self.incremental is not None
        with torch.inference_mode(False), torch.no_grad():
            patch = self._hidden.patch(boxes)
            found = self.incremental.run(patch)
            whole = {number: self.incremental.whole(value) for number, value in found.items()}
            return self._recording(patch.values, whole)

    def _single(self, boxes: Tensor) -> Recording:
        assert self.incremental is not None
        with torch.inference_mode(False), torch.no_grad():
            windows = [self._hidden.one(box) for box in boxes]
            found = [self.incremental.one(*window) for window in windows]
            return self._recording(
                windows[0][0], {number: _joined([one[number] for one in found]) for number in found[0]}
            )

    def _recording(self, x: Tensor, values: dict[int, Tensor]) -> Recording:
        """Returns the recording of a pass that gave the values of these numbers."""
        scores = None if self.until is not None else values[self._numbers[""]].flatten(1)
        return Recording(x, {name: values[self._numbers[name]] for name in self.layers}, self._asked(scores))

    def _asked(self, scores: Tensor | None) -> Tensor | None:
        """Returns those of the class scores that were asked for."""
        if scores is None or self.target is None or scores.shape[1] == 1:
            return scores
        return scores[:, self.target : self.target + 1]

    # --- before the first pass ---

    def _prepare(self) -> None:
        """Traces the pass over the picture, and finds out what two windows give in a plain pass."""
        try:
            with torch.inference_mode(False), torch.no_grad():
                self._hidden = Hidden(*(self.network.feed(part[None]) for part in (self.view, self.fill)))
                program = self._traced()
                self.incremental = SingleWindow(program, set(self._numbers.values()))
            self._expect()
        except DeepvisError:
            raise
        except Exception as error:  # whatever a program does that cannot be run again, a plain pass can
            log.debug("%s is passed plainly: %s", self.network.name, error)
            self.incremental = None
            return
        self._program = _light(program, self._numbers.values())
        if self.can(GROUPS):
            self.work = max(1, self.incremental.work)
        else:
            self.incremental = None

    def _traced(self) -> Program:
        trace = Trace()
        trace.start(self._hidden.x)
        began = self._clock()
        recording = self.network.run(self._hidden.x, keep=self.layers, until=self.until, beside=trace)
        self.plain = self._clock() - began
        tensors = {name: recording.outputs[name] for name in self.layers}
        if recording.scores is not None:
            tensors[""] = recording.scores
        self._numbers = {name: trace.program.number(tensor) for name, tensor in tensors.items()}
        if self.target is not None and recording.scores is not None:
            with suppress(Untraceable):  # all classes, then
                narrow_to_class(trace.program, self._numbers[""], self.target, self._numbers.values())
        return trace.program

    def _expect(self) -> None:
        """Finds out what two windows give in a plain pass, and how long one of a picture takes at most."""
        began = self._clock()
        self._expected = self._plain(self.checked)
        self.plain = min(self.plain, (self._clock() - began) / len(self.checked))

    def _agrees(self, kind: str) -> bool:
        """Returns whether the two windows get the answers of a plain pass in this way."""
        if kind == PLAIN or (self._program if kind == FUSED else self.incremental) is None:
            return kind == PLAIN
        try:
            if kind == FUSED:
                self._remade = self._fused_program()
            return self._is_expected(self.by(kind, self.checked))
        except DeepvisError:
            raise
        except Exception as error:  # as above
            log.debug("%s is not passed %s: %s", self.network.name, kind, error)
            return False

    def _is_expected(self, found: Recording) -> bool:
        pairs = [(found.outputs[name], self._expected.outputs[name]) for name in self.layers]
        if self._expected.scores is not None:
            pairs.append((found.logits, self._expected.scores))
        return all(_close(a, b) for a, b in pairs)

    def _fused_program(self) -> Replay:
        assert self._program is not None
        program, self._program = self._program, None
        wanted = sorted(set(self._numbers.values()))
        with torch.inference_mode(False), torch.no_grad():
            return Replay(fused(program.ops, wanted, program.values), wanted)


def _light(program: Program, wanted: Collection[int]) -> Program:
    """Returns what leads to the wanted values; of all values only their shapes."""
    return Program(needed(program.ops, wanted), {}, [value.to("meta") for value in program.values])


def _close(found: Tensor, expected: Tensor) -> bool:
    spread = float(expected.double().std())
    tolerance = TOLERANCE if expected.dtype in (torch.float32, torch.float64) else 30 * TOLERANCE
    # where nothing varies, being equal says nothing
    return found.shape == expected.shape and spread > 0 and float((found - expected).abs().max()) <= tolerance * spread


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _part(view: Tensor, share: float) -> list[int]:
    """Returns a box of an eighth of the picture's sides, that far down and right."""
    height, width = view.shape[1:]
    return [int(share * height), int(share * width), math.ceil(height / 8), math.ceil(width / 8)]


def _box(box: Tensor) -> tuple[int, int, int, int]:
    top, left, height, width = box.tolist()
    return top, left, height, width
