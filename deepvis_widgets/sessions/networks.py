"""The networks of a session: loaded by their names, or given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.picture.preprocess import Preprocess
from ..zoo.load import load
from ..zoo.sources import hub, program_files
from .unpack import Tables, mapping_of, unpacked

CHANGES = ("given", "without", "with_units")  # methods of a network that a session calls


def found_networks(saved: Sequence[Mapping[str, Any]], given: Any, tables: Tables) -> Iterator[Network]:
    """Yields the networks of a session in their order; `given` are those that have no name to load them by.

    Raises DeepvisError where one is missing, does not fit, or is too many.
    """
    own = list(given) if isinstance(given, list | tuple) else [] if given is None else [given]
    needed = [values for values in saved if not by_name(values)]
    if len(own) > len(needed):
        raise DeepvisError(
            f"{len(own)} networks were given; the session needs {len(needed) or 'none'} of its user's own."
        )
    if len(own) < len(needed):
        raise DeepvisError(_asked_for(needed[len(own) :]))
    for values in saved:
        yield _loaded(values, tables) if by_name(values) else _fitting(own.pop(0), values, tables)


def by_name(values: Mapping[str, Any]) -> bool:
    """Returns whether a network is loaded by its name: not where that runs a program of others."""
    name = values.get("load")
    return isinstance(name, str) and not name.startswith(hub.PREFIX) and not program_files.is_file(name)


def _asked_for(missing: Sequence[Mapping[str, Any]]) -> str:
    names = ", ".join(str(values["name"]) for values in missing)
    several = "networks" if len(missing) > 1 else "network"
    return f"The session needs the {several} {names} that you made: dv.open(path, network=...)."


def _loaded(values: Mapping[str, Any], tables: Tables) -> Network:
    prepare = values.get("preprocess")
    prepared = None if prepare is None else Preprocess(**mapping_of(prepare, tables))
    network = load(values["load"], values.get("weights"), preprocess=prepared, labels=values.get("labels"))
    for method, arguments, keywords in values["changes"]:
        if method not in CHANGES:
            raise DeepvisError(f"The session asks a network for {method!r}, which no session does.")
        network = getattr(network, method)(*unpacked(arguments, tables), **mapping_of(keywords, tables))
    return _checked(network, values)


def _fitting(network: Any, values: Mapping[str, Any], tables: Tables) -> Network:
    """A network that was given, with what was changed of the saved one."""
    if not isinstance(network, Network):
        raise DeepvisError(f"A {type(network).__name__} is no network; give a dv.Network, {values['name']} for one.")
    found = _checked(network, values)
    for method, arguments, keywords in values["changes"]:
        if method == "given":
            found = found.given(**mapping_of(keywords, tables))
        elif method == "without":
            found = found.without(*unpacked(arguments, tables))
        elif f"{arguments[0]}:{keywords['name']}" not in found.layers.names:
            found = found.with_units(*unpacked(arguments, tables), **mapping_of(keywords, tables))
    return found


def _checked(network: Network, values: Mapping[str, Any]) -> Network:
    layers = [layer.name for layer in network.layers.own]
    if layers != values["layers"]:
        other = next((a for a, b in zip(layers, values["layers"], strict=False) if a != b), "others")
        raise DeepvisError(
            f"{network.name} does not fit the session, which was saved with {len(values['layers'])} layers of "
            f"{values['name']}: it has {len(layers)}, {other} among them."
        )
    if network.labels != values["answers"]:
        raise DeepvisError(
            f"{network.name} does not fit the session: its {len(network.labels)} labels are not the "
            f"{len(values['answers'])} of {values['name']}."
        )
    return network
