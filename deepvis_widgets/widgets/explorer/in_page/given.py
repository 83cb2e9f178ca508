"""What a live page is given so that it answers a drag by itself: the network as files, and what is known of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from torch import Tensor

from ....core.attention.heads import Heads
from ....core.content_key import content_key
from ....core.network.network import Network
from ....core.weights_key import learned_key
from ....engine.cache import Cache
from ...in_page.export import ExportError, exported
from ...in_page.facts import facts
from ...in_page.runtime import runtime

MOST = 32 * 2**20  # bytes of weights: a page on a slow line would wait for minutes
FILES = ("worker", "runtime")
log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Given:
    """`files` are sent piece by piece, `facts` at once; they are those of one state of the network's weights."""

    files: Mapping[str, bytes]
    facts: Mapping[str, Any]


def given(
    network: Network, view: Tensor, shown: Sequence[str], titles: Mapping[str, str], cache: Cache
) -> Given | None:
    """Returns what a page needs to run a network, None where it cannot or should not; see in_page.facts for the rest.

    The exported network is kept in `cache`, under the key of its weights.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> found = given(net, net.view(dv.scene("wolf", seed=3)), ["features.relu1"], {}, Cache(2**24))
    >>> sorted(found.files), found.facts["maps"]
    (['network', 'runtime', 'worker'], True)
    """
    if not _suits(network):
        return None
    try:
        key = content_key("network in a page", learned_key(network), network.answers.key, network.inputs.key)
        model = cache.get_or_make(key, lambda: exported(network))
    except ExportError as error:
        log.debug("The page goes on without the network: %s", error)
        return None
    more = runtime()
    files = {"network": model, **{name: more[name] for name in FILES}}
    return Given(files, facts(network, view, shown, titles))


def _suits(network: Network) -> bool:
    """Whether it is small, and shows maps of whole layers only: what a head of attention looks at needs the kernel."""
    tensors = chain(network.module.parameters(), network.module.buffers())
    small = sum(tensor.numel() * 4 for tensor in tensors) <= MOST
    return small and not any(isinstance(layer.layout, Heads) for layer in network.layers)
