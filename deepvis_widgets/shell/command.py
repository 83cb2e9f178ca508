"""What the commands share: exit codes, one sentence about bad usage, a line of progress on a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from ..core.errors import DeepvisError
from ..core.network.network import Network

DONE, SOME_FAILED, BAD_USAGE, STOPPED = 0, 1, 2, 130
AS_IT_IS = argparse.RawDescriptionHelpFormatter  # examples keep their lines


class Parser(argparse.ArgumentParser):
    """Says in one sentence what it does not understand."""

    def error(self, message: str) -> NoReturn:
        """Ends with the status of bad usage."""
        print(f"{message[0].upper()}{message[1:]}; {self.prog} --help shows what is accepted.", file=sys.stderr)
        raise SystemExit(BAD_USAGE)


def add_network(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name a network."""
    known = 'a name that dv.load takes ("husky-wolf", "resnet18", "timm:...", "hf:...") or a file (.onnx, .pt2, .pt)'
    parser.add_argument("--model", required=True, help=known)
    parser.add_argument("--weights", help='a weights file, or "random"; without it, the model\'s own')


def network_of(chosen: argparse.Namespace) -> Network:
    """Returns the network that was named; DeepvisError where there is none."""
    from ..zoo.load import load

    return load(chosen.model, chosen.weights)


def class_of(network: Network, text: str | None) -> int | None:
    """Returns the index of a class given by its label or its number; DeepvisError where there is none.

    >>> import deepvis_widgets as dv
    >>> class_of(dv.load("husky-wolf"), "wolf"), class_of(dv.load("husky-wolf"), "1")
    (1, 1)
    """
    if text is None:
        return None
    number = int(text) if text.isdecimal() and text not in network.labels else text
    return network.class_index(number)


def progress(items: Iterable[Any], count: int, unit: str) -> Iterable[Any]:
    """Returns the same items, with a bar on the error stream while they are gone through, where that is a terminal."""
    from tqdm import tqdm

    shown: Iterable[Any] = tqdm(items, total=count, unit=unit, disable=not sys.stderr.isatty())
    return shown


def tell(sentences: Sequence[str]) -> None:
    """Says what went wrong, a line each."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)


def run(chosen: argparse.Namespace) -> int:
    """Runs the command that was chosen, and returns its exit code."""
    try:
        code: int = chosen.run(chosen)
        return code
    except DeepvisError as error:
        tell([str(error)])
        return BAD_USAGE
    except KeyboardInterrupt:
        tell(["Stopped; the same command goes on from here."])
        return STOPPED
