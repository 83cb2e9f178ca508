"""Passes without a graph over many pictures: remade with fused convolutions where that can be, plain where not."""

from __future__ import annotations

import logging
from collections.abc import Collection

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.network.recording import Recording
from .fusion import fused
from .replay import Replay, needed
from .trace import Trace, Untraceable

TOLERANCE = 1e-4  # of the answers' spread, far above rounding: what the check at the start allows
log = logging.getLogger(__name__)


class FusedPasses:
    """A network's answers to inputs (B, C, H, W), for one job: weights are read once, when it is made.

    A pass goes to the class scores, or only as deep as `layer`, whose output is kept. It is traced on the input `x`
    (1, C, H, W) and remade where the network runs in float32 on the CPU; `remade` is None where it is not, or where
    what is remade answers otherwise.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> x = net.feed(net.view(dv.scene("wolf", "snow"))[None])
    >>> FusedPasses(net, x).run(torch.cat([x, x.flip(3)])).logits.shape
    torch.Size([2, 12])
    """

    def __init__(self, network: Network, x: Tensor, layer: str | None = None) -> None:
        self.network, self.layer = network, layer
        self.remade: Replay | None = None
        if network.device.type == "cpu" and network.dtype == torch.float32:
            self._prepare(x)

    def run(self, x: Tensor) -> Recording:
        """Runs one pass over an input (B, C, H, W)."""
        return self._plain(x) if self.remade is None else self._again(self.remade, x)

    def _plain(self, x: Tensor) -> Recording:
        return self.network.run(x, keep=self._keep, until=self.layer)

    def _again(self, remade: Replay, x: Tensor) -> Recording:
        with torch.inference_mode(False), torch.no_grad():
            [answer] = remade(x)
        if self.layer is None:
            return Recording(x, {}, answer.flatten(1))
        return Recording(x, {self.layer: answer})

    @property
    def _keep(self) -> Collection[str]:
        return () if self.layer is None else (self.layer,)

    # --- before the first pass ---

    def _prepare(self, x: Tensor) -> None:
        try:
            with torch.inference_mode(False), torch.no_grad():
                self.remade = self._traced(x)
            if not self._agrees(x):
                raise Untraceable("its values differ from those of a plain pass")
        except DeepvisError:
            raise
        except Exception as error:  # whatever a program does that cannot be run again, a plain pass can
            log.debug("%s is passed plainly: %s", self.network.name, error)
            self.remade = None

    def _traced(self, x: Tensor) -> Replay:
        trace = Trace()
        trace.start(x)
        recording = self.network.run(x, keep=self._keep, until=self.layer, beside=trace)
        wanted = trace.program.number(self._answer(recording))
        return Replay(fused(needed(trace.program.ops, [wanted]), [wanted], trace.program.values), [wanted])

    def _agrees(self, x: Tensor) -> bool:
        """Returns whether three pictures get the answers of a plain pass."""
        views = torch.cat([x, -x, x.flip(3)])
        found, expected = (self._answer(recording) for recording in (self.run(views), self._plain(views)))
        spread = float(expected.double().std())
        if found.shape != expected.shape or spread == 0:  # where nothing varies, being equal says nothing
            return False
        return float((found - expected).abs().max()) <= TOLERANCE * spread

    def _answer(self, recording: Recording) -> Tensor:
        return recording.logits if self.layer is None else recording.outputs[self.layer]
