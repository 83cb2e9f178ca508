"""What every library of networks is asked: its module with published weights, with random ones, or with a file's."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...core.errors import DeepvisError
from ...core.given import given
from .state_dicts import fitted, read_weights, with_weights

RANDOM = "random"
SEED = 0


@dataclass(frozen=True)
class Source:
    """A network as its library has it. `build(classes)` returns it with random weights, None: as many as it was made
    for; `published()` has those that its library publishes. `fill(state, classes)` has those of a file, where the
    library must do that itself.
    """

    name: str
    build: Callable[[int | None], nn.Module]
    published: Callable[[], nn.Module]
    fill: Callable[[dict[str, Tensor], int | None], nn.Module] | None = None


def module_of(source: Source, weights: Any) -> nn.Module:
    """Returns a source's module in eval mode with the weights asked for: None, "random" or a file.

    Raises DeepvisError where they cannot be had or do not fit.
    """
    if weights is None:
        return had(source.name, source.published)
    if weights == RANDOM:
        return seeded(source.build)
    path = Path(weights).expanduser()
    state = fitted(read_weights(path), _shapes(source.build, None), f'"{path.name}"')
    classes = classes_in(state, source.build)
    if source.fill is not None:
        return source.fill(state, classes).eval()
    return with_weights(seeded(source.build, classes), state, f'"{path.name}"')


def filled(module: nn.Module, path: Path) -> nn.Module:
    """Returns the module with the weights in a file, in eval mode. Raises DeepvisError where they do not fit."""
    state = fitted(read_weights(path), module.state_dict(), f'"{path.name}"')
    return with_weights(module, state, f'"{path.name}"').eval()


def seeded(build: Callable[[int | None], nn.Module], classes: int | None = None) -> nn.Module:
    """Returns what is built, the same every time, in eval mode; torch's random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        return build(classes).eval()


def classes_in(state: dict[str, Tensor], build: Callable[[int | None], nn.Module]) -> int | None:
    """Returns how many classes these weights tell apart; None where they lack the last layer, or where it is the same
    for any number of classes.
    """
    two, three = (_shapes(build, classes) for classes in (2, 3))
    head = next((key for key in two if two[key] != three.get(key)), None)
    return len(state[head]) if head in state and state[head].ndim else None


def _shapes(build: Callable[[int | None], nn.Module], classes: int | None) -> dict[str, torch.Size]:
    """The shapes of a network's tensors, without memory for them where its library allows it."""
    try:
        with torch.device("meta"):
            module = build(classes)
    except Exception:  # some compute with tensors while they are made
        module = seeded(build, classes)
    return {key: value.shape for key, value in module.state_dict().items()}


def had(name: str, published: Callable[[], nn.Module]) -> nn.Module:
    """Returns a network as its library gives it, in eval mode; DeepvisError where that fails."""
    try:
        with torch.random.fork_rng(devices=[]):
            return given(published()).eval()
    except DeepvisError:
        raise
    except Exception as error:  # no network, no such weights, a full disk, a damaged file
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DeepvisError(
            f'{name} could not be had ({reason}); give weights=FILE where its weights are missing, or weights="random".'
        ) from error


def library(package: str, extra: str, by: str) -> Any:
    """Returns a library of an extra, imported when first asked for.

    >>> library("json", "timm", "timm:resnet18").__name__
    'json'

    Raises DeepvisError, naming the extra, where it is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise DeepvisError(f"{by} needs {package}, which cannot be imported: {error}.") from error
        raise DeepvisError(
            f'{by} needs {package}, which is not installed: pip install "deepvis_widgets[{extra}]"'
        ) from None


def near(name: str, known: Iterable[str], otherwise: Iterable[str]) -> str:
    """Returns the known names that are like one, for a message.

    >>> near("resnet-18", ["resnet18", "vgg16"], [])
    'resnet18'
    """
    return ", ".join(difflib.get_close_matches(name.lower(), list(known), n=5) or otherwise)
