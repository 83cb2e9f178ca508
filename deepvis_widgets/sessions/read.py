"""Reading the file of a session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..core.errors import DeepvisError
from ..widgets.remake.packing import FORMAT, VERSION

ACCEPTED = "accepted are files written by the save of a widget"
PARTS = {"widget": str, "arguments": dict, "traits": list, "networks": list, "pictures": list}


def read_session(file: Path) -> dict[str, Any]:
    """Returns what is in the file of a session. Raises DeepvisError where it cannot be read, is cut off or damaged, is
    something else, or was written by a newer version of the package.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise DeepvisError(f'"{file}" cannot be read ({reason}); give the path of a saved session.') from None
    except UnicodeDecodeError:
        raise DeepvisError(
            f'"{file.name}" is no session; accepted are files written by the save of a widget.'
        ) from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise DeepvisError(f'"{file.name}" is no session, or is damaged or cut off; save it again.') from None
    _check(content, file.name)
    return dict(content)


def _check(content: Any, name: str) -> None:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DeepvisError(f'"{name}" is no session; {ACCEPTED}.')
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DeepvisError(f'"{name}" is damaged: its version is {version!r}.')
    if version > VERSION:
        raise DeepvisError(
            f'"{name}" is of version {version}, and this deepvis_widgets reads up to {VERSION}; install a newer one.'
        )
    for part, kind in PARTS.items():
        if not isinstance(content.get(part), kind):
            raise DeepvisError(f'"{name}" is damaged: its {part} are missing; save it again.')
