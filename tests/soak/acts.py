"""What a hand does at random: clicks, drags, keys, typed values, wheels, on whatever a widget offers at that moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page

# every control and canvas of the widget that can be reached without scrolling: [kind, left, top, width, height]
OFFERED = """root => {
  const kinds = {
    button: 'button:not([disabled])', select: 'select:not([disabled])', range: 'input[type=range], .noUi-handle',
    box: 'input[type=checkbox]', field: 'input[type=number], input[type=text], input:not([type])',
    canvas: 'canvas, svg',
  };
  const found = [];
  for (const [kind, selector] of Object.entries(kinds)) for (const node of root.querySelectorAll(selector)) {
    const {left, top, width, height} = node.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (width < 2 || height < 2 || x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
    if (/full screen|download/i.test(node.title + node.ariaLabel + node.textContent)) continue;
    const hit = document.elementFromPoint(x, y);
    if (hit && (node.contains(hit) || hit.contains(node))) found.push([kind, left, top, width, height]);
  }
  return found;
}"""
# a canvas may reach under the notebook's own toolbar, whose buttons run a cell once more
INSIDE = "(root, [x, y]) => root.contains(document.elementFromPoint(x, y))"
# a key with the focus elsewhere is the notebook's: it cuts cells, and writes into them
FOCUSED = "root => root.contains(document.activeElement)"
KEYS = (
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "ArrowDown",
    "Escape",
    "Delete",
    "Home",
    "End",
    "Enter",
    " ",
    *"abcdeghiklmnoprstuvwxyz",
    "1",
    "2",
)
TYPED = ("3", "0", "-1", "9999", "0.5", "wolf", "nonsense", "")


@dataclass(frozen=True)
class Target:
    """Something on the page, in css px of the window."""

    kind: str
    left: float
    top: float
    width: float
    height: float

    def point(self, chance: np.random.Generator) -> tuple[float, float]:
        x, y = chance.uniform(0.05, 0.95, 2)
        return self.left + x * self.width, self.top + y * self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


class Hand:
    """Uses the widget in `root`; the same seed does the same, where the page is as quick."""

    def __init__(self, page: Page, root: Locator, chance: np.random.Generator) -> None:
        self.page, self.root, self.chance = page, root, chance

    def act(self) -> str:
        """Does one thing; says what it was."""
        offered = [Target(*found) for found in self.root.evaluate(OFFERED)]
        if not offered or self.chance.random() < 0.1:
            self.page.mouse.wheel(0, float(self.chance.uniform(-400, 400)))
            return "wheel"
        kinds = sorted({target.kind for target in offered})
        kind = str(self.chance.choice(kinds))
        target = self._any([target for target in offered if target.kind == kind])
        getattr(self, f"_{kind}")(target)
        return kind

    def _any(self, things: Any) -> Any:
        return things[int(self.chance.integers(len(things)))]

    def _button(self, target: Target) -> None:
        self.page.mouse.click(*self._point(target))

    _box = _button

    def _select(self, target: Target) -> None:
        self._focus(target)
        self._press(("ArrowDown", "ArrowUp", "End", "Home"))

    def _range(self, target: Target) -> None:
        self._focus(target)
        self._press(("ArrowRight", "ArrowLeft", "End", "Home"))

    def _field(self, target: Target) -> None:
        self.page.mouse.click(*self._point(target), click_count=3)
        if self._has_focus():
            self.page.keyboard.type(self._any(TYPED))
        self._press(("Enter", "Tab", "Escape"))

    def _canvas(self, target: Target) -> None:
        mouse, start = self.page.mouse, self._point(target)
        way = self.chance.integers(5)
        if way == 0:
            mouse.dblclick(*start)
        elif way == 1:
            mouse.click(*start)
            self._press(KEYS)
        elif way == 2:
            mouse.move(*start)
        else:
            mouse.move(*start)
            mouse.down()
            mouse.move(*target.point(self.chance), steps=6)
            mouse.up()

    def _point(self, target: Target) -> tuple[float, float]:
        """Somewhere in it where the widget is what is hit."""
        point = target.point(self.chance)
        return point if self.root.evaluate(INSIDE, point) else target.middle

    def _focus(self, target: Target) -> None:
        """The focus, without what a click would open or change."""
        self.page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.focus?.()", target.middle)

    def _press(self, keys: tuple[str, ...]) -> None:
        if self._has_focus():
            self.page.keyboard.press(self._any(keys))

    def _has_focus(self) -> bool:
        return bool(self.root.evaluate(FOCUSED))
