"""What a screen reader is told: the names of the controls, as the browser itself works them out."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

NOTHING = "".join(map(chr, range(0xE000, 0xF900)))  # letters of icon fonts, which are read out as nothing


def nameless(page: Page) -> list[str]:
    """Everything in the outputs that takes the focus and has no name: its role, and its value where it has one."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    session.send("DOM.enable")
    root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    widgets = {"nodeId": root, "selector": ".jp-OutputArea-output"}
    found = []
    for node in session.send("DOM.querySelectorAll", widgets)["nodeIds"]:
        for part in session.send("Accessibility.queryAXTree", {"nodeId": node})["nodes"]:
            if not part["ignored"] and _takes_focus(part) and not _text(part, "name").strip(NOTHING + " "):
                found.append(f"{_text(part, 'role')} {_text(part, 'value')}".strip())
    session.detach()
    return found


def _takes_focus(part: dict[str, Any]) -> bool:
    # the empty choice of a menu has no words, and a box that can be scrolled is no control
    passive = _text(part, "role") in ("option", "MenuListOption", "generic")
    states = {each["name"]: each["value"].get("value") for each in part.get("properties", [])}
    return bool(states.get("focusable")) and not passive


def _text(part: dict[str, Any], what: str) -> str:
    return str(part.get(what, {}).get("value") or "")
