"""The base of all methods. One method is one class in one file of this package; defining the class registers it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.compiled import is_script
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import Spec, make, specs
from ..core.report import Report
from ..core.results import Result


def silent(fraction: float, partial: object | None = None) -> None:
    """Does nothing: a Report for callers who only want the end."""


@dataclass(frozen=True)
class NoParams:
    """For methods without parameters."""


class Method(ABC):
    """A way to explain a network's answer.

    `name` is its public name and `title` what a menu shows; `Params` is a frozen dataclass of its parameters. `long`
    methods take seconds and stream. `picture` says whether it needs a picture, `hidden` whether it can explain a hidden
    unit, `surveys` whether `refuses` takes a pass, once for each network.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> view, method = net.view(dv.scene("wolf", "snow")), Method.registry["gradient"]
    >>> method.run(net, view, net.target("wolf"), method.Params()).target
    'wolf'
    """

    name: ClassVar[str]
    title: ClassVar[str]
    Params: ClassVar[type] = NoParams
    long: ClassVar[bool] = False
    picture: ClassVar[bool] = True
    hidden: ClassVar[bool] = True
    surveys: ClassVar[bool] = False

    registry: ClassVar[dict[str, Method]] = {}

    def __init_subclass__(cls) -> None:
        Method.registry[cls.name] = cls()

    def refuses(self, network: Network) -> str | None:
        """Returns why this method cannot serve this network, in one sentence; None where it can."""
        return None

    def refuses_script(self, network: Network) -> str | None:
        """Returns why this method, which changes single operations, cannot serve a network of TorchScript."""
        if not is_script(network.module):
            return None
        return (
            f"{network.name} is TorchScript, whose operations cannot be seen, and {self.name} changes single ones; "
            "give the module that it was made from."
        )

    def suited(self, network: Network) -> dict[str, Any]:
        """Returns the parameters whose defaults are others for this network, because its pictures are small, say."""
        return {}

    def settings(self, network: Network, given: Mapping[str, Any]) -> Any:
        """Returns all parameters, those not given at their defaults for this network; DeepvisError for what is not
        accepted.
        """
        found = make(self.Params, {**self._suited(network), **given}, self.name)
        if getattr(found, "score", "") == "probability" and not network.answers.probable:
            score = network.answers.score
            raise DeepvisError(f'{network.name} gives no probabilities; score="logit" explains its {score}.')
        return found

    def specs(self, network: Network) -> list[Spec]:
        """Returns the parameters with their defaults for this network, in order."""
        suited = self._suited(network)
        return [replace(spec, default=suited.get(spec.name, spec.default)) for spec in specs(self.Params)]

    def _suited(self, network: Network) -> dict[str, Any]:
        """The same, and the score itself where answers have no probabilities."""
        scored = any(spec.name == "score" for spec in specs(self.Params)) and not network.answers.probable
        return {**({"score": "logit"} if scored else {}), **self.suited(network)}

    @abstractmethod
    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> Result:
        """Explains `target` (None: the top class) on the view `image` (3, H, W) in [0, 1]."""
