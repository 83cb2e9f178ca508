"""Where one is in an atlas, as text: `features.relu5` is a layer, `features.relu5:12` a unit of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from ...atlas import Atlas
from ...core.errors import DeepvisError

PARAMETER = "unit"


def parse(address: str, atlas: Atlas) -> tuple[str, int | None]:
    """(layer, channel or None) of an address; DeepvisError where the network has no such place."""
    words = address.strip()
    layer, colon, number = words.rpartition(":")
    if not colon:
        atlas.layer(words)
        return words, None
    if not number.isdecimal():
        raise DeepvisError(f'"{address}" is no address; accepted are a layer, or a unit as in {atlas.layers[0]}:0.')
    atlas.unit(layer, int(number))
    return layer, int(number)


def page_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """The address in the link of the page, where the notebook is a page with a link (Voilà); else None."""
    if not page_link(environment):
        return None
    return parse_qs(environment.get("QUERY_STRING", "")).get(PARAMETER, [None])[0]


def page_link(environment: Mapping[str, str] = os.environ) -> str | None:
    """The link of the page, in Voilà; None in a notebook, whose link says nothing about its widgets."""
    if not environment.get("SERVER_SOFTWARE", "").startswith("voila"):
        return None
    return environment.get("VOILA_REQUEST_URL") or None


def link_to(address: str, link: str) -> str:
    """The page's link with another address in it."""
    parts = urlsplit(link)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != PARAMETER]
    return urlunsplit(parts._replace(query=urlencode([*kept, (PARAMETER, address)]), fragment=""))
