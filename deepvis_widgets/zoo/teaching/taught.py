"""What a taught network is: a Network that also knows how well it tells pictures it was not shown."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.network.network import Network


@dataclass(frozen=True)
class LeaveOneOut:
    """What was said of each picture by a layer that was fitted to all the others: `told` (n,), None where no other
    picture of its class was left, and `labels` (n,), what it is.

    >>> found = LeaveOneOut(("striped", "striped", "plain"), ("striped", "plain", None))
    >>> found.right, found.accuracy
    (1, 0.3333333333333333)
    """

    labels: tuple[str, ...]
    told: tuple[str | None, ...]

    @property
    def right(self) -> int:
        """How many were told right; one that nothing could be told of counts as wrong."""
        return sum(label == told for label, told in zip(self.labels, self.told, strict=True))

    @property
    def accuracy(self) -> float:
        """The share of pictures told right."""
        return self.right / len(self.labels)

    def __str__(self) -> str:
        return f"{self.right} of {len(self.labels)} right, each left out once"


class TaughtNetwork(Network):
    """A Network whose last layer was fitted to a few pictures by `dv.teach`; `leave_one_out` says how far to trust it.

    >>> import deepvis_widgets as dv
    >>> pictures = {label: [dv.scene(label, seed=seed) for seed in (3, 4)] for label in ("husky", "zebra")}
    >>> dv.teach("husky-wolf", pictures).leave_one_out.accuracy
    1.0
    """

    leave_one_out: LeaveOneOut
