"""One widget's way to the engine of a network: slots of its own, answers only while it is open, errors as sentences."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from torch import Tensor

from ..core.content_key import content_key
from ..core.errors import DeepvisError, sentence
from ..core.network.network import Network
from ..core.report import Report
from ..core.weights_key import learned_key
from ..methods import method
from .engine import Engine

log = logging.getLogger(__name__)
T = TypeVar("T")


def nothing(*_: object) -> None:
    """Does nothing, where nobody waits for an answer or for the end."""


class Client:
    """Asks the engine of `network` on behalf of one widget; `say` is told one sentence where a question fails.

    A newer question of a slot takes the place of the older one, and slots of different clients are apart. Callbacks
    come on the engine's thread, and none after `close`, but for `done`. Nothing is begun for it after `close` either,
    also where other widgets go on using the engine, and what runs stops at its next report.
    """

    def __init__(self, network: Network, say: Callable[[str], object]) -> None:
        self.network = network
        self.engine = Engine.of(network).acquire()
        self.closed = False
        self._say, self._group = say, uuid.uuid4().hex
        self._slots: set[str] = set()  # those that were asked in

    def ask(
        self,
        slot: str,
        work: Callable[[Report], T],
        on_answer: Callable[[T], object],
        *,
        doing: str,
        key: Hashable | None = None,
        long: bool = False,
        background: bool = False,
        on_partial: Callable[[float, Any], object] | None = None,
        on_error: Callable[[str], object] | None = None,
        on_cancelled: Callable[[], object] | None = None,
        done: Callable[[], object] = nothing,
    ) -> None:
        """Has `work(report)` done, then calls one of on_answer(value), on_error(sentence) (without it `say`) and
        on_cancelled(), and `done()` after it in any case. See Engine.submit for `key`, Worker for
        `long` and `background`.

        `doing` completes "failed while ..."; an error in on_answer itself becomes a sentence, too.
        """
        if self.closed:
            done()
            return

        def open_only(callback: Callable[..., object], *arguments: object) -> None:
            if not self.closed:
                callback(*arguments)

        def fail(reason: str) -> None:
            open_only(on_error or self._say, reason)

        def answer(value: T) -> None:
            try:
                open_only(on_answer, value)
            except Exception as error:
                log.exception("Showing what came of %s failed", doing)
                fail(sentence(error, doing))
            finally:
                done()

        def failed(reason: str, _: BaseException) -> None:
            try:
                fail(reason)
            finally:
                done()

        def cancelled() -> None:
            try:
                open_only(on_cancelled or nothing)
            finally:
                done()

        self._slots.add(slot)
        try:
            self.engine.submit(
                self._own(slot),
                work,
                key=key,
                long=long,
                background=background,
                on_result=answer,
                on_partial=None if on_partial is None else lambda fraction, part: open_only(on_partial, fraction, part),
                on_error=failed,
                on_cancelled=cancelled,
                doing=doing,
            )
        except DeepvisError:
            if not self.closed:
                raise
            done()  # closed since the look above: an answer of the last pass asks for more
        else:
            if self.closed:  # the same, where another widget keeps the engine open
                self.cancel(slot)

    def cancel(self, slot: str) -> None:
        """Drops what the slot asked for, and stops it at its next report."""
        self.engine.cancel(self._own(slot))

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until this engine is idle, but for long work where `long` is False, at most `timeout` seconds; False if
        it still works then.
        """
        return self.engine.idle(timeout, long)

    def close(self) -> None:
        """Drops all that was asked for, and gives the engine back. Closing again changes nothing."""
        if not self.closed:
            self.closed = True
            for slot in tuple(self._slots):
                self.cancel(slot)
            self.engine.release()

    def _own(self, slot: str) -> str:
        return f"{slot} {self._group}"


def explanation_key(
    network: Network, view: Tensor, name: str, target: int | None, params: Mapping[str, Any] | None = None
) -> str:
    """Returns the key that an explanation of a class is cached under: the same in every widget, and for parameters left
    at their defaults as for the same ones given.

    `view` is the picture (3, H, W) as the network sees it, `target` a class index, or None for the top class.
    """
    chosen = method(name).settings(network, params or {})
    asked = (learned_key(network), network.answers.key, network.inputs.key, view, target)
    return content_key("explanation", name, *asked, vars(chosen))
