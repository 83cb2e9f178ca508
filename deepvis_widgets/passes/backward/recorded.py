"""A network's passes with a way back, remade from its own operations where it is asked again and again."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction
from torch.overrides import TorchFunctionMode

from ...core.answers.classes import Classes, Labels
from ...core.network.backward_rules import PLAIN, Rules
from ...core.network.network import Network
from ...core.network.recording import Recording, check_finite
from ...core.network.rectifiers import WRITTEN_AS
from ...core.seeded import seeded
from ..trace import Op, Program, Ref, Trace, Untraceable, replaced
from .derivatives import RECTIFY
from .structure import Structure, structure_of
from .way import Tape, Way

WAYS = 16  # that are remembered of one network: each is for one table of rules and one pair of layers
TYPES = (torch.float32, torch.float64)  # networks of others pass plainly
RECTIFIERS = ("relu", "hardtanh")  # whose way back is known here for every table of rules
log = logging.getLogger(__name__)
Asked = tuple[Rules, str | None, str | None]
Made = TypeVar("Made")


@dataclass(eq=False)
class Remade(Recording):
    """A pass that was remade: what it gives begins graphs of its own, and a way back through these goes on over the
    operations of the pass, as far as the input, or the layer that the pass was asked to go back to.
    """

    way: Way = field(kw_only=True)
    tape: Tape = field(kw_only=True)
    end: Tensor = field(kw_only=True)
    start: Tensor = field(kw_only=True)

    def path(self, output: Tensor, seed: Tensor | None = None, wrt: Tensor | None = None) -> Tensor | None:
        assert wrt is None or wrt is self.start, "a pass that was remade goes back to where its way begins"
        (signal,) = torch.autograd.grad(seeded(output, seed), self.end, retain_graph=True, allow_unused=True)
        return None if signal is None else self.way.back(self.tape, signal)


def remade(
    network: Network, x: Tensor, rules: Rules = PLAIN, *, until: str | None = None, since: str | None = None
) -> Remade | None:
    """Returns a pass over an input x (B, C, H, W) to the class scores, or only to the layer `until`, with a way back to
    the input, or to the layer `since`, remade from the network's own operations; None where it is to pass plainly.

    The first two times that a network is asked it passes plainly: at the second it is traced, and what is remade has to
    answer as it does, forth and back. Weights are read anew in every pass; that the network was changed otherwise is
    noticed as `Structure` says.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> x = net.feed(net.view(dv.scene("wolf", "snow"))[None])
    >>> [remade(net, x) is None for time in range(3)]
    [True, True, False]
    """
    known = _known_of(network, x) if rules in RECTIFY and until not in network.heads and _suits(network, x) else None
    way = None if known is None else known.way(network, x, (rules, until, since))
    return None if way is None else _passed(network, way, x, until, since)


def made_of_trace(network: Network, x: Tensor, asked: Hashable, make: Callable[[Traced], Made]) -> Made | None:
    """Returns what `make` makes of a network's traced operations, once for what is `asked`; None where the network is
    to pass plainly: the first two times, and always where it cannot be traced, or `make` raises anything.

    Like ways, it holds for inputs (B, ...) as x, and until the network is changed.
    """
    known = _known_of(network, x) if _suits(network, x) else None
    return None if known is None else known.made(network, x, asked, make)


def _passed(network: Network, way: Way, x: Tensor, until: str | None, since: str | None) -> Remade:
    values, tape = way.forth(x)
    end = values[way.head].requires_grad_()
    start = x if since is None else values[way.since].requires_grad_()  # a way back goes there
    outputs = {name: value for name, value in ((since, start), (until, end)) if name is not None}
    scores = end if until is None else None
    found = Remade(x, outputs, scores, answers=network.answers, way=way, tape=tape, end=end, start=start)
    check_finite(found, network.module, network.name)
    return found


def _suits(network: Network, x: Tensor) -> bool:
    """Whether a pass of this kind can be remade at all."""
    simple = type(network.answers) in (Classes, Labels) and not network.inputs.inputs and not network.added
    return simple and not network.varies and x.dtype in TYPES and not torch.is_autocast_enabled(x.device.type)


# --- what is known of a network ---

_networks: WeakKeyDictionary[Network, _Known] = WeakKeyDictionary()


def _known_of(network: Network, x: Tensor) -> _Known | None:
    """What is known of a network as it is now; None where it has hooks of its own, which are to see every pass."""
    known = _networks.get(network)
    if known is not None and known.module is network.module and known.kind == _kind(x) and known.structure.is_same():
        return known
    structure = structure_of(network.module)
    if structure is None:
        return None
    known = _networks[network] = _Known(network.module, structure, x)
    return known


def _kind(x: Tensor) -> tuple[Any, ...]:
    return x.dtype, x.device, x.shape[1:]


class _Known:
    """The operations of a network, and the ways made of them, for as long as its `structure` stays the same."""

    def __init__(self, module: nn.Module, structure: Structure, x: Tensor) -> None:
        self.module, self.structure, self.kind = module, structure, _kind(x)
        self._asked = False
        self._traced: Traced | None = None
        self._ways: OrderedDict[Hashable, Any] = OrderedDict()

    def way(self, network: Network, x: Tensor, asked: Asked) -> Way | None:
        """Returns the way that answers what is asked, None where the network itself has to."""

        def make(traced: Traced) -> Way:
            way = traced.way(*asked)
            for pictures in (x[:1], torch.cat([x[:1], x[:1].flip(3)])):  # one and several are not rounded alike
                _check(network, way, pictures, asked)
            return way

        return self.made(network, x, asked, make)

    def made(self, network: Network, x: Tensor, asked: Hashable, make: Callable[[Traced], Made]) -> Made | None:
        """Returns what was made for what is asked, None where the network itself has to answer."""
        if not self._asked:
            self._asked = True
            return None
        if asked in self._ways:
            found: Made | None = self._ways[asked]
            return found
        self._ways[asked] = self._tried(network, x[:1], make)
        while len(self._ways) > WAYS:
            self._ways.popitem(last=False)
        return None

    def _tried(self, network: Network, x: Tensor, make: Callable[[Traced], Made]) -> Made | None:
        try:
            self._traced = self._traced or Traced(network, x)
            return make(self._traced)
        except Exception as error:  # whatever a program does that cannot be run again, the network itself can
            log.debug("%s goes back plainly: %s", network.name, error)
            return None


class Traced:
    """The operations of a network, traced on an input x (1, C, H, W), and which values its layers are."""

    def __init__(self, network: Network, x: Tensor) -> None:
        with torch.inference_mode(False):
            _check_taught(network.run(x, grad=True).logits)
            trace = Trace()
            trace.start(x)
            names = {layer.name for layer in network.layers.own} - set(network.heads)
            recording = network.run(x, keep=names, beside=_unread(trace))
        program = trace.program
        self.shapes = [value.shape for value in program.values]
        self.scores = program.number(recording.logits)
        self.layers = {name: program.numbers[id(out)] for name, out in recording.outputs.items()}
        self.ops = _without_copies(program, {self.scores, *self.layers.values()})
        _check_constants(self.ops, network)

    def way(self, rules: Rules, until: str | None, since: str | None) -> Way:
        """Returns the way between two layers; Untraceable where rules ask for what is not known here."""
        if rules != PLAIN and any(op.name in WRITTEN_AS and op.name not in RECTIFIERS for op in self.ops):
            raise Untraceable("a rectifier that is written otherwise")
        head = self.scores if until is None else self.layers[until]
        start = 0 if since is None else self.layers[since]
        return Way(self.ops, self.shapes, head, RECTIFY[rules], start)


@contextmanager
def _unread(trace: Trace) -> Iterator[None]:
    """A trace of a pass in which no value is read by the program: its course might depend on it."""
    with trace, _Unread():
        yield


class _Unread(TorchFunctionMode):
    READING = frozenset(
        ("item", "tolist", "numpy", "equal", "allclose", "is_nonzero", "data_ptr")
        + tuple(f"__{name}__" for name in ("bool", "float", "int", "index", "array", "contains", "dlpack"))
    )

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in self.READING:
            raise Untraceable("a value is read")
        return func(*args, **(kwargs or {}))


def _without_copies(program: Program, wanted: set[int]) -> list[Op]:
    """The operations without those that only copy: here nothing is overwritten that is asked for again."""
    stands: dict[int, int] = {}
    ops = []
    for op in program.ops:
        args, kwargs = (
            replaced(given, lambda number: Ref(stands.get(number, number))) for given in (op.args, op.kwargs)
        )
        if op.name == "detach" or all(number < 0 for number in op.outs):
            raise Untraceable(f"{op.name} ends the way back, or gives no value")
        if op.name == "clone" and not kwargs and op.outs[0] not in wanted:
            stands[op.outs[0]] = args[0].index
        else:
            ops.append(Op(op.func, args, kwargs, op.outs))
    return ops


# --- whether it may be remade ---


def _check_taught(scores: Tensor) -> None:
    """Raises Untraceable where a way back was taught by hand, which may be another for other pictures."""
    seen, left = set(), [scores.grad_fn]
    while left:
        node = left.pop()
        if isinstance(node, BackwardCFunction):
            raise Untraceable("an operation that autograd was taught by hand")
        if node is not None and node not in seen:
            seen.add(node)
            left += [following for following, _ in node.next_functions]


def _check_constants(ops: list[Op], network: Network) -> None:
    """Raises Untraceable for a constant that is no weight: it may have been computed, of weights or by chance."""
    module = network.module
    known = [*nn.Module.parameters(module), *nn.Module.buffers(module), *network.off.masks.values()]
    places = {tensor.untyped_storage().data_ptr() for tensor in known}
    for tensor in _tensors([(op.args, op.kwargs) for op in ops]):
        if tensor.untyped_storage().data_ptr() not in places:
            raise Untraceable("a constant that is no weight")


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        yield from _tensors(tuple(value.values()))


def _check(network: Network, way: Way, x: Tensor, asked: Asked) -> None:
    """Raises Untraceable where pictures do not get from a way what they get from the network, forth and back."""
    rules, until, since = asked
    plain = network.run(x, rules=rules, until=until, keep={name for name in (until, since) if name}, grad=True)
    end = plain.logits if until is None else plain.outputs[until]
    values, tape = way.forth(x)
    seed = torch.randn(end.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(end)
    expected = plain.path(end, seed, None if since is None else plain.outputs[since])
    found = way.back(tape, seed)
    if expected is None or found is None or not expected.any():  # where nothing varies, being equal says nothing
        raise Untraceable("no way back")
    for ours, its in ((values[way.head], end.detach()), (found, expected)):
        if not torch.equal(ours, its):  # the same question gets the same numbers, however often it was asked before
            raise Untraceable("its values differ from those of a plain pass")
